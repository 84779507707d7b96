/* The limits an endpoint tells with its answers (x-ratelimit-*), as a pace of ours. Pure.
 *
 * A limit told is taken as one of requests or tokens a minute and kept like a configured one. What
 * is left is believed as well: it is smaller than our own count when others share the account,
 * when a run went before, or when the provider counts more than we do. When it does not suffice,
 * calls wait until it does: until the reset where minutes go by the clock, until enough has been
 * refilled where the reset follows what was used.
 */
#ifndef TICKETMILL_ROUTE_TOLD_H
#define TICKETMILL_ROUTE_TOLD_H

#include <stdint.h>

#include "route/pace.h"

/* As told by one answer; -1 = not told. */
struct gate_told {
    int64_t requests_limit, requests_left, requests_reset_us;
    int64_t tokens_limit, tokens_left, tokens_reset_us;
};

struct told_measure {
    int64_t limit, left, reset_us; /* as last told; limit 0 = never */
    int64_t told_at_us;            /* monotonic */
    int64_t entered;               /* since then */
    int64_t longest_us;            /* reset seen, of late */
    int64_t longest_at_us;
};

struct told {
    struct told_measure requests, tokens;
    struct pace pace;
};

/* fraction_ppm: the shard's part of what is told, as for pace_init. */
void told_init(struct told *t, int64_t fraction_ppm);
int64_t told_wait_us(const struct told *t, int64_t tokens, int64_t now_mono_us);
void told_enter(struct told *t, int64_t tokens, int64_t now_mono_us);
void told_leave(struct told *t, int64_t tokens, int64_t used_tokens, int64_t now_mono_us);
void told_update(struct told *t, const struct gate_told *told, int64_t now_mono_us);

#endif
