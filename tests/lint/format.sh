#!/bin/sh
# Every C file is as clang-format leaves it. With --fix: makes it so.
set -eu
cd "$(dirname "$0")/../.."
files=$(find src tests \( -name '*.c' -o -name '*.h' \) -print | sort)
# shellcheck disable=SC2086 # names of our own, without blanks
if [ "${1:-}" = --fix ]; then
    clang-format -i $files
    exit 0
fi
bad=0
for file in $files; do
    clang-format --dry-run -Werror "$file" >/dev/null 2>&1 || {
        echo "$file: not in the house format (make format)"
        bad=1
    }
done
exit "$bad"
