#!/bin/sh
# Turns text files into C string constants, so that the program needs no files beside it.
#   embed.sh sql DIR      sql/{migrations,queries,reports,merge,choice} -> DIR/sql_embedded.{h,c}
#   embed.sh config DIR   config/ and its prompts                  -> DIR/config_embedded.{h,c}
# An output is only touched when its content changes, so that make rebuilds nothing in vain.
set -eu
LC_ALL=C
export LC_ALL

# One C literal per line; '?' is escaped because C11 still has trigraphs.
literal() {
    if [ -s "$1" ]; then
        sed -e 's/[\\"?]/\\&/g' -e 's/.*/    "&\\n"/' "$1"
    else
        echo '    ""'
    fi
}

constant() { # constant NAME FILE
    echo "extern const char $1[];" >>"$h"
    { echo; echo "const char $1[] ="; literal "$2"; echo "    ;"; } >>"$c"
}

identifier() { # identifier PREFIX FILE -> PREFIX_name_of_the_file
    base=${2##*/}
    printf '%s_%s' "$1" "${base%.*}" | tr -c 'A-Za-z0-9_' '_'
}

embed_sql() {
    {
        echo 'struct sql_text {'
        echo '    const char *name; /* file name without ".sql" */'
        echo '    const char *text;'
        echo '};'
        echo '/* In the order of their numbers; ends with a NULL name. */'
        echo 'extern const struct sql_text sql_migrations[];'
    } >>"$h"
    {
        echo
        echo 'const struct sql_text sql_migrations[] = {'
        for file in sql/migrations/[0-9]*.sql; do
            [ -f "$file" ] || continue
            base=${file##*/}
            echo "    {\"${base%.sql}\","
            literal "$file"
            echo '    },'
        done
        echo '    {0, 0},'
        echo '};'
    } >>"$c"
    for file in sql/queries/*.sql; do
        [ -f "$file" ] && constant "$(identifier sql "$file")" "$file"
    done
    for file in sql/reports/*.sql; do
        [ -f "$file" ] && constant "$(identifier sql_report "$file")" "$file"
    done
    for file in sql/merge/*.sql; do
        [ -f "$file" ] && constant "$(identifier sql_merge "$file")" "$file"
    done
    for file in sql/choice/*.sql; do
        [ -f "$file" ] && constant "$(identifier sql_choose "$file")" "$file"
    done
    return 0
}

embed_config() {
    for file in config/prompts/*.md; do
        [ -f "$file" ] && constant "$(identifier prompt "$file")_default" "$file"
    done
    [ -f config/ticketmill.yaml ] && constant config_shipped config/ticketmill.yaml
    [ -f config/demo.yaml ] && constant config_demo config/demo.yaml
    return 0
}

replace_if_changed() { # replace_if_changed NEW TARGET
    if cmp -s "$1" "$2"; then rm -f "$1"; else mv "$1" "$2"; fi
}

kind=$1
dir=$2
mkdir -p "$dir"
name=${kind}_embedded
guard=$(printf '%s_H' "$name" | tr '[:lower:]' '[:upper:]')
h=$dir/$name.h.$$
c=$dir/$name.c.$$
trap 'rm -f "$h" "$c"' EXIT
printf '/* Made by tools/embed.sh. */\n#ifndef %s\n#define %s\n\n' "$guard" "$guard" >"$h"
printf '/* Made by tools/embed.sh. */\n#include "%s.h"\n' "$name" >"$c"
"embed_$kind"
printf '\n#endif\n' >>"$h"
replace_if_changed "$h" "$dir/$name.h"
replace_if_changed "$c" "$dir/$name.c"
