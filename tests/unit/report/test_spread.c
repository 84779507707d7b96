/* Percentiles by nearest rank, exact whatever order the values come in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "report/spread.h"

static struct report_spread of(const int64_t (*pairs)[2], size_t count)
{
    struct spread s;
    spread_init(&s);
    for (size_t i = 0; i < count; i++)
        spread_add(&s, pairs[i][0], pairs[i][1]);
    struct report_spread out = spread_work_out(&s);
    spread_deinit(&s);
    return out;
}

#define OF(...)                                                                                    \
    of((const int64_t[][2]){__VA_ARGS__},                                                          \
       sizeof((const int64_t[][2]){__VA_ARGS__}) / sizeof(int64_t[2]))

static void nothing_has_no_percentiles(void **state)
{
    struct report_spread s = of(NULL, 0);
    (void)state;
    assert_int_equal(s.count, 0);
    assert_int_equal(s.p50, -1);
    assert_int_equal(s.max, -1);
    s = OF({5, 0}); /* no times at all */
    assert_int_equal(s.count, 0);
    assert_int_equal(s.p99, -1);
}

static void one_value_is_all_of_them(void **state)
{
    struct report_spread s = OF({7, 1});
    (void)state;
    assert_int_equal(s.count, 1);
    assert_int_equal(s.p50, 7);
    assert_int_equal(s.p95, 7);
    assert_int_equal(s.p99, 7);
    assert_int_equal(s.max, 7);
}

static void ranks_are_those_of_the_sorted_values(void **state)
{
    struct spread s;
    (void)state;
    spread_init(&s);
    for (int64_t i = 100; i >= 1; i--) /* 1 … 100, backwards */
        spread_add(&s, i, 1);
    struct report_spread out = spread_work_out(&s);
    assert_int_equal(out.count, 100);
    assert_int_equal(out.p50, 50);
    assert_int_equal(out.p95, 95);
    assert_int_equal(out.p99, 99);
    assert_int_equal(out.max, 100);
    spread_deinit(&s);
}

static void values_count_as_often_as_they_came(void **state)
{
    struct report_spread s = OF({3, 1}, {1, 98}, {2, 1}); /* one 2 and one 3 among many 1s */
    (void)state;
    assert_int_equal(s.count, 100);
    assert_int_equal(s.p95, 1);
    assert_int_equal(s.p99, 2);
    assert_int_equal(s.max, 3);
}

static void the_lower_middle_is_the_median_of_an_even_number(void **state)
{
    struct report_spread s = OF({1, 1}, {2, 1}, {3, 1}, {4, 1});
    (void)state;
    assert_int_equal(s.p50, 2);
    assert_int_equal(s.p95, 4);
}

static void two_ledgers_add_up_to_one_spread(void **state)
{
    struct report_spread s = OF({5, 2}, {9, 1}, {5, 2}, {1, 5});
    (void)state;
    assert_int_equal(s.count, 10);
    assert_int_equal(s.p50, 1);
    assert_int_equal(s.p95, 9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_has_no_percentiles),
        cmocka_unit_test(one_value_is_all_of_them),
        cmocka_unit_test(ranks_are_those_of_the_sorted_values),
        cmocka_unit_test(values_count_as_often_as_they_came),
        cmocka_unit_test(the_lower_middle_is_the_median_of_an_even_number),
        cmocka_unit_test(two_ledgers_add_up_to_one_spread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
