/* Tokens as a partition, from the three ways in which providers tell them.
 *
 * OpenAI's kind counts cached tokens in a details object, DeepSeek tells hits and misses, Kimi
 * has a member of its own. Reasoning is part of the output everywhere and is never added.
 */
#include "llm/usage.h"

#include "llm/limits.h"

#define MAX_TOKENS INT64_C(100000000) /* of one call; more is nonsense */

void usage_init(struct usage *out)
{
    *out = (struct usage){.provider_cost_pusd = -1};
}

/* -1 = absent or no whole number; below 0 as it stands is told apart by *bad. */
static int64_t count(const json *object, const char *key, bool *bad)
{
    int64_t v;
    if (json_i64(json_get(object, key), &v) != ST_OK)
        return -1;
    if (v < 0 || v > MAX_TOKENS) {
        *bad = true;
        return -1;
    }
    return v;
}

static int64_t first_of(int64_t a, int64_t b)
{
    return a >= 0 ? a : b;
}

/* At most `max`, at least 0; what is cut is flagged. */
static int64_t fit(int64_t v, int64_t max, bool *clamped)
{
    if (v <= max)
        return v > 0 ? v : 0;
    *clamped = true;
    return max;
}

void usage_read(const json *usage, struct slice raw, struct usage *out)
{
    bool bad_total = false, bad_part = false;
    usage_init(out);
    if (!json_is(usage, JSON_OBJECT))
        return;
    const json *in = json_get(usage, "prompt_tokens_details");
    const json *done = json_get(usage, "completion_tokens_details");
    int64_t hit = count(usage, "prompt_cache_hit_tokens", &bad_part);
    int64_t miss = count(usage, "prompt_cache_miss_tokens", &bad_part);
    int64_t input = count(usage, "prompt_tokens", &bad_total);
    int64_t output = count(usage, "completion_tokens", &bad_total);
    int64_t cached = first_of(count(in, "cached_tokens", &bad_part),
                              first_of(hit, count(usage, "cached_tokens", &bad_part)));
    int64_t written = count(in, "cache_write_tokens", &bad_part);
    int64_t reasoning = count(done, "reasoning_tokens", &bad_part);
    struct slice cost = raw.p != NULL ? json_raw_member(raw, "cost") : SLICE_NONE;
    out->provider_cost_pusd = cost.p != NULL ? limits_usd(cost) : -1;
    if (input < 0 && hit >= 0 && miss >= 0)
        input = hit + miss;
    if (bad_total || input < 0 || output < 0)
        return;
    out->present = true;
    out->clamped = bad_part;
    out->input = input;
    out->output = output;
    out->cached = fit(cached, input, &out->clamped);
    out->cache_write = fit(written, input - out->cached, &out->clamped);
    out->reasoning = reasoning < 0 ? 0 : reasoning < output ? reasoning : output;
}
