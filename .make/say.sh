#!/usr/bin/env bash
# One line that says what happens now, and when it began.
printf '\n\033[1m%s\033[0m  %s\n' "$1" "$(date +%H:%M:%S)"
