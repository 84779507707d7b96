/* Which texts are numbers, and their order, where doubles would go wrong. */
#include "base/decimal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/json.h"
#include "base/random.h"

static void numbers_are_those_of_json(void **state)
{
    (void)state;
    static const char *const good[] = {"0",    "-0",     "7",   "10",
                                       "-1.5", "0.05",   "1e2", "1E2",
                                       "1e+2", "1.0e-2", "0e0", "-0.0e99999999999999999999"};
    static const char *const bad[] = {"",    "-",     "+1",  "01",  "1.",    ".5",
                                      "1e",  "1e+",   "e5",  " 1",  "1 ",    "1x",
                                      "0x1", "1.2.3", "--1", "NaN", "1_000", "-01"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        if (!decimal_valid(slice_str(good[i])))
            fail_msg("%s is a number", good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (decimal_valid(slice_str(bad[i])))
            fail_msg("%s is none", bad[i]);
    assert_false(decimal_valid(SLICE_NONE));
}

static void order_is_exact_whatever_the_spelling(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        int order;
    } cases[] = {
        {"5", "5.0", 0},
        {"5", "5.000", 0},
        {"1e2", "100", 0},
        {"100", "0.1e3", 0},
        {"1.50", "15e-1", 0},
        {"0", "-0", 0},
        {"0", "0e7", 0},
        {"0.0", "-0.00e-5", 0},
        {"12", "13", -1},
        {"9", "10", -1},
        {"-9", "-10", 1},
        {"-1", "1", -1},
        {"-1", "0", -1},
        {"0", "0.0001", -1},
        {"0.009", "0.01", -1},
        {"1e-3", "0.0011", -1},
        {"1e400", "1e401", -1},
        {"-1e400", "-1e401", 1},
        {"1e-400", "0", 1},
        {"9007199254740993", "9007199254740992", 1},
        {"9007199254740993.10", "9007199254740993.1", 0},
        {"0.1", "0.1000000000000000000000000001", -1},
        {"123", "1230", -1},
        {"1e99999999999999999999", "1e5", 1},
        {"1e-99999999999999999999", "1e-5", -1},
        {"-1e99999999999999999999", "-1e5", -1},
        {"0e99999999999999999999", "0", 0},
        {"0.00e5", "1e-9", -1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct slice a = slice_str(cases[i].a), b = slice_str(cases[i].b);
        int ab = decimal_compare(a, b), ba = decimal_compare(b, a);
        if ((ab > 0) - (ab < 0) != cases[i].order || (ba > 0) - (ba < 0) != -cases[i].order)
            fail_msg("%s against %s: %d and %d", cases[i].a, cases[i].b, ab, ba);
    }
}

/* Random integers with a random decimal shift compare as the integers do. */
static void order_is_that_of_integers_at_any_scale(void **state)
{
    (void)state;
    struct random r;
    random_seed(&r, 20261125);
    for (int round = 0; round < 50000; round++) {
        int64_t x = (int64_t)random_below(&r, 2000) - 1000,
                y = (int64_t)random_below(&r, 2000) - 1000;
        int shift = (int)random_below(&r, 40) - 20;
        char a[80], b[80];
        snprintf(a, sizeof a, "%llde%d", (long long)x, shift);
        snprintf(b, sizeof b, "%s%lld.%02llde%d", y < 0 ? "-" : "", (long long)(llabs(y) / 100),
                 (long long)(llabs(y) % 100), shift + 2);
        int order = decimal_compare(slice_str(a), slice_str(b));
        if ((order > 0) - (order < 0) != (x > y) - (x < y))
            fail_msg("%s against %s: %d", a, b, order);
    }
}

/* The one grammar of numbers: what the JSON reader takes, and up to its length limit no other. */
static void validity_is_that_of_the_json_reader(void **state)
{
    (void)state;
    static const char alphabet[] = "0019.-+eE";
    struct random r;
    random_seed(&r, 7);
    for (int round = 0; round < 200000; round++) {
        char text[12];
        size_t n = 1 + (size_t)random_below(&r, 8);
        for (size_t i = 0; i < n; i++)
            text[i] = alphabet[random_below(&r, sizeof alphabet - 1)];
        struct slice s = slice_of(text, n);
        if (decimal_valid(s) != (json_guard(s, 1) == ST_OK))
            fail_msg(SLICE_FMT, SLICE_ARG(s));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_those_of_json),
        cmocka_unit_test(order_is_exact_whatever_the_spelling),
        cmocka_unit_test(order_is_that_of_integers_at_any_scale),
        cmocka_unit_test(validity_is_that_of_the_json_reader),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
