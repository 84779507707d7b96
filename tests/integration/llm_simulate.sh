#!/bin/sh
# `ticketmill simulate` from the outside: port, key, ledger, switches, file, end by signal.
set -eu
program=${TICKETMILL:-build/release/ticketmill}
dir=$(mktemp -d)
pid=
finish() {
    [ -z "$pid" ] || kill "$pid" 2>/dev/null || true
    rm -rf "$dir"
}
trap finish EXIT
n=0
ok() {
    n=$((n + 1))
    echo "ok $n - $1"
}
is() { # is NAME GOT WANTED
    if [ "$2" = "$3" ]; then
        ok "$1"
    else
        n=$((n + 1))
        echo "not ok $n - $1"
        echo "# got '$2' instead of '$3'"
    fi
}
echo 1..24

"$program" simulate --port-file "$dir/port" --key sesame --ledger-file "$dir/bills" \
    --categories red,blue --fault 500:0 >"$dir/out" 2>"$dir/err" &
pid=$!
for _ in $(seq 100); do
    [ -f "$dir/port" ] && break
    sleep 0.1
done
port=$(cat "$dir/port")
is "the first line names the URL" "$(head -n 1 "$dir/out")" "listening on http://127.0.0.1:$port/v1"

ask() { # ask KEY TEXT -> status; the answer is in $dir/answer
    printf '{"model":"m","messages":[{"role":"user","content":"{\\"tickets\\":[{\\"id\\":\\"abc\\",\\"text\\":\\"%s\\"}]}"}]}' \
        "$2" | curl -s -o "$dir/answer" -w '%{http_code}' -H "Authorization: Bearer $1" \
        --data-binary @- "http://127.0.0.1:$port/v1/chat/completions"
}
control() { curl -s -o "$dir/answer" -w '%{http_code}' -d "$1" "http://127.0.0.1:$port/control"; }
ledger() { curl -s "http://127.0.0.1:$port/ledger" | jq -c "$1"; }

is "a wrong key is refused" "$(ask wrong hello)" 401
is "the right key is answered" "$(ask sesame hello)" 200
content=$(jq -r '.choices[0].message.content' "$dir/answer")
category=$(echo "$content" | jq -r '.results[0].category')
is "the category is one of those given" "$(echo "$category" | grep -cE '^(red|blue)$')" 1
hash=$(printf hello | sha256sum | cut -d ' ' -f 1)
is "the ledger counts texts by their SHA-256" "$(ledger ".tickets[\"$hash\"]")" 1
is "tokens told are tokens billed" "$(jq .usage.completion_tokens "$dir/answer")" \
    "$(ledger .completion_tokens)"
is "a billed call stands in the file" "$(jq -r '.texts[0]' "$dir/bills")" "$hash"
is "faults are switched on while it runs" "$(control '{"faults":["429:100:none"],"key":null}')$(ask any hello)" \
    200429
is "and off again" "$(control '{"faults":[]}')$(ask any hello)" 200200
is "a switch that does not exist is refused" "$(control '{"faults":["nope"]}')" 400
is "refused calls are counted by status" "$(ledger .rejected)" '{"401":1,"429":1}'
is "each billed call is a line" "$(curl -s "http://127.0.0.1:$port/calls" | jq -c .delivered | tr '\n' ' ')" \
    "true true "
is "a model that is none of --models is unknown" \
    "$(control '{"models":["other"]}')$(ask any hello)$(control '{"models":null}')$(ask any hello)" \
    200404200200
is "the list of models is what --models says" \
    "$(control '{"models":["a","b"]}')$(curl -s "http://127.0.0.1:$port/v1/models" |
        jq -r '.data[].id' | tr '\n' ' ')" "200a b "
control '{"models":null,"requests_per_minute":2,"announce_limits":true,"phase":"capped"}' >"$dir/out"
is "above the limit it is 429" "$(ask any hello)$(ask any hello)$(ask any hello)" 200200429
headers() {
    printf '{"model":"m","messages":[{"role":"user","content":"x"}]}' |
        curl -s -D - -o "$dir/answer" --data-binary @- "http://127.0.0.1:$port/v1/chat/completions" |
        tr -d '\r'
}
is "with the exact time to wait" "$(headers | grep -cE '^Retry-After: (29|30)$')" 1
is "limits are announced" "$(headers | grep -cE '^x-ratelimit-(limit-requests: 2|remaining-requests: 0|reset-requests: (59|1m0)[.0-9]*s)$')" 3
is "other forms of Retry-After, or none" \
    "$(control '{"retry_after":"none"}')$(headers | grep -c '^Retry-After')" 2000
is "outcomes are counted by phase" \
    "$(ledger '.phases[1]|[.name,.calls.count,.answered.count,.throttled.count]')" '["capped",6,2,4]'
is "tokens are limited too" \
    "$(control '{"requests_per_minute":0,"tokens_per_minute":1,"limit_window":"fixed"}')$(ask any hello)$(ask any hello)" \
    200200429
control '{"tokens_per_minute":0,"tokens_per_second":100}' >"$dir/out"
began=$(date +%s%N)
printf '{"model":"m","stream":true,"stream_options":{"include_usage":true},"max_tokens":50,"messages":[{"role":"user","content":"x"}]}' |
    curl -sN --data-binary @- "http://127.0.0.1:$port/v1/chat/completions" >"$dir/answer"
is "a stream takes its time" "$((($(date +%s%N) - began) / 1000000 >= 500))" 1
is "and ends with usage" "$(sed -n 's/^data: \({.*}\)$/\1/p' "$dir/answer" | tail -n 1 |
    jq .usage.completion_tokens)$(tail -n 2 "$dir/answer")" "50data: [DONE]"
kill -TERM "$pid"
status=0
wait "$pid" || status=$?
pid=
is "a signal ends it well" "$status" 0
status=0
"$program" simulate --latency 5s,1s >"$dir/out" 2>&1 || status=$?
is "an impossible option is a usage error" "$status" 64
