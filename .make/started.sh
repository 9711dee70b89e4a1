#!/usr/bin/env bash
# Starts the app, waits until its practice service answers and its window is on the display, and ends it.
set -euo pipefail
app=$1
data="${XDG_DATA_HOME:-$HOME/.local/share}"
port_file="$data/org.loopdesk.desk/workspaces/practice/service/port"
"$app" &
pid=$!
trap 'kill $pid 2>/dev/null || true; wait $pid 2>/dev/null || true' EXIT INT TERM
for _ in $(seq 300); do
    if [ -s "$port_file" ] && curl -fs "http://127.0.0.1:$(cat "$port_file")/health" >/dev/null 2>&1 &&
        xdotool search --onlyvisible --name '^Loopdesk$' >/dev/null 2>&1; then
        echo "  It starts."
        exit 0
    fi
    kill -0 $pid 2>/dev/null || break
    sleep 0.1
done
echo "The app did not start."
exit 1
