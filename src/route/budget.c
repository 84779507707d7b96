/* Budgets as walls: reserve before sending, settle after the answer.
 *
 * Stands between an ask that is ready and its intent in the ledger. Each wall is a purse: a cap,
 * what is spent and what calls in flight hold. It does not know what a call costs (price.c), does
 * not remember anything across processes (the ledger does; budget_history), and does not decide
 * what happens at a wall.
 */
#include "route/budget.h"

#include <assert.h>

#include "base/mem.h"
#include "model/money.h"

#define PPM 1000000

struct purse {
    int64_t cap; /* CONFIG_OFF = none */
    int64_t spent, reserved;
};

struct budget {
    struct purse run, day, month, shadow;
    struct purse *tiers;
    int tier_count;
    bool capped, tiers_capped;
    struct zone_period today, this_month; /* of the newest call; they only move on */
};

/* Sums of money stop at the largest amount: far above any cap, and never negative. */
static int64_t add(int64_t a, int64_t b)
{
    int64_t sum;
    return money_add(a, b, &sum) ? sum : INT64_MAX;
}

static int64_t fraction_of(int64_t cap, int64_t ppm)
{
    return cap == CONFIG_OFF ? CONFIG_OFF : (int64_t)((__int128)cap * ppm / PPM);
}

static struct purse purse_of(int64_t cap, int64_t spent)
{
    assert(cap >= CONFIG_OFF && spent >= 0);
    return (struct purse){.cap = cap, .spent = spent};
}

static int64_t purse_left(const struct purse *p)
{
    if (p->cap == CONFIG_OFF)
        return CONFIG_OFF;
    int64_t used = add(p->spent, p->reserved);
    return used < p->cap ? p->cap - used : 0;
}

static bool purse_takes(const struct purse *p, int64_t pusd)
{
    int64_t used, wanted;
    return p->cap == CONFIG_OFF || (money_add(p->spent, p->reserved, &used) &&
                                    money_add(used, pusd, &wanted) && wanted <= p->cap);
}

static void purse_settle(struct purse *p, int64_t reserved, int64_t cost)
{
    /* Only where reservations reached the largest amount can more be given back than is there. */
    p->reserved = p->reserved > reserved ? p->reserved - reserved : 0;
    p->spent = add(p->spent, cost);
}

struct budget *budget_new(const struct config *config, int64_t run_cap_pusd,
                          const struct budget_history *before, int64_t now_unix_us)
{
    static const struct budget_history nothing = {.run_pusd = 0};
    const struct budget_history *h = before ? before : &nothing;
    int64_t ppm = config->shard_fraction_ppm;
    struct budget *b = mem_zalloc(sizeof *b);

    int64_t latest_unix_us = now_unix_us > h->latest_unix_us ? now_unix_us : h->latest_unix_us;
    b->today = zone_day(latest_unix_us);
    b->this_month = zone_month(latest_unix_us);
    if (run_cap_pusd == CONFIG_OFF)
        run_cap_pusd = fraction_of(config->budget.run_pusd, ppm);
    b->run = purse_of(run_cap_pusd, h->run_pusd);
    b->day = purse_of(fraction_of(config->budget.day_pusd, ppm), h->day_pusd);
    b->month = purse_of(fraction_of(config->budget.month_pusd, ppm), h->month_pusd);
    b->shadow = purse_of(fraction_of(config->budget.shadow_pusd, ppm), h->shadow_pusd);
    b->capped = b->run.cap != CONFIG_OFF || b->day.cap != CONFIG_OFF ||
                b->month.cap != CONFIG_OFF || b->shadow.cap != CONFIG_OFF;
    b->tier_count = config->tier_count;
    b->tiers = mem_array((size_t)b->tier_count, sizeof *b->tiers);
    for (int i = 0; i < b->tier_count; i++) {
        int64_t cap = fraction_of(config->tiers[i].budget_pusd, ppm);
        b->tiers[i] = purse_of(cap, h->tier_pusd ? h->tier_pusd[i] : 0);
        b->tiers_capped |= cap != CONFIG_OFF;
    }
    b->capped |= b->tiers_capped;
    return b;
}

void budget_free(struct budget *b)
{
    if (b)
        mem_free(b->tiers);
    mem_free(b);
}

bool budget_capped(const struct budget *b)
{
    return b->capped;
}

/* A new day begins empty; what calls of the old one still hold and will cost stays there. */
static void begin(struct purse *p)
{
    p->spent = 0;
    p->reserved = 0;
}

static void turn_calendar(struct budget *b, int64_t now_unix_us)
{
    if (now_unix_us >= b->today.end_unix_us) {
        b->today = zone_day(now_unix_us);
        begin(&b->day);
    }
    if (now_unix_us >= b->this_month.end_unix_us) {
        b->this_month = zone_month(now_unix_us);
        begin(&b->month);
    }
}

static struct purse *own_purse(struct budget *b, int tier, bool shadow)
{
    assert(tier >= 0 && tier < b->tier_count);
    return shadow ? &b->shadow : &b->tiers[tier];
}

/* The cap that an unpriced call cannot be held against. That of comparisons is theirs alone. */
static enum wall first_cap(const struct budget *b, bool shadow)
{
    static const enum wall walls[] = {WALL_RUN, WALL_DAY, WALL_MONTH};
    for (size_t i = 0; i < sizeof walls / sizeof *walls; i++) {
        if (budget_cap(b, walls[i], 0) != CONFIG_OFF)
            return walls[i];
    }
    if (shadow && b->shadow.cap != CONFIG_OFF)
        return WALL_SHADOW;
    return b->tiers_capped ? WALL_TIER : WALL_NONE;
}

static enum wall wall_before(const struct budget *b, const struct purse *own, bool shadow,
                             int64_t pusd)
{
    if (pusd == PUSD_UNPRICED)
        return first_cap(b, shadow);
    assert(pusd >= 0);
    if (!purse_takes(&b->run, pusd))
        return WALL_RUN;
    if (!purse_takes(&b->day, pusd))
        return WALL_DAY;
    if (!purse_takes(&b->month, pusd))
        return WALL_MONTH;
    if (!purse_takes(own, pusd))
        return shadow ? WALL_SHADOW : WALL_TIER;
    return WALL_NONE;
}

enum wall budget_reserve(struct budget *b, int tier, bool shadow, int64_t pusd, int64_t now_unix_us,
                         struct budget_slip *slip)
{
    struct purse *own = own_purse(b, tier, shadow);
    turn_calendar(b, now_unix_us);
    enum wall wall = wall_before(b, own, shadow, pusd);
    if (wall != WALL_NONE)
        return wall;

    int64_t held = pusd == PUSD_UNPRICED ? 0 : pusd;
    struct purse *purses[] = {&b->run, &b->day, &b->month, own};
    for (size_t i = 0; i < sizeof purses / sizeof *purses; i++)
        purses[i]->reserved = add(purses[i]->reserved, held);
    *slip = (struct budget_slip){.reserved_pusd = held,
                                 .day = b->today.number,
                                 .month = b->this_month.number,
                                 .tier = tier,
                                 .shadow = shadow,
                                 .held = true};
    return WALL_NONE;
}

void budget_settle(struct budget *b, struct budget_slip *slip, int64_t cost_pusd)
{
    int64_t cost = cost_pusd == PUSD_UNPRICED ? 0 : cost_pusd;

    if (!slip->held)
        return;
    assert(cost >= 0);
    slip->held = false;
    purse_settle(&b->run, slip->reserved_pusd, cost);
    purse_settle(own_purse(b, slip->tier, slip->shadow), slip->reserved_pusd, cost);
    if (slip->day == b->today.number)
        purse_settle(&b->day, slip->reserved_pusd, cost);
    if (slip->month == b->this_month.number)
        purse_settle(&b->month, slip->reserved_pusd, cost);
}

static const struct purse *purse_at(const struct budget *b, enum wall wall, int tier)
{
    switch (wall) {
    case WALL_RUN:
        return &b->run;
    case WALL_DAY:
        return &b->day;
    case WALL_MONTH:
        return &b->month;
    case WALL_TIER:
        assert(tier >= 0 && tier < b->tier_count);
        return &b->tiers[tier];
    case WALL_SHADOW:
        return &b->shadow;
    case WALL_NONE:
        break;
    }
    return NULL;
}

int64_t budget_left(const struct budget *b, enum wall wall, int tier)
{
    const struct purse *p = purse_at(b, wall, tier);
    return p ? purse_left(p) : CONFIG_OFF;
}

int64_t budget_cap(const struct budget *b, enum wall wall, int tier)
{
    const struct purse *p = purse_at(b, wall, tier);
    return p ? p->cap : CONFIG_OFF;
}

int64_t budget_spent(const struct budget *b, enum wall wall, int tier)
{
    const struct purse *p = purse_at(b, wall, tier);
    return p ? p->spent : 0;
}

const char *wall_name(enum wall w)
{
    static const char *const names[] = {"none", "run", "day", "month", "tier", "shadow"};
    return names[w];
}
