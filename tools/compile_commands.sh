#!/bin/sh
# Prints compile_commands.json for the C files given as arguments.
# Environment: CC, LIB_FLAGS (files of src/), TEST_FLAGS (files of tests/).
set -eu
escape() { printf '%s' "$1" | sed -e 's/[\\"]/\\&/g'; }
here=$(escape "$PWD")
# shellcheck disable=SC2153 # they come from the environment
for_src=$(escape "$LIB_FLAGS")
for_tests=$(escape "$TEST_FLAGS")
comma='['
for file in "$@"; do
    case $file in
    tests/*) flags=$for_tests ;;
    *) flags=$for_src ;;
    esac
    printf '%s\n{"directory": "%s", "file": "%s", "command": "%s %s -c %s"}' \
        "$comma" "$here" "$file" "$CC" "$flags" "$file"
    comma=,
done
[ "$comma" = , ] || printf '['
printf '\n]\n'
