/* Will the run be done in time? An estimate from the pace seen. Pure. */
#ifndef TICKETMILL_ROUTE_LATE_H
#define TICKETMILL_ROUTE_LATE_H

#include <stdbool.h>
#include <stdint.h>

/* The next `finish_by` after a start, Unix µs; a time that passed less than 12 h before the start
 * counts as passed (the run is over at once). minute: of the local day; day_start_unix_us: of the
 * local day of the start; next_day_start_unix_us likewise. */
int64_t late_deadline(int minute, int64_t day_start_unix_us, int64_t next_day_start_unix_us,
                      int64_t start_unix_us);

struct late_eta {
    int64_t rate_micro;  /* tickets a second × 10^6, smoothed over some minutes */
    int64_t at_us, done; /* last sample, monotonic */
};

void late_init(struct late_eta *e, int64_t now_mono_us);
void late_sample(struct late_eta *e, int64_t done, int64_t now_mono_us);
/* Time until `left` more are done; INT64_MAX = nothing can be said yet. */
int64_t late_eta_us(const struct late_eta *e, int64_t left);

#endif
