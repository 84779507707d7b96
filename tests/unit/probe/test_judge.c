/* The checklist: one endpoint where all is well, and what each fault does to which check. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "probe/judge.h"
#include "support/probe_fixture.h"

static void an_endpoint_where_all_is_well_passes_every_check(void **state)
{
    (void)state;
    struct probe_seen s = seen_good();
    struct findings f;
    judge(&s, &f);
    for (int i = 0; i < CHECK_COUNT; i++)
        if (f.v[i].result != RESULT_PASS || f.v[i].text[0] == '\0')
            fail_msg("%s: %s: %s", check_name((enum probe_check)i), result_name(f.v[i].result),
                     f.v[i].text);
    assert_int_equal(judge_all(&s, &f, 1), VERDICT_PASS);
}

struct fault_case {
    void (*fault)(struct probe_seen *s);
    enum probe_check check;
    enum probe_result result;
    const char *says;
    enum probe_verdict verdict;
};

static const struct fault_case faults[] = {
    {seen_no_connection, CHECK_REACHABLE, RESULT_FAIL, "Could not resolve host", VERDICT_NOWHERE},
    {seen_no_connection, CHECK_KEY, RESULT_SKIPPED, "not tried", VERDICT_NOWHERE},
    {seen_no_connection, CHECK_CONCURRENCY, RESULT_SKIPPED, "not tried", VERDICT_NOWHERE},
    {seen_no_key, CHECK_KEY, RESULT_FAIL, "KEY is not set", VERDICT_NO_KEY},
    {seen_key_refused, CHECK_KEY, RESULT_FAIL, "HTTP 401: as the provider says", VERDICT_KEYS},
    {seen_key_refused, CHECK_WIRE, RESULT_SKIPPED, "not tried", VERDICT_KEYS},
    {seen_region, CHECK_KEY, RESULT_FAIL, "not allowed from this address", VERDICT_NOWHERE},
    {seen_money, CHECK_KEY, RESULT_FAIL, "no money is left", VERDICT_NO_MONEY},
    {seen_model_gone, CHECK_WIRE, RESULT_FAIL, "HTTP 404", VERDICT_FAILED},
    {seen_model_gone, CHECK_KEY, RESULT_PASS, "accepted", VERDICT_FAILED},
    {seen_no_answer, CHECK_WIRE, RESULT_FAIL, "timeout", VERDICT_FAILED},
    {seen_no_answer, CHECK_KEY, RESULT_SKIPPED, "no answer", VERDICT_FAILED},
    {seen_salvaged, CHECK_WIRE, RESULT_FAIL, "not valid JSON", VERDICT_FAILED},
    {seen_parts, CHECK_WIRE, RESULT_NOTE, "list of parts", VERDICT_PASS},
    {seen_no_choices, CHECK_WIRE, RESULT_FAIL, "choices[0]", VERDICT_FAILED},
    {seen_json_refused, CHECK_JSON, RESULT_FAIL, "set `json: none`", VERDICT_FAILED},
    {seen_prose, CHECK_JSON, RESULT_FAIL, "brings no JSON", VERDICT_FAILED},
    {seen_other_json, CHECK_JSON, RESULT_NOTE, "not what was asked for", VERDICT_PASS},
    {seen_other_modes_refused, CHECK_JSON, RESULT_PASS, "json_schema: HTTP 400", VERDICT_PASS},
    {seen_no_usage, CHECK_USAGE, RESULT_FAIL, "not told", VERDICT_FAILED},
    {seen_bad_usage, CHECK_USAGE, RESULT_FAIL, "cannot be", VERDICT_FAILED},
    {seen_no_cached, CHECK_USAGE, RESULT_NOTE, "full price", VERDICT_PASS},
    {seen_cap_refused, CHECK_TOKEN_CAP, RESULT_FAIL, "token_param: max_completion_tokens",
     VERDICT_FAILED},
    {seen_cap_ignored, CHECK_TOKEN_CAP, RESULT_FAIL, "128 is not held: 129", VERDICT_FAILED},
    {seen_small_cap_ignored, CHECK_TOKEN_CAP, RESULT_FAIL, "16 is not held: 17", VERDICT_FAILED},
    {seen_no_key, CHECK_TOKEN_CAP, RESULT_SKIPPED, "not tried", VERDICT_NO_KEY},
    {seen_no_limits, CHECK_TOKEN_CAP, RESULT_PASS, "accepted and held", VERDICT_PASS},
    {seen_temperature_refused, CHECK_TEMPERATURE, RESULT_FAIL, "temperature: null", VERDICT_FAILED},
    {seen_extra_refused, CHECK_THINKING, RESULT_FAIL, "extra_body is refused", VERDICT_FAILED},
    {seen_thinks, CHECK_THINKING, RESULT_FAIL, "20 of 30", VERDICT_FAILED},
    {seen_thinks_as_allowed, CHECK_THINKING, RESULT_NOTE, "reasoning_tokens allows", VERDICT_PASS},
    {seen_thinks_as_allowed, CHECK_TEMPERATURE, RESULT_PASS, "not sent", VERDICT_PASS},
    {seen_thinks_in_the_stream, CHECK_THINKING, RESULT_FAIL, "it thinks", VERDICT_FAILED},
    {seen_thinks_and_says_nothing, CHECK_THINKING, RESULT_FAIL, "no text is left", VERDICT_FAILED},
    {seen_other_model, CHECK_SERVED, RESULT_FAIL, "cheap-one, asked for was m-1", VERDICT_FAILED},
    {seen_dated_model, CHECK_SERVED, RESULT_PASS, "vendor/M-1-2026-08-01", VERDICT_PASS},
    {seen_unnamed_model, CHECK_SERVED, RESULT_NOTE, "not told", VERDICT_PASS},
    {seen_no_request_id, CHECK_REQUEST_ID, RESULT_NOTE, "none", VERDICT_PASS},
    {seen_any_model, CHECK_UNKNOWN_MODEL, RESULT_FAIL, "would not be noticed", VERDICT_FAILED},
    {seen_unknown_is_500, CHECK_UNKNOWN_MODEL, RESULT_NOTE, "instead of 404", VERDICT_PASS},
    {seen_no_limits, CHECK_LIMITS, RESULT_NOTE, "none told", VERDICT_PASS},
    {seen_waits, CHECK_LIMITS, RESULT_PASS, "wait up to 2.00 s", VERDICT_PASS},
    {seen_no_stream, CHECK_STREAM, RESULT_FAIL, "in one piece", VERDICT_FAILED},
    {seen_stream_error, CHECK_STREAM, RESULT_FAIL, "bad_answer", VERDICT_FAILED},
    {seen_stream_burst, CHECK_STREAM, RESULT_NOTE, "came at once", VERDICT_PASS},
    {seen_stream_without_done, CHECK_STREAM, RESULT_NOTE, "[DONE] is missing", VERDICT_PASS},
    {seen_stream_without_usage, CHECK_STREAM, RESULT_NOTE, "no usage", VERDICT_PASS},
    {seen_slow, CHECK_LATENCY, RESULT_FAIL, "target p99 2.00 s", VERDICT_FAILED},
    {seen_just_in_time, CHECK_LATENCY, RESULT_PASS, "200 answers of 1000 tokens", VERDICT_PASS},
    {seen_never_answered, CHECK_LATENCY, RESULT_FAIL, "none of 3 calls", VERDICT_FAILED},
    {seen_never_answered, CHECK_AVAILABILITY, RESULT_FAIL, "0 % of 3", VERDICT_FAILED},
    {seen_one_in_two_hundred_failed, CHECK_AVAILABILITY, RESULT_FAIL, "99.5 % of 200 calls",
     VERDICT_FAILED},
    {seen_one_in_two_thousand_failed, CHECK_AVAILABILITY, RESULT_PASS, "99.95 % of 2000 calls",
     VERDICT_PASS},
    {seen_some_throttled, CHECK_AVAILABILITY, RESULT_NOTE, "5 more answered 429", VERDICT_PASS},
    {seen_all_throttled, CHECK_AVAILABILITY, RESULT_NOTE, "throttled", VERDICT_FAILED},
    {seen_step_throttled, CHECK_CONCURRENCY, RESULT_NOTE, "3 of 64 at once throttled, below",
     VERDICT_PASS},
    {seen_step_failed, CHECK_CONCURRENCY, RESULT_FAIL, "1 of 64 at once failed", VERDICT_FAILED},
    {seen_step_unpaid, CHECK_CONCURRENCY, RESULT_NOTE, "64 not tried, the money cap",
     VERDICT_UNMEASURED},
};

static void each_fault_shows_in_its_check(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        const struct fault_case *c = &faults[i];
        struct probe_seen s = seen_good();
        struct findings f;
        c->fault(&s);
        judge(&s, &f);
        const struct finding *got = &f.v[c->check];
        if (got->result != c->result || strstr(got->text, c->says) == NULL)
            fail_msg("case %zu, %s: %s: %s", i, check_name(c->check), result_name(got->result),
                     got->text);
        if (judge_all(&s, &f, 1) != c->verdict)
            fail_msg("case %zu, %s: verdict %d", i, check_name(c->check), judge_all(&s, &f, 1));
    }
}

/* ---- several endpoints --------------------------------------------------------------------- */

static enum probe_verdict together(void (*first)(struct probe_seen *),
                                   void (*second)(struct probe_seen *))
{
    struct probe_seen s[2] = {seen_good(), seen_good()};
    struct findings f[2];
    if (first != NULL)
        first(&s[0]);
    if (second != NULL)
        second(&s[1]);
    judge(&s[0], &f[0]);
    judge(&s[1], &f[1]);
    return judge_all(s, f, 2);
}

static void the_verdict_is_about_all_of_them(void **state)
{
    (void)state;
    static const struct {
        void (*first)(struct probe_seen *), (*second)(struct probe_seen *);
        enum probe_verdict verdict;
        int exit;
    } cases[] = {
        {NULL, NULL, VERDICT_PASS, 0},
        {NULL, seen_no_connection, VERDICT_FAILED, 3},
        {seen_no_connection, seen_no_connection, VERDICT_NOWHERE, 69},
        {seen_no_connection, seen_region, VERDICT_NOWHERE, 69},
        {seen_no_connection, seen_key_refused, VERDICT_KEYS, 77},
        {seen_key_refused, seen_no_key, VERDICT_KEYS, 77},
        {seen_no_key, seen_no_connection, VERDICT_NO_KEY, 78},
        {seen_key_refused, NULL, VERDICT_FAILED, 3},
        {seen_money, seen_money, VERDICT_NO_MONEY, 7},
        {seen_money, seen_slow, VERDICT_FAILED, 3},
        {seen_step_unpaid, NULL, VERDICT_UNMEASURED, 4},
        {seen_step_unpaid, seen_slow, VERDICT_FAILED, 3},
        {seen_stopped, seen_slow, VERDICT_STOPPED, 5},
        {seen_no_limits, seen_unnamed_model, VERDICT_PASS, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        enum probe_verdict v = together(cases[i].first, cases[i].second);
        if (v != cases[i].verdict || verdict_exit(v) != cases[i].exit)
            fail_msg("case %zu: verdict %d, exit %d", i, v, verdict_exit(v));
    }
}

static void medians_are_over_good_streams_only(void **state)
{
    (void)state;
    struct probe_seen s = seen_good();
    assert_int_equal(judge_first_token_us(&s), 201000);
    assert_int_equal(judge_tokens_per_s(&s), 60);
    s.streams[0].first_token_us = s.streams[1].first_token_us = -1;
    assert_int_equal(judge_first_token_us(&s), 202000);
    s.stream_count = 0;
    assert_int_equal(judge_first_token_us(&s), -1);
    assert_int_equal(judge_tokens_per_s(&s), -1);
}

static void a_finding_is_one_line_that_fits(void **state)
{
    (void)state;
    struct finding f;
    finding_set(&f, RESULT_PASS, "%s", "a\n\x1b[31mb");
    assert_string_equal(f.text, "a [31mb");
    for (int i = 0; i < 100; i++)
        finding_add(&f, i == 50 ? RESULT_FAIL : RESULT_NOTE, "%s", "more of the same");
    assert_int_equal(f.result, RESULT_FAIL);
    assert_true(strlen(f.text) < sizeof f.text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_endpoint_where_all_is_well_passes_every_check),
        cmocka_unit_test(each_fault_shows_in_its_check),
        cmocka_unit_test(the_verdict_is_about_all_of_them),
        cmocka_unit_test(medians_are_over_good_streams_only),
        cmocka_unit_test(a_finding_is_one_line_that_fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
