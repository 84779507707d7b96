#!/bin/sh
# clang-tidy over every C file in compile_commands.json: function sizes (80 lines, nesting 4, six
# parameters) and likely bugs; the list is .clang-tidy. Arguments, if any: only these files.
set -eu
cd "$(dirname "$0")/../.."
if [ $# -eq 0 ]; then
    # shellcheck disable=SC2046 # names of our own, without blanks
    set -- $(sed -n 's/.*"file": "\([^"]*\)".*/\1/p' compile_commands.json)
fi
printf '%s\n' "$@" | xargs -P "$(nproc)" -n 4 clang-tidy --quiet -p . 2>build/tidy.err || {
    grep -vE 'warnings? generated|^Suppressed|^Use -' build/tidy.err >&2 || true
    exit 1
}
