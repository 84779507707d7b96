/* Retry delays and the retry budget.
 *
 * The pipeline asks here before it sends a pack again. The window is a ring of slots: old slots
 * fall out whole, so memory is constant and nothing is kept per call.
 */
#include "route/retry.h"

#include <assert.h>
#include <string.h>

int64_t retry_delay_us(int tries, int64_t floor_us, struct random *rng)
{
    assert(tries >= 1);
    int64_t top = RETRY_CAP_US;
    if (tries <= 6)
        top = RETRY_BASE_US << (tries - 1);
    if (top > RETRY_CAP_US)
        top = RETRY_CAP_US;
    int64_t delay = (int64_t)random_below(rng, (uint64_t)top);
    return delay < floor_us ? floor_us : delay;
}

void retry_budget_init(struct retry_budget *b, int64_t percent, int64_t floor, int64_t window_us)
{
    memset(b, 0, sizeof *b);
    b->percent = percent;
    b->floor = floor;
    b->slot_us = window_us / RETRY_SLOTS > 0 ? window_us / RETRY_SLOTS : 1;
}

static void next_slot(struct retry_budget *b)
{
    b->at = (b->at + 1) % RETRY_SLOTS;
    b->sum_calls -= b->calls[b->at];
    b->sum_retries -= b->retries[b->at];
    b->calls[b->at] = b->retries[b->at] = 0;
    b->slot_start_mono_us += b->slot_us;
}

static void advance(struct retry_budget *b, int64_t now)
{
    if (now - b->slot_start_mono_us >= b->slot_us * RETRY_SLOTS * 2)
        b->slot_start_mono_us = now - b->slot_us * RETRY_SLOTS;
    while (now - b->slot_start_mono_us >= b->slot_us)
        next_slot(b);
}

void retry_budget_call(struct retry_budget *b, int64_t now_mono_us)
{
    advance(b, now_mono_us);
    b->calls[b->at]++;
    b->sum_calls++;
}

bool retry_budget_take(struct retry_budget *b, int64_t now_mono_us)
{
    advance(b, now_mono_us);
    int64_t allowed = b->sum_calls * b->percent / 100;
    if (allowed < b->floor)
        allowed = b->floor;
    if (b->sum_retries >= allowed)
        return false;
    b->retries[b->at]++;
    b->sum_retries++;
    return true;
}

int64_t retry_budget_wait_us(const struct retry_budget *b, int64_t now_mono_us)
{
    int64_t left = b->slot_start_mono_us + b->slot_us - now_mono_us;
    return left > 0 ? left : 1;
}
