#!/usr/bin/env bash
# Plants one bug at a time into a copy of the tree and wants the simulated runs to catch each.
#   planted.sh [NAME…]      all in tests/sim/planted unless named
# PLANTED_SEEDS (400): seeds before a bug counts as not caught. A plant is a sed script whose first
# two lines say what it breaks and in which file, a third may name another test that has to catch it;
# one that changes nothing any more is a failure.
set -u
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
seeds=${PLANTED_SEEDS:-400}
copy=$(mktemp -d "${TMPDIR:-/tmp}/ticketmill-planted.XXXXXX")
trap 'rm -rf "$copy"' EXIT
count=0
bad=0

say() { # say RESULT NAME NOTE
    count=$((count + 1))
    [ "$1" = ok ] || bad=$((bad + 1))
    echo "$1 $count - $2 # $3"
}

build() { # build TEST
    make -C "$copy" --no-print-directory MODE=debug CFLAGS="-O1 -Wno-error" \
        "build/debug/$1" >"$copy/build.log" 2>&1
}

plant() { # plant FILE.sed
    local name file what line test
    name=$(basename "$1" .sed)
    what=$(sed -n '1s/^# //p' "$1")
    file=$(sed -n '2s/^# //p' "$1")
    test=$(sed -n '3s/^# test: //p' "$1")
    test=${test:-tests/sim/test_runs}
    cp "$copy/$file" "$copy/saved"
    sed -i -f "$1" "$copy/$file"
    if cmp -s "$copy/$file" "$copy/saved"; then
        say "not ok" "$name" "changes nothing in $file any more"
    elif ! build "$test"; then
        say "not ok" "$name" "does not build: $(grep -m 1 error "$copy/build.log")"
    elif SIM_SEEDS=$seeds SHOP_SEEDS=$seeds CMOCKA_MESSAGE_OUTPUT=STDOUT timeout 300 \
        "$copy/build/debug/$test" >"$copy/run.log" 2>&1; then
        say "not ok" "$name" "not caught in $seeds seeds: $what"
    else
        line=$(grep -m 1 -o 'seed [0-9]*, life.*' "$copy/run.log" || tail -n 1 "$copy/run.log")
        say ok "$name" "$what; caught: ${line:0:120}"
    fi
    cp "$copy/saved" "$copy/$file"
}

(cd "$root" && tar -cf - Makefile VERSION src sql config tests tools 2>/dev/null) | tar -xf - -C "$copy"
if ! build tests/sim/test_runs || ! SIM_SEEDS=20 "$copy/build/debug/tests/sim/test_runs" >"$copy/run.log" 2>&1; then
    echo "not ok 1 - the tree without a planted bug"
    tail -n 5 "$copy/build.log" "$copy/run.log"
    exit 1
fi
names=("$@")
[ $# -gt 0 ] || for f in "$here"/planted/*.sed; do names+=("$(basename "$f" .sed)"); done
for name in "${names[@]}"; do plant "$here/planted/$name.sed"; done
echo "1..$count"
[ $bad -eq 0 ]
