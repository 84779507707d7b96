/* Time that moves only when a test says so: events, the reactor port and the clock on top of it.
 *
 * Everything runs in one thread. Events of the same instant run in the order they were added, so
 * a seed decides everything.
 */
#ifndef TESTS_SUPPORT_VIRTUAL_TIME_H
#define TESTS_SUPPORT_VIRTUAL_TIME_H

#include <stdbool.h>

#include "base/clock.h"
#include "base/heap.h"
#include "base/reactor.h"

struct virtual_time {
    int64_t now_us; /* monotonic; wall time runs along from VIRTUAL_EPOCH_US */
    struct heap events;
    struct reactor reactor;
    struct clock clock;
};

#define VIRTUAL_EPOCH_US INT64_C(1764028800000000)

void virtual_time_init(struct virtual_time *t);
/* Timers and wake-ups must have been given back; events still waiting are dropped. */
void virtual_time_deinit(struct virtual_time *t);

void virtual_after(struct virtual_time *t, int64_t delay_us, void (*fn)(void *arg), void *arg);
bool virtual_step(struct virtual_time *t); /* the next event; false = there is none */
void virtual_drop_events(struct virtual_time *t);

#endif
