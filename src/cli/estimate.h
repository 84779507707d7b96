/* `estimate`: what a run would cost and how long it would take, worked out without calling anyone.
 *
 * Tickets are decoded, routed and packed by the same functions as in a run; what only a provider
 * could tell (output, cached input, latency) is taken from earlier runs in the ledger, or assumed
 * and said. The steps: sample (estimate_sample.c; file or topic), observe (estimate_observed.c),
 * pack and sum (estimate_pack.c, estimate_sums.c), print (estimate_text.c, estimate_json.c).
 */
#ifndef TICKETMILL_CLI_ESTIMATE_H
#define TICKETMILL_CLI_ESTIMATE_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/estimate_sample.h"
#include "model/call.h"

#define ESTIMATE_ENOUGH_CALLS 20 /* of a model, for its observed figures to be used */

/* What goes to one model for one purpose. */
struct estimate_line {
    int tier, model;
    enum call_purpose purpose; /* first, shadow or guard */
    bool priced;               /* else the amounts mean nothing */
    int64_t calls, tickets, input_tokens, cached_tokens, output_tokens;
    int64_t cost_pusd;     /* expected */
    int64_t upper_pusd;    /* Σ reservations */
    int64_t uncached_pusd; /* the same if nothing were cached */
    int64_t solo_pusd;     /* … and every ticket had a call of its own */
    int64_t cache_pusd;    /* off uncached_pusd if every call found the system message cached */
};

struct estimate_other {
    int model;
    int64_t cost_pusd;
};

struct estimate_pace {
    int provider;
    int64_t calls, tokens, latency_us; /* latency: mean of a call */
    int64_t seconds;
    enum { PACE_IN_FLIGHT, PACE_REQUESTS, PACE_TOKENS } bound;
};

struct estimate {
    const struct config *config;
    const struct sample *sample;
    const struct observed *observed;
    int64_t start_unix_us;
    int64_t latency_us; /* of every call, as told; -1 = observed, or assumed by its output */

    int64_t tickets; /* pending, tombstones left out */
    int64_t dead, tombstones, copies, asked;
    int64_t copies_ppm;
    bool copies_observed;
    int64_t fed; /* tickets that went through the packer; < asked: sums were scaled */

    struct estimate_line *lines;
    size_t line_count;
    int64_t calls, input_tokens, cached_tokens, output_tokens;
    int64_t again_ppm; /* cost of asking again beside first calls, observed */
    int64_t again_pusd, first_pusd, shadow_pusd, guard_pusd;
    int64_t cost_pusd;  /* expected, of all priced lines and again_pusd */
    int64_t upper_pusd; /* of all priced lines */
    int64_t unpriced_calls, oversize_calls;
    int64_t uncached_pusd, solo_pusd, cache_pusd;
    struct estimate_other *others; /* every priced model: all first calls there */
    size_t other_count;
    struct estimate_pace *paces; /* of providers with calls */
    size_t pace_count;
    int64_t seconds;               /* of the slowest provider */
    int64_t price_changes_unix_us; /* first change of a price in use after the start; INT64_MAX */
    bool overflow;                 /* some amount does not fit: nothing here may be used */
};

struct estimate_options {
    int64_t start_unix_us;
    int64_t latency_us; /* -1 = not told */
};

/* Borrows sample and observed. ST_OVERFLOW when an amount does not fit. */
MUST_CHECK enum status estimate_make(const struct sample *s, const struct observed *o,
                                     const struct estimate_options *options, struct estimate *out,
                                     struct fail *fail);
void estimate_deinit(struct estimate *e);

/* Steps of estimate_make. */
void estimate_pack(struct estimate *e);
void estimate_add(struct estimate *e, int64_t *sum, int64_t v); /* sets overflow */

/* Expected output tokens of a ticket on a model, × 1,000, and whether earlier runs told. */
int64_t estimate_output_milli(const struct estimate *e, int model, enum language l, bool *told);

void estimate_text(const struct estimate *e, struct buf *out);
void estimate_json(const struct estimate *e, struct buf *out); /* ticketmill.estimate/1 */
/* How it came about, for the ledger: sample and lines as JSON. */
void estimate_basis(const struct estimate *e, struct buf *out);
/* What was not known and is taken for granted, one sentence a line. */
void estimate_assumptions(const struct estimate *e, struct buf *out);
/* Caps that the expected cost does not fit into, and hours it does not make; one a line. */
void estimate_warnings(const struct estimate *e, struct buf *out);

#endif
