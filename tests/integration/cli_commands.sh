#!/usr/bin/env bash
# The command line as a person or a script meets it: help, suggestions, exit statuses, what goes to
# stdout and what does not. No broker is needed; the ledger is a demo's.
# timeout: 120
set -u
# shellcheck source=tests/support/say.sh
. "$(dirname "$0")/../support/say.sh"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 1
mill=$TICKETMILL
unset XDG_CONFIG_HOME
export HOME=$dir/home

# expect NAME STATUS STDOUT-PART STDERR-PART COMMAND…   ("-" = must be empty)
expect() {
    local name=$1 status=$2 out=$3 err=$4 got bad=0
    shift 4
    "$mill" "$@" >out 2>err
    got=$?
    [ "$got" = "$status" ] || bad=1
    if [ "$out" = - ]; then [ ! -s out ] || bad=1; else grep -qF -- "$out" out || bad=1; fi
    if [ "$err" = - ]; then [ ! -s err ] || bad=1; else grep -qF -- "$err" err || bad=1; fi
    say "$name" "$bad" "exit $got, expected $status
stdout: $(head -c 600 out)
stderr: $(head -c 600 err)"
}

expect help_lists_the_commands 0 "work off the input topic" - --help
expect no_command_is_usage 64 - "expected a command"
expect version_is_one_line 0 "ticketmill " - --version
expect verbose_version_lists_what_is_linked 0 "librdkafka" - --version --verbose
expect verbose_may_come_first 0 "libmicrohttpd" - --verbose --version
expect a_slip_of_the_finger_gets_a_suggestion 64 - "did you mean report" reprot
expect nonsense_gets_none 64 - 'unknown command "xyzzy"; try' xyzzy
expect an_unknown_option_is_told 64 - 'unknown option "--nope"' --nope run
expect an_option_gets_a_suggestion 64 - "did you mean --limit" run --limitt 3
expect bad_values_are_told_in_one_form 64 - \
    'ticketmill run: --limit: expected a whole number ≥ 0, found "x"; try ticketmill run --help' \
    run --limit x
for command in run report labels estimate compare probe show check dlq ledger simulate demo; do
    expect "help_of_$command" 0 "ticketmill $command" - "$command" --help
done
expect formats_to_come_are_refused 78 - "--format html: not available yet" report --format html
expect two_groupings_are_one_too_many 64 - 'customer, found "model"' report --by day --by model
expect no_configuration_is_told_with_the_places 78 - "looked for ./ticketmill.yaml" report

cat >wrong.yaml <<'END'
time_zone: Mars/Olympus
kafka:
  brokerz: x
packing: {max_tickets: 0}
END
expect all_mistakes_of_a_file_at_once 78 - "wrong.yaml:1:" run --config wrong.yaml
expect the_second_one_too 78 - "wrong.yaml:3:" run --config wrong.yaml
expect global_option_before_the_command 78 - "wrong.yaml:4:" --config wrong.yaml run
expect global_option_with_equals_sign 78 - "wrong.yaml:1:" --config=wrong.yaml run
expect a_config_option_needs_a_file 64 - "--config: expected a file name" --config

"$mill" demo --tickets 200 --dir "$dir/demo" >demo.out 2>demo.err
say demo_ends_well $? "$(tail -n 5 demo.err)"
config=$dir/demo/ticketmill.yaml
expect the_report_is_a_table 0 "per 1,000 tickets" - report --config "$config"
expect the_weaker_publishing_is_named 0 "idempotent: weaker" - report --config "$config"
expect zones_are_checked 64 - "--time-zone: expected an IANA time zone" \
    report --config "$config" --time-zone Mars/Olympus
expect zones_group_the_nights 0 "(Asia/Tokyo)" - report --config "$config" --time-zone Asia/Tokyo
expect a_run_that_is_not_there 1 - "no run fits --run nobody" report --config "$config" --run nobody
expect dates_are_checked 64 - "--day: expected a date" report --config "$config" --day yesterday
expect a_ticket_that_is_not_there 1 - "no ticket of that id" show --config "$config" nobody
expect show_needs_a_ticket 64 - "expected [OPTIONS] TICKET_ID" show --config "$config"
expect a_missing_ledger_is_65 65 - "there is no ledger of that name" report --ledger "$dir/none.db"
expect a_file_that_is_no_ledger_is_65 65 - "$config" report --ledger "$config"
expect books_can_be_verified_alone 0 "books: straight" - ledger verify --books-only --config "$config"

"$mill" report --config "$config" --format json >report.json 2>err
bad=$?
jq -e '.schema == "ticketmill.report/1" and .tickets.results > 0 and
    (.cost.spent_usd | test("^[0-9]+[.][0-9]{12}$"))' report.json >/dev/null && [ ! -s err ] || bad=1
say json_on_stdout_is_pure "$bad" "$(head -c 400 report.json) $(head -c 400 err)"

id=$(sqlite3 "file:$dir/demo/demo.db?mode=ro" \
    "SELECT ticket_id FROM ticket WHERE state = 1 ORDER BY seq LIMIT 1")
expect a_ticket_tells_its_category 0 "category" - show --config "$config" "$id"
expect after_the_command_works_too 0 "category" - show "$id" --config "$config"
expect a_ledger_needs_no_configuration 0 "category" - show "$id" --ledger "$dir/demo/demo.db"

"$mill" report --config "$config" >/dev/full 2>err
[ $? = 1 ] && grep -q "standard output" err
say a_full_disk_is_no_success $? "$(cat err)"
printf '%s' "$("$mill" report --config "$config" 2>&1)" | grep -q "$(printf '\033')" && bad=1 || bad=0
say no_colours_in_a_pipe "$bad" "escape sequences"
echo "1..$count"
