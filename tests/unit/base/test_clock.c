/* The printed form of a moment, against the C library, and the system clocks. */
#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <time.h>

#include "base/random.h"

static void moments_are_printed_in_utc_with_milliseconds(void **state)
{
    (void)state;
    static const struct {
        int64_t unix_us;
        const char *text;
    } cases[] = {
        {0, "1970-01-01T00:00:00.000Z"},
        {INT64_C(951782400123999), "2000-02-29T00:00:00.123Z"},
        {INT64_C(1795482123123456), "2026-11-24T01:02:03.123Z"},
        {INT64_C(4107542399999999), "2100-02-28T23:59:59.999Z"},
        {INT64_C(4107542400000000), "2100-03-01T00:00:00.000Z"},
        {INT64_C(253402300799999999), "9999-12-31T23:59:59.999Z"},
        {INT64_MAX, "9999-12-31T23:59:59.999Z"},
        {-1, "1970-01-01T00:00:00.000Z"},
        {INT64_MIN, "1970-01-01T00:00:00.000Z"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[CLOCK_ISO_SIZE];
        clock_iso_ms(cases[i].unix_us, text);
        assert_string_equal(text, cases[i].text);
    }
}

static void any_second_agrees_with_the_c_library(void **state)
{
    (void)state;
    struct random r;
    random_seed(&r, 11);
    for (int i = 0; i < 20000; i++) {
        time_t seconds = (time_t)random_below(&r, UINT64_C(253402300800));
        struct tm tm;
        char expected[64], text[CLOCK_ISO_SIZE];
        assert_non_null(gmtime_r(&seconds, &tm));
        assert_true(strftime(expected, sizeof expected, "%Y-%m-%dT%H:%M:%S.000Z", &tm) > 0);
        clock_iso_ms((int64_t)seconds * 1000000, text);
        assert_string_equal(text, expected);
    }
}

static void the_system_clocks_run(void **state)
{
    (void)state;
    int64_t mono_us = clock_mono_us(&clock_system);
    int64_t unix_us = clock_unix_us(&clock_system);
    assert_true(clock_mono_us(&clock_system) >= mono_us);
    assert_true(unix_us / 1000000 <= (int64_t)time(NULL) + 1);
    assert_true(unix_us / 1000000 >= (int64_t)time(NULL) - 60);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moments_are_printed_in_utc_with_milliseconds),
        cmocka_unit_test(any_second_agrees_with_the_c_library),
        cmocka_unit_test(the_system_clocks_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
