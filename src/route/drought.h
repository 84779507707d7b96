/* A rate that nobody told, learnt from what went through. Pure.
 *
 * When of the calls sent since a refusal most are refused too, however few are in flight, the
 * endpoint's rate is used up: a drought. Then one call at a time is sent, after 0.25 s doubling to
 * 2 s (to 30 s when it lasts), until one is not refused. What went through in the minute before is
 * the rate from then on. Without droughts, a rate is learnt when more than a few in a hundred are
 * refused for half a minute. A learnt rate is raised every 15 s, first by 2 %, then by twice as
 * much each time, and falls back when that is refused; once it does not limit any more it is
 * forgotten.
 */
#ifndef TICKETMILL_ROUTE_DROUGHT_H
#define TICKETMILL_ROUTE_DROUGHT_H

#include <stdbool.h>
#include <stdint.h>

#include "route/pace.h"

#define DROUGHT_SLOTS 60

struct drought {
    int64_t slot_at_us; /* calls that went through, by second of their sending */
    int at;
    int64_t passed[DROUGHT_SLOTS], sum;
    int64_t first_us; /* monotonic: first call ever; -1 = none yet */

    int64_t suspected_at_us;    /* monotonic: the refusal that began it; -1 = none */
    int64_t sent, refused;      /* since then */
    int64_t refusal_latency_us; /* smoothed */

    bool dry;
    int64_t since_us;    /* monotonic, of this drought */
    int64_t over_at_us;  /* monotonic: end of the last one; -1 = none */
    int64_t passed_then; /* calls that went through since */
    int64_t backoff_us, probe_at_us;
    bool probing;
    int64_t probe_sent_us;

    int64_t per_minute; /* learnt; 0 = nothing */
    int64_t raise_permille;
    int64_t good_per_minute; /* before it was raised last */
    int64_t term_ends_us, term_sent, term_refused;
    int64_t wet_terms;      /* in a row, with more refused than is bearable */
    int64_t noise_permille; /* refused whatever the rate; set by the gate */
    struct pace pace;
};

void drought_init(struct drought *d);
/* INT64_MAX is never returned: a probe that is not refused soon counts as gone through. */
int64_t drought_wait_us(const struct drought *d, int64_t now_mono_us);
void drought_enter(struct drought *d, int64_t now_mono_us);
void drought_success(struct drought *d, int64_t sent_mono_us, int64_t now_mono_us);
void drought_refused(struct drought *d, int64_t sent_mono_us, int64_t now_mono_us);

#endif
