#!/usr/bin/env bash
# The broker and ktool themselves: what every other integration test takes for granted.
set -u
topic=broker-selftest-$$
in=$(mktemp)
trap 'rm -f "$in"' EXIT
count=0

check() { # check NAME EXPECTED GOT
    count=$((count + 1))
    if [ "$2" = "$3" ]; then
        echo "ok $count - $1"
    else
        echo "not ok $count - $1"
        echo "# expected: $2"
        echo "# got:      $3"
    fi
}

echo 1..6
"$KTOOL" create "$topic" 2 max.message.bytes=2000000

cat >"$in" <<'END'
{"key":"k","partition":1,"timestamp":1700000000000,"headers":[{"name":"h","value":"v"},{"name":"b","value_base64":"/wA="},{"name":"n","value":null}],"value":"ü"}
{"key_base64":"/w==","partition":1,"value":null}
{"partition":1,"value":{"n":12345678901234567890}}
END
"$KTOOL" produce "$topic" "$in"
check "records_come_back_byte_for_byte" \
    '{"partition":1,"offset":0,"timestamp":1700000000000,"key":"k","headers":[{"name":"h","value":"v"},{"name":"b","value_base64":"/wA="},{"name":"n","value":null}],"value":"ü"}|"/w==" null|{"n":12345678901234567890}' \
    "$("$KTOOL" consume -p 1 "$topic" >"$in"
    head -n 1 "$in")|$(sed -n 2p "$in" | jq -r '"\"\(.key_base64)\" \(.value)"')|$(sed -n 3p "$in" | jq -r .value)"

printf 'a\t1\n' | "$KTOOL" produce -f tsv -p 0 -T "$topic:commit" "$topic"
printf 'b\t2\n' | "$KTOOL" produce -f tsv -p 0 -T "$topic:abort" "$topic"
check "committed_readers_see_no_aborted_record" 'a' \
    "$("$KTOOL" consume -p 0 "$topic" | jq -r .key | tr -d '\n')"
check "uncommitted_readers_see_them_all" 'ab' \
    "$("$KTOOL" consume -u -p 0 "$topic" | jq -r .key | tr -d '\n')"

printf 'c\t3\n' | "$KTOOL" produce -f tsv -p 0 -T "$topic:open" "$topic"
check "an_open_transaction_holds_the_stable_offset_back" '{"partition":0,"low":0,"high":5,"stable":4}' \
    "$("$KTOOL" watermarks "$topic" | head -n 1)"

"$KTOOL" commit "$topic" "$topic" 1 2 '1;note'
check "offsets_keep_their_metadata" "{\"topic\":\"$topic\",\"partition\":1,\"offset\":2,\"metadata\":\"1;note\"}" \
    "$("$KTOOL" offsets "$topic")"

"$KTOOL" delete-records "$topic" 1 2
check "deleted_records_raise_the_low_watermark" '{"partition":1,"low":2,"high":3,"stable":3}' \
    "$("$KTOOL" watermarks "$topic" | tail -n 1)"
"$KTOOL" delete "$topic"
