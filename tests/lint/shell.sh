#!/bin/sh
# Every script passes shellcheck.
set -eu
cd "$(dirname "$0")/../.."
# shellcheck disable=SC2046 # names of our own, without blanks
shellcheck $(git ls-files | while read -r file; do
    [ -f "$file" ] && head -n 1 "$file" | grep -qE '^#!.*(bash|/sh)' && echo "$file"
done)
