/* The gate in front of an endpoint; see the header for the rule.
 *
 * The pipeline enters before a call's intent is written and leaves when the call has ended. It
 * does not decide what to do about a failure (retry.h, batch/ladder.h).
 */
#include "route/gate.h"

#include <assert.h>

void gate_init(struct gate *g, int64_t max_in_flight)
{
    assert(max_in_flight >= 1);
    *g = (struct gate){.max = max_in_flight, .limit_milli = max_in_flight * 1000};
}

int64_t gate_limit(const struct gate *g)
{
    int64_t limit = g->limit_milli / 1000;
    return limit < 1 ? 1 : limit;
}

int64_t gate_wait_us(const struct gate *g, int64_t tokens, int64_t now_mono_us)
{
    (void)tokens;
    if (g->in_flight >= gate_limit(g))
        return INT64_MAX;
    return now_mono_us >= g->paused_until_us ? 0 : g->paused_until_us - now_mono_us;
}

void gate_enter(struct gate *g, int64_t tokens, int64_t now_mono_us)
{
    (void)tokens;
    (void)now_mono_us;
    g->in_flight++;
}

void gate_leave(struct gate *g, int64_t tokens, int64_t used_tokens, int64_t now_mono_us)
{
    (void)tokens;
    (void)used_tokens;
    (void)now_mono_us;
    assert(g->in_flight > 0);
    g->in_flight--;
}

void gate_success(struct gate *g, int64_t latency_us, int64_t now_mono_us)
{
    (void)latency_us;
    (void)now_mono_us;
    g->limit_milli += 1000 / gate_limit(g) + 1;
    if (g->limit_milli > g->max * 1000)
        g->limit_milli = g->max * 1000;
}

void gate_throttled(struct gate *g, int64_t sent_mono_us, int64_t now_mono_us)
{
    if (sent_mono_us < g->halved_at_us)
        return;
    g->halved_at_us = now_mono_us;
    g->limit_milli /= 2;
    if (g->limit_milli < 1000)
        g->limit_milli = 1000;
}

void gate_timeout(struct gate *g, int64_t sent_mono_us, int64_t now_mono_us)
{
    gate_throttled(g, sent_mono_us, now_mono_us);
}

void gate_told(struct gate *g, const struct gate_told *told, int64_t now_mono_us)
{
    (void)g;
    (void)told;
    (void)now_mono_us;
}

void gate_pause(struct gate *g, int64_t until_mono_us)
{
    if (until_mono_us > g->paused_until_us)
        g->paused_until_us = until_mono_us;
}
