/* How far a run is: one calm line on a terminal, elsewhere a log event `progress` a minute.
 *
 * The run fills a struct progress_view and hands it in as often as it likes; speed and time left
 * are worked out here from how `done` moved during the last half minute. Loop thread; log lines of
 * other threads may come at any time and never mix with the line.
 */
#ifndef TICKETMILL_OBSERVE_PROGRESS_H
#define TICKETMILL_OBSERVE_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/clock.h"

struct progress_view {
    int64_t done;  /* tickets with a published, dead or skipped end */
    int64_t total; /* to be worked off, an upper bound; -1 = not known */
    int64_t spent_pusd;
    int64_t unpriced_calls; /* answered, but their model has no price: spent is more than that */
    int64_t in_flight, retries, dead;
    const char *note; /* "stopping", "waiting for a provider"; NULL = nothing special */
};

struct progress_pace {
    double per_second; /* tickets, lately; < 0 = not known yet */
    int64_t left_s;    /* -1 = not known */
};

/* The line, in at most `width` columns: what matters least is left out first. Pure. */
void progress_render(const struct progress_view *v, const struct progress_pace *pace, int width,
                     struct buf *out);

struct progress;

/* fd and clock are borrowed. Draws in place when fd is a terminal that can. */
struct progress *progress_new(int fd, const struct clock *clock);
/* Redraws at most four times a second, logs at most once a minute; cheap otherwise. */
void progress_update(struct progress *p, const struct progress_view *v);
/* Wipes the line and lets go of the log. Takes NULL. */
void progress_free(struct progress *p);

/* Last pace worked out. */
struct progress_pace progress_pace(const struct progress *p);

#endif
