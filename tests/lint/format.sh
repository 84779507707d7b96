#!/bin/sh
# Every C file is as clang-format leaves it. With --fix: makes it so.
set -eu
cd "$(dirname "$0")/../.."
if [ "${1:-}" = --fix ]; then
    mode=-i
else
    mode='--dry-run -Werror'
fi
# shellcheck disable=SC2086 # two options
find src tests \( -name '*.c' -o -name '*.h' \) -print | sort | xargs -r clang-format $mode
