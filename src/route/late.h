/* Will the run be done in time? An estimate from the pace seen. Pure but for the time zone of the
 * process.
 */
#ifndef TICKETMILL_ROUTE_LATE_H
#define TICKETMILL_ROUTE_LATE_H

#include <stdbool.h>
#include <stdint.h>

/* The `finish_by` (minute 0 … 1439 of the local day) that counts for a run with that start, Unix
 * µs: the next one; but one that passed less than 12 h before the start counts as passed, so it
 * is returned itself (≤ start) and the run is over at once. */
int64_t late_deadline(int minute, int64_t start_unix_us);

/* The pace is the mean since the start for the first three minutes, then one that forgets with
 * that time. */
struct late_eta {
    int64_t rate_micro;    /* tickets a second × 10^6, smoothed; 0 = nothing was done yet */
    int64_t at_us, done;   /* last sample, monotonic */
    int64_t started_at_us; /* monotonic */
};

void late_init(struct late_eta *e, int64_t now_mono_us);
/* done: tickets that ended since the start, never falling. May be called at any rate: what comes
 * within a second of the last sample is counted with the next one. */
void late_sample(struct late_eta *e, int64_t done, int64_t now_mono_us);
/* Time until `left` more are done; INT64_MAX = nothing can be said yet. */
int64_t late_eta_us(const struct late_eta *e, int64_t left);

#endif
