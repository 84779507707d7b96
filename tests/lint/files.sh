#!/bin/sh
# Rules for whole files: .c at most 400 lines, headers at most 150, an opening comment. A file that
# must be longer says so there: "Long: because ...".
set -eu
cd "$(dirname "$0")/../.."
bad=0

complain() {
    echo "$1: $2"
    bad=$((bad + 1))
}

excused() { head -n 15 "$1" | grep -q 'Long: '; }

for file in $(find src tests -name '*.c' -o -name '*.h' | sort); do
    lines=$(wc -l <"$file")
    case $file in
    *.h) most=150 ;;
    *) most=400 ;;
    esac
    if [ "$lines" -gt "$most" ] && ! excused "$file"; then
        complain "$file" "$lines lines, at most $most"
    fi
    case $(head -n 1 "$file") in
    '/*'*) ;;
    *) complain "$file" "no comment at the top" ;;
    esac
done

[ "$bad" -eq 0 ]
