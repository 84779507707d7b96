#!/bin/sh
# Every script passes shellcheck, what it sources included.
set -eu
cd "$(dirname "$0")/../.."
# shellcheck disable=SC2046 # names of our own, without blanks
shellcheck -x $(git ls-files | while read -r file; do
    [ -f "$file" ] && head -n 1 "$file" | grep -qE '^#!.*(bash|/sh)' && echo "$file"
done)
