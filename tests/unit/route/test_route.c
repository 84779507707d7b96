/* Prices and retries: pure code, time moved by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka needs the above */
#include <cmocka.h>

#include "route/price.h"
#include "route/retry.h"

static struct config_price periods[] = {
    {.from_unix_us = 1000,
     .input = 180000,
     .cached_input = 60000,
     .cache_write = 180000,
     .output = 250000},
    {.from_unix_us = 2000,
     .input = 200000,
     .cached_input = 90000,
     .cache_write = 260000,
     .output = 300000},
};

static const struct config_model model = {
    .prices = periods, .price_count = 2, .overhead_tokens = 64, .reasoning_tokens = 10};

static void price_in_force_is_the_newest_that_has_begun(void **state)
{
    (void)state;
    assert_int_equal(price_period(&model, 999), -1);
    assert_int_equal(price_period(&model, 1000), 0);
    assert_int_equal(price_period(&model, 1999), 0);
    assert_int_equal(price_period(&model, 2000), 1);
    assert_int_equal(price_period(&model, INT64_MAX), 1);
    assert_int_equal(price_of(&periods[1]).output, 300000);
    assert_int_equal(price_of(&periods[0]).cached, 60000);
}

static void bound_uses_bytes_overhead_and_the_dearest_input_rate(void **state)
{
    static const struct {
        int64_t input, cached, cache_write, dearest;
    } cases[] = {
        {200000, 90000, 260000, 260000},
        {200000, 210000, 0, 210000},
        {200000, 210000, 205000, 210000},
        {200000, 200000, 200000, 200000},
        {0, 0, 0, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct price p = {.priced = true,
                          .input = cases[i].input,
                          .cached = cases[i].cached,
                          .cache_write = cases[i].cache_write,
                          .output = 300000};
        int64_t bound = 0;
        assert_int_equal(price_bound(&p, &model, 1000, 200, &bound), ST_OK);
        assert_int_equal(bound, (1000 + 64) * cases[i].dearest + (200 + 10) * 300000);
    }
}

static void bound_of_an_unpriced_model_is_unpriced_never_zero(void **state)
{
    struct price p = {.priced = false};
    int64_t bound = 0;
    (void)state;
    assert_int_equal(price_bound(&p, &model, 1000, 200, &bound), ST_OK);
    assert_int_equal(bound, PUSD_UNPRICED);
}

static void bound_that_does_not_fit_is_an_overflow(void **state)
{
    static const struct {
        int64_t bytes, cap;
    } cases[] = {
        {INT64_MAX - 10, 200},           /* bytes and overhead */
        {1000, INT64_MAX - 5},           /* cap and reasoning */
        {INT64_MAX / 1000, 200},         /* input tokens times their rate */
        {1000, INT64_MAX / 1000},        /* output tokens times theirs */
        {INT64_MAX / 260000 - 64, 200},  /* their sum */
        {1000, INT64_MAX / 300000 - 10}, /* likewise */
    };
    struct price p = price_of(&periods[1]);
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t bound = 5;
        assert_int_equal(price_bound(&p, &model, cases[i].bytes, cases[i].cap, &bound),
                         ST_OVERFLOW);
        assert_int_equal(bound, 5);
    }
}

static void delays_grow_to_the_cap_and_respect_the_floor(void **state)
{
    struct random r;
    (void)state;
    random_seed(&r, 1);
    for (int tries = 1; tries <= 70; tries++) {
        int64_t top = tries > 6 ? RETRY_CAP_US : RETRY_BASE_US << (tries - 1);
        int64_t seen = 0;
        for (int i = 0; i < 300; i++) {
            int64_t d = retry_delay_us(tries, -1, &r);
            assert_in_range(d, 0, (top < RETRY_CAP_US ? top : RETRY_CAP_US) - 1);
            seen = d > seen ? d : seen;
        }
        assert_true(seen > (top < RETRY_CAP_US ? top : RETRY_CAP_US) / 2);
        assert_true(retry_delay_us(tries, 90000000, &r) >= 90000000);
    }
}

static void retries_are_a_tenth_of_the_calls_but_never_below_the_floor(void **state)
{
    struct retry_budget b;
    int taken = 0;
    (void)state;
    retry_budget_init(&b, 10, 10, 120000000);
    while (retry_budget_take(&b, 1000))
        taken++;
    assert_int_equal(taken, 10);
    for (int i = 0; i < 500; i++)
        retry_budget_call(&b, 2000);
    while (retry_budget_take(&b, 3000))
        taken++;
    assert_int_equal(taken, 50);
    assert_true(retry_budget_wait_us(&b, 3000) > 0);
}

static void retry_budget_forgets_what_has_left_its_window(void **state)
{
    struct retry_budget b;
    int taken = 0;
    (void)state;
    retry_budget_init(&b, 10, 2, 120000000);
    assert_true(retry_budget_take(&b, 0));
    assert_true(retry_budget_take(&b, 0));
    assert_false(retry_budget_take(&b, 60000000));
    while (taken < 5 && retry_budget_take(&b, 126000000))
        taken++;
    assert_int_equal(taken, 2);
    assert_true(retry_budget_take(&b, INT64_C(1) << 50));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(price_in_force_is_the_newest_that_has_begun),
        cmocka_unit_test(bound_uses_bytes_overhead_and_the_dearest_input_rate),
        cmocka_unit_test(bound_of_an_unpriced_model_is_unpriced_never_zero),
        cmocka_unit_test(bound_that_does_not_fit_is_an_overflow),
        cmocka_unit_test(delays_grow_to_the_cap_and_respect_the_floor),
        cmocka_unit_test(retries_are_a_tenth_of_the_calls_but_never_below_the_floor),
        cmocka_unit_test(retry_budget_forgets_what_has_left_its_window),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
