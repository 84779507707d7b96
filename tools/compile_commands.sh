#!/bin/sh
# Prints compile_commands.json for the C files given as arguments.
# Environment: CC, the compiler with all of its flags.
set -eu
escape() { printf '%s' "$1" | sed -e 's/[\\"]/\\&/g'; }
here=$(escape "$PWD")
compile=$(escape "$CC")
comma='['
for file in "$@"; do
    printf '%s\n{"directory": "%s", "file": "%s", "command": "%s -c %s"}' \
        "$comma" "$here" "$file" "$compile" "$file"
    comma=,
done
[ "$comma" = , ] || printf '['
printf '\n]\n'
