/* The split of a call's usage and cost. Tokens are split kind by kind as disjoint parts (uncached,
 * cached, cache write, output), so a share is a partition like the usage it comes from and its cost
 * follows from its tokens.
 */
#include "batch/shares.h"

#include <assert.h>

#include "base/mem.h"
#include "model/money.h"

/* Adds tokens * rate to *sum. */
static bool add_cost(int64_t tokens, int64_t rate, int64_t *sum)
{
    int64_t part;
    return money_mul(tokens, rate, &part) && money_add(*sum, part, sum);
}

static enum status cost_of(const struct share *s, const struct price *price, int64_t *cost_pusd)
{
    int64_t sum = 0;
    if (!price->priced) {
        *cost_pusd = PUSD_UNPRICED;
        return ST_OK;
    }
    bool fits = add_cost(s->input - s->cached - s->cache_write, price->input, &sum) &&
                add_cost(s->cached, price->cached, &sum) &&
                add_cost(s->cache_write, price->cache_write, &sum) &&
                add_cost(s->output, price->output, &sum);
    if (!fits)
        return ST_OVERFLOW;
    *cost_pusd = sum;
    return ST_OK;
}

static struct share whole_call(const struct usage *u)
{
    return (struct share){
        .input = u->input, .cached = u->cached, .cache_write = u->cache_write, .output = u->output};
}

enum status shares_call_cost(const struct usage *u, const struct price *price, int64_t *cost_pusd)
{
    struct share whole = whole_call(u);
    return cost_of(&whole, price, cost_pusd);
}

/* (system ÷ N + own text), times N so that it stays whole. */
static void input_weights(size_t system_bytes, const struct share_weight *w, size_t n,
                          int64_t *weights)
{
    for (size_t i = 0; i < n; i++)
        weights[i] = (int64_t)(system_bytes + n * w[i].text_bytes);
}

enum { UNCACHED, CACHED, CACHE_WRITE, OUTPUT, KINDS };

static void split_tokens(const struct usage *u, size_t system_bytes, const struct share_weight *w,
                         size_t n, int64_t *parts)
{
    int64_t *weights = parts + KINDS * n;
    input_weights(system_bytes, w, n, weights);
    money_split(u->input - u->cached - u->cache_write, weights, n, parts + UNCACHED * n);
    money_split(u->cached, weights, n, parts + CACHED * n);
    money_split(u->cache_write, weights, n, parts + CACHE_WRITE * n);
    for (size_t i = 0; i < n; i++)
        weights[i] = (int64_t)w[i].item_bytes;
    money_split(u->output, weights, n, parts + OUTPUT * n);
}

enum status shares_split(const struct usage *u, const struct price *price, size_t system_bytes,
                         const struct share_weight *w, size_t n, struct share *out)
{
    assert(n >= 1 && u->input >= u->cached + u->cache_write);
    int64_t total_pusd;
    if (shares_call_cost(u, price, &total_pusd) != ST_OK)
        return ST_OVERFLOW;
    int64_t *parts = mem_array(n * (KINDS + 1), sizeof *parts);
    split_tokens(u, system_bytes, w, n, parts);
    for (size_t i = 0; i < n; i++) {
        struct share s = {.cached = parts[CACHED * n + i],
                          .cache_write = parts[CACHE_WRITE * n + i],
                          .output = parts[OUTPUT * n + i]};
        s.input = parts[UNCACHED * n + i] + s.cached + s.cache_write;
        enum status st = cost_of(&s, price, &s.cost_pusd);
        assert(st == ST_OK); /* no part costs more than the call, and that fits */
        (void)st;
        out[i] = s;
    }
    mem_free(parts);
    return ST_OK;
}

void shares_amount(int64_t pusd, size_t system_bytes, const struct share_weight *w, size_t n,
                   int64_t *parts)
{
    int64_t *weights = mem_array(n, sizeof *weights);
    input_weights(system_bytes, w, n, weights);
    money_split(pusd, weights, n, parts);
    mem_free(weights);
}
