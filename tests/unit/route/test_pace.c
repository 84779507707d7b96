/* Pace: properties over random traffic, time moved by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka needs the above */
#include <cmocka.h>

#include "base/random.h"
#include "route/pace.h"

#define SECOND INT64_C(1000000)
#define MINUTE (60 * SECOND)
#define CALLS  4000

static int64_t at[CALLS], size[CALLS];

/* The most that was taken in any 60 s, ends included on one side. */
static int64_t most_in_a_minute(int n)
{
    int64_t sum = 0, most = 0;
    for (int first = 0, i = 0; i < n; i++) {
        sum += size[i];
        while (at[first] <= at[i] - MINUTE)
            sum -= size[first++];
        most = sum > most ? sum : most;
    }
    return most;
}

static void no_minute_sees_more_than_the_limit(void **state)
{
    static const struct {
        int64_t limit, largest, gap_us;
    } cases[] = {
        {1, 1, 0},         {10, 1, 0},        {1000, 1, 0},           {1000, 30, 0},
        {1000, 400, 0},    {100000, 3000, 0}, {100000, 3000, SECOND}, {100000, 20000, 9 * SECOND},
        {100000, 60000, 0}};
    struct random r;
    (void)state;
    random_seed(&r, 11);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pace p;
        int64_t now = 5 * SECOND, began = now, total = 0;
        pace_init(&p, 0, cases[i].limit, 1000000, now);
        for (int k = 0; k < CALLS; k++) {
            size[k] = 1 + (int64_t)random_below(&r, (uint64_t)cases[i].largest);
            if (cases[i].gap_us && random_below(&r, 50) == 0)
                now += (int64_t)random_below(&r, (uint64_t)cases[i].gap_us * 60);
            int64_t wait = pace_wait_us(&p, size[k], now);
            assert_true(wait >= 0);
            now += wait;
            assert_int_equal(pace_wait_us(&p, size[k], now), 0);
            pace_take(&p, size[k], now);
            at[k] = now;
            total += size[k];
        }
        assert_true(most_in_a_minute(CALLS) <= cases[i].limit);
        if (cases[i].gap_us == 0 && cases[i].largest * 10 <= cases[i].limit)
            assert_true((double)total / (double)(now - began) * (double)MINUTE >=
                        0.97 * (double)cases[i].limit);
    }
}

static void what_was_reserved_too_much_is_given_back(void **state)
{
    struct pace p;
    int64_t now = 0, used = 0;
    (void)state;
    pace_init(&p, 0, 60000, 1000000, now);
    for (int i = 0; i < 2000; i++) {
        now += pace_wait_us(&p, 1000, now);
        pace_take(&p, 1000, now);
        pace_settle(&p, 1000, 500, now);
        used += 500;
    }
    assert_true((double)used / (double)now * (double)MINUTE >= 0.97 * 60000);
}

static void what_never_left_is_not_counted(void **state)
{
    struct pace p;
    (void)state;
    pace_init(&p, 10, 1000, 1000000, 0);
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(pace_wait_us(&p, 30, SECOND), 0);
        pace_take(&p, 30, SECOND);
        pace_settle(&p, 30, -1, SECOND);
    }
}

static void an_overrun_is_waited_for(void **state)
{
    struct pace p;
    (void)state;
    pace_init(&p, 0, 60000, 1000000, 0);
    pace_take(&p, 100, 0);
    pace_settle(&p, 100, 20100, 0);
    assert_in_range(pace_wait_us(&p, 100, 0), 18 * SECOND, 21 * SECOND);
}

static void a_call_above_the_limit_goes_into_an_empty_minute(void **state)
{
    struct pace p;
    (void)state;
    pace_init(&p, 0, 100, 1000000, 0);
    assert_int_equal(pace_wait_us(&p, 500, 0), 0);
    pace_take(&p, 500, 0);
    int64_t wait = pace_wait_us(&p, 1, 0);
    assert_true(wait >= 4 * MINUTE && wait <= 6 * MINUTE);
}

static void no_limit_never_waits(void **state)
{
    struct pace p;
    (void)state;
    pace_init(&p, 0, 0, 1000000, 0);
    for (int i = 0; i < 1000; i++) {
        pace_take(&p, INT64_MAX, 0);
        assert_int_equal(pace_wait_us(&p, INT64_MAX, 0), 0);
    }
}

static void a_shard_has_its_part_but_never_nothing(void **state)
{
    static const struct {
        int64_t limit, ppm, part;
    } cases[] = {{1000, 250000, 250},
                 {1000, 1000000, 1000},
                 {3, 1, 1},
                 {0, 500000, 0},
                 {PACE_MAX, 500000, PACE_MAX / 2}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pace p;
        pace_init(&p, cases[i].limit, cases[i].limit, cases[i].ppm, 0);
        assert_int_equal(p.requests.per_minute, cases[i].part);
        assert_int_equal(p.tokens.per_minute, cases[i].part);
    }
}

static void huge_figures_do_not_overflow(void **state)
{
    static const int64_t limits[] = {1, 1000, PACE_MAX, INT64_MAX};
    static const int64_t calls[] = {0, 1, PACE_MAX, INT64_MAX};
    (void)state;
    for (size_t i = 0; i < 16; i++) {
        struct pace p;
        int64_t now = INT64_C(1) << 50, tokens = calls[i % 4];
        pace_init(&p, limits[i / 4], limits[i / 4], 1000000, now);
        for (int k = 0; k < 300; k++) {
            assert_true(pace_wait_us(&p, tokens, now) >= 0);
            pace_take(&p, tokens, now);
            pace_settle(&p, tokens, k % 2 ? INT64_MAX : 0, now);
            now += MINUTE / 7;
        }
        assert_true(pace_wait_us(&p, tokens, now) >= 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_minute_sees_more_than_the_limit),
        cmocka_unit_test(what_was_reserved_too_much_is_given_back),
        cmocka_unit_test(what_never_left_is_not_counted),
        cmocka_unit_test(an_overrun_is_waited_for),
        cmocka_unit_test(a_call_above_the_limit_goes_into_an_empty_minute),
        cmocka_unit_test(no_limit_never_waits),
        cmocka_unit_test(a_shard_has_its_part_but_never_nothing),
        cmocka_unit_test(huge_figures_do_not_overflow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
