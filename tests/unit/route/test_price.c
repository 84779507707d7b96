/* Prices over time: periods, UTC windows, flex; and upper bounds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka needs the above */
#include <cmocka.h>

#include "base/random.h"
#include "route/price.h"

#define SECOND INT64_C(1000000)
#define MINUTE (60 * SECOND)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)
#define MONDAY (INT64_C(1795392000) * SECOND) /* 2026-11-23 00:00 UTC */

#define WORKDAYS  0x1f
#define EVERY_DAY 0x7f

static struct config_price plain[] = {
    {.from_unix_us = 1000,
     .input = 180000,
     .cached_input = 60000,
     .cache_write = 180000,
     .output = 250000,
     .flex_ppm = 1000000},
    {.from_unix_us = 2000,
     .input = 200000,
     .cached_input = 90000,
     .cache_write = 260000,
     .output = 300000,
     .flex_ppm = 500000},
};
static const struct config_model model = {
    .prices = plain, .price_count = 2, .overhead_tokens = 64, .reasoning_tokens = 10};
static const struct config_model flex_model = {
    .prices = plain, .price_count = 2, .service_tier = "flex"};
static const struct config_model unpriced = {.price_count = 0};

/* Peak hours as a provider has them: 01-04 and 06-10 UTC, Monday to Friday; and a window over
 * midnight that starts on Fridays only. */
#define RATES(n) .input = (n), .cached_input = (n) / 2, .cache_write = (n), .output = (n)*2
static struct config_price_window peaks[] = {
    {.from_minute = 60, .to_minute = 240, .weekdays = WORKDAYS, RATES(30)},
    {.from_minute = 360, .to_minute = 600, .weekdays = WORKDAYS, RATES(40)},
    {.from_minute = 22 * 60, .to_minute = 120, .weekdays = 1 << 4, RATES(50)},
};
static struct config_price_window later[] = {
    {.from_minute = 0, .to_minute = 1439, .weekdays = EVERY_DAY, RATES(7)}};
static struct config_price clocked_prices[] = {
    {.from_unix_us = INT64_MIN, RATES(10), .windows = peaks, .window_count = 3, .flex_ppm = 333333},
    {.from_unix_us = MONDAY + 14 * DAY, RATES(20), .windows = later, .window_count = 1},
};
static const struct config_model clocked = {.prices = clocked_prices, .price_count = 2};
static const struct config_model clocked_flex = {
    .prices = clocked_prices, .price_count = 2, .service_tier = "flex"};

static void the_price_in_force_is_the_newest_that_has_begun(void **state)
{
    (void)state;
    assert_int_equal(price_count(&model), 2);
    assert_int_equal(price_index(&model, 999), -1);
    assert_int_equal(price_index(&model, 1000), 0);
    assert_int_equal(price_index(&model, 1999), 0);
    assert_int_equal(price_index(&model, 2000), 1);
    assert_int_equal(price_index(&model, INT64_MAX), 1);
    assert_int_equal(price_at(&model, 1).output, 300000);
    assert_int_equal(price_at(&model, 0).cached, 60000);
    assert_int_equal(price_until(&model, 0), 1000);
    assert_int_equal(price_until(&model, 1000), 2000);
    assert_true(price_until(&model, 2000) == INT64_MAX);
    assert_int_equal(price_count(&unpriced), 0);
    assert_int_equal(price_index(&unpriced, 5), -1);
    assert_true(price_until(&unpriced, 5) == INT64_MAX);
}

static void each_set_of_rates_has_its_place(void **state)
{
    static const struct {
        int period, window, input;
    } cases[] = {{0, -1, 10}, {0, 0, 30}, {0, 1, 40}, {0, 2, 50}, {1, -1, 20}, {1, 0, 7}};
    (void)state;
    assert_int_equal(price_count(&clocked), 6);
    for (int i = 0; i < 6; i++) {
        struct price_place at = price_place(&clocked, i);
        assert_int_equal(at.period, cases[i].period);
        assert_int_equal(at.window, cases[i].window);
        assert_int_equal(price_at(&clocked, i).input, cases[i].input);
        assert_int_equal(price_at(&clocked, i).output, cases[i].input * 2);
    }
}

static void windows_follow_the_utc_clock_and_the_day_they_start_on(void **state)
{
    static const struct {
        int day, minute; /* since Monday */
        int index;
        int until_day, until_minute; /* of the next change */
    } cases[] = {
        {0, 0, 0, 0, 60},     {0, 59, 0, 0, 60},    {0, 60, 1, 0, 240},
        {0, 239, 1, 0, 240},  {0, 240, 0, 0, 360},  {0, 360, 2, 0, 600},
        {0, 600, 0, 1, 60},   {4, 600, 0, 4, 1320}, /* Friday */
        {4, 1320, 3, 5, 120}, {4, 1439, 3, 5, 120}, /* over midnight … */
        {5, 0, 3, 5, 120},    {5, 119, 3, 5, 120},  /* … into Saturday */
        {5, 120, 0, 7, 60},   {6, 1439, 0, 7, 60},  /* no peak at the weekend */
        {-1, 1380, 0, 0, 60}, {3, 1320, 0, 4, 60},  /* not on Thursdays */
        {13, 1439, 0, 14, 0}, {14, 0, 5, 14, 1439}, /* another period */
        {14, 1439, 4, 15, 0}, {15, 0, 5, 15, 1439}, {400, 1438, 5, 400, 1439},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t at = MONDAY + cases[i].day * DAY + cases[i].minute * MINUTE;
        int64_t until = MONDAY + cases[i].until_day * DAY + cases[i].until_minute * MINUTE;
        assert_int_equal(price_index(&clocked, at), cases[i].index);
        assert_int_equal(price_index(&clocked, at + MINUTE - 1), cases[i].index);
        assert_int_equal(price_until(&clocked, at), until);
        assert_int_equal(price_until(&clocked, until - 1), until);
    }
}

static void windows_hold_before_1970_too(void **state)
{
    int64_t monday = MONDAY - 7 * 6000 * DAY; /* in 1911 */
    (void)state;
    assert_int_equal(price_index(&clocked, monday + HOUR), 1);
    assert_int_equal(price_index(&clocked, monday - 1), 0);
    assert_int_equal(price_index(&clocked, monday - 2 * DAY), 3);
}

static void of_overlapping_windows_the_first_one_counts(void **state)
{
    struct config_price_window both[] = {
        {.from_minute = 60, .to_minute = 120, .weekdays = EVERY_DAY, RATES(30)},
        {.from_minute = 0, .to_minute = 180, .weekdays = EVERY_DAY, RATES(40)},
        {.from_minute = 70, .to_minute = 80, .weekdays = EVERY_DAY, RATES(50)}, /* never */
    };
    struct config_price p = {
        .from_unix_us = INT64_MIN, RATES(10), .windows = both, .window_count = 3};
    const struct config_model m = {.prices = &p, .price_count = 1};
    (void)state;
    assert_int_equal(price_index(&m, MONDAY), 2);
    assert_int_equal(price_index(&m, MONDAY + 75 * MINUTE), 1);
    assert_int_equal(price_until(&m, MONDAY + 60 * MINUTE), MONDAY + 120 * MINUTE);
    assert_int_equal(price_until(&m, MONDAY + 120 * MINUTE), MONDAY + 180 * MINUTE);
}

static void flex_is_a_factor_on_every_rate_rounded_up(void **state)
{
    struct price half = price_at(&flex_model, 1), third = price_at(&clocked_flex, 1);
    (void)state;
    assert_true(price_is_flex(&flex_model));
    assert_false(price_is_flex(&model));
    assert_int_equal(half.input, 100000);
    assert_int_equal(half.cached, 45000);
    assert_int_equal(half.cache_write, 130000);
    assert_int_equal(half.output, 150000);
    assert_int_equal(price_at(&flex_model, 0).input, 180000); /* that period has none */
    assert_int_equal(third.input, 10);                        /* 9.99999 */
    assert_int_equal(third.cached, 5);                        /* 4.999995 */
    assert_int_equal(third.output, 20);                       /* 19.99998 */
}

static void a_rate_under_flex_is_never_less_than_its_exact_part(void **state)
{
    struct random r;
    (void)state;
    random_seed(&r, 3);
    for (int i = 0; i < 20000; i++) {
        int64_t rate = (int64_t)(random_u64(&r) >> (1 + random_below(&r, 63)));
        struct config_price p = {
            .input = rate, .output = INT64_MAX, .flex_ppm = (int64_t)random_below(&r, 1000001)};
        const struct config_model m = {.prices = &p, .price_count = 1, .service_tier = "flex"};
        struct price got = price_at(&m, 0);
        __int128 exact = (__int128)rate * p.flex_ppm, booked = (__int128)got.input * 1000000;
        assert_true(booked >= exact && booked < exact + 1000000);
        assert_true(got.output >= 0);
    }
}

static void the_dearest_rates_until_the_time_out_make_the_bound(void **state)
{
    static const struct {
        int64_t at, timeout;
        int input;
    } cases[] = {
        {HOUR - MINUTE, MINUTE - 1, 10},  /* over before the peak */
        {HOUR - MINUTE, MINUTE, 30},      /* touches it */
        {HOUR, MINUTE, 30},               /* in it */
        {4 * HOUR - 1, HOUR, 30},         /* sent in it, billed after it */
        {0, 6 * HOUR, 40},                /* the dearest of three */
        {4 * DAY + 22 * HOUR - 1, 1, 50}, /* over midnight */
        {6 * DAY, DAY, 10},               /* a Sunday */
        {14 * DAY - 1, 0, 10},            /* the next period's … */
        {14 * DAY - 1, 1, 10},            /* … window is cheaper */
        {14 * DAY - 1, DAY, 20},          /* its plain rate is not */
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t at = MONDAY + cases[i].at;
        struct price p = price_dearest(&clocked, at, at + cases[i].timeout);
        assert_int_equal(p.input, cases[i].input);
        assert_int_equal(p.cached, cases[i].input / 2);
        assert_int_equal(p.output, cases[i].input * 2);
    }
    assert_false(price_dearest(&model, 999, 1000).priced); /* unpriced when it is sent */
}

/* A call sent and billed at any two times of its life never costs more than its bound. */
static void no_bill_within_the_time_out_is_above_the_bound(void **state)
{
    struct random r;
    (void)state;
    random_seed(&r, 11);
    for (int i = 0; i < 20000; i++) {
        int64_t sent = MONDAY + (int64_t)random_below(&r, (uint64_t)(20 * DAY));
        int64_t timeout = (int64_t)random_below(&r, (uint64_t)HOUR);
        int64_t billed = sent + (int64_t)random_below(&r, (uint64_t)timeout + 1);
        struct price most = price_dearest(&clocked_flex, sent, sent + timeout);
        struct price real = price_at(&clocked_flex, price_index(&clocked_flex, billed));
        assert_true(real.input <= most.input && real.cached <= most.cached);
        assert_true(real.cache_write <= most.cache_write && real.output <= most.output);
    }
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
    struct price p = price_dearest(&unpriced, 0, 1);
    int64_t bound = 0;
    (void)state;
    assert_int_equal(price_bound(&p, &unpriced, 1000, 200, &bound), ST_OK);
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
    struct price p = price_at(&model, 1);
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t bound = 5;
        assert_int_equal(price_bound(&p, &model, cases[i].bytes, cases[i].cap, &bound),
                         ST_OVERFLOW);
        assert_int_equal(bound, 5);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_price_in_force_is_the_newest_that_has_begun),
        cmocka_unit_test(each_set_of_rates_has_its_place),
        cmocka_unit_test(windows_follow_the_utc_clock_and_the_day_they_start_on),
        cmocka_unit_test(windows_hold_before_1970_too),
        cmocka_unit_test(of_overlapping_windows_the_first_one_counts),
        cmocka_unit_test(flex_is_a_factor_on_every_rate_rounded_up),
        cmocka_unit_test(a_rate_under_flex_is_never_less_than_its_exact_part),
        cmocka_unit_test(the_dearest_rates_until_the_time_out_make_the_bound),
        cmocka_unit_test(no_bill_within_the_time_out_is_above_the_bound),
        cmocka_unit_test(bound_uses_bytes_overhead_and_the_dearest_input_rate),
        cmocka_unit_test(bound_of_an_unpriced_model_is_unpriced_never_zero),
        cmocka_unit_test(bound_that_does_not_fit_is_an_overflow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
