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
    f.provider.timeout_us = 1500000;
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_call_gives_content_usage_and_names),
        cmocka_unit_test(every_fault_ends_in_its_class),
    };
    return cmocka_run_group_tests_name("llm client", tests, NULL, NULL);
}
