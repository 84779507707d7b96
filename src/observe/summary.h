/* The end of a run: what became of the tickets, what it cost, and whether the books balance.
 *
 * For a person on a terminal, a few lines with the verdict last; elsewhere one log event
 * `run_summary`. Both from the same plain struct. Which exit status a mismatch leads to is the
 * caller's business.
 */
#ifndef TICKETMILL_OBSERVE_SUMMARY_H
#define TICKETMILL_OBSERVE_SUMMARY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

struct summary_cap {
    const char *name; /* "run", "day", … */
    int64_t cap_pusd, left_pusd;
};

struct summary_view {
    const char *run_id, *ledger_path;
    const char *stopped_by; /* one word: "done", "limit", "signal", … */
    const char *message;    /* a sentence that explains it; "" = none */
    int exit_code;
    bool idempotent; /* published without transactions */

    /* Of a run on a file; output NULL = it was one on Kafka. */
    const char *output, *rejects;      /* rejects NULL = dead letters stay in the ledger */
    int64_t output_rows, rejects_rows; /* -1 = not written */
    int64_t left;                      /* records of the input that have not ended yet */

    int64_t elapsed_us;

    /* The audit. `in` counts the tickets the run took in without those that an earlier run had
     * finished; published = results at Kafka, dead = dead letters at Kafka. */
    int64_t in, published, dead, skipped, pending;
    int64_t done_before;       /* finished by an earlier run and read again */
    int64_t published_earlier; /* records of earlier runs that this one brought to Kafka */
    int64_t lost;              /* deleted upstream before they were read */
    int64_t reused;            /* of the published */
    const char *mismatch;      /* what else does not agree (ledger, shares, …); NULL = nothing */

    int64_t spent_pusd;     /* settled */
    int64_t compared_pusd;  /* of it: shadow and guard calls, which no ticket's cost contains */
    int64_t unknown_pusd;   /* reservations of calls that may have been billed */
    int64_t unpriced_calls; /* answered by a model without a price */
    int64_t input_tokens, cached_tokens, output_tokens; /* input: cached ones included */
    int64_t calls_answered, calls_failed, calls_unknown, retries, throttled;
    int64_t p50_us, p95_us, p99_us, max_us; /* latency of answered calls; -1 = there are none */
    int64_t endpoint_outages;               /* times an endpoint was left alone */
    int64_t comparisons_dropped;            /* shadow and guard questions that were not asked */
    bool late;                              /* finish_by was not, or almost not, met */
    const struct summary_cap *caps;         /* budgets that were set */
    int cap_count;
};

/* in = published + dead + skipped + pending, and no other mismatch. */
bool summary_balanced(const struct summary_view *v);

void summary_render(const struct summary_view *v, struct buf *out); /* lines, each with its \n */

/* What to do after that exit status, one sentence or command. Never NULL. */
void summary_next(const struct summary_view *v, struct buf *out);

/* The event `run_summary`: level error for a mismatch, warn for any other exit than 0. */
void summary_log(const struct summary_view *v);

#endif
