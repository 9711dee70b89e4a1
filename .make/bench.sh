#!/usr/bin/env bash
# What an advisor waits for, measured in the real window, in some six minutes once everything is built. Brings its own
# display, keyring and service; use the machine for nothing else meanwhile. Measures only the parts that are named, if
# any are.
set -euo pipefail
cd "$(dirname "$0")/.."
.make/say.sh "Building what is measured, as it is shipped (the first time takes some minutes)"
cargo build --quiet --release --package loopdesk --bins --examples
cargo bench --quiet --package loopdesk-tests --bench desk --bench voice --no-run
.make/say.sh "Measuring"
if [[ $# -eq 0 || " $* " == *" calling "* ]]; then
  cargo bench --quiet --package loopdesk-tests --bench voice
fi
parts=()
for part in "$@"; do [[ $part == calling ]] || parts+=("$part"); done
if [[ $# -eq 0 || ${#parts[@]} -gt 0 ]]; then
  cargo bench --quiet --package loopdesk-tests --bench desk -- "${parts[@]}"
fi
