/* Budgets over random sequences, held against plain sums as a clerk would write them down. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs the above */
#include <cmocka.h>

#include "base/random.h"
#include "base/zone.h"
#include "route/budget.h"
#include "support/budget_caps.h"

#define SECOND INT64_C(1000000)
#define NOON   (INT64_C(1795608000) * SECOND) /* 2026-11-25 12:00 UTC */

enum { IN_FLIGHT = 1000, STEPS = 5000 };

/* What a clerk would write down: every call that was let through. */
struct book {
    struct budget_slip slip[IN_FLIGHT];
    int count;
    int64_t run, shadow, tier[TIERS], day, month; /* settled */
    int32_t today, this_month;
};

static int64_t held(const struct book *k, enum wall wall, int tier)
{
    int64_t sum = 0;
    for (int i = 0; i < k->count; i++) {
        const struct budget_slip *s = &k->slip[i];
        bool counts = wall == WALL_RUN || (wall == WALL_DAY && s->day == k->today) ||
                      (wall == WALL_MONTH && s->month == k->this_month) ||
                      (wall == WALL_SHADOW && s->shadow) ||
                      (wall == WALL_TIER && !s->shadow && s->tier == tier);
        sum += counts ? s->reserved_pusd : 0;
    }
    return sum;
}

static void check_wall(const struct budget *b, const struct book *k, enum wall wall, int tier,
                       int64_t settled, bool honest)
{
    int64_t cap = budget_cap(b, wall, tier), used = settled + held(k, wall, tier);
    assert_int_equal(budget_spent(b, wall, tier), settled);
    assert_int_equal(budget_left(b, wall, tier), used < cap ? cap - used : 0);
    if (honest)
        assert_true(used <= cap);
}

static void check_all(const struct budget *b, const struct book *k, bool honest)
{
    check_wall(b, k, WALL_RUN, 0, k->run, honest);
    check_wall(b, k, WALL_DAY, 0, k->day, honest);
    check_wall(b, k, WALL_MONTH, 0, k->month, honest);
    check_wall(b, k, WALL_SHADOW, 0, k->shadow, honest);
    for (int t = 0; t < TIERS; t++)
        check_wall(b, k, WALL_TIER, t, k->tier[t], honest);
}

static void turn_page(struct book *k, int64_t latest)
{
    int32_t day = zone_day(latest).number, month = zone_month(latest).number;
    k->day = day == k->today ? k->day : 0;
    k->month = month == k->this_month ? k->month : 0;
    k->today = day;
    k->this_month = month;
}

static void settle_one(struct budget *b, struct book *k, int i, int64_t cost)
{
    struct budget_slip s = k->slip[i];
    k->slip[i] = k->slip[--k->count];
    budget_settle(b, &s, cost);
    k->run += cost;
    k->day += s.day == k->today ? cost : 0;
    k->month += s.month == k->this_month ? cost : 0;
    *(s.shadow ? &k->shadow : &k->tier[s.tier]) += cost;
}

/* honest: no bill above its reservation. */
static void play(uint64_t seed, int in_flight, bool honest)
{
    struct random r;
    struct book k = {.count = 0};
    int64_t now = NOON, latest = NOON;
    random_seed(&r, seed);
    with_caps(40000000, 3000000, 20000000, 2000000);
    tiers[CHEAP].budget_pusd = 30000000;
    tiers[DEAR].budget_pusd = 9000000;
    struct budget *b = budget_new(&config, OFF, NULL, NOON);
    turn_page(&k, latest);
    for (int step = 0; step < STEPS; step++) {
        now += (int64_t)random_below(&r, 600) * SECOND - 100 * SECOND; /* back now and then */
        bool full = k.count == in_flight;
        if (!full && random_below(&r, 100) < 60) {
            struct budget_slip s = {.held = false};
            latest = now > latest ? now : latest;
            turn_page(&k, latest);
            enum wall w = budget_reserve(b, (int)random_below(&r, TIERS), random_below(&r, 9) == 0,
                                         (int64_t)random_below(&r, 20000), now, &s);
            assert_int_equal(s.held, w == WALL_NONE);
            if (s.held)
                k.slip[k.count++] = s;
        } else if (k.count > 0) {
            int i = (int)random_below(&r, (uint64_t)k.count);
            int64_t most = k.slip[i].reserved_pusd;
            settle_one(b, &k, i,
                       (int64_t)random_below(&r, (uint64_t)(honest ? most : most * 13 / 10) + 1));
        }
        if (step % 32 == 0)
            check_all(b, &k, honest);
    }
    while (k.count > 0)
        settle_one(b, &k, 0, 0);
    check_all(b, &k, honest);
    budget_free(b);
}

static void sums_hold_over_random_sequences_at_any_number_in_flight(void **state)
{
    static const int in_flight[] = {1, 2, 64, IN_FLIGHT};
    (void)state;
    for (size_t i = 0; i < sizeof in_flight / sizeof *in_flight; i++) {
        for (uint64_t seed = 1; seed <= 3; seed++) {
            play(seed, in_flight[i], true);
            play(seed, in_flight[i], false);
        }
    }
}

/* Asking for as much as fits again and again: what is left is less than one more call. */
static void the_unspent_rest_is_less_than_one_reservation(void **state)
{
    struct random r;
    (void)state;
    random_seed(&r, 5);
    for (int round = 0; round < 50; round++) {
        struct budget_slip slip[64];
        struct budget *b = budget_new(with_caps(1000000, OFF, OFF, OFF), OFF, NULL, NOON);
        int out = 0, refused = 0;
        while (out > 0 || !refused) {
            refused =
                out < 64 ? budget_reserve(b, 0, false, 9999, NOON, &slip[out]) != WALL_NONE : 1;
            out += !refused;
            if (refused && out > 0) {
                out--;
                budget_settle(b, &slip[out], (int64_t)random_below(&r, 10000));
                refused = 0;
            }
        }
        assert_in_range(budget_left(b, WALL_RUN, 0), 0, 9998);
        budget_free(b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_hold_over_random_sequences_at_any_number_in_flight),
        cmocka_unit_test(the_unspent_rest_is_less_than_one_reservation),
    };
    zone_use("UTC");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
