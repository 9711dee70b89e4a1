#!/usr/bin/env bash
# Makes a .deb, then unpacks it somewhere else and starts the app from there, to see that it does.
set -euo pipefail
cd "$(dirname "$0")/.."
.make/say.sh "Building the package"
(cd src-tauri && CI=true ../.make/tauri.sh build --bundles deb)
deb=$(ls -t target/release/bundle/deb/*.deb | head -n 1)
.make/say.sh "Trying it"
root=target/package
rm -rf "$root"
mkdir -p "$root"
dpkg-deb --extract "$deb" "$root"
test -x "$root/usr/bin/loopdesk"
test -f "$root/usr/share/applications/Loopdesk.desktop"
.make/headless.sh .make/started.sh "$root/usr/bin/loopdesk"
echo
echo "  The package:  $deb"
echo "  Install it:   sudo apt-get install ./$deb"
