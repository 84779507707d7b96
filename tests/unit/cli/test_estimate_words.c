/* `estimate`: earlier runs against assumptions, time, and what is said about the figures. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka needs the above */
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "support/estimate_shop.h"

static void figures_of_earlier_runs_take_the_place_of_assumptions(void **state)
{
    struct shop s;
    bool told;
    (void)state;
    open_shop(&s, ONE_ROUTE);
    take_many(&s, 100, ",\"language\":\"en\"");
    make(&s);
    int64_t guess = s.estimate.input_tokens, cost = s.estimate.cost_pusd;
    estimate_output_milli(&s.estimate, 0, LANG_EN, &told);
    assert_false(told);

    s.observed.models[0] = (struct observed_model){.calls = 100,
                                                   .tickets = 1000,
                                                   .input_tokens = 2 * guess * 10,
                                                   .cached_tokens = guess * 10,
                                                   .output_tokens = 30000,
                                                   .latency_us = 100 * 3 * SECOND};
    s.observed.models[0].language_tickets[LANG_EN] = 500;
    s.observed.models[0].language_output[LANG_EN] = 10000;
    s.observed.results = 1000;
    s.observed.reused = 200;
    s.observed.first_pusd = 1000;
    s.observed.again_pusd = 50;
    make(&s);
    assert_true(s.estimate.copies_observed);
    assert_int_equal(s.estimate.asked, 80);
    assert_int_equal(estimate_output_milli(&s.estimate, 0, LANG_EN, &told), 20000);
    assert_true(told);
    assert_int_equal(estimate_output_milli(&s.estimate, 0, LANG_DE, &told), 30000);
    const struct estimate_line *l = &s.estimate.lines[0];
    assert_int_equal(l->output_tokens, 80 * 20);
    assert_in_range(l->input_tokens, guess * 2 * 8 / 10 - 100, guess * 2 * 8 / 10 + 100);
    assert_in_range(l->cached_tokens, l->input_tokens / 2 - 10, l->input_tokens / 2);
    assert_int_equal(s.estimate.again_ppm, 50000);
    assert_true(l->cost_pusd < l->uncached_pusd);
    assert_int_equal(s.estimate.paces[0].latency_us, 3 * SECOND);
    assert_true(cost > 0);
    close_shop(&s);
}

static void too_few_earlier_calls_are_not_believed(void **state)
{
    struct shop s;
    bool told;
    (void)state;
    open_shop(&s, ONE_ROUTE);
    take_many(&s, 10, "");
    s.observed.models[0] = (struct observed_model){
        .calls = 19, .tickets = 49, .input_tokens = 1, .output_tokens = 1, .latency_us = 1};
    s.observed.results = 99;
    s.observed.reused = 99;
    make(&s);
    assert_int_equal(s.estimate.asked, 10);
    estimate_output_milli(&s.estimate, 0, LANG_UND, &told);
    assert_false(told);
    assert_true(s.estimate.paces[0].latency_us > SECOND);
    close_shop(&s);
}

static void time_is_bound_by_what_is_scarcest(void **state)
{
    static const struct {
        const char *limits;
        int bound;
        int64_t seconds; /* 400 calls of 2 s at 4 in flight, or by the limit; and the last call */
    } cases[] = {
        {"max_in_flight: 4", PACE_IN_FLIGHT, 200 + 1 + 2},
        {"max_in_flight: 400", PACE_IN_FLIGHT, 2 + 1 + 2},
        {"max_in_flight: 400, requests_per_minute: 100", PACE_REQUESTS, 240 + 2},
        {"max_in_flight: 400, requests_per_minute: 100000", PACE_IN_FLIGHT, 2 + 1 + 2},
    };
    const struct estimate_options o = {.start_unix_us = NOW, .latency_us = 2 * SECOND};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[1000];
        struct config *c;
        struct shop s;
        struct fail fail;
        snprintf(text, sizeof text,
                 "providers: {p: {endpoints: [{url: \"https://h.example/v1\"}], %s}}\n"
                 "models: {m: {provider: p, price: {input: 1, output: 1}}}\ntiers: {t: [m]}\n"
                 "routes: [{tier: t}]\npacking: {max_tickets: 1}\n",
                 cases[i].limits);
        open_shop(&s, ONE_ROUTE);
        take_many(&s, 400, "");
        c = config_of_text(text, CONFIG_FOR_FILE);
        s.sample.config = c; /* the same tickets, another shop */
        assert_int_equal(estimate_make(&s.sample, &s.observed, &o, &s.estimate, &fail), ST_OK);
        assert_int_equal(s.estimate.calls, 400);
        assert_int_equal(s.estimate.paces[0].bound, cases[i].bound);
        assert_int_equal(s.estimate.seconds, cases[i].seconds);
        close_shop(&s);
        config_free(c);
    }
}

static void an_amount_that_does_not_fit_is_an_error(void **state)
{
    struct shop s;
    struct fail fail;
    const struct estimate_options o = {.start_unix_us = NOW, .latency_us = -1};
    (void)state;
    open_shop(&s, "routes: [{tier: premium}]\n");
    take_many(&s, 3, "");
    s.sample.pending = INT64_C(1) << 60;
    assert_int_equal(estimate_make(&s.sample, &s.observed, &o, &s.estimate, &fail), ST_OVERFLOW);
    close_shop(&s);
}

static void assert_said(const struct shop *s, void (*say)(const struct estimate *, struct buf *),
                        const char *text)
{
    struct buf out;
    buf_init(&out, SIZE_MAX);
    say(&s->estimate, &out);
    if (slice_find(buf_view(&out), slice_str(text)) < 0)
        fail_msg("\"%s\" is not in: %s", text, out.n > 0 ? out.p : "");
    buf_deinit(&out);
}

static void what_does_not_fit_the_configuration_is_told(void **state)
{
    struct shop s;
    (void)state;
    open_shop(&s, "budget: {run: 0.0001, tiers: {budget: 0.0001}}\n"
                  "run: {finish_by: \"23:59\"}\nroutes: [{tier: budget}]\n");
    take_many(&s, 20, "");
    make(&s);
    assert_said(&s, estimate_warnings, "budget.run of USD 0.000100 is below");
    assert_said(&s, estimate_warnings, "the run ends with 4");
    assert_said(&s, estimate_warnings, "budget.tiers.budget of USD 0.000100");
    assert_said(&s, estimate_warnings, "run.finish_by 23:59"); /* a minute ago: passed */
    assert_said(&s, estimate_assumptions, "no earlier calls with this prompt");
    assert_said(&s, estimate_text, "Look at");
    assert_said(&s, estimate_text, "Taken for granted");
    assert_said(&s, estimate_json, "\"schema\":\"ticketmill.estimate/1\"");
    close_shop(&s);
}

static void nothing_pending_is_an_estimate_too(void **state)
{
    struct shop s;
    (void)state;
    open_shop(&s, ONE_ROUTE);
    make(&s);
    assert_int_equal(s.estimate.calls, 0);
    assert_int_equal(s.estimate.cost_pusd, 0);
    assert_int_equal(s.estimate.seconds, 0);
    assert_said(&s, estimate_text, "to classify              0");
    close_shop(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figures_of_earlier_runs_take_the_place_of_assumptions),
        cmocka_unit_test(too_few_earlier_calls_are_not_believed),
        cmocka_unit_test(time_is_bound_by_what_is_scarcest),
        cmocka_unit_test(an_amount_that_does_not_fit_is_an_error),
        cmocka_unit_test(what_does_not_fit_the_configuration_is_told),
        cmocka_unit_test(nothing_pending_is_an_estimate_too),
    };
    return cmocka_run_group_tests(tests, config_folder_make, config_folder_remove);
}
