#!/usr/bin/env bash
# `check --explain`: for each ticket of a file the rule, tier and models that a run would take. No
# broker and no provider is needed or asked.
# timeout: 60
set -u
# shellcheck source=tests/support/say.sh
. "$(dirname "$0")/../support/say.sh"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 1

cat >mill.yaml <<'END'
kafka: {brokers: "127.0.0.1:1"}
providers:
  one: {endpoints: [{url: "https://one.example/v1"}], key_env: NOT_SET_ANYWHERE}
  two: {endpoints: [{url: "https://two.example/v1"}]}
models:
  cheap: {provider: one, price: {input: 0.18, output: 0.25}}
  small: {provider: one, price: {input: 0.1, output: 0.2}, context_tokens: 1500, max_output_tokens: 500}
  chinese: {provider: one, price: {input: 0.73, output: 1.92}}
  unpriced: {provider: one}
  seeing: {provider: two, price: {input: 2.50, output: 10.00}, vision: true}
tiers: {budget: [small, cheap], premium: [cheap, seeing], chinese: [chinese], code: [unpriced]}
routes:
  - {when: {field: /customer/plan, in: [paid, gold]}, tier: premium, otherwise: budget}
  - {when: {field: /amount, greater: 100}, tier: premium, otherwise: budget}
  - {when: {language: zh}, tier: chinese, otherwise: budget}
  - {when: {code: true}, tier: code, otherwise: budget}
  - {tier: budget, otherwise: premium}
shadow: {from: premium, to: budget, percent: 100, mode: mirror}
budget: {run: 5}
END
{
    printf '%s\n' '{"ticket_id":"paid","body":"Charged twice","customer":{"plan":"paid"}}'
    printf '%s\n' '{"ticket_id":"dear","body":"Charged twice","amount":"100.01"}'
    printf '%s\n' '{"ticket_id":"script","body":"我要退款"}'
    printf '%s\n' '{"ticket_id":"field","language":"zh-TW","body":"refund please"}'
    printf '%s\n' '{"ticket_id":"code","body":"see\n~~~\nint x;\n~~~"}'
    printf '%s\n' '{"ticket_id":"image","body":"look","attachments":[{"type":"image/png"}]}'
    printf '{"ticket_id":"long","body":"%s"}\n' "$(head -c 9000 /dev/zero | tr '\0' x)"
    printf '%s\n' '{"body":"no id"}' '' '{"ticket_id":"empty","body":" "}' 'not json'
} >tickets.jsonl

explain() { # explain JQ-EXPRESSION OPTIONS…
    local expression=$1
    shift
    "$TICKETMILL" check --config mill.yaml --explain tickets.jsonl --format json "$@" >out 2>err &&
        jq -e "$expression" out >/dev/null
}

# way NAME TICKET RULE TIER MODELS OTHERWISE SHADOW
way() {
    explain ".tickets[] | select(.ticket_id == \"$2\") | [.rule, .tier, (.models | join(\",\")),
        .otherwise, .shadow] == [$3, \"$4\", \"$5\", $6, $7]"
    say "$1" $? "$(grep "\"$2\"" out) $(cat err)"
}
way a_field_of_a_list paid 1 premium cheap,seeing '"budget"' '"mirror"'
way a_number_in_a_string dear 2 premium cheap,seeing '"budget"' '"mirror"'
way language_by_script script 3 chinese chinese '"budget"' null
way language_by_field field 3 chinese chinese '"budget"' null
way a_tier_without_price_gives_way code 4 budget small,cheap null null
way an_image_goes_where_it_is_seen image 5 premium seeing null null
way a_small_context_is_passed_over long 5 budget cheap '"premium"' null

explain '.tickets | map(select(.ticket_id == "script" or .ticket_id == "field") | .language_by)
    == ["script", "field"]'
say it_tells_what_the_language_is_known_by $? "$(cat out err)"
explain '[.tickets[] | select(.dead_letter) | [.line, .dead_letter]]
    == [[9, "empty"], [10, "empty"], [11, "invalid_json"]] and .dead_letters == 3'
say dead_letters_come_with_their_reason $? "$(cat out err)"
explain '(.tickets | length) == 11 and ([.rules[].tickets] | add) == 8 and .notes[0] ==
    "model unpriced is passed over: it has no price, and a budget is set"'
say every_line_is_told_and_counted $? "$(cat out err)"

"$TICKETMILL" check --config mill.yaml --explain tickets.jsonl --only-provider two >out 2>err
[ $? = 78 ] && [ ! -s out ] && grep -q 'rule 3 (language=zh): tier chinese and its otherwise, budget' err
say a_rule_without_a_model_is_78 $? "$(cat out err)"
explain '[.tickets[] | select(.models) | .models[]] | unique == ["cheap", "chinese", "small"]' \
    --only-provider one
say only_provider_leaves_its_models $? "$(cat out err)"
"$TICKETMILL" check --config mill.yaml --explain - --only-provider one <tickets.jsonl >out 2>err &&
    grep -q 'image .*no model with vision is left, so its text alone' out &&
    grep -q 'line 11 .*dead letter, invalid_json' out && grep -q '3 of 11 would be dead letters' out &&
    grep -q 'model seeing is passed over' err
say the_table_says_why $? "$(cat out err)"
"$TICKETMILL" check --config mill.yaml --explain none.jsonl >out 2>err
[ $? = 1 ] && grep -q 'none.jsonl cannot be opened: No such file' err
say a_missing_file_is_told $? "$(cat out err)"
"$TICKETMILL" check --config mill.yaml --only-provider onee >out 2>err
[ $? = 64 ] && grep -q 'did you mean one;' err
say a_provider_that_is_none_is_usage $? "$(cat out err)"
"$TICKETMILL" check --config mill.yaml --format json >out 2>err
[ $? = 64 ] && grep -q -- '--format goes with --explain, --redact and --prices' err
say a_format_of_nothing_is_usage $? "$(cat out err)"
echo "1..$count"
