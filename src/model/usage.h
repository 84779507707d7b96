/* What a call used, as a partition that is never counted twice:
 * input = uncached + cached + cache_write; output includes reasoning. */
#ifndef TICKETMILL_MODEL_USAGE_H
#define TICKETMILL_MODEL_USAGE_H

#include <stdbool.h>
#include <stdint.h>

struct usage {
    int64_t input;              /* all input tokens, cached ones included */
    int64_t cached;             /* of input: read from the provider's cache */
    int64_t cache_write;        /* of input: written to it at a price of its own */
    int64_t output;             /* all output tokens, reasoning included */
    int64_t reasoning;          /* of output; for information only */
    bool present;               /* the answer carried a usable usage object */
    bool estimated;             /* figures are ours, not the provider's (flag usage_estimated) */
    bool clamped;               /* the provider's parts did not add up and were cut to fit */
    int64_t provider_cost_pusd; /* cost the provider itself reported; -1 = none */
};

#endif
