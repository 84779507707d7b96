/* A simulated OpenAI-compatible provider: answers packed tickets by a fixed rule on their text,
 * bills them in a ledger of its own and misbehaves as told.
 *
 * Runs in a thread of its own; all calls here from the thread that started it. What the run-time
 * switches are and what the ledger looks like stands in `ticketmill simulate --help`.
 */
#ifndef TICKETMILL_SIM_SERVER_H
#define TICKETMILL_SIM_SERVER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"

enum sim_usage { SIM_USAGE_OPENAI, SIM_USAGE_DEEPSEEK, SIM_USAGE_KIMI, SIM_USAGE_NONE };
enum sim_window { SIM_WINDOW_BUCKET, SIM_WINDOW_FIXED, SIM_WINDOW_SLIDING };

/* A share of the tickets, chosen by their text alone, at one model or at all. */
struct sim_share {
    int percent;
    const char *model; /* NULL = all */
};

struct sim_options {
    const char *listen;        /* "127.0.0.1:0"; port 0 = any free one */
    const char *key;           /* NULL = every key is welcome */
    int64_t latency_p50_us;    /* log-normal; 0 = at once */
    int64_t latency_p99_us;    /* ≥ p50 */
    uint64_t seed;             /* of latencies and faults, never of the verdicts */
    const char *const *faults; /* "NAME[:percent[:param]][@model]" each, tried in this order */
    int fault_count;
    int cached_percent; /* of a system message seen before: 0 … 100 */
    enum sim_usage usage;
    /* Limits: above them 429; 0 = none. Tokens are those of the answer, or with count_cap those
     * of the question and the token cap, as OpenAI counts. */
    int64_t concurrency_limit, requests_per_minute, tokens_per_minute;
    bool count_cap;
    enum sim_window window;
    int64_t limit_period_us; /* of a window, or what a bucket holds */
    bool announce_limits;    /* x-ratelimit-* on every answer */
    const char *retry_after; /* of those 429: "exact", or as the fault 429's param */

    const char *const *models; /* others get 404; NULL = every model is known */
    int model_count;
    int64_t tokens_per_second;         /* of generating, on top of the latency; 0 = at once */
    int64_t bill_percent;              /* of the usual tokens */
    bool ignore_cap;                   /* answers are not cut at the token cap */
    struct sim_share disagree, unsure; /* another category; a confidence below 0.50 */
    int max_connections;               /* 0 = 10,000 and a few */
    const char
        *ledger_file; /* each billed call as a JSON line, before it is answered; NULL = off */
    const char *const *categories; /* when a request names none; NULL = a built-in set */
    int category_count;
};

/* All off, 127.0.0.1:0, no latency, seed 1, usage as OpenAI tells it, 100 % cached and billed, a
 * bucket of one minute and the exact Retry-After should there be limits. */
void sim_options_init(struct sim_options *o);

/* "10", "10@model"; the model points into text. False when it is no such thing. */
bool sim_share_parse(const char *text, struct sim_share *out);
bool sim_window_parse(const char *text, enum sim_window *out); /* bucket, fixed, sliding */

struct sim;

/* ST_USAGE: an option makes no sense; ST_SYSTEM, ST_LOCKED: cannot listen. Options are copied. */
MUST_CHECK enum status sim_start(const struct sim_options *options, struct sim **out,
                                 struct fail *fail);
const char *sim_url(const struct sim *sim); /* "http://127.0.0.1:PORT/v1" */
int sim_port(const struct sim *sim);

/* Tokens billed so far, over all models; any thread. */
struct sim_totals {
    int64_t calls, billed_calls, prompt_tokens, cached_tokens, completion_tokens;
};
void sim_totals(struct sim *sim, struct sim_totals *out);

void sim_stop(struct sim *sim); /* answers what is under way at once, then frees; takes NULL */

#endif
