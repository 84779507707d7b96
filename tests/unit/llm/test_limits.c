/* Waits, limits and costs as headers tell them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "llm/limits.h"

#define NOW_US (INT64_C(1795561200) * 1000000) /* Tue, 24 Nov 2026 23:00:00 GMT */
#define S      INT64_C(1000000)

struct text_case {
    const char *text;
    int64_t want;
};

static void check(const struct text_case *cases, size_t count, int64_t (*read)(struct slice text))
{
    for (size_t i = 0; i < count; i++) {
        int64_t got = read(slice_str(cases[i].text));
        if (got != cases[i].want)
            fail_msg("'%s': %lld instead of %lld", cases[i].text, (long long)got,
                     (long long)cases[i].want);
    }
}

static int64_t retry_after(struct slice text)
{
    return limits_retry_after(text, NOW_US);
}

static int64_t reset(struct slice text)
{
    return limits_reset(text, NOW_US);
}

#define CHECK(cases, read) check(cases, sizeof cases / sizeof cases[0], read)

static void retry_after_is_read_in_all_its_forms(void **state)
{
    (void)state;
    static const struct text_case cases[] = {
        {"0", 0},
        {"3", 3 * S},
        {" 3 ", 3 * S},
        {"0.5", S / 2},
        {".5", S / 2},
        {"1.9999999", 2 * S}, /* rounded to the microsecond */
        {"2e0", 2 * S},
        {"-5", 0},
        {"1000000000", LIMITS_MAX_US},
        {"99999999999999999999999999", LIMITS_MAX_US},
        {"Tue, 24 Nov 2026 23:00:02 GMT", 2 * S},
        {"Tue, 24 Nov 2026 22:00:00 GMT", 0},
        {"Tuesday, 24-Nov-26 23:01:00 GMT", 60 * S},
        {"Fri, 31 Dec 9999 23:59:59 GMT", LIMITS_MAX_US},
        {"", -1},
        {"soon", -1},
        {"3x", -1},
        {".", -1},
        {"-", -1},
        {"1e", -1},
    };
    CHECK(cases, retry_after);
}

static void retry_after_ms_is_milliseconds(void **state)
{
    (void)state;
    static const struct text_case cases[] = {{"700", 700000}, {"0.5", 500},
                                             {"-1", 0},       {"", -1},
                                             {"1s", -1},      {"100000000000000", LIMITS_MAX_US}};
    CHECK(cases, limits_retry_after_ms);
}

static void reset_is_a_duration_seconds_or_a_time(void **state)
{
    (void)state;
    static const struct text_case cases[] = {
        {"6m0s", 360 * S},
        {"1.2s", 1200000},
        {"450ms", 450000},
        {"12us", 12},
        {"1h2m3s", 3723 * S},
        {"1d", 86400 * S},
        {"20", 20 * S},
        {"0.25", S / 4},
        {"1795561260", 60 * S},    /* Unix time in seconds */
        {"1795561260000", 60 * S}, /* and in milliseconds */
        {"1795561000", 0},
        {"9999d", LIMITS_MAX_US},
        {"99999999999999d", LIMITS_MAX_US},
        {"", -1},
        {"6m0", -1},
        {"m", -1},
        {"-3s", -1},
        {"3 s", -1},
        {"5w", -1},
    };
    CHECK(cases, reset);
}

static void count_is_a_whole_number(void **state)
{
    (void)state;
    static const struct text_case cases[] = {
        {"0", 0}, {" 149984 ", 149984}, {"-1", -1}, {"1.5", -1}, {"", -1}, {"many", -1}};
    CHECK(cases, limits_count);
}

static void cost_is_exact_to_the_picodollar(void **state)
{
    (void)state;
    static const struct text_case cases[] = {
        {"3.45e-05", 34500000},
        {"0.0000345", 34500000},
        {"3.45E-5", 34500000},
        {"0", 0},
        {"0.0", 0},
        {"1", INT64_C(1000000000000)},
        {"1e+1", INT64_C(10000000000000)},
        {"0.000000000001", 1},
        {"0.0000000000005", 1}, /* half a picodollar is rounded up */
        {"0.0000000000004", 0},
        {"0.0000123456789012345678", 12345679},
        {"9223372.036854775807", INT64_C(9223372036854775800)}, /* 18 digits are kept */
        {"9223373", -1},
        {"1e300", -1},
        {"1e-300", 0},
        {"0e99999999999", 0},
        {"-0.5", -1},
        {"", -1},
        {"NaN", -1},
        {"0x10", -1},
    };
    CHECK(cases, limits_usd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(retry_after_is_read_in_all_its_forms),
        cmocka_unit_test(retry_after_ms_is_milliseconds),
        cmocka_unit_test(reset_is_a_duration_seconds_or_a_time),
        cmocka_unit_test(count_is_a_whole_number),
        cmocka_unit_test(cost_is_exact_to_the_picodollar),
    };
    return cmocka_run_group_tests_name("limits", tests, NULL, NULL);
}
