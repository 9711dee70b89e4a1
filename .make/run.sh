#!/usr/bin/env bash
# Builds and starts Loopdesk on its practice workspace. On a virtual display it also writes a picture of the window.
set -euo pipefail
cd "$(dirname "$0")/.."
.make/say.sh "Building Loopdesk (the first time takes some minutes)"
cargo build --quiet --release --package loopdesk
.make/say.sh "Starting Loopdesk"
exec .make/headless.sh .make/start.sh target/release/loopdesk
