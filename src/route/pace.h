/* How fast calls may be sent: requests and tokens a minute. Pure.
 *
 * Two rules per measure, both have to hold. Calls are spread: a bucket is filled at 98.5 % of the
 * limit and holds two seconds' worth. And in no 60 s is more taken than the limit, so that it does
 * not matter how the other side counts (bucket, minutes by the clock, sliding minute) and where
 * its minutes begin. Tokens are reserved by estimate when a call is sent and corrected by its
 * usage when it has ended. Limits of 0 do not limit.
 */
#ifndef TICKETMILL_ROUTE_PACE_H
#define TICKETMILL_ROUTE_PACE_H

#include <stdint.h>

#define PACE_SLOTS 121                       /* one minute and the slot at hand */
#define PACE_MAX   INT64_C(1000000000000000) /* limits and calls above count as this: 10^15 */

#define PACE_FILL 985 /* of the limit, thousandths: calls may arrive closer than they were sent */

struct pace_bucket {
    int64_t fill_permille; /* PACE_FILL unless its owner knows better */
    int64_t per_minute;    /* 0 = no limit */
    int64_t full_at_ns;    /* monotonic: when the bucket is full if nothing more is taken */
    int64_t slot_at_us;    /* monotonic: start of the slot at hand */
    int at;                /* its index */
    int64_t sum;           /* of all slots; below 0 after corrections of what has left */
    int64_t used[PACE_SLOTS];
};

struct pace {
    struct pace_bucket requests, tokens;
    int64_t fraction_ppm;
};

/* fraction_ppm: the shard's part of all limits, now and later, millionths; what is left of one is
 * at least 1. */
void pace_init(struct pace *p, int64_t requests_per_minute, int64_t tokens_per_minute,
               int64_t fraction_ppm, int64_t now_mono_us);
/* New limits; what was taken in the last minute stays counted (if it was limited then). */
void pace_change(struct pace *p, int64_t requests_per_minute, int64_t tokens_per_minute,
                 int64_t now_mono_us);

/* How long until a call of so many tokens (≥ 0) may be sent; 0 = now. A call larger than the
 * bucket waits for a full one, a call larger than the limit for an empty minute. */
int64_t pace_wait_us(const struct pace *p, int64_t tokens, int64_t now_mono_us);
void pace_take(struct pace *p, int64_t tokens, int64_t now_mono_us);
/* used: tokens by its usage; -1 = it never left us, nothing was counted. A call that was refused
 * is counted by some (OpenAI): settle it as it was taken. */
void pace_settle(struct pace *p, int64_t taken_tokens, int64_t used_tokens, int64_t now_mono_us);

#endif
