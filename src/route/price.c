/* Prices: the configured period in force, and the upper bound of a call.
 *
 * Called by the pipeline before a call is sent. Stores nothing: the ledger numbers the price
 * periods; what a call did cost is worked out with its shares in batch/.
 */
#include "route/price.h"

#include "model/money.h"

int price_period(const struct config_model *m, int64_t unix_us)
{
    int found = -1;
    for (int i = 0; i < m->price_count && m->prices[i].from_unix_us <= unix_us; i++)
        found = i;
    return found;
}

struct price price_of(const struct config_price *period)
{
    return (struct price){
        .priced = true,
        .input = period->input,
        .cached = period->cached_input,
        .cache_write = period->cache_write,
        .output = period->output,
    };
}

static bool add_product(int64_t tokens, int64_t rate, int64_t *sum)
{
    int64_t part;
    return money_mul(tokens, rate, &part) && money_add(*sum, part, sum);
}

static int64_t dearest_input(const struct price *p)
{
    int64_t rate = p->input;
    if (p->cached > rate)
        rate = p->cached;
    if (p->cache_write > rate)
        rate = p->cache_write;
    return rate;
}

enum status price_bound(const struct price *p, const struct config_model *m, int64_t message_bytes,
                        int64_t token_cap, int64_t *pusd)
{
    if (!p->priced) {
        *pusd = PUSD_UNPRICED;
        return ST_OK;
    }
    int64_t input, output, sum = 0;
    if (__builtin_add_overflow(message_bytes, m->overhead_tokens, &input) ||
        __builtin_add_overflow(token_cap, m->reasoning_tokens, &output) ||
        !add_product(input, dearest_input(p), &sum) || !add_product(output, p->output, &sum))
        return ST_OVERFLOW;
    *pusd = sum;
    return ST_OK;
}
