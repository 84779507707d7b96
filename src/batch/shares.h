/* Splits what a call used and cost over its tickets, exactly.
 *
 * Input tokens by (system bytes ÷ N + own text's bytes), split apart for uncached, cached and
 * cache-write tokens; output tokens by the bytes of the ticket's raw item, equally when no item was
 * found. Largest remainder (ties to the lower index), so each kind sums to the call's. A ticket's
 * cost is its tokens at the call's rates: then costs sum to the call's cost to the picodollar,
 * without a rounding of their own. Integers only. Pure. */
#ifndef TICKETMILL_BATCH_SHARES_H
#define TICKETMILL_BATCH_SHARES_H

#include <stddef.h>
#include <stdint.h>

#include "model/call.h"
#include "model/usage.h"

struct share_weight {
    size_t text_bytes; /* of its text in the user message, before JSON escapes */
    size_t item_bytes; /* raw_item.n; 0 = none */
};

struct share {
    int64_t input, cached, cache_write,
        output;        /* as in struct usage: input includes the next two */
    int64_t cost_pusd; /* PUSD_UNPRICED when the price is */
};

/* Cost of a whole call at `price`; PUSD_UNPRICED when unpriced. ST_OVERFLOW when it does not fit;
 * usage must be a partition (cached + cache_write ≤ input, all ≥ 0). */
MUST_CHECK enum status shares_call_cost(const struct usage *u, const struct price *price,
                                        int64_t *cost_pusd);

/* n ≥ 1 tickets. ST_OVERFLOW as above; out untouched then. */
MUST_CHECK enum status shares_split(const struct usage *u, const struct price *price,
                                    size_t system_bytes, const struct share_weight *w, size_t n,
                                    struct share *out);

/* An amount that has no usage (the reservation of an unknown call), by the input weights. */
void shares_amount(int64_t pusd, size_t system_bytes, const struct share_weight *w, size_t n,
                   int64_t *parts);

#endif
