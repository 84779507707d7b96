/* Phases of the simulated provider's log of calls. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/json.h"
#include "sim/call_log.h"

#define SECOND INT64_C(1000000)
#define START  INT64_C(1790000000000000)

static void add(struct call_log *l, int64_t at_s, int status, int64_t tokens)
{
    call_log_add(l, &(struct call_log_entry){.phase = call_log_phase_now(l),
                                             .at_unix_us = START + at_s * SECOND,
                                             .done_unix_us = START + (at_s + 2) * SECOND,
                                             .status = status,
                                             .tokens = tokens,
                                             .model = SLICE_LIT("m")});
}

static json *phases(struct call_log *l)
{
    struct buf text;
    json *doc;
    buf_init(&text, SIZE_MAX);
    call_log_print_phases(l, &text);
    assert_int_equal(json_parse(buf_view(&text), JSON_MAX_DEPTH, &doc), ST_OK);
    buf_deinit(&text);
    return doc;
}

static int64_t number(const json *doc, const char *pointer)
{
    double v;
    assert_int_equal(json_number(json_pointer(doc, pointer), &v), ST_OK);
    return (int64_t)(v * 100 + 0.5);
}

static void calls_are_counted_by_outcome_with_their_first_and_last_time(void **state)
{
    (void)state;
    struct call_log *l = call_log_new();
    call_log_allowed(l, 60, 6000, START);
    add(l, 10, 200, 100);
    add(l, 11, 429, 0);
    add(l, 20, 500, 0);
    add(l, 40, 200, 500);
    json *doc = phases(l);
    assert_int_equal(number(doc, "/0/calls/count"), 400);
    assert_int_equal(number(doc, "/0/answered/count"), 200);
    assert_int_equal(number(doc, "/0/throttled/count"), 100);
    assert_int_equal(number(doc, "/0/other/first_us"), (START + 20 * SECOND) * 100);
    assert_int_equal(number(doc, "/0/answered/last_us"), (START + 40 * SECOND) * 100);
    assert_int_equal(number(doc, "/0/wasted_percent"), 5000);
    assert_int_equal(number(doc, "/0/tokens"), 60000);
    /* 30 seconds of 60 requests and 6,000 tokens a minute */
    assert_int_equal(number(doc, "/0/allowed_requests"), 3000);
    assert_int_equal(number(doc, "/0/tokens_percent"), 2000);
    json_free(doc);
    call_log_free(l);
}

static void a_new_phase_counts_anew_and_a_new_limit_from_when_it_is_set(void **state)
{
    (void)state;
    struct call_log *l = call_log_new();
    call_log_allowed(l, 0, 0, START);
    add(l, 1, 200, 1);
    call_log_phase(l, SLICE_LIT("capped"));
    add(l, 10, 200, 1);
    call_log_allowed(l, 120, 0, START + 30 * SECOND);
    add(l, 60, 200, 1);
    json *doc = phases(l);
    assert_int_equal(number(doc, "/0/calls/count"), 100);
    assert_int_equal(number(doc, "/1/calls/count"), 200);
    assert_int_equal(number(doc, "/1/allowed_requests"), 6000);
    assert_true(json_is(json_pointer(doc, "/1/tokens_percent"), JSON_NULL));
    json_free(doc);
    call_log_free(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calls_are_counted_by_outcome_with_their_first_and_last_time),
        cmocka_unit_test(a_new_phase_counts_anew_and_a_new_limit_from_when_it_is_set),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
