/* When to ask again: full-jitter back-off and a budget of retries. Pure: time and randomness are
 * arguments.
 *
 * Back-off: a random delay in [0, min(cap, base × 2^(tries-1))) (Brooker, "Exponential Backoff
 * And Jitter", 2015), never below what the provider asked for.
 * Budget: over a sliding window at most max(floor, percent of the calls) may be retries, so that
 * an outage is not answered with a multiple of the load; a retry that is denied waits.
 */
#ifndef TICKETMILL_ROUTE_RETRY_H
#define TICKETMILL_ROUTE_RETRY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/random.h"

#define RETRY_BASE_US INT64_C(500000)
#define RETRY_CAP_US  INT64_C(30000000)

/* tries ≥ 1 = failures so far; floor_us = from Retry-After, -1 = none. */
int64_t retry_delay_us(int tries, int64_t floor_us, struct random *rng);

#define RETRY_SLOTS 24

struct retry_budget {
    int64_t percent, floor, slot_us;
    int64_t slot_start_mono_us;
    int at;
    int64_t calls[RETRY_SLOTS], retries[RETRY_SLOTS];
    int64_t sum_calls, sum_retries;
};

void retry_budget_init(struct retry_budget *b, int64_t percent, int64_t floor, int64_t window_us);
/* Books a call that is sent now. */
void retry_budget_call(struct retry_budget *b, int64_t now_mono_us);
/* May a retry be sent now? Books it when it may. */
bool retry_budget_take(struct retry_budget *b, int64_t now_mono_us);
/* How long until asking again makes sense after a refusal, > 0. */
int64_t retry_budget_wait_us(const struct retry_budget *b, int64_t now_mono_us);

#endif
