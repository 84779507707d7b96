/* Is an endpoint well enough to be asked? A circuit breaker on its failure rate. Pure.
 *
 * Closed: calls go through; once `min_calls` ended within the window and `failed_percent` of them
 * failed, it opens; and once twice `min_calls` failed in a row, however many were good before: a
 * dead endpoint that fails at once must not use up a busy window. Open: nothing is sent for a while
 * (full jitter over the upper half of `open`, doubled each time in a row up to `open_max`). Then
 * half open: one probe at a time; a good one closes, a bad one opens again. Only what speaks about
 * the endpoint's health counts: not sent, time-out, reset, 5xx; throttling never does.
 */
#ifndef TICKETMILL_ROUTE_BREAKER_H
#define TICKETMILL_ROUTE_BREAKER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/random.h"

#define BREAKER_SLOTS 20
#define BREAKER_ROW   2 /* times min_calls failures without a good call between them open it */

enum breaker_state { BREAKER_CLOSED, BREAKER_OPEN, BREAKER_HALF_OPEN };

struct breaker_rules {
    int64_t window_us, min_calls, failed_percent, open_us, open_max_us;
};

struct breaker {
    struct breaker_rules rules;
    enum breaker_state state;
    int opened;           /* times in a row */
    int64_t opened_at_us; /* monotonic; calls sent before it no longer count */
    int64_t until_us;     /* monotonic: end of the open time */
    bool probing;         /* the half-open probe is under way */
    int64_t probe_sent_us;
    int64_t slot_start_us;
    int at;
    int64_t ok[BREAKER_SLOTS], failed[BREAKER_SLOTS];
    int64_t sum_ok, sum_failed;
    int64_t in_a_row; /* failures since the last good call of the window */
};

void breaker_init(struct breaker *b, const struct breaker_rules *rules);

/* May a call be sent now? `last`: no other endpoint is left for this work. The last one is never
 * left alone for longer than a retry delay (0.5 s doubling to 30 s): it keeps being probed. */
bool breaker_admits(const struct breaker *b, bool last, int64_t now_mono_us);
/* When it will admit one if nothing else happens: INT64_MIN when it does at any time, INT64_MAX
 * while its probe is under way. */
int64_t breaker_admits_at(const struct breaker *b, bool last);

void breaker_sent(struct breaker *b, int64_t now_mono_us); /* one call leaves; perhaps the probe */

/* How a call ended. True when the state changed by it. */
bool breaker_ok(struct breaker *b, int64_t sent_mono_us, int64_t now_mono_us);
bool breaker_failed(struct breaker *b, int64_t sent_mono_us, int64_t now_mono_us,
                    struct random *rng);
/* It ended in a way that tells nothing of the endpoint (throttled, cancelled): the next call is
 * the probe then. */
void breaker_void(struct breaker *b, int64_t sent_mono_us);

#endif
