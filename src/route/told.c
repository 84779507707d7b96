/* Limits told by an endpoint; see the header for what is believed of them.
 *
 * A part of the gate. Which kind of limit it is shows in the reset: a bucket is full again after
 * the part of the minute that was used of it, a minute by the clock ends when it ends.
 */
#include "route/told.h"

#include <stdbool.h>

#define MINUTE_US INT64_C(60000000)
/* Resets above this are no minute's (a day's, for instance): only what is left counts then. */
#define MINUTE_AT_MOST_US INT64_C(65000000)
/* Much used and never further than this from a reset: seconds are counted, not minutes. */
#define SHORT_US INT64_C(5000000)

/* How long a limit lasts, if its reset follows what was used. */
static int64_t period_us(const struct told_measure *m)
{
    int64_t used = m->limit - m->left;
    if (m->reset_us <= MINUTE_AT_MOST_US || used <= 0)
        return MINUTE_US;
    __int128 p = (__int128)m->reset_us * m->limit / used;
    return p < INT64_MAX / 4 ? (int64_t)p : INT64_MAX / 4;
}

static bool is_bucket(const struct told_measure *m)
{
    if (m->reset_us > MINUTE_AT_MOST_US)
        return true;
    int64_t refilled = (int64_t)((__int128)MINUTE_US * (m->limit - m->left) / m->limit);
    int64_t off = refilled - m->reset_us;
    return off < MINUTE_US / 20 && off > -MINUTE_US / 20;
}

static int64_t left_wait_us(const struct told_measure *m, int64_t amount, int64_t now)
{
    int64_t room = m->left - m->entered;
    int64_t resets_at = m->told_at_us + m->reset_us;
    if (m->limit == 0 || resets_at <= now || room >= amount || m->left >= m->limit)
        return 0;
    if (!is_bucket(m))
        return resets_at - now;
    __int128 refill = (__int128)(amount - room) * period_us(m) / m->limit;
    int64_t at = refill < m->reset_us ? m->told_at_us + (int64_t)refill : resets_at;
    return at > now ? at - now : 0;
}

void told_init(struct told *t, int64_t fraction_ppm)
{
    *t = (struct told){0};
    pace_init(&t->pace, 0, 0, fraction_ppm, 0);
}

int64_t told_wait_us(const struct told *t, int64_t tokens, int64_t now_mono_us)
{
    int64_t wait = pace_wait_us(&t->pace, tokens, now_mono_us);
    int64_t requests = left_wait_us(&t->requests, 1, now_mono_us);
    int64_t by_tokens = left_wait_us(&t->tokens, tokens, now_mono_us);
    if (requests > wait)
        wait = requests;
    return by_tokens > wait ? by_tokens : wait;
}

void told_enter(struct told *t, int64_t tokens, int64_t now_mono_us)
{
    pace_take(&t->pace, tokens, now_mono_us);
    t->requests.entered++;
    t->tokens.entered += tokens;
}

void told_leave(struct told *t, int64_t tokens, int64_t used_tokens, int64_t now_mono_us)
{
    pace_settle(&t->pace, tokens, used_tokens, now_mono_us);
}

static void hear(struct told_measure *m, int64_t limit, int64_t left, int64_t reset_us, int64_t now)
{
    if (limit <= 0 || left < 0 || left > limit || reset_us < 0)
        return;
    *m = (struct told_measure){.limit = limit < PACE_MAX ? limit : PACE_MAX,
                               .left = left < PACE_MAX ? left : PACE_MAX,
                               .reset_us = reset_us < INT64_MAX / 4 ? reset_us : INT64_MAX / 4,
                               .told_at_us = now,
                               .longest_us = m->longest_us,
                               .longest_at_us = m->longest_at_us};
    if (m->reset_us >= m->longest_us || now - m->longest_at_us > 2 * MINUTE_US) {
        m->longest_us = m->reset_us;
        m->longest_at_us = now;
    }
}

/* The limit as one a minute; 0 = it is none. */
static int64_t per_minute(const struct told_measure *m)
{
    bool much_used = m->limit > 0 && m->left <= m->limit - m->limit / 5;
    if (m->longest_us > MINUTE_AT_MOST_US || (much_used && m->longest_us < SHORT_US))
        return 0;
    return m->limit;
}

/* A bucket that runs low although we stay below its limit: others use it too, or a call counts for
 * more there than here. Slower then, by up to a quarter. A sliding minute is always low when it is
 * used up to its limit; it shows in its counting what we and the other shards have taken. */
static int64_t fill_permille(const struct told_measure *m, const struct pace_bucket *own,
                             int64_t fraction_ppm)
{
    int64_t low = m->limit / 3;
    int64_t used = (int64_t)((__int128)(m->limit - m->left) * fraction_ppm / 1000000);
    if (m->limit == 0 || m->left >= low || !is_bucket(m))
        return PACE_FILL;
    if (own->sum <= used + used / 32 && own->sum >= used - used / 32)
        return PACE_FILL;
    return PACE_FILL * 3 / 4 + (int64_t)((__int128)PACE_FILL / 4 * m->left / low);
}

void told_update(struct told *t, const struct gate_told *told, int64_t now_mono_us)
{
    hear(&t->requests, told->requests_limit, told->requests_left, told->requests_reset_us,
         now_mono_us);
    hear(&t->tokens, told->tokens_limit, told->tokens_left, told->tokens_reset_us, now_mono_us);
    pace_change(&t->pace, per_minute(&t->requests), per_minute(&t->tokens), now_mono_us);
    int64_t part = t->pace.fraction_ppm;
    t->pace.requests.fill_permille = fill_permille(&t->requests, &t->pace.requests, part);
    t->pace.tokens.fill_permille = fill_permille(&t->tokens, &t->pace.tokens, part);
}
