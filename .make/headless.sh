#!/usr/bin/env bash
# Runs a command where a desktop's services may be missing: a display of its own when there is none, and a D-Bus session with
# a throw-away keyring when no Secret Service answers. Everything it starts, it ends.
set -euo pipefail
cd "$(dirname "$0")/.."
own=()
cleanup() {
    for pid in "${own[@]:-}"; do
        [ -n "$pid" ] && kill "$pid" 2>/dev/null || true
    done
}
trap cleanup EXIT INT TERM

if [ -z "${DISPLAY:-}" ] && [ -z "${WAYLAND_DISPLAY:-}" ] && [ "$(uname)" = Linux ]; then
    # Xvfb chooses a free number itself and writes it to the file.
    number=$(mktemp)
    Xvfb -displayfd 3 -screen 0 1440x900x24 -nolisten tcp 3>"$number" 2>/dev/null &
    own+=($!)
    for _ in $(seq 100); do [ -s "$number" ] && break; sleep 0.05; done
    [ -s "$number" ] || { echo "The virtual display does not start. Is the package xvfb installed?"; exit 1; }
    export DISPLAY=":$(cat "$number")"
    export LOOPDESK_VIRTUAL_DISPLAY=1
    openbox 2>/dev/null &
    own+=($!)
fi

answers() { timeout 3 dbus-send --session --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus.NameHasOwner string:org.freedesktop.secrets 2>/dev/null | grep -q true; }
if [ "$(uname)" = Linux ] && ! answers; then
    home="$PWD/target/headless"
    mkdir -p "$home/run" "$home/data"
    chmod 700 "$home/run"
    export XDG_RUNTIME_DIR="$home/run" XDG_DATA_HOME="$home/data"
    read -r address < <(dbus-daemon --session --fork --print-address=1 --print-pid=3 3>"$home/dbus.pid")
    own+=("$(cat "$home/dbus.pid")")
    export DBUS_SESSION_BUS_ADDRESS="$address"
    printf '%s' loopdesk | gnome-keyring-daemon --unlock --components=secrets --foreground >/dev/null 2>&1 &
    own+=($!)
    for _ in $(seq 100); do answers && break; sleep 0.05; done
    answers || { echo "No keyring answers. Is the package gnome-keyring installed?"; exit 1; }
fi
"$@"
