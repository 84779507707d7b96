#!/bin/sh
# Room rules: every #include in src/ against src/LAYERS. First shows on a planted tree that each
# kind of violation is caught, then checks the real one. Prints one "ok"/"not ok" line for each.
set -eu
cd "$(dirname "$0")/../.."

# check DIR: prints the violations in DIR/src, fails when there are any.
check() {
    (cd "$1" && find src -name '*.[ch]' | sort | xargs awk "$rules" src/LAYERS)
}

# shellcheck disable=SC2016 # awk, not shell
rules='
function bad(text) { print FILENAME ":" FNR ": " text; failures++ }

function check_system(target,    name) {
    for (name in libraries)
        if (index(target, name) == 1 && !((name, room) in library_in))
            bad("<" target "> belongs to: " (libraries[name] ? libraries[name] : "no room"))
}

function check_own(target,    other) {
    if (target in libraries) {
        check_system(target)
        return
    }
    other = target
    if (!sub(/\/.*/, "", other))
        bad("\"" target "\": write the room: \"" room "/" target "\"")
    else if (!(other in rooms))
        bad("\"" target "\": no room of that name in src/LAYERS")
    else if (other != room && !((room, other) in may))
        bad(room "/ must not include " other "/")
}

# Takes away rooms all of whose rooms are gone already; what stays is part of a cycle.
function check_cycles(    left, gone, a, b, free, progress) {
    for (a in rooms) left++
    do {
        progress = 0
        for (a in rooms) {
            if (a in gone) continue
            free = 1
            for (b in rooms) if ((a, b) in may && !(b in gone)) free = 0
            if (free) { gone[a] = 1; left--; progress = 1 }
        }
    } while (progress)
    for (a in rooms)
        if (!(a in gone)) { print "src/LAYERS: " a " is on or above a cycle of rooms"; failures++ }
}

BEGIN { for (i = 1; i < ARGC; i++) exists[ARGV[i]] = 1 }

FILENAME == "src/LAYERS" {
    sub(/#.*/, "")
    if (!NF) next
    if (!sub(/:$/, "", $1)) { bad("expected NAME: ROOM..."); next }
    library = $1 ~ /[.\/]/
    if (library) libraries[$1] = ""; else rooms[$1] = 1
    for (i = 2; i <= NF; i++) {
        if (library) { library_in[$1, $i] = 1; libraries[$1] = libraries[$1] $i " " }
        else { may[$1, $i] = 1 }
        named[$i] = 1
    }
    next
}

FNR == 1 {
    split(FILENAME, part, "/")
    room = part[2]
    header = substr(FILENAME, 5)
    sub(/c$/, "h", header)
    own_header = (FILENAME ~ /\.c$/ && ("src/" header) in exists) ? header : ""
    if (!(room in rooms)) bad("room " room " has no line in src/LAYERS")
}

/^[ \t]*#[ \t]*include/ {
    target = $0
    sub(/^[^<"]*/, "", target)
    quoted = substr(target, 1, 1) == "\""
    target = substr(target, 2)
    sub(/[>"].*/, "", target)
    if (own_header != "" && target != own_header)
        bad("include \"" own_header "\" before anything else")
    own_header = ""
    if (quoted) check_own(target); else check_system(target)
}

END {
    for (name in named)
        if (!(name in rooms)) { print "src/LAYERS: no line for room " name; failures++ }
    check_cycles()
    exit failures > 0
}'

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
number=0
failed=0

report() { # report STATUS TEXT
    number=$((number + 1))
    if [ "$1" -eq 0 ]; then
        echo "ok $number - $2"
    else
        echo "not ok $number - $2"
        failed=1
    fi
}

# A tree that keeps the rules: low <- mid <- top, lib.h only in mid.
plant() {
    rm -rf "$scratch/src"
    mkdir -p "$scratch/src/low" "$scratch/src/mid" "$scratch/src/top"
    printf 'low:\nmid: low\ntop: low mid\nlib/: mid\n' >"$scratch/src/LAYERS"
    printf '#include <stdio.h>\n' >"$scratch/src/low/a.h"
    printf '#include "mid/b.h"\n\n#include <lib/lib.h>\n#include "low/a.h"\n' >"$scratch/src/mid/b.c"
    : >"$scratch/src/mid/b.h"
    printf '#include "low/a.h"\n#include "mid/b.h"\n' >"$scratch/src/top/c.c"
}

# caught NAME EXPECTED: the planted tree must be refused, with EXPECTED in the text.
caught() {
    status=0
    output=$(check "$scratch") && status=1
    case $output in *"$2"*) ;; *) status=1 ;; esac
    [ $status -eq 0 ] || printf '# %s\n' "got: $output"
    report $status "$1"
    plant
}

echo "1..9"
plant
status=0
check "$scratch" || status=1
report $status "a tree that keeps the rules passes"
echo '#include "top/c.h"' >>"$scratch/src/mid/b.h"
caught "an include upwards is caught" "src/mid/b.h:1: mid/ must not include top/"
echo '#  include <lib/other.h>' >>"$scratch/src/low/a.h"
caught "a library outside its room is caught" "<lib/other.h> belongs to: mid"
echo 'low: top' >>"$scratch/src/LAYERS"
caught "a cycle of rooms is caught" "low is on or above a cycle"
mkdir "$scratch/src/side"
echo 'int x;' >"$scratch/src/side/d.c"
caught "a room without a line is caught" "room side has no line"
echo '#include "b.h"' >>"$scratch/src/mid/b.c"
caught "an include without its room is caught" 'write the room: "mid/b.h"'
printf '#include "low/a.h"\n#include "mid/b.h"\n' >"$scratch/src/mid/b.c"
caught "a file that does not include its own header first is caught" 'include "mid/b.h" before'
echo '#include "nowhere/x.h"' >>"$scratch/src/top/c.c"
caught "an unknown room is caught" "no room of that name"

status=0
check . || status=1
report $status "src/ keeps src/LAYERS"
exit $failed
