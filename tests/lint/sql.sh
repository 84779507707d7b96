#!/bin/sh
# Applies the migrations to an empty database and prepares every query and report against it. Also:
# STRICT tables, a purpose at the head of each file, no SQL statements in C.
set -eu
cd "$(dirname "$0")/../.."
command -v sqlite3 >/dev/null || {
    echo "sqlite3 is missing"
    exit 77
}
bad=0
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
db=$dir/empty.db

complain() {
    echo "$1: $2"
    bad=$((bad + 1))
}

for file in sql/migrations/*.sql; do
    [ -f "$file" ] || continue
    sqlite3 -bail "$db" <"$file" >"$dir/out" 2>&1 || complain "$file" "$(head -n 3 "$dir/out")"
done

loose=$(sqlite3 "$db" "SELECT group_concat(name, ' ') FROM pragma_table_list WHERE schema = 'main'
    AND type = 'table' AND strict = 0 AND name NOT LIKE 'sqlite_%'")
[ -z "$loose" ] || complain "sql/migrations" "tables that are not STRICT: $loose"

explain() { # explain FILE CHOICE...: with the tables that the choice makes
    file=$1
    shift
    { cat "$@" /dev/null; echo EXPLAIN; cat "$file"; echo ';'; } >"$dir/query"
    sqlite3 -bail "$db" <"$dir/query" >"$dir/out" 2>&1 || complain "$file" "$(head -n 3 "$dir/out")"
}
for file in sql/queries/*.sql; do
    explain "$file"
done
for choice in all runs; do
    for file in sql/reports/*.sql sql/choice/add.sql; do
        explain "$file" sql/choice/clear.sql "sql/choice/$choice.sql"
    done
done

cp "$db" "$dir/old.db"
for file in sql/merge/*.sql; do
    { echo "ATTACH '$dir/old.db' AS old;"; cat sql/merge/take_over.sql; } >"$dir/query"
    [ "$file" = sql/merge/take_over.sql ] || cat "$file" >>"$dir/query"
    sqlite3 -bail "$db" <"$dir/query" >"$dir/out" 2>&1 || complain "$file" "$(head -n 3 "$dir/out")"
done

for file in sql/*/*.sql; do
    [ -f "$file" ] || continue
    case $(head -n 1 "$file") in
    --*) ;;
    *) complain "$file" "the first line is no comment with its purpose" ;;
    esac
done

words='SELECT|INSERT INTO|UPDATE|DELETE FROM|REPLACE INTO|WITH|ALTER TABLE|DROP TABLE|CREATE [A-Z]+'
if grep -rnE "\"[[:space:]]*($words) [a-z_*(?]" src \
    --include='*.c' --include='*.h'; then
    complain "src" "SQL belongs into sql/"
fi

[ "$bad" -eq 0 ]
