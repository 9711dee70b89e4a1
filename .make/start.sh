#!/usr/bin/env bash
# Starts the app and tells where a customer can write; on a virtual display also where a picture of the window is.
set -euo pipefail
app=$1
port_file="${XDG_DATA_HOME:-$HOME/.local/share}/org.loopdesk.desk/workspaces/practice/service/port"
"$app" &
pid=$!
trap 'kill $pid 2>/dev/null || true; wait $pid 2>/dev/null || true' EXIT INT TERM
for _ in $(seq 300); do
    [ -s "$port_file" ] && curl -fs "http://127.0.0.1:$(cat "$port_file")/health" >/dev/null 2>&1 && break
    kill -0 $pid 2>/dev/null || { wait $pid; exit $?; }
    sleep 0.1
done
echo
echo "  A customer can write here:  http://127.0.0.1:$(cat "$port_file")/chat?workspace=alba"
if [ -n "${LOOPDESK_VIRTUAL_DISPLAY:-}" ]; then
    sleep 3
    mkdir -p target/shots
    import -window root target/shots/run.png && echo "  A picture of the window:    target/shots/run.png"
    echo "  There is no display here, so the window is on a virtual one. Ctrl-C ends it."
fi
echo
wait $pid
