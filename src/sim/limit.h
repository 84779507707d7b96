/* How the simulated provider counts what it allows a minute. Pure, time handed in.
 *
 * Three ways that are found in the wild: a bucket that refills steadily, windows that start anew,
 * and a window that slides. `period_us` is how long a window is or how much a bucket holds: with
 * 60 s a whole minute's worth may come at once, with 1 s a sixtieth of it. */
#ifndef TICKETMILL_SIM_LIMIT_H
#define TICKETMILL_SIM_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/server.h"

#define SIM_LIMIT_SLOTS 61 /* of a sliding window: sixty, and the one that is running */

struct limit {
    enum sim_window window;
    int64_t per_minute; /* 0 = no limit */
    int64_t period_us;
    int64_t used;  /* fixed: in this window */
    int64_t since; /* fixed: when it began; bucket: when it was last filled; 0 = never used */
    double level;  /* bucket: what is left */
    int64_t slots[SIM_LIMIT_SLOTS], slot; /* sliding; number of the running slot */
};

/* Starts unused. period_us ≥ 61. */
void limit_init(struct limit *l, enum sim_window window, int64_t per_minute, int64_t period_us);

/* How long until so many may be taken; 0 = now. More than a whole period's worth is let in when
 * nothing else was used. */
int64_t limit_wait_us(struct limit *l, int64_t amount, int64_t now_us);
void limit_take(struct limit *l, int64_t amount, int64_t now_us);

int64_t limit_capacity(const struct limit *l);                 /* of one period */
int64_t limit_remaining(struct limit *l, int64_t now_us);      /* ≥ 0 */
int64_t limit_whole_after_us(struct limit *l, int64_t now_us); /* until nothing counts as used */

#endif
