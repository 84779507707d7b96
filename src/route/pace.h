/* How fast calls may be sent: requests and tokens a minute. Pure.
 *
 * A token bucket per measure that holds at most a few seconds' worth, so that no minute, however
 * it is counted at the other side, sees more than its limit. Tokens are reserved by estimate when
 * a call is sent and corrected by its usage. Limits of 0 do not limit.
 */
#ifndef TICKETMILL_ROUTE_PACE_H
#define TICKETMILL_ROUTE_PACE_H

#include <stdint.h>

struct pace_bucket {
    int64_t per_minute;   /* 0 = no limit */
    int64_t level_micro;  /* what may be used now, millionths; negative after an overrun */
    int64_t filled_at_us; /* monotonic */
};

struct pace {
    struct pace_bucket requests, tokens;
};

/* fraction_ppm: the shard's part of the limits, millionths. */
void pace_init(struct pace *p, int64_t requests_per_minute, int64_t tokens_per_minute,
               int64_t fraction_ppm, int64_t now_mono_us);

/* How long until a call of so many tokens may be sent; 0 = now. A call larger than the bucket
 * waits for a full one. */
int64_t pace_wait_us(const struct pace *p, int64_t tokens, int64_t now_mono_us);
void pace_take(struct pace *p, int64_t tokens, int64_t now_mono_us);
/* used: tokens by its usage; -1 = the provider did not count it (never sent, refused). */
void pace_settle(struct pace *p, int64_t taken_tokens, int64_t used_tokens, int64_t now_mono_us);

#endif
