/* Numbers for people, at every edge where their form changes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/human.h"

static void counts_have_their_thousands_apart(void **state)
{
    static const struct {
        int64_t n;
        const char *text;
    } cases[] = {
        {0, "0"},
        {999, "999"},
        {1000, "1,000"},
        {999999, "999,999"},
        {-1234, "-1,234"},
        {INT64_MAX, "9,223,372,036,854,775,807"},
        {INT64_MIN, "-9,223,372,036,854,775,808"},
    };
    char text[HUMAN_SIZE];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        human_count(cases[i].n, text);
        assert_string_equal(text, cases[i].text);
    }
}

static void latencies_change_their_unit(void **state)
{
    static const struct {
        int64_t us;
        const char *text;
    } cases[] = {
        {-1, "-"},           {0, "0 ms"},          {499, "0 ms"},          {500, "1 ms"},
        {999499, "999 ms"},  {999500, "1.00 s"},   {1310000, "1.31 s"},    {9994999, "9.99 s"},
        {9995000, "10.0 s"}, {75000000, "75.0 s"}, {119960000, "120.0 s"},
    };
    char text[HUMAN_SIZE];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        human_latency(cases[i].us, text);
        assert_string_equal(text, cases[i].text);
    }
}

static void spans_have_two_parts_at_most(void **state)
{
    static const struct {
        int64_t seconds;
        const char *text;
    } cases[] = {
        {-1, "-"},         {0, "0s"},          {59, "59s"},      {60, "1m 00s"},
        {231, "3m 51s"},   {3599, "59m 59s"},  {3600, "1h 00m"}, {86399, "23h 59m"},
        {86400, "1d 00h"}, {604800, "7d 00h"},
    };
    char text[HUMAN_SIZE];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        human_span(cases[i].seconds, text);
        assert_string_equal(text, cases[i].text);
    }
}

static void bytes_go_by_1024(void **state)
{
    static const struct {
        int64_t bytes;
        const char *text;
    } cases[] = {
        {-1, "-"},
        {0, "0 B"},
        {1023, "1023 B"},
        {1024, "1.0 KiB"},
        {1048588, "1.0 MiB"},
        {1536, "1.5 KiB"},
        {1 << 30, "1.0 GiB"},
        {INT64_MAX, "8.0 EiB"},
        {INT64_C(5) << 50, "5.0 PiB"},
    };
    char text[HUMAN_SIZE];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        human_bytes(cases[i].bytes, text);
        assert_string_equal(text, cases[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_have_their_thousands_apart),
        cmocka_unit_test(latencies_change_their_unit),
        cmocka_unit_test(spans_have_two_parts_at_most),
        cmocka_unit_test(bytes_go_by_1024),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
