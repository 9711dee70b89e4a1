#!/usr/bin/env bash
# The tests whose counts are too long for every day, with what they measured.
set -euo pipefail
cd "$(dirname "$0")/.."
.make/say.sh "Building everything"
cargo build --quiet --workspace
cargo test --quiet --package loopdesk-tests --test chaos --test kills --test window --no-run
cargo test --quiet --package loopdesk-store --test disk --no-run
.make/say.sh "Breaking the line"
DISCONNECTS="${DISCONNECTS:-1000}" cargo test --quiet --package loopdesk-tests --test chaos -- --nocapture
.make/say.sh "Killing the desk and the service"
KILLS="${KILLS:-100}" cargo test --quiet --package loopdesk-tests --test kills -- --nocapture
.make/say.sh "A shift of 25 minutes in the real window"
SHIFT="${SHIFT:-1500}" cargo test --quiet --package loopdesk-tests --test window shift -- --nocapture
.make/say.sh "A disk that refuses, and a process that dies, at every single write"
EVERY_WRITE=1 cargo test --quiet --package loopdesk-store --test disk -- --nocapture
.make/say.sh "Nothing was lost"
