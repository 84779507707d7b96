# shellcheck shell=bash
# Lines of test results for scripts; sourced, before the folder is changed.
count=0

say() { # say NAME GOOD(0/1) DETAIL
    count=$((count + 1))
    if [ "$2" = 0 ]; then
        echo "ok $count - $1"
    else
        echo "not ok $count - $1"
        printf '%s\n' "$3" | sed 's/^/# /'
    fi
}
