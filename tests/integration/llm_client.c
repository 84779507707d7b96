/* The HTTP client against the simulated provider: every way to misbehave ends in its class. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/mem.h"
#include "support/llm_fixture.h"

static const char first[] = "I was charged twice for my invoice", second[] = "Where is my parcel?";

static void good_call_gives_content_usage_and_names(void **state)
{
    (void)state;
    struct llm_fixture f;
    struct llm_outcome o;
    llm_fixture_start(&f, NULL);
    char *body = llm_fixture_body(first, second);
    llm_fixture_ask(&f, body, &o);
    assert_int_equal(o.reply.failure, FAIL_NONE);
    assert_int_equal(o.reply.http_status, 200);
    assert_true(o.reply.sent);
    assert_string_equal(o.reply.finish_reason, "stop");
    assert_string_equal(o.reply.served_model, "m");
    assert_non_null(strstr(o.content, "\"id\":\"k7q\",\"category\":\"billing\""));
    assert_non_null(strstr(o.content, "\"id\":\"m4x\",\"category\":\"shipping\""));
    assert_true(o.reply.usage.present);
    assert_true(o.reply.usage.input > 0 && o.reply.usage.output > 0);
    llm_outcome_clear(&o);
    mem_free(body);
    llm_fixture_stop(&f);
}

/* ---- faults ------------------------------------------------------------------------------- */

struct fault_case {
    const char *fault;
    enum failure failure;
    int status;
    int64_t retry_after_us; /* -1 = none; -2 = do not look */
    bool usage, content;
};

#define ASKS -2

static const struct fault_case fault_cases[] = {
    {"429:100:3", FAIL_THROTTLED, 429, 3000000, false, false},
    {"429:100:fraction", FAIL_THROTTLED, 429, 500000, false, false},
    {"429:100:date", FAIL_THROTTLED, 429, ASKS, false, false},
    {"429:100:past", FAIL_THROTTLED, 429, 0, false, false},
    {"429:100:absurd", FAIL_THROTTLED, 429, INT64_C(31622400000000), false, false},
    {"429:100:ms", FAIL_THROTTLED, 429, 700000, false, false},
    {"429:100:reset", FAIL_THROTTLED, 429, 1200000, false, false},
    {"429:100:none", FAIL_THROTTLED, 429, -1, false, false},
    {"429:100:quota", FAIL_MONEY, 429, -1, false, false},
    {"500", FAIL_SERVER, 500, -1, false, false},
    {"503", FAIL_SERVER, 503, -1, false, false},
    {"503-retry:100:2", FAIL_THROTTLED, 503, 2000000, false, false},
    {"502", FAIL_GATEWAY, 502, -1, false, false},
    {"504:100:billed", FAIL_GATEWAY, 504, -1, false, false},
    {"408", FAIL_GATEWAY, 408, -1, false, false},
    {"401", FAIL_KEY, 401, -1, false, false},
    {"402", FAIL_MONEY, 402, -1, false, false},
    {"403", FAIL_REGION, 403, -1, false, false},
    {"404", FAIL_CONFIG, 404, -1, false, false},
    {"400", FAIL_CONFIG, 400, -1, false, false},
    {"reject", FAIL_REJECTED, 418, -1, false, false},
    {"redirect", FAIL_CONFIG, 302, -1, false, false},
    {"policy-400", FAIL_POLICY, 400, -1, false, false},
    {"oversize-400:100:1", FAIL_OVERSIZE, 400, -1, false, false},
    {"oversize-400:100:2", FAIL_NONE, 200, -1, true, true},
    {"hang", FAIL_TIMEOUT, 0, -1, false, false},
    {"hang-billed", FAIL_TIMEOUT, 0, -1, false, false},
    {"slow-loris", FAIL_TIMEOUT, 200, -1, false, false},
    {"hang:100:1", FAIL_RESET, 0, -1, false, false},
    {"cut", FAIL_RESET, 200, -1, false, false},
    {"reset", FAIL_RESET, 0, -1, false, false},
    {"reset-before", FAIL_RESET, 0, -1, false, false},
    {"keepalive", FAIL_NONE, 200, -1, true, true},
    {"truncate", FAIL_TRUNCATED, 200, -1, true, true},
    {"missing", FAIL_NONE, 200, -1, true, true},
    {"extra", FAIL_NONE, 200, -1, true, true},
    {"duplicate", FAIL_NONE, 200, -1, true, true},
    {"conflict", FAIL_NONE, 200, -1, true, true},
    {"reorder", FAIL_NONE, 200, -1, true, true},
    {"foreign-id", FAIL_NONE, 200, -1, true, true},
    {"wrong-category", FAIL_NONE, 200, -1, true, true},
    {"percent-confidence", FAIL_NONE, 200, -1, true, true},
    {"long-summary", FAIL_TRUNCATED, 200, -1, true, true}, /* meets the token cap */
    {"prose", FAIL_NONE, 200, -1, true, true},
    {"fence", FAIL_NONE, 200, -1, true, true},
    {"think", FAIL_NONE, 200, -1, true, true},
    {"bare-array", FAIL_NONE, 200, -1, true, true},
    {"parts", FAIL_NONE, 200, -1, true, true},
    {"blank", FAIL_BAD_ANSWER, 200, -1, true, true},
    {"spaces", FAIL_BAD_ANSWER, 200, -1, true, true},
    {"null-content", FAIL_BAD_ANSWER, 200, -1, true, false},
    {"refusal", FAIL_REFUSED, 200, -1, true, false},
    {"filter", FAIL_FILTERED, 200, -1, true, true},
    {"no-usage", FAIL_NONE, 200, -1, false, true},
    {"bad-usage", FAIL_NONE, 200, -1, false, true},
    {"html", FAIL_BAD_ANSWER, 200, -1, false, false},
    {"empty", FAIL_BAD_ANSWER, 200, -1, false, false},
    {"error-200", FAIL_BAD_ANSWER, 200, -1, true, false},
    {"surrogate", FAIL_NONE, 200, -1, true, true},
    {"surrogate:100:inner", FAIL_NONE, 200, -1, true, true},
    {"nul", FAIL_NONE, 200, -1, true, true},
    {"huge-body", FAIL_TOO_LARGE, 200, -1, false, false},
    {"gzip-bomb", FAIL_TOO_LARGE, 200, -1, false, false},
};

static void check_fault(const struct fault_case *c)
{
    struct llm_fixture f;
    struct llm_outcome o;
    llm_fixture_start(&f, (const char *const[]){c->fault, NULL});
    f.provider.timeout_us = c->failure == FAIL_TIMEOUT ? 500000 : 10000000;
    char *body = llm_fixture_body(first, second);
    llm_fixture_ask(&f, body, &o);
    if (o.reply.failure != c->failure)
        fail_msg("%s: %s instead of %s (%s)", c->fault, failure_name(o.reply.failure),
                 failure_name(c->failure), o.reply.message);
    if (o.reply.http_status != c->status || o.reply.usage.present != c->usage ||
        (o.content != NULL) != c->content || !o.reply.sent)
        fail_msg("%s: status %d, usage %d, content %d, sent %d", c->fault, o.reply.http_status,
                 o.reply.usage.present, o.content != NULL, o.reply.sent);
    if (c->retry_after_us != ASKS && c->retry_after_us != o.reply.retry_after_us)
        fail_msg("%s: retry after %lld", c->fault, (long long)o.reply.retry_after_us);
    if (c->failure != FAIL_NONE)
        assert_true(o.reply.message[0] != '\0');
    llm_outcome_clear(&o);
    mem_free(body);
    llm_fixture_stop(&f);
}

static void every_fault_ends_in_its_class(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof fault_cases / sizeof fault_cases[0]; i++)
        check_fault(&fault_cases[i]);
}

/* ---- many calls ---------------------------------------------------------------------------- */

struct crowd {
    struct llm_fixture f;
    const char *body;
    int sent, ended, good, limit;
    int most_in_flight;
    bool done;
};

static void crowd_send(struct crowd *c);

static void crowd_done(void *arg, const struct llm_reply *reply)
{
    struct crowd *c = arg;
    c->ended++;
    c->good += reply->failure == FAIL_NONE;
    if (c->sent < c->limit)
        crowd_send(c);
    c->done = c->ended == c->limit;
}

static void crowd_send(struct crowd *c)
{
    struct llm_call call = {.call_id = "01CROWD",
                            .body = slice_str(c->body),
                            .timeout_us = 20000000,
                            .done = crowd_done,
                            .arg = c};
    c->sent++;
    llm_client_send(c->f.client, &call);
    int now = llm_client_in_flight(c->f.client);
    if (now > c->most_in_flight)
        c->most_in_flight = now;
}

/* `limit` calls, `width` of them at a time. */
static void crowd_run(struct crowd *c, int limit, int width)
{
    c->limit = limit;
    for (int i = 0; i < width; i++)
        crowd_send(c);
    assert_true(test_reactor_run(c->f.loop, &c->done, 60000));
    assert_int_equal(c->good, limit);
    assert_int_equal(llm_client_in_flight(c->f.client), 0);
}

static void connections_are_used_again(void **state)
{
    (void)state;
    struct crowd c = {0};
    char *body = llm_fixture_body(first, second);
    c.body = body;
    llm_fixture_start(&c.f, NULL);
    crowd_run(&c, 2000, 20);
    assert_true(llm_client_connects(c.f.client) <= 20);
    mem_free(body);
    llm_fixture_stop(&c.f);
}

static void start_slow_sim(struct llm_fixture *f, int64_t latency_us)
{
    struct sim_options options;
    struct fail fail;
    sim_options_init(&options);
    options.latency_p50_us = options.latency_p99_us = latency_us;
    llm_fixture_prepare(f);
    f->provider.max_in_flight = 1000;
    assert_int_equal(sim_start(&options, &f->sim, &fail), ST_OK);
    llm_fixture_connect(f, sim_url(f->sim));
}

static void thousand_calls_are_in_flight_at_once(void **state)
{
    (void)state;
    struct crowd c = {0};
    struct sim_totals totals;
    char *body = llm_fixture_body(first, second);
    c.body = body;
    start_slow_sim(&c.f, 500000);
    crowd_run(&c, 3000, 1000);
    assert_int_equal(c.most_in_flight, 1000);
    assert_true(llm_client_connects(c.f.client) <= 1000);
    sim_totals(c.f.sim, &totals);
    assert_int_equal(totals.billed_calls, 3000);
    mem_free(body);
    llm_fixture_stop(&c.f);
}

/* ---- hanging up ----------------------------------------------------------------------------- */

static void cancelled_call_is_told_once_and_later(void **state)
{
    (void)state;
    struct llm_fixture f;
    struct llm_outcome o;
    bool never = false;
    char *body = llm_fixture_body(first, second);
    start_slow_sim(&f, 5000000);
    struct llm_flight *flight = llm_fixture_send(&f, body, &o);
    test_reactor_run(f.loop, &never, 100);
    assert_false(o.done);
    llm_client_cancel(f.client, flight);
    assert_false(o.done);
    assert_int_equal(llm_client_in_flight(f.client), 1);
    assert_true(test_reactor_run(f.loop, &o.done, 1000));
    assert_int_equal(o.reply.failure, FAIL_CANCELLED);
    assert_true(o.reply.sent);
    assert_int_equal(llm_client_in_flight(f.client), 0);
    llm_client_cancel(f.client, llm_fixture_send(&f, body, &o)); /* before anything went out */
    assert_true(test_reactor_run(f.loop, &o.done, 1000));
    assert_int_equal(o.reply.failure, FAIL_NOT_SENT);
    assert_false(o.reply.sent);
    llm_fixture_send(&f, body, &o); /* the client may be freed under it */
    mem_free(body);
    llm_fixture_stop(&f);
    assert_false(o.done);
}

/* ---- the simulator -------------------------------------------------------------------------- */

static void poisoned_ticket_brings_its_fault_on_every_call_it_is_in(void **state)
{
    (void)state;
    struct llm_fixture f;
    struct llm_outcome o;
    llm_fixture_start(&f, NULL);
    char *body = llm_fixture_body(first, "look [[fault:policy-400]] here");
    llm_fixture_ask(&f, body, &o);
    assert_int_equal(o.reply.failure, FAIL_POLICY);
    mem_free(body);
    body = llm_fixture_body(first, second);
    llm_fixture_ask(&f, body, &o);
    assert_int_equal(o.reply.failure, FAIL_NONE);
    llm_outcome_clear(&o);
    mem_free(body);
    llm_fixture_stop(&f);
}

static void lost_answers_are_billed_and_refused_calls_are_not(void **state)
{
    (void)state;
    static const struct {
        const char *fault;
        int billed;
    } cases[] = {{"reset", 1}, {"reset-before", 0}, {"cut", 1},
                 {"500", 0},   {"502", 0},          {"504:100:billed", 1},
                 {"blank", 1}, {"429", 0},          {"error-200", 1}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct llm_fixture f;
        struct llm_outcome o;
        struct sim_totals totals;
        llm_fixture_start(&f, (const char *const[]){cases[i].fault, NULL});
        char *body = llm_fixture_body(first, second);
        llm_fixture_ask(&f, body, &o);
        sim_totals(f.sim, &totals);
        if (totals.billed_calls != cases[i].billed || totals.calls != 1)
            fail_msg("%s: billed %d", cases[i].fault, (int)totals.billed_calls);
        llm_outcome_clear(&o);
        mem_free(body);
        llm_fixture_stop(&f);
    }
}

static void usage_is_what_the_simulator_billed(void **state)
{
    (void)state;
    static const enum sim_usage kinds[] = {SIM_USAGE_OPENAI, SIM_USAGE_DEEPSEEK, SIM_USAGE_KIMI};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        struct llm_fixture f;
        struct llm_outcome o;
        struct sim_options options;
        struct sim_totals totals;
        struct fail fail;
        sim_options_init(&options);
        options.usage = kinds[i];
        options.cached_percent = 50;
        llm_fixture_prepare(&f);
        assert_int_equal(sim_start(&options, &f.sim, &fail), ST_OK);
        llm_fixture_connect(&f, sim_url(f.sim));
        char *body = llm_fixture_body(first, second);
        int64_t input = 0, cached = 0, output = 0;
        for (int n = 0; n < 2; n++) {
            llm_fixture_ask(&f, body, &o);
            input += o.reply.usage.input;
            cached += o.reply.usage.cached;
            output += o.reply.usage.output;
            llm_outcome_clear(&o);
        }
        sim_totals(f.sim, &totals);
        assert_int_equal(input, totals.prompt_tokens);
        assert_int_equal(cached, totals.cached_tokens);
        assert_int_equal(output, totals.completion_tokens);
        assert_true(cached > 0 && cached < input);
        mem_free(body);
        llm_fixture_stop(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_call_gives_content_usage_and_names),
        cmocka_unit_test(every_fault_ends_in_its_class),
        cmocka_unit_test(connections_are_used_again),
        cmocka_unit_test(thousand_calls_are_in_flight_at_once),
        cmocka_unit_test(cancelled_call_is_told_once_and_later),
        cmocka_unit_test(poisoned_ticket_brings_its_fault_on_every_call_it_is_in),
        cmocka_unit_test(lost_answers_are_billed_and_refused_calls_are_not),
        cmocka_unit_test(usage_is_what_the_simulator_billed),
    };
    return cmocka_run_group_tests_name("llm client", tests, NULL, NULL);
}
