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

struct sim_options {
    const char *listen;        /* "127.0.0.1:0"; port 0 = any free one */
    const char *key;           /* NULL = every key is welcome */
    int64_t latency_p50_us;    /* log-normal; 0 = at once */
    int64_t latency_p99_us;    /* ≥ p50 */
    uint64_t seed;             /* of latencies and faults, never of the verdicts */
    const char *const *faults; /* "NAME[:percent[:param]]" each, tried in this order */
    int fault_count;
    int cached_percent; /* of a system message seen before: 0 … 100 */
    enum sim_usage usage;
    int concurrency_limit;   /* above: 429; 0 = none */
    int requests_per_minute; /* above: 429; 0 = none */
    int max_connections;     /* 0 = 10,000 and a few */
    const char
        *ledger_file; /* each billed call as a JSON line, before it is answered; NULL = off */
    const char *const *categories; /* when a request names none; NULL = a built-in set */
    int category_count;
};

/* All off, 127.0.0.1:0, no latency, seed 1, usage as OpenAI tells it, 100 % cached. */
void sim_options_init(struct sim_options *o);

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
