#!/usr/bin/env bash
# All tests. Those that need a display, a keyring or a browser start and stop their own.
set -euo pipefail
cd "$(dirname "$0")/.."
.make/say.sh "Testing the screen and the chat page"
(cd ui && npm run --silent test)
.make/say.sh "Building everything"
cargo test --quiet --workspace --no-run
cargo build --quiet --workspace
.make/say.sh "Testing the crates, the stories and the real window"
cargo test --quiet --workspace
.make/say.sh "All tests passed"
