#!/bin/sh
# Signals, brokers and providers that go away, keys that change. In CI without the cases that wait
# for a broker or a provider to be missed.
# timeout: 900
if [ "$CI" = true ] && [ -z "$STOPPING_ALL" ]; then
    set -- sigterm_awaits_the_calls_in_flight sighup_is_as_good_as_sigterm \
        the_grace_period_ends_calls_that_hang_and_books_them_as_unknown \
        sigterm_while_waiting_for_brokers_leaves_at_once \
        a_signal_at_any_moment_near_the_end_gives_0_or_5 \
        sigpipe_and_closed_output_do_not_end_a_run \
        a_broker_killed_and_restarted_lets_the_run_go_on_by_itself \
        a_key_rotated_in_the_middle_costs_no_ticket \
        a_key_that_is_revoked_is_77_and_a_new_one_ends_the_work
    export STOPPING_MOMENTS="${STOPPING_MOMENTS:-4}"
fi
exec python3 "$(dirname "$0")/../fault/stopping.py" "$@"
