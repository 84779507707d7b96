/* Usage objects of all kinds as one partition. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "llm/usage.h"

struct usage_case {
    const char *text;
    struct usage want;
};

#define PARTS(in, hit, wrote, out, think)                                                          \
    .input = (in), .cached = (hit), .cache_write = (wrote), .output = (out), .reasoning = (think)
#define NO_COST .provider_cost_pusd = -1

static const struct usage_case usage_cases[] = {
    /* OpenAI */
    {"{\"prompt_tokens\":100,\"completion_tokens\":20,\"total_tokens\":120}",
     {PARTS(100, 0, 0, 20, 0), .present = true, NO_COST}},
    {"{\"prompt_tokens\":100,\"completion_tokens\":20,\"prompt_tokens_details\":{\"cached_tokens\":"
     "64,\"cache_write_tokens\":30},\"completion_tokens_details\":{\"reasoning_tokens\":5}}",
     {PARTS(100, 64, 30, 20, 5), .present = true, NO_COST}},
    {"{\"prompt_tokens\":100,\"completion_tokens\":20,\"prompt_tokens_details\":null}",
     {PARTS(100, 0, 0, 20, 0), .present = true, NO_COST}},
    /* DeepSeek: hits and misses, the sum may be missing */
    {"{\"prompt_tokens\":100,\"completion_tokens\":20,\"prompt_cache_hit_tokens\":64,"
     "\"prompt_cache_miss_tokens\":36}",
     {PARTS(100, 64, 0, 20, 0), .present = true, NO_COST}},
    {"{\"completion_tokens\":20,\"prompt_cache_hit_tokens\":64,\"prompt_cache_miss_tokens\":36}",
     {PARTS(100, 64, 0, 20, 0), .present = true, NO_COST}},
    /* Kimi: at top level */
    {"{\"prompt_tokens\":100,\"completion_tokens\":20,\"cached_tokens\":50}",
     {PARTS(100, 50, 0, 20, 0), .present = true, NO_COST}},
    /* OpenRouter: its own cost */
    {"{\"prompt_tokens\":100,\"completion_tokens\":20,\"cost\":0.0000345}",
     {PARTS(100, 0, 0, 20, 0), .present = true, .provider_cost_pusd = 34500000}},
    {"{\"prompt_tokens\":100,\"completion_tokens\":20,\"cost\":-1}",
     {PARTS(100, 0, 0, 20, 0), .present = true, NO_COST}},
    /* parts that do not add up */
    {"{\"prompt_tokens\":100,\"completion_tokens\":20,\"cached_tokens\":150}",
     {PARTS(100, 100, 0, 20, 0), .present = true, .clamped = true, NO_COST}},
    {"{\"prompt_tokens\":100,\"completion_tokens\":20,\"prompt_tokens_details\":{\"cached_tokens\":"
     "80,\"cache_write_tokens\":30}}",
     {PARTS(100, 80, 20, 20, 0), .present = true, .clamped = true, NO_COST}},
    {"{\"prompt_tokens\":100,\"completion_tokens\":20,\"cached_tokens\":-3}",
     {PARTS(100, 0, 0, 20, 0), .present = true, .clamped = true, NO_COST}},
    {"{\"prompt_tokens\":100,\"completion_tokens\":20,\"completion_tokens_details\":{"
     "\"reasoning_tokens\":90}}",
     {PARTS(100, 0, 0, 20, 20), .present = true, NO_COST}},
    {"{\"prompt_tokens\":0,\"completion_tokens\":0}",
     {PARTS(0, 0, 0, 0, 0), .present = true, NO_COST}},
    /* not usable */
    {"{\"prompt_tokens\":-100,\"completion_tokens\":20}", {NO_COST}},
    {"{\"prompt_tokens\":100,\"completion_tokens\":-5,\"cached_tokens\":1}", {NO_COST}},
    {"{\"prompt_tokens\":100}", {NO_COST}},
    {"{\"completion_tokens\":20}", {NO_COST}},
    {"{\"prompt_tokens\":1e15,\"completion_tokens\":20}", {NO_COST}},
    {"{\"prompt_tokens\":1.5,\"completion_tokens\":20}", {NO_COST}},
    {"{\"prompt_tokens\":\"100\",\"completion_tokens\":20}", {NO_COST}},
    {"{}", {NO_COST}},
    {"null", {NO_COST}},
    {"[1]", {NO_COST}},
};

static void all_dialects_give_the_same_partition(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof usage_cases / sizeof usage_cases[0]; i++) {
        const struct usage *want = &usage_cases[i].want;
        struct slice text = slice_str(usage_cases[i].text);
        struct usage got;
        json *doc;
        assert_int_equal(json_parse(text, JSON_MAX_DEPTH, &doc), ST_OK);
        usage_read(doc, text, &got);
        json_free(doc);
        if (got.input != want->input || got.cached != want->cached ||
            got.cache_write != want->cache_write || got.output != want->output ||
            got.reasoning != want->reasoning || got.present != want->present ||
            got.clamped != want->clamped || got.estimated ||
            got.provider_cost_pusd != want->provider_cost_pusd)
            fail_msg("%s: %lld %lld %lld %lld %lld present %d clamped %d cost %lld",
                     usage_cases[i].text, (long long)got.input, (long long)got.cached,
                     (long long)got.cache_write, (long long)got.output, (long long)got.reasoning,
                     got.present, got.clamped, (long long)got.provider_cost_pusd);
    }
}

static void absent_usage_is_not_zero(void **state)
{
    (void)state;
    struct usage got;
    usage_read(NULL, SLICE_NONE, &got);
    assert_false(got.present);
    assert_int_equal(got.provider_cost_pusd, -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_dialects_give_the_same_partition),
        cmocka_unit_test(absent_usage_is_not_zero),
    };
    return cmocka_run_group_tests_name("usage", tests, NULL, NULL);
}
