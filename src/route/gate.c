/* The gate in front of a model at an endpoint; see the header for the rules.
 *
 * The pipeline enters before a call's intent is written, leaves when the call has ended and tells
 * how. It does not decide what to do about a failure (retry.h, breaker.h, batch/ladder.h).
 */
#include "route/gate.h"

#include <assert.h>

#define CLIMB_MILLI 10
#define ROUND_LEAST 16
#define START_LEAST 8
#define NOISE_BLOCK 100
#define NOISE_MOST  90 /* permille: more than this is no noise */

void gate_init(struct gate *g, int64_t max_in_flight, int64_t fraction_ppm)
{
    assert(max_in_flight >= 1);
    int64_t start = max_in_flight / 2 > START_LEAST ? max_in_flight / 2 : START_LEAST;
    if (start > max_in_flight)
        start = max_in_flight;
    *g = (struct gate){.max = max_in_flight, .limit_milli = start * 1000, .climb_milli = 1000};
    told_init(&g->told, fraction_ppm);
    drought_init(&g->drought);
}

int64_t gate_limit(const struct gate *g)
{
    int64_t limit = g->limit_milli / 1000;
    return limit < 1 ? 1 : limit;
}

int64_t gate_wait_us(const struct gate *g, int64_t tokens, int64_t now_mono_us)
{
    if (g->in_flight >= gate_limit(g))
        return INT64_MAX;
    int64_t pause = g->paused_until_us > now_mono_us ? g->paused_until_us - now_mono_us : 0;
    int64_t told = told_wait_us(&g->told, tokens, now_mono_us);
    int64_t drought = drought_wait_us(&g->drought, now_mono_us);
    int64_t wait = pause > told ? pause : told;
    return wait > drought ? wait : drought;
}

void gate_enter(struct gate *g, int64_t tokens, int64_t now_mono_us)
{
    g->in_flight++;
    told_enter(&g->told, tokens, now_mono_us);
    drought_enter(&g->drought, now_mono_us);
}

void gate_leave(struct gate *g, int64_t tokens, int64_t used_tokens, int64_t now_mono_us)
{
    assert(g->in_flight > 0);
    g->in_flight--;
    told_leave(&g->told, tokens, used_tokens, now_mono_us);
}

static int64_t climb_least(const struct gate *g)
{
    return CLIMB_MILLI + g->noise.permille * 13 / 10;
}

static void set_limit(struct gate *g, int64_t milli)
{
    if (milli > g->max * 1000)
        milli = g->max * 1000;
    g->limit_milli = milli < 1000 ? 1000 : milli;
}

/* The end of a block: has a lower limit changed how often calls are refused? Only if fewer went
 * through in the same time: else a rate is used up, whatever is in flight. */
static void judge_noise(struct gate *g, int64_t now)
{
    struct gate_noise *n = &g->noise;
    int64_t share = n->refused * 1000 / n->calls, took = now - n->began_us;
    n->calls = n->refused = 0;
    n->began_us = now;
    if (share < n->permille / 2)
        n->permille -= n->permille / 8 + 1;
    if (share == 0 || share > NOISE_MOST) {
        n->anchor_milli = 0;
    } else if (n->anchor_milli < g->limit_milli) {
        n->anchor_milli = g->limit_milli;
        n->first_permille = share;
        n->first_took_us = took;
    } else if (g->limit_milli <= n->anchor_milli * 4 / 5 && share * 3 >= n->first_permille * 2 &&
               took >= n->first_took_us + n->first_took_us / 8) {
        n->permille = (share + n->first_permille) / 2;
        n->anchor_milli = 0;
    }
}

static void count(struct gate *g, bool refused, int64_t now)
{
    if (g->noise.calls == 0 && g->noise.began_us == 0)
        g->noise.began_us = now;
    g->noise.calls++;
    g->noise.refused += refused;
    if (g->noise.calls >= NOISE_BLOCK)
        judge_noise(g, now);
}

void gate_success(struct gate *g, int64_t latency_us, int64_t now_mono_us)
{
    drought_success(&g->drought, now_mono_us - latency_us, now_mono_us);
    count(g, false, now_mono_us);
    set_limit(g, g->limit_milli + g->climb_milli);
    g->clean++;
    if (g->clean < ROUND_LEAST || g->clean < gate_limit(g))
        return;
    g->clean = 0;
    g->climb_milli = g->climb_milli < 500 ? g->climb_milli * 2 : 1000;
}

void gate_throttled(struct gate *g, int64_t sent_mono_us, int64_t now_mono_us)
{
    g->drought.noise_permille = g->noise.permille;
    drought_refused(&g->drought, sent_mono_us, now_mono_us);
    count(g, true, now_mono_us);
    set_limit(g, g->limit_milli - 1000);
    g->clean = 0;
    g->climb_milli = climb_least(g);
}

void gate_timeout(struct gate *g, int64_t sent_mono_us, int64_t now_mono_us)
{
    if (sent_mono_us < g->cut_at_us)
        return;
    int64_t least = g->max * 1000 / 8, cut = g->limit_milli * 3 / 4;
    g->cut_at_us = now_mono_us;
    g->clean = 0;
    g->climb_milli = climb_least(g);
    if (g->limit_milli > least)
        set_limit(g, cut > least ? cut : least);
}

void gate_told(struct gate *g, const struct gate_told *told, int64_t now_mono_us)
{
    told_update(&g->told, told, now_mono_us);
}

void gate_pause(struct gate *g, int64_t until_mono_us)
{
    if (until_mono_us > g->paused_until_us)
        g->paused_until_us = until_mono_us;
}
