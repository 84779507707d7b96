/* The two buckets of a pace; see the header for the rules.
 *
 * A bucket is kept as the time at which it is full again (the generic cell rate algorithm): no
 * refilling, nothing to round while time passes. The minute is a ring of half-second slots, each
 * of which counts until 60 s after its end. What is larger than 64 bits on the way is worked out
 * in 128.
 */
#include "route/pace.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#define SLOT_US  INT64_C(500000)
#define BURST_NS INT64_C(2000000000)

static int64_t clamp(int64_t v)
{
    assert(v >= 0);
    return v < PACE_MAX ? v : PACE_MAX;
}

/* Time that refills so much, rounded up; at most some centuries. */
static int64_t refill_ns(const struct pace_bucket *b, int64_t amount)
{
    __int128 rate = (__int128)b->per_minute * b->fill_permille;
    __int128 ns = ((__int128)amount * 60000000000 * 1000 + rate - 1) / rate;
    return ns < INT64_MAX / 4 ? (int64_t)ns : INT64_MAX / 4;
}

static void advance(struct pace_bucket *b, int64_t now_us)
{
    if (now_us - b->slot_at_us >= SLOT_US * PACE_SLOTS) {
        memset(b->used, 0, sizeof b->used);
        b->sum = 0;
        b->slot_at_us = now_us;
    }
    while (now_us - b->slot_at_us >= SLOT_US) {
        b->at = (b->at + 1) % PACE_SLOTS;
        b->sum -= b->used[b->at];
        b->used[b->at] = 0;
        b->slot_at_us += SLOT_US;
    }
}

static int64_t bucket_wait_us(const struct pace_bucket *b, int64_t amount, int64_t now_us)
{
    int64_t cost = refill_ns(b, amount);
    int64_t need = cost < BURST_NS ? cost : BURST_NS;
    int64_t wait = b->full_at_ns - BURST_NS + need - now_us * 1000;
    return wait > 0 ? (wait + 999) / 1000 : 0;
}

/* Slots leave oldest first, each when the ring comes round to it. */
static int64_t minute_wait_us(const struct pace_bucket *b, int64_t amount, int64_t now_us)
{
    int64_t left = b->sum, leaves_at = now_us;
    for (int i = 1; i <= PACE_SLOTS && left > 0 && left > b->per_minute - amount; i++) {
        leaves_at = b->slot_at_us + i * SLOT_US;
        left -= b->used[(b->at + i) % PACE_SLOTS];
    }
    return leaves_at > now_us ? leaves_at - now_us : 0;
}

static int64_t wait_us(const struct pace_bucket *b, int64_t amount, int64_t now_us)
{
    if (b->per_minute == 0)
        return 0;
    int64_t bucket = bucket_wait_us(b, amount, now_us);
    int64_t minute = minute_wait_us(b, amount, now_us);
    return bucket > minute ? bucket : minute;
}

/* amount < 0 gives back. */
static void take(struct pace_bucket *b, int64_t amount, int64_t now_us)
{
    if (b->per_minute == 0)
        return;
    advance(b, now_us);
    b->used[b->at] += amount;
    b->sum += amount;
    if (amount < 0) {
        b->full_at_ns -= refill_ns(b, -amount);
        return;
    }
    if (b->full_at_ns < now_us * 1000)
        b->full_at_ns = now_us * 1000;
    int64_t cost = refill_ns(b, amount);
    b->full_at_ns = b->full_at_ns < INT64_MAX / 2 ? b->full_at_ns + cost : b->full_at_ns;
}

static void change(struct pace_bucket *b, int64_t per_minute, int64_t now_us)
{
    bool was_limited = b->per_minute > 0;
    b->per_minute = clamp(per_minute);
    if (was_limited)
        return;
    *b = (struct pace_bucket){.fill_permille = b->fill_permille,
                              .per_minute = b->per_minute,
                              .slot_at_us = now_us,
                              .full_at_ns = now_us * 1000};
}

static int64_t part(int64_t per_minute, int64_t fraction_ppm)
{
    int64_t v = (int64_t)((__int128)clamp(per_minute) * fraction_ppm / 1000000);
    return per_minute > 0 && v < 1 ? 1 : v;
}

void pace_change(struct pace *p, int64_t requests_per_minute, int64_t tokens_per_minute,
                 int64_t now_mono_us)
{
    change(&p->requests, part(requests_per_minute, p->fraction_ppm), now_mono_us);
    change(&p->tokens, part(tokens_per_minute, p->fraction_ppm), now_mono_us);
}

void pace_init(struct pace *p, int64_t requests_per_minute, int64_t tokens_per_minute,
               int64_t fraction_ppm, int64_t now_mono_us)
{
    assert(fraction_ppm >= 0 && fraction_ppm <= 1000000);
    memset(p, 0, sizeof *p);
    p->requests.fill_permille = p->tokens.fill_permille = PACE_FILL;
    p->fraction_ppm = fraction_ppm;
    pace_change(p, requests_per_minute, tokens_per_minute, now_mono_us);
}

int64_t pace_wait_us(const struct pace *p, int64_t tokens, int64_t now_mono_us)
{
    int64_t requests = wait_us(&p->requests, 1, now_mono_us);
    int64_t by_tokens = wait_us(&p->tokens, clamp(tokens), now_mono_us);
    return requests > by_tokens ? requests : by_tokens;
}

void pace_take(struct pace *p, int64_t tokens, int64_t now_mono_us)
{
    take(&p->requests, 1, now_mono_us);
    take(&p->tokens, clamp(tokens), now_mono_us);
}

void pace_settle(struct pace *p, int64_t taken_tokens, int64_t used_tokens, int64_t now_mono_us)
{
    if (used_tokens < 0)
        take(&p->requests, -1, now_mono_us);
    int64_t used = used_tokens < 0 ? 0 : clamp(used_tokens);
    take(&p->tokens, used - clamp(taken_tokens), now_mono_us);
}
