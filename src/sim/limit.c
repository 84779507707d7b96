/* Buckets and windows of the simulated provider.
 *
 * A sliding window is kept in slots of a sixtieth and counts sixty-one of them, so that no stretch
 * of one period, wherever it begins, holds more than the limit. What becomes of a call that does
 * not fit stands in limits.c.
 */
#include "sim/limit.h"

#include <math.h>
#include <string.h>

#define MINUTE_US 60e6

void limit_init(struct limit *l, enum sim_window window, int64_t per_minute, int64_t period_us)
{
    *l = (struct limit){.window = window, .per_minute = per_minute, .period_us = period_us};
}

int64_t limit_capacity(const struct limit *l)
{
    int64_t n = (int64_t)((double)l->per_minute * (double)l->period_us / MINUTE_US);
    return n > 1 ? n : 1;
}

static int64_t slot_us(const struct limit *l)
{
    return l->period_us / (SIM_LIMIT_SLOTS - 1);
}

static void fill(struct limit *l, int64_t now_us)
{
    double most = (double)limit_capacity(l);
    if (l->since == 0)
        l->level = most;
    else
        l->level += (double)l->per_minute * (double)(now_us - l->since) / MINUTE_US;
    if (l->level > most)
        l->level = most;
    l->since = now_us;
}

/* Empties the slots that have come round again. */
static void slide(struct limit *l, int64_t now_us)
{
    int64_t slot = now_us / slot_us(l);
    if (slot - l->slot >= SIM_LIMIT_SLOTS)
        memset(l->slots, 0, sizeof l->slots);
    else
        for (int64_t i = l->slot + 1; i <= slot; i++)
            l->slots[i % SIM_LIMIT_SLOTS] = 0;
    l->slot = slot;
}

static int64_t slid_sum(const struct limit *l)
{
    int64_t sum = 0;
    for (int i = 0; i < SIM_LIMIT_SLOTS; i++)
        sum += l->slots[i];
    return sum;
}

static void roll(struct limit *l, int64_t now_us)
{
    if (l->since == 0 || now_us - l->since >= l->period_us) {
        l->since = now_us;
        l->used = 0;
    }
}

/* Until enough of the oldest slots have left the window. */
static int64_t slide_wait_us(const struct limit *l, int64_t amount, int64_t now_us)
{
    int64_t left = limit_capacity(l) - slid_sum(l);
    for (int64_t i = 1; i <= SIM_LIMIT_SLOTS; i++) {
        if (left >= amount)
            return i == 1 ? 0 : (l->slot + i - 1) * slot_us(l) - now_us;
        left += l->slots[(l->slot + i) % SIM_LIMIT_SLOTS];
    }
    return (l->slot + SIM_LIMIT_SLOTS) * slot_us(l) - now_us;
}

int64_t limit_wait_us(struct limit *l, int64_t amount, int64_t now_us)
{
    if (l->per_minute == 0)
        return 0;
    int64_t most = limit_capacity(l);
    if (amount > most)
        amount = most;
    if (l->window == SIM_WINDOW_SLIDING) {
        slide(l, now_us);
        return slide_wait_us(l, amount, now_us);
    }
    if (l->window == SIM_WINDOW_FIXED) {
        roll(l, now_us);
        return l->used + amount <= most ? 0 : l->since + l->period_us - now_us;
    }
    fill(l, now_us);
    double missing = (double)amount - l->level;
    return missing <= 0 ? 0 : (int64_t)ceil(missing * MINUTE_US / (double)l->per_minute);
}

void limit_take(struct limit *l, int64_t amount, int64_t now_us)
{
    if (l->per_minute == 0)
        return;
    if (l->window == SIM_WINDOW_SLIDING) {
        slide(l, now_us);
        l->slots[l->slot % SIM_LIMIT_SLOTS] += amount;
    } else if (l->window == SIM_WINDOW_FIXED) {
        roll(l, now_us);
        l->used += amount;
    } else {
        fill(l, now_us);
        l->level -= (double)amount;
    }
}

int64_t limit_remaining(struct limit *l, int64_t now_us)
{
    int64_t left;
    if (l->window == SIM_WINDOW_SLIDING) {
        slide(l, now_us);
        left = limit_capacity(l) - slid_sum(l);
    } else if (l->window == SIM_WINDOW_FIXED) {
        roll(l, now_us);
        left = limit_capacity(l) - l->used;
    } else {
        fill(l, now_us);
        left = (int64_t)l->level;
    }
    return left > 0 ? left : 0;
}

int64_t limit_whole_after_us(struct limit *l, int64_t now_us)
{
    return l->per_minute == 0 ? 0 : limit_wait_us(l, limit_capacity(l), now_us);
}
