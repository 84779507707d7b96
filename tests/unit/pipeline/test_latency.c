/* Percentiles by nearest rank. */
#include "pipeline/latency.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void without_calls_there_is_no_figure(void **state)
{
    struct latencies l;
    (void)state;
    latencies_init(&l);
    struct latency_figures f = latencies_figures(&l);
    assert_int_equal(f.p50_us, -1);
    assert_int_equal(f.p99_us, -1);
    assert_int_equal(f.max_us, -1);
    latencies_deinit(&l);
}

/* n values 1…n, added from both ends in turn so that they come unsorted. */
static struct latency_figures figures_of(int64_t n)
{
    struct latencies l;
    latencies_init(&l);
    for (int64_t i = 0; i < n; i++)
        latencies_add(&l, i % 2 ? n - i / 2 : i / 2 + 1);
    struct latency_figures f = latencies_figures(&l);
    latencies_deinit(&l);
    return f;
}

static void percentiles_are_the_nearest_rank(void **state)
{
    static const struct {
        int64_t n, p50, p95, p99;
    } rows[] = {
        {1, 1, 1, 1},
        {2, 1, 2, 2},
        {3, 2, 3, 3},
        {20, 10, 19, 20},
        {21, 11, 20, 21},
        {99, 50, 95, 99},
        {100, 50, 95, 99},
        {101, 51, 96, 100},
        {1000, 500, 950, 990},
        {1024, 512, 973, 1014},
        {5000, 2500, 4750, 4950},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct latency_figures f = figures_of(rows[i].n);
        assert_int_equal(f.p50_us, rows[i].p50);
        assert_int_equal(f.p95_us, rows[i].p95);
        assert_int_equal(f.p99_us, rows[i].p99);
        assert_int_equal(f.max_us, rows[i].n);
    }
}

static void figures_may_be_asked_for_again_after_more_calls(void **state)
{
    struct latencies l;
    (void)state;
    latencies_init(&l);
    latencies_add(&l, 30);
    latencies_add(&l, 10);
    assert_int_equal(latencies_figures(&l).p50_us, 10);
    latencies_add(&l, 20);
    assert_int_equal(latencies_figures(&l).p50_us, 20);
    assert_int_equal(latencies_figures(&l).max_us, 30);
    latencies_deinit(&l);
}

static void an_endless_call_is_capped_and_never_negative(void **state)
{
    struct latencies l;
    (void)state;
    latencies_init(&l);
    latencies_add(&l, INT64_MAX);
    assert_int_equal(latencies_figures(&l).max_us, INT32_MAX);
    latencies_deinit(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_calls_there_is_no_figure),
        cmocka_unit_test(percentiles_are_the_nearest_rank),
        cmocka_unit_test(figures_may_be_asked_for_again_after_more_calls),
        cmocka_unit_test(an_endless_call_is_capped_and_never_negative),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
