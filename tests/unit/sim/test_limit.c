/* Buckets and windows of the simulated provider, time moved by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim/limit.h"

#define SECOND INT64_C(1000000)
#define MINUTE (60 * SECOND)
#define START  (1000 * MINUTE)

static const enum sim_window windows[] = {SIM_WINDOW_BUCKET, SIM_WINDOW_FIXED, SIM_WINDOW_SLIDING};

static int64_t take_all(struct limit *l, int64_t now)
{
    int64_t n = 0;
    for (; limit_wait_us(l, 1, now) == 0; n++)
        limit_take(l, 1, now);
    return n;
}

static void a_minutes_worth_may_come_at_once(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        struct limit l;
        limit_init(&l, windows[i], 60, MINUTE);
        assert_int_equal(limit_remaining(&l, START), 60);
        assert_int_equal(take_all(&l, START), 60);
        assert_int_equal(limit_remaining(&l, START), 0);
        assert_true(limit_whole_after_us(&l, START) > 59 * SECOND);
    }
}

static void what_is_told_to_wait_is_let_in_after_the_wait_and_not_before(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        struct limit l;
        limit_init(&l, windows[i], 600, MINUTE);
        for (int k = 0; k < 30; k++)
            take_all(&l, START + k * SECOND);
        int64_t now = START + 30 * SECOND, wait = limit_wait_us(&l, 20, now);
        assert_true(wait > 0);
        assert_true(limit_wait_us(&l, 20, now + wait - 2) > 0);
        assert_int_equal(limit_wait_us(&l, 20, now + wait), 0);
    }
}

static void no_stretch_of_a_minute_holds_more_than_a_sliding_window_allows(void **state)
{
    (void)state;
    struct limit l;
    int64_t taken[300];
    limit_init(&l, SIM_WINDOW_SLIDING, 90, MINUTE);
    for (int k = 0; k < 300; k++) {
        int64_t now = START + k * SECOND + k * 1234;
        taken[k] = k % 7 == 0 ? take_all(&l, now) : 0;
    }
    for (int from = 0; from + 60 <= 300; from++) {
        int64_t sum = 0;
        for (int k = from; k < from + 60; k++)
            sum += taken[k];
        assert_true(sum <= 90);
    }
}

static void a_bucket_refills_steadily_and_a_window_at_once(void **state)
{
    (void)state;
    struct limit bucket, fixed;
    limit_init(&bucket, SIM_WINDOW_BUCKET, 60, MINUTE);
    limit_init(&fixed, SIM_WINDOW_FIXED, 60, MINUTE);
    take_all(&bucket, START);
    take_all(&fixed, START);
    assert_int_equal(take_all(&bucket, START + 10 * SECOND), 10);
    assert_int_equal(take_all(&fixed, START + 10 * SECOND), 0);
    assert_int_equal(take_all(&fixed, START + MINUTE), 60);
}

static void a_short_period_holds_its_part_of_the_minute(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        struct limit l;
        int64_t n = 0;
        limit_init(&l, windows[i], 6000, SECOND);
        assert_int_equal(limit_capacity(&l), 100);
        for (int64_t ms = 0; ms < 60000; ms += 10)
            n += take_all(&l, START + ms * 1000);
        assert_in_range(n, 5800, 6100);
    }
}

static void more_than_a_whole_period_is_let_in_alone(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        struct limit l;
        limit_init(&l, windows[i], 1000, MINUTE);
        assert_int_equal(limit_wait_us(&l, 5000, START), 0);
        limit_take(&l, 5000, START);
        assert_true(limit_wait_us(&l, 1, START) > 0);
        assert_int_equal(limit_remaining(&l, START), 0);
    }
}

static void without_a_limit_nothing_waits(void **state)
{
    (void)state;
    struct limit l;
    limit_init(&l, SIM_WINDOW_SLIDING, 0, MINUTE);
    limit_take(&l, 1000000, START);
    assert_int_equal(limit_wait_us(&l, 1000000, START), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_minutes_worth_may_come_at_once),
        cmocka_unit_test(what_is_told_to_wait_is_let_in_after_the_wait_and_not_before),
        cmocka_unit_test(no_stretch_of_a_minute_holds_more_than_a_sliding_window_allows),
        cmocka_unit_test(a_bucket_refills_steadily_and_a_window_at_once),
        cmocka_unit_test(a_short_period_holds_its_part_of_the_minute),
        cmocka_unit_test(more_than_a_whole_period_is_let_in_alone),
        cmocka_unit_test(without_a_limit_nothing_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
