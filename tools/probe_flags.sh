#!/bin/sh
# Prints those of the given flags that this compiler and linker accept without a warning.
#   probe_flags.sh CACHE_FILE "CC" FLAG...
# The answer is kept in CACHE_FILE for the same compiler and question.
set -eu
cache=$1
cc=$2
shift 2
question="$($cc --version 2>/dev/null | head -n 1) $*"
if [ -f "$cache" ] && [ "$(head -n 1 "$cache")" = "$question" ]; then
    tail -n 1 "$cache"
    exit 0
fi
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
echo 'int main(void) { return 0; }' >"$dir/probe.c"
good=
for flag in "$@"; do
    if $cc -Werror -O2 "$flag" "$dir/probe.c" -o "$dir/probe" >/dev/null 2>&1; then
        good="$good $flag"
    fi
done
mkdir -p "${cache%/*}"
printf '%s\n%s\n' "$question" "$good" >"$cache"
echo "$good"
