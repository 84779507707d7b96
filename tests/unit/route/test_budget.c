/* Budgets as walls, time moved by hand: each wall and the calendar. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs the above */
#include <cmocka.h>

#include "base/zone.h"
#include "model/money.h"
#include "route/budget.h"
#include "support/budget_caps.h"

#define SECOND INT64_C(1000000)
#define HOUR   (3600 * SECOND)
#define DAY    (24 * HOUR)
#define NOON   (INT64_C(1795608000) * SECOND) /* 2026-11-25 12:00 UTC */

static struct budget *make(const struct config *c)
{
    return budget_new(c, OFF, NULL, NOON);
}

static enum wall reserve(struct budget *b, int64_t pusd, struct budget_slip *slip)
{
    return budget_reserve(b, CHEAP, false, pusd, NOON, slip);
}

static void without_a_cap_everything_passes_and_nothing_is_left(void **state)
{
    struct budget_slip slip = {.held = false}, free_of_price = {.held = false};
    struct budget *b = make(with_caps(OFF, OFF, OFF, OFF));
    (void)state;
    assert_false(budget_capped(b));
    assert_int_equal(reserve(b, INT64_MAX, &slip), WALL_NONE);
    assert_int_equal(reserve(b, PUSD_UNPRICED, &free_of_price), WALL_NONE);
    assert_int_equal(budget_left(b, WALL_RUN, 0), -1);
    assert_int_equal(budget_cap(b, WALL_TIER, DEAR), -1);
    assert_int_equal(budget_left(b, WALL_NONE, 0), -1);
    budget_settle(b, &slip, 7);
    budget_settle(b, &free_of_price, PUSD_UNPRICED);
    assert_int_equal(budget_spent(b, WALL_RUN, 0), 7);
    assert_false(slip.held || free_of_price.held);
    budget_free(b);
}

static void a_cap_of_exactly_one_reservation_lets_one_through(void **state)
{
    struct budget_slip one, two = {.held = false};
    struct budget *b = make(with_caps(1000, OFF, OFF, OFF));
    (void)state;
    assert_int_equal(reserve(b, 1001, &one), WALL_RUN);
    assert_int_equal(reserve(b, 1000, &one), WALL_NONE);
    assert_int_equal(budget_left(b, WALL_RUN, 0), 0);
    assert_int_equal(reserve(b, 1, &two), WALL_RUN);
    assert_false(two.held);
    assert_int_equal(reserve(b, 0, &two), WALL_NONE); /* what costs nothing fits always */
    budget_settle(b, &one, 400);
    assert_int_equal(budget_left(b, WALL_RUN, 0), 600);
    assert_int_equal(reserve(b, 601, &one), WALL_RUN);
    assert_int_equal(reserve(b, 600, &one), WALL_NONE);
    budget_free(b);
}

static void each_wall_stops_what_counts_against_it(void **state)
{
    static const struct {
        int64_t run, day, month, shadow, tier;
        bool is_shadow;
        enum wall wall;
    } cases[] = {
        {99, OFF, OFF, OFF, OFF, false, WALL_RUN},
        {OFF, 99, OFF, OFF, OFF, false, WALL_DAY},
        {OFF, OFF, 99, OFF, OFF, false, WALL_MONTH},
        {OFF, OFF, OFF, OFF, 99, false, WALL_TIER},
        {OFF, OFF, OFF, 99, OFF, true, WALL_SHADOW},
        {99, OFF, OFF, 500, OFF, true, WALL_RUN}, /* shadow calls are the run's too */
        {OFF, 99, OFF, 500, OFF, true, WALL_DAY},
        {OFF, OFF, 99, 500, OFF, true, WALL_MONTH},
        {OFF, OFF, OFF, 99, OFF, false, WALL_NONE}, /* others are not the shadow's */
        {OFF, OFF, OFF, OFF, 99, true, WALL_NONE},  /* nor shadow calls a tier's */
        {99, 99, 99, 99, 99, false, WALL_RUN},      /* the widest is named */
        {100, 99, 99, 99, 99, false, WALL_DAY},
        {100, 100, 99, 99, 99, false, WALL_MONTH},
        {100, 100, 100, 99, 99, false, WALL_TIER},
        {100, 100, 100, 99, 99, true, WALL_SHADOW},
        {100, 100, 100, 100, 100, true, WALL_NONE},
        {0, OFF, OFF, OFF, OFF, false, WALL_RUN},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct budget_slip slip = {.held = false};
        with_caps(cases[i].run, cases[i].day, cases[i].month, cases[i].shadow);
        tiers[DEAR].budget_pusd = cases[i].tier;
        struct budget *b = make(&config);
        assert_true(budget_capped(b));
        assert_int_equal(budget_reserve(b, DEAR, cases[i].is_shadow, 100, NOON, &slip),
                         cases[i].wall);
        assert_int_equal(slip.held, cases[i].wall == WALL_NONE);
        budget_free(b);
    }
}

static void a_refused_call_leaves_every_wall_as_it_was(void **state)
{
    struct budget_slip slip = {.held = false};
    with_caps(1000, 1000, 1000, OFF);
    tiers[CHEAP].budget_pusd = 10;
    struct budget *b = make(&config);
    (void)state;
    assert_int_equal(reserve(b, 11, &slip), WALL_TIER);
    assert_int_equal(budget_left(b, WALL_RUN, 0), 1000);
    assert_int_equal(budget_left(b, WALL_DAY, 0), 1000);
    assert_int_equal(budget_left(b, WALL_MONTH, 0), 1000);
    assert_int_equal(budget_left(b, WALL_TIER, CHEAP), 10);
    budget_settle(b, &slip, 5); /* holds nothing: nothing happens */
    assert_int_equal(budget_left(b, WALL_RUN, 0), 1000);
    budget_free(b);
}

static void an_unpriced_call_is_refused_by_the_first_cap_there_is(void **state)
{
    static const struct {
        int64_t run, day, month, shadow, tier;
        enum wall wall, shadow_wall;
    } cases[] = {
        {5, 5, 5, 5, 5, WALL_RUN, WALL_RUN},
        {OFF, 5, 5, 5, 5, WALL_DAY, WALL_DAY},
        {OFF, OFF, 5, 5, 5, WALL_MONTH, WALL_MONTH},
        {OFF, OFF, OFF, 5, 5, WALL_TIER, WALL_SHADOW},
        {OFF, OFF, OFF, 5, OFF, WALL_NONE, WALL_SHADOW}, /* the work itself is not capped */
        {OFF, OFF, OFF, OFF, 5, WALL_TIER, WALL_TIER},
        {OFF, OFF, OFF, OFF, OFF, WALL_NONE, WALL_NONE},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct budget_slip slip;
        with_caps(cases[i].run, cases[i].day, cases[i].month, cases[i].shadow);
        tiers[DEAR].budget_pusd = cases[i].tier;
        struct budget *b = make(&config);
        assert_int_equal(reserve(b, PUSD_UNPRICED, &slip), cases[i].wall);
        assert_int_equal(budget_reserve(b, DEAR, true, PUSD_UNPRICED, NOON, &slip),
                         cases[i].shadow_wall);
        budget_free(b);
    }
}

static void the_bill_above_a_reservation_closes_the_wall(void **state)
{
    struct budget_slip out[4], next;
    struct budget *b = make(with_caps(400, OFF, OFF, OFF));
    (void)state;
    for (int i = 0; i < 4; i++)
        assert_int_equal(reserve(b, 100, &out[i]), WALL_NONE);
    for (int i = 0; i < 4; i++) { /* 1.3 times what was reserved */
        budget_settle(b, &out[i], 130);
        assert_int_equal(budget_left(b, WALL_RUN, 0), 0);
        assert_int_equal(reserve(b, 1, &next), WALL_RUN);
    }
    assert_int_equal(budget_spent(b, WALL_RUN, 0), 520); /* cap + what came above reservations */
    budget_free(b);
}

static void the_past_is_spent_already(void **state)
{
    static const int64_t by_tier[TIERS] = {0, 40};
    const struct budget_history before = {.run_pusd = 100,
                                          .day_pusd = 300,
                                          .month_pusd = 900,
                                          .shadow_pusd = 25,
                                          .tier_pusd = by_tier,
                                          .latest_unix_us = NOON - HOUR};
    (void)state;
    with_caps(1000, 1000, 1000, 100);
    tiers[DEAR].budget_pusd = 50;
    struct budget *b = budget_new(&config, OFF, &before, NOON);
    assert_int_equal(budget_left(b, WALL_RUN, 0), 900);
    assert_int_equal(budget_left(b, WALL_DAY, 0), 700);
    assert_int_equal(budget_left(b, WALL_MONTH, 0), 100);
    assert_int_equal(budget_left(b, WALL_SHADOW, 0), 75);
    assert_int_equal(budget_left(b, WALL_TIER, DEAR), 10);
    assert_int_equal(budget_left(b, WALL_TIER, CHEAP), -1);
    budget_free(b);
}

static void a_past_above_the_cap_leaves_nothing(void **state)
{
    const struct budget_history before = {.run_pusd = 1001};
    struct budget_slip slip;
    struct budget *b = budget_new(with_caps(1000, OFF, OFF, OFF), OFF, &before, NOON);
    (void)state;
    assert_int_equal(budget_left(b, WALL_RUN, 0), 0);
    assert_int_equal(reserve(b, 1, &slip), WALL_RUN);
    budget_free(b);
}

static void a_shard_takes_its_fraction_of_all_caps_but_an_explicit_one(void **state)
{
    (void)state;
    with_caps(1000, 999, INT64_MAX, 10);
    config.shard_fraction_ppm = 333333;
    tiers[DEAR].budget_pusd = 3;
    struct budget *b = make(&config);
    assert_int_equal(budget_cap(b, WALL_RUN, 0), 333);
    assert_int_equal(budget_cap(b, WALL_DAY, 0), 332);
    assert_true(budget_cap(b, WALL_MONTH, 0) == (int64_t)((__int128)INT64_MAX * 333333 / 1000000));
    assert_int_equal(budget_cap(b, WALL_SHADOW, 0), 3);
    assert_int_equal(budget_cap(b, WALL_TIER, DEAR), 0); /* rounded down: never above the whole */
    budget_free(b);
    b = budget_new(&config, 1000, NULL, NOON);
    assert_int_equal(budget_cap(b, WALL_RUN, 0), 1000);
    assert_int_equal(budget_cap(b, WALL_DAY, 0), 332);
    budget_free(b);
}

static void a_new_day_and_month_open_their_walls_and_no_other(void **state)
{
    struct budget_slip slip;
    int64_t last_day = INT64_C(1796040000) * SECOND; /* 2026-11-30 12:00 UTC */
    (void)state;
    with_caps(1000, 100, 150, OFF);
    struct budget *b = budget_new(&config, OFF, NULL, last_day - DAY);
    assert_int_equal(budget_reserve(b, 0, false, 100, last_day - DAY, &slip), WALL_NONE);
    budget_settle(b, &slip, 90);
    assert_int_equal(budget_reserve(b, 0, false, 11, last_day - HOUR * 12 - 1, &slip), WALL_DAY);
    assert_int_equal(budget_reserve(b, 0, false, 61, last_day - HOUR * 12, &slip), WALL_MONTH);
    assert_int_equal(budget_reserve(b, 0, false, 60, last_day - HOUR * 12, &slip), WALL_NONE);
    assert_int_equal(budget_left(b, WALL_DAY, 0), 40);
    assert_int_equal(budget_left(b, WALL_MONTH, 0), 0);
    assert_int_equal(budget_reserve(b, 0, false, 100, last_day + HOUR * 12, &slip), WALL_NONE);
    assert_int_equal(budget_left(b, WALL_MONTH, 0), 50);
    assert_int_equal(budget_left(b, WALL_RUN, 0), 1000 - 90 - 60 - 100);
    budget_free(b);
}

static void a_call_is_settled_in_the_day_it_was_booked_in(void **state)
{
    struct budget_slip old, new;
    int64_t midnight = NOON + 12 * HOUR;
    (void)state;
    struct budget *b = make(with_caps(OFF, 100, 1000, OFF));
    assert_int_equal(budget_reserve(b, 0, false, 80, midnight - 1, &old), WALL_NONE);
    assert_int_equal(budget_reserve(b, 0, false, 30, midnight, &new), WALL_NONE);
    assert_int_equal(new.day, old.day + 1);
    budget_settle(b, &old, 70);
    assert_int_equal(budget_left(b, WALL_DAY, 0), 70); /* the old day's bill is not the new one's */
    assert_int_equal(budget_left(b, WALL_MONTH, 0), 1000 - 70 - 30);
    budget_settle(b, &new, 20);
    assert_int_equal(budget_left(b, WALL_DAY, 0), 80);
    budget_free(b);
}

static void days_are_local_ones_of_23_to_25_hours(void **state)
{
    static const struct {
        int64_t day_s; /* local midnight in Berlin */
        int64_t hours;
    } cases[] = {{1774738800, 23}, {1792879200, 25}, {1795561200, 24}};
    struct budget_slip slip;
    (void)state;
    zone_use("Europe/Berlin");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t start = cases[i].day_s * SECOND, end = start + cases[i].hours * HOUR;
        struct budget *b = budget_new(with_caps(OFF, 10, OFF, OFF), OFF, NULL, start);
        assert_int_equal(budget_reserve(b, 0, false, 10, start, &slip), WALL_NONE);
        assert_int_equal(budget_reserve(b, 0, false, 10, end - 1, &slip), WALL_DAY);
        assert_int_equal(budget_reserve(b, 0, false, 10, end, &slip), WALL_NONE);
        budget_free(b);
    }
    zone_use("UTC");
}

static void a_clock_set_back_reopens_nothing(void **state)
{
    struct budget_history before = {
        .day_pusd = 60, .month_pusd = 60, .latest_unix_us = NOON + 40 * DAY};
    struct budget_slip slip;
    (void)state;
    with_caps(OFF, 100, 200, OFF);
    struct budget *b = make(&config);
    assert_int_equal(budget_reserve(b, 0, false, 100, NOON + 40 * DAY, &slip), WALL_NONE);
    assert_int_equal(budget_reserve(b, 0, false, 1, NOON, &slip), WALL_DAY);
    assert_int_equal(budget_reserve(b, 0, false, 1, NOON + 39 * DAY, &slip), WALL_DAY);
    assert_int_equal(budget_reserve(b, 0, false, 100, NOON + 41 * DAY, &slip), WALL_NONE);
    budget_free(b);
    b = budget_new(&config, OFF, &before, NOON); /* nor across a restart */
    assert_int_equal(budget_reserve(b, 0, false, 41, NOON, &slip), WALL_DAY);
    assert_int_equal(budget_reserve(b, 0, false, 40, NOON, &slip), WALL_NONE);
    budget_free(b);
}

static void amounts_that_do_not_fit_are_refused_not_wrapped(void **state)
{
    struct budget_slip a, c, none;
    (void)state;
    struct budget *b = make(with_caps(INT64_MAX, OFF, OFF, OFF));
    assert_int_equal(reserve(b, INT64_MAX - 1, &a), WALL_NONE);
    assert_int_equal(reserve(b, 2, &none), WALL_RUN);
    assert_int_equal(reserve(b, 1, &c), WALL_NONE);
    budget_settle(b, &a, INT64_MAX);
    budget_settle(b, &c, INT64_MAX);
    assert_true(budget_spent(b, WALL_RUN, 0) == INT64_MAX);
    assert_int_equal(budget_left(b, WALL_RUN, 0), 0);
    assert_int_equal(reserve(b, 1, &none), WALL_RUN);
    budget_free(b);
}

static void walls_have_names(void **state)
{
    (void)state;
    assert_string_equal(wall_name(WALL_NONE), "none");
    assert_string_equal(wall_name(WALL_MONTH), "month");
    assert_string_equal(wall_name(WALL_SHADOW), "shadow");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_cap_everything_passes_and_nothing_is_left),
        cmocka_unit_test(a_cap_of_exactly_one_reservation_lets_one_through),
        cmocka_unit_test(each_wall_stops_what_counts_against_it),
        cmocka_unit_test(a_refused_call_leaves_every_wall_as_it_was),
        cmocka_unit_test(an_unpriced_call_is_refused_by_the_first_cap_there_is),
        cmocka_unit_test(the_bill_above_a_reservation_closes_the_wall),
        cmocka_unit_test(the_past_is_spent_already),
        cmocka_unit_test(a_past_above_the_cap_leaves_nothing),
        cmocka_unit_test(a_shard_takes_its_fraction_of_all_caps_but_an_explicit_one),
        cmocka_unit_test(a_new_day_and_month_open_their_walls_and_no_other),
        cmocka_unit_test(a_call_is_settled_in_the_day_it_was_booked_in),
        cmocka_unit_test(days_are_local_ones_of_23_to_25_hours),
        cmocka_unit_test(a_clock_set_back_reopens_nothing),
        cmocka_unit_test(amounts_that_do_not_fit_are_refused_not_wrapped),
        cmocka_unit_test(walls_have_names),
    };
    zone_use("UTC");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
