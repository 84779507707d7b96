/* Which tickets are compared: the same ones on every run. Pure. */
#ifndef TICKETMILL_ROUTE_CHOSEN_H
#define TICKETMILL_ROUTE_CHOSEN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

/* By a hash of the published ticket id: independent of each other, of run, shard and order.
 * percent 0 … 100. */
bool chosen_for_shadow(struct slice ticket_id, int64_t percent);
bool chosen_for_guard(struct slice ticket_id, int64_t percent);

#endif
