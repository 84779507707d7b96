/* The circuit breaker of an endpoint; see the header for the rules.
 *
 * The pipeline asks here before it chooses an endpoint and tells how each call ended. The window
 * is a ring of slots that fall out whole. Nothing is decided here about single calls, and nothing
 * about throttling (gate.h).
 */
#include "route/breaker.h"

#include <assert.h>
#include <string.h>

#include "route/retry.h"

void breaker_init(struct breaker *b, const struct breaker_rules *rules)
{
    assert(rules->window_us > 0 && rules->open_us > 0 && rules->open_max_us >= rules->open_us);
    *b = (struct breaker){.rules = *rules, .opened_at_us = INT64_MIN};
}

static void forget(struct breaker *b, int64_t now)
{
    memset(b->ok, 0, sizeof b->ok);
    memset(b->failed, 0, sizeof b->failed);
    b->sum_ok = b->sum_failed = b->in_a_row = 0;
    b->slot_start_us = now;
}

static void advance(struct breaker *b, int64_t now)
{
    int64_t slot_us = b->rules.window_us / BREAKER_SLOTS;
    if (slot_us < 1)
        slot_us = 1;
    if (now - b->slot_start_us >= slot_us * BREAKER_SLOTS)
        forget(b, now);
    while (now - b->slot_start_us >= slot_us) {
        b->at = (b->at + 1) % BREAKER_SLOTS;
        b->sum_ok -= b->ok[b->at];
        b->sum_failed -= b->failed[b->at];
        b->ok[b->at] = b->failed[b->at] = 0;
        b->slot_start_us += slot_us;
    }
}

/* A delay that doubles with each opening in a row. */
static int64_t doubled(int64_t first, int64_t cap, int opened)
{
    int64_t d = first < cap ? first : cap;
    for (int i = 1; i < opened && d < cap; i++)
        d = d > cap / 2 ? cap : d * 2;
    return d;
}

int64_t breaker_admits_at(const struct breaker *b, bool last)
{
    if (b->state == BREAKER_CLOSED)
        return INT64_MIN;
    if (b->probing)
        return INT64_MAX;
    if (b->state == BREAKER_HALF_OPEN)
        return INT64_MIN;
    int64_t soon = b->opened_at_us + doubled(RETRY_BASE_US, RETRY_CAP_US, b->opened);
    return last && soon < b->until_us ? soon : b->until_us;
}

bool breaker_admits(const struct breaker *b, bool last, int64_t now_mono_us)
{
    return breaker_admits_at(b, last) <= now_mono_us;
}

void breaker_sent(struct breaker *b, int64_t now_mono_us)
{
    if (b->state == BREAKER_CLOSED)
        return;
    b->state = BREAKER_HALF_OPEN;
    b->probing = true;
    b->probe_sent_us = now_mono_us;
}

static void open(struct breaker *b, int64_t now, struct random *rng)
{
    b->opened++;
    int64_t most = doubled(b->rules.open_us, b->rules.open_max_us, b->opened);
    int64_t jitter = (int64_t)random_below(rng, (uint64_t)(most - most / 2) + 1);
    b->state = BREAKER_OPEN;
    b->probing = false;
    b->opened_at_us = now;
    b->until_us = now + most / 2 + jitter;
    forget(b, now);
}

static void close_again(struct breaker *b, int64_t now)
{
    b->state = BREAKER_CLOSED;
    b->probing = false;
    b->opened = 0;
    forget(b, now);
}

/* Is this the end of the probe? Calls from before the opening end late and say nothing. */
static bool is_probe(const struct breaker *b, int64_t sent)
{
    return b->state == BREAKER_HALF_OPEN && b->probing && sent >= b->probe_sent_us;
}

bool breaker_ok(struct breaker *b, int64_t sent_mono_us, int64_t now_mono_us)
{
    if (b->state == BREAKER_CLOSED) {
        if (sent_mono_us < b->opened_at_us)
            return false;
        advance(b, now_mono_us);
        b->in_a_row = 0;
        b->ok[b->at]++;
        b->sum_ok++;
        return false;
    }
    if (!is_probe(b, sent_mono_us))
        return false;
    close_again(b, now_mono_us);
    return true;
}

static bool too_many(const struct breaker *b)
{
    int64_t calls = b->sum_ok + b->sum_failed;
    if (b->in_a_row >= b->rules.min_calls * BREAKER_ROW)
        return true;
    return calls >= b->rules.min_calls && b->sum_failed > 0 &&
           b->sum_failed * 100 >= calls * b->rules.failed_percent;
}

bool breaker_failed(struct breaker *b, int64_t sent_mono_us, int64_t now_mono_us,
                    struct random *rng)
{
    if (b->state == BREAKER_CLOSED) {
        if (sent_mono_us < b->opened_at_us)
            return false;
        advance(b, now_mono_us);
        b->in_a_row++;
        b->failed[b->at]++;
        b->sum_failed++;
        if (!too_many(b))
            return false;
    } else if (!is_probe(b, sent_mono_us)) {
        return false;
    }
    open(b, now_mono_us, rng);
    return true;
}

void breaker_void(struct breaker *b, int64_t sent_mono_us)
{
    if (is_probe(b, sent_mono_us))
        b->probing = false;
}
