#!/usr/bin/env bash
# Everything that is needed and missing: system packages, and the screen's npm packages. Says what it does; does nothing
# when all is there.
set -euo pipefail
cd "$(dirname "$0")/.."

BUILD="libwebkit2gtk-4.1-dev librsvg2-dev libxdo-dev libayatana-appindicator3-dev libssl-dev libdbus-1-dev libasound2-dev pkg-config build-essential cmake file"
TEST="webkit2gtk-driver xvfb xauth dbus dbus-x11 gnome-keyring libsecret-tools dunst libnotify-bin xdotool xclip imagemagick x11-utils openbox libgl1-mesa-dri fonts-dejavu-core fonts-noto-color-emoji at-spi2-core procps chromium chromium-driver baresip-core kamailio kamailio-tls-modules"
# Where PipeWire plays the sound, PulseAudio would take its place.
command -v pipewire-pulse >/dev/null || TEST="$TEST pulseaudio pulseaudio-utils"

at_least() { # at_least WANTED FOUND
    [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]
}

missing() {
    echo
    echo "$1"
    echo "$2"
    exit 1
}

rust=$(rustc --version 2>/dev/null | awk '{print $2}') || true
if [ -z "$rust" ] || ! at_least 1.95.0 "$rust"; then
    missing "Loopdesk needs Rust 1.95 or newer${rust:+ (found $rust)}. Install it with:" \
        "  curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y && . \"\$HOME/.cargo/env\""
fi
node=$(node --version 2>/dev/null | tr -d v) || true
if [ -z "$node" ] || ! at_least 20.19.0 "$node"; then
    missing "Loopdesk needs Node 20.19 or newer${node:+ (found $node)}. Install it with:" \
        "  curl -fsSL https://deb.nodesource.com/setup_22.x | sudo -E bash - && sudo apt-get install -y nodejs"
fi

if command -v dpkg-query >/dev/null && command -v apt-get >/dev/null; then
    wanted=""
    for package in $BUILD $TEST; do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || wanted="$wanted $package"
    done
    if [ -n "$wanted" ]; then
        .make/say.sh "Installing system packages:$wanted"
        sudo=""
        if [ "$(id -u)" != 0 ]; then
            command -v sudo >/dev/null || missing "These packages are missing and there is no sudo. As root, run:" \
                "  apt-get install -y$wanted"
            sudo="sudo"
        fi
        $sudo apt-get update -qq
        # The tests start a telephone exchange of their own; the package's must not begin to listen on this machine.
        if [[ "$wanted" == *" kamailio "* ]] && command -v systemctl >/dev/null; then
            $sudo systemctl mask --quiet kamailio.service || true
        fi
        DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends $wanted >/dev/null
    fi
else
    command -v pkg-config >/dev/null && pkg-config --exists webkit2gtk-4.1 2>/dev/null || [ "$(uname)" = Darwin ] || missing \
        "This system has no apt. Install the equivalents of these Debian packages, then try again:" "  $BUILD $TEST"
fi

stamp=ui/node_modules/.package-lock.json
if [ ! -f "$stamp" ] || [ ui/package-lock.json -nt "$stamp" ]; then
    .make/say.sh "Installing the screen's packages"
    (cd ui && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)
fi
