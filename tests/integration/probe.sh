#!/usr/bin/env bash
# `ticketmill probe` against simulated providers: a good one, a slow one, one that refuses the region,
# one that is not there; caps that hold at the witness; keys; what has to be left out; Ctrl-C.
# timeout: 240
set -u
# shellcheck source=tests/support/say.sh
. "$(dirname "$0")/../support/say.sh"
dir=$(mktemp -d)
pids=()
finish() {
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null; done
    wait 2>/dev/null
    rm -rf "$dir"
}
trap finish EXIT
cd "$dir" || exit 1
mill=$TICKETMILL
unset XDG_CONFIG_HOME NO_COLOR
export HOME=$dir/home PROBE_KEY=sesame

start() { # start NAME OPTIONS…: a simulated provider; its port is in NAME.port
    local name=$1
    shift
    "$mill" simulate --port-file "$name.port" "$@" >"$name.log" 2>&1 &
    pids+=($!)
    for _ in $(seq 100); do
        [ -s "$name.port" ] && return
        sleep 0.1
    done
    echo "# $name did not start: $(cat "$name.log")"
}

url() { echo "http://127.0.0.1:$(cat "$1.port")/v1"; }

configure() { # configure FILE MODEL-LINES ENDPOINT=URL…
    local file=$1 model=$2 one
    shift 2
    {
        printf 'providers:\n  here:\n    endpoints:\n'
        for one in "$@"; do printf '      - {name: %s, url: "%s"}\n' "${one%%=*}" "${one#*=}"; done
        printf '    key_env: PROBE_KEY\n    timeout: 10s\n    connect_timeout: 2s\n'
        printf '    target: {availability: 99.9, p99: 400ms}\n'
        printf 'models:\n  m:\n    provider: here\n%s\n' "$model"
        printf 'tiers: {only: [m]}\nroutes: [{tier: only}]\n'
    } >"$file"
}
priced='    price: {input: 0.18, output: 0.25}'

probe() { # probe STATUS OPTIONS…: into out and err
    local want=$1 got
    shift
    "$mill" probe "$@" >out 2>err
    got=$?
    [ "$got" = "$want" ] || {
        echo "# exit $got instead of $want" >>err
        return 1
    }
}

check() { # check NAME JQ-EXPRESSION: on the JSON in out
    local good=1
    jq -e "$2" out >/dev/null 2>jq.err && good=0
    say "$1" "$good" "$2: $(jq -c '.verdict, [.endpoints[] | .endpoint, (.checks[] | select(.result != "pass"))]' \
        out 2>&1 | head -c 1500) $(head -c 300 err) $(cat jq.err)"
}

# Picodollars that the witness billed, at the prices above.
billed() { curl -s "$(url "$1" | sed 's|/v1$||')/ledger" | jq '.prompt_tokens * 180000 + .completion_tokens * 250000'; }

start good --key sesame --models m --latency 20ms,60ms --announce-limits --requests-per-minute 600000 \
    --tokens-per-second 5000
start slow --key sesame --models m --latency 500ms,550ms
start region --fault 403
configure four.yaml "$priced" "us-east=$(url good)" "us-west=$(url slow)" "eu-west=$(url region)" \
    ap-southeast=http://127.0.0.1:1/v1

# ---- four regions at once ----

probe 3 --config four.yaml --duration 2s --concurrency 1,4 --format json
say some_checks_failed_is_3 $? "$(cat err)"
at() { echo ".endpoints[] | select(.endpoint == \"$1\")"; }
result() { echo "($(at "$1") | .checks[] | select(.check == \"$2\").result)"; }
check every_region_is_in_it '[.endpoints[].endpoint] == ["us-east","us-west","eu-west","ap-southeast"]'
check the_good_one_passes_everything "[$(at us-east) | .checks[].result] | all(. == \"pass\")"
check the_slow_one_fails_by_latency_alone \
    "[$(at us-west) | .checks[] | select(.result == \"fail\").check] == [\"latency\"]"
check the_refused_region_fails_at_the_key "$(result eu-west key) == \"fail\" and
    ([$(at eu-west) | .checks[] | select(.result == \"fail\")] | length) == 1"
check the_dead_one_is_not_reachable "$(result ap-southeast reachable) == \"fail\""
check the_good_one_was_measured "$(at us-east) | .load.answered >= 10 and .load.availability_ppm == 1000000 and
    .load.latency_us.p50 >= 20000 and .load.latency_us.p50 <= .load.latency_us.p99 and
    .stream.first_token_us > 0 and .stream.tokens_per_s > 100 and .limits.requests_limit == 600000 and
    .concurrency[1].answered == 4"
check money_is_told_to_the_picodollar '.money.spent_pusd == ([.endpoints[].money.spent_pusd] | add) and
    (.money.spent_usd | test("^0[.][0-9]{12}$"))'
spent=$(jq '[.endpoints[].money.spent_pusd] | add' out)
say what_is_told_is_what_was_billed \
    "$([ "$spent" = $(($(billed good) + $(billed slow))) ] && echo 0 || echo 1)" \
    "told $spent, billed $(billed good) and $(billed slow)"

# ---- one that is good ----

configure good.yaml "$priced" "us-east=$(url good)"
probe 0 --config good.yaml --duration 500ms --concurrency 1,8
bad=$?
grep -q "All checks passed" out && grep -q "Spent USD" out && [ ! -s err ] || bad=1
say all_passed_is_0_and_stderr_is_silent "$bad" "$(cat out err)"
grep -q "$(printf '\033')" out && bad=1 || bad=0
say no_escapes_in_a_pipe "$bad" "$(head -n 5 out)"

# ---- nobody there, nobody let in ----

configure dead.yaml "$priced" a=http://127.0.0.1:1/v1 "b=$(url region)"
probe 69 --config dead.yaml --duration 500ms
say nothing_usable_is_69 $? "$(cat out err)"
PROBE_KEY=wrong probe 77 --config good.yaml --duration 500ms
say a_refused_key_is_77 $? "$(cat out err)"
(
    unset PROBE_KEY
    probe 78 --config good.yaml --duration 500ms && grep -q PROBE_KEY out
)
say a_missing_key_is_78_and_named $? "$(cat out err)"

# ---- caps, held against what the provider's own ledger says ----

before=$(billed good)
probe 4 --config good.yaml --duration 1s --concurrency 1,4,16,64 --max-usd 0.002
bad=$?
tr -s ' \n' ' ' <out | grep -q "not tried, the money cap is reached" || bad=1
say a_cap_that_is_reached_is_4_and_says_what_is_missing "$bad" "$(cat out err)"
used=$(($(billed good) - before))
say the_cap_holds_at_the_provider "$([ "$used" -gt 0 ] && [ "$used" -le 2000000000 ] && echo 0 || echo 1)" \
    "billed $used picodollars"
configure free.yaml "    json: json_object" "us-east=$(url good)"
probe 64 --config free.yaml && bad=0 || bad=1
grep -q -- "--max-calls" err || bad=1
say an_unpriced_model_needs_a_number_of_calls "$bad" "$(cat out err)"
calls() { curl -s "$(url good | sed 's|/v1$||')/log" | wc -l; }
before=$(calls)
probe 4 --config free.yaml --duration 500ms --max-calls 12
say calls_that_run_out_are_4 $? "$(cat out err)"
made=$(($(calls) - before))
say no_call_more_than_allowed "$([ "$made" -ge 8 ] && [ "$made" -le 12 ] && echo 0 || echo 1)" "$made calls"

# ---- throttled ----

start narrow --key sesame --models m --latency 100ms,120ms --concurrency-limit 3
configure narrow.yaml "$priced" "us-east=$(url narrow)"
probe 0 --config narrow.yaml --duration 500ms --concurrency 1,2,8,16 --format json
check steps_end_at_the_first_refusal '.endpoints[0].concurrency |
    [.[].tried] == [true, true, true, false] and .[2].throttled == 5 and .[2].answered == 3'

start greedy --key sesame --models m --ignore-cap --bill-percent 130
configure greedy.yaml "$priced" "us-east=$(url greedy)"
probe 3 --config greedy.yaml --duration 200ms --concurrency 1 --format json
check a_cap_that_is_ignored_is_found '[.endpoints[0].checks[] | select(.result == "fail").check] == ["token cap"]'

# ---- what a provider does not take is found and named ----

cat >picky.py <<'END'
import http.server, json, sys
class Picky(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        member = self.path.split("/")[1]
        if member in body:
            return self.reply(400, {"error": {"code": "unsupported_parameter", "message": "no " + member}})
        if body["model"] != "m":
            return self.reply(404, {"error": {"code": "model_not_found", "message": "no such model"}})
        ids = [t["id"] for t in json.loads(body["messages"][1]["content"])["tickets"]]
        text = json.dumps({"results": [{"id": i, "category": "other", "confidence": 1, "summary": "x"} for i in ids]})
        cap = body.get("max_tokens", body.get("max_completion_tokens"))
        usage = {"prompt_tokens": 50, "completion_tokens": min(20, cap), "prompt_tokens_details": {"cached_tokens": 0}}
        if not body["stream"]:
            return self.reply(200, {"id": "c", "model": "m", "usage": usage,
                "choices": [{"finish_reason": "stop", "message": {"content": text}}]})
        events = ": wait\r\n\r\n" + "".join("data: " + json.dumps(e) + "\r\n\r\n" for e in (
            {"choices": [{"delta": {"content": text}}]}, {"choices": [{"delta": {}, "finish_reason": "stop"}]},
            {"choices": [], "usage": usage})) + "data: [DONE]\r\n\r\n"
        self.send(200, "text/event-stream", events.encode())
    def reply(self, status, doc):
        self.send(status, "application/json", json.dumps(doc).encode())
    def send(self, status, kind, data):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
    def log_message(self, *args):
        pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Picky)
with open("picky.port", "w") as f:
    f.write(str(server.server_address[1]))
server.serve_forever()
END
python3 picky.py &
pids+=($!)
for _ in $(seq 100); do
    [ -s picky.port ] && break
    sleep 0.1
done
picky="http://127.0.0.1:$(cat picky.port)"
configure picky.yaml "$priced
    json: json_object
    extra_body: {thinking: {type: disabled}}" "cap=$picky/max_tokens/v1" "warm=$picky/temperature/v1" \
    "json=$picky/response_format/v1" "extra=$picky/thinking/v1" "none=$picky/none/v1"
probe 3 --config picky.yaml --duration 200ms --concurrency 1 --format json
failed() { echo "[$(at "$1") | .checks[] | select(.result == \"fail\").check]"; }
check a_refused_token_cap_is_found "$(failed cap) == [\"token cap\"]"
check a_refused_temperature_is_found "$(failed warm) == [\"temperature\"]"
check a_refused_json_mode_is_found "$(failed json) == [\"JSON mode\"]"
check a_refused_extra_body_is_found "$(failed extra) == [\"thinking\"]"
check one_that_takes_all_fails_nothing "$(failed none) == []"
check measuring_goes_on_without_it "[.endpoints[].load.answered > 0] | all"

# ---- Ctrl-C ----

"$mill" probe --config four.yaml --duration 60s >out 2>err &
pid=$!
sleep 3
kill -INT "$pid"
began=$EPOCHREALTIME
wait "$pid"
status=$?
took=$(((${EPOCHREALTIME/[.,]/} - ${began/[.,]/}) / 1000))
bad=1
[ "$status" = 5 ] && grep -q "us-east" out && grep -q "Stopped; this is what was seen" out &&
    grep -q "p50" out && [ "$took" -lt 1000 ] && bad=0
say a_signal_prints_what_there_is_and_is_5 "$bad" "exit $status after $took ms: $(head -c 1500 out)"

# ---- check connects too, and asks nothing ----

brokers=${TICKETMILL_TEST_BROKERS:-127.0.0.1:1}
{
    printf 'kafka: {brokers: "%s"}\n' "$brokers"
    grep -v target: good.yaml
} >check.yaml
before=$(calls)
"$mill" check --config check.yaml >out 2>err
bad=1
grep -A 2 "^endpoints: connections tried" out | grep -q "here/us-east .* ms .* 127.0.0.1" && bad=0
grep -q "providers.here" err && bad=1
say check_connects_to_endpoints "$bad" "$(cat out err)"
say check_asks_nothing "$([ "$(calls)" = "$before" ] && echo 0 || echo 1)" "$(calls) calls, $before before"
sed "s|$(url good)|http://127.0.0.1:1/v1|" check.yaml >away.yaml
"$mill" check --config check.yaml >out 2>err
status=$?
"$mill" check --config away.yaml >out 2>err
bad=$([ $? = "$status" ] && echo 0 || echo 1)
grep -q "providers.here: none of its endpoints can be reached" err || bad=1
say endpoints_that_are_away_only_warn "$bad" "$(cat out err)"
"$mill" check --config away.yaml --offline >out 2>err
bad=$?
grep -q "not contacted" out && [ ! -s err ] || bad=1
say offline_contacts_nobody "$bad" "$(cat out err)"

# ---- usage ----

usage() { # usage NAME WORDS OPTIONS…
    local name=$1 words=$2 bad=0
    shift 2
    probe 64 "$@" || bad=1
    grep -qF -- "$words" err || bad=1
    say "$name" "$bad" "$(cat err)"
}
usage steps_ascend "--concurrency: expected ascending" --concurrency 4,1
usage durations_have_a_unit "--duration: expected a duration" --duration 60
usage unknown_models_are_told "--model: the configuration has none" --config good.yaml --model gpt
usage unknown_providers_are_told "--provider: the configuration has none" --config good.yaml --provider x
usage unknown_endpoints_are_told "no endpoint of that name" --config good.yaml --endpoint x
echo "1..$count"
