#!/usr/bin/env bash
# Tauri's own command line, for packages and for the screen that reloads: fetched when first used, in exactly this version.
set -euo pipefail
cd "$(dirname "$0")/../src-tauri"
exec npx --yes --package=@tauri-apps/cli@2.12.5 tauri "$@"
