/* Where values end: against the grammar, and against json_guard on random documents. */
#include "batch/skim.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/json.h"
#include "base/random.h"

static void complete_values_end_where_they_end(void **state)
{
    (void)state;
    static const char *const values[] = {
        "{}",
        "[]",
        "{ }",
        "[ ]",
        "0",
        "-0",
        "10",
        "1.5",
        "-1.5e+10",
        "1E-2",
        "1e5",
        "true",
        "false",
        "null",
        "\"\"",
        "\"a\\\"b\\\\\\/\\b\\f\\n\\r\\t\\u00eF\"",
        "\"\\ud800\"",
        "\"\xff\"",
        "[1,2,3]",
        "[ 1 , [ ] , { } ]",
        "{\"a\":1}",
        "{ \"a\" : [ 1 ] , \"b\" : { } }",
        "{\"a\":1,\"a\":2}",
    };
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        char text[100] = " \t\r\n";
        strcat(strcat(text, values[i]), " ,");
        size_t at = 0;
        struct slice v;
        if (!skim_value(slice_str(text), &at, &v))
            fail_msg("%s", values[i]);
        assert_true(slice_eq(v, slice_str(values[i])));
        assert_int_equal(at, 4 + strlen(values[i]));
    }
}

static void broken_values_are_refused(void **state)
{
    (void)state;
    static const char *const broken[] = {
        "",          " ",
        "{",         "[",
        "{]",        "[}",
        "[1,]",      "[,1]",
        "[1 2]",     "{\"a\"}",
        "{\"a\":}",  "{\"a\":1,}",
        "{a:1}",     "{\"a\":1 \"b\":2}",
        "{1:2}",     "\"",
        "\"a",       "\"\\x\"",
        "\"\\u12\"", "\"\\u12g4\"",
        "\"\\",      "\"a\nb\"",
        "\"\t\"",    "tru",
        "nul",       "falsy",
        "-",         "+1",
        ".5",        "1.",
        "1e",        "1e+",
        "-a",        "'a'",
        "NaN",       "Infinity",
        "}",         "]",
        ",",         ":",
    };
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        size_t at = 0;
        struct slice v = SLICE_LIT("kept");
        if (skim_value(slice_str(broken[i]), &at, &v))
            fail_msg("%s", broken[i]);
        assert_true(at <= strlen(broken[i]));
        assert_true(slice_eq(v, SLICE_LIT("kept")));
    }
}

static void the_place_where_a_value_breaks_is_told(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t at;
    } cases[] = {{"", 0},          {"[1,2", 4},      {"[1,x", 3}, {"{\"a\":tru}", 5},
                 {"{\"a\" 1}", 5}, {"{\"a\":\"b", 7}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t at = 0;
        struct slice v;
        assert_false(skim_value(slice_str(cases[i].text), &at, &v));
        assert_int_equal(at, cases[i].at);
    }
}

static void members_and_elements_are_walked_in_order(void **state)
{
    (void)state;
    struct slice object = SLICE_LIT("{ \"a\" : 1 , \"b\\\"\":[2, {}],\"\":\"x\" }");
    static const char *const expected[][2] = {
        {"\"a\"", "1"}, {"\"b\\\"\"", "[2, {}]"}, {"\"\"", "\"x\""}};
    struct slice key, value;
    size_t at = 0;
    for (int i = 0; i < 3; i++) {
        assert_true(skim_next(object, &at, &key, &value));
        assert_true(slice_eq(key, slice_str(expected[i][0])));
        assert_true(slice_eq(value, slice_str(expected[i][1])));
    }
    assert_false(skim_next(object, &at, &key, &value));

    struct slice array = SLICE_LIT("[ 1 ,[ ], \"x\"]");
    at = 0;
    int n = 0;
    while (skim_next(array, &at, &key, &value)) {
        assert_null(key.p);
        n++;
    }
    assert_int_equal(n, 3);
    at = 0;
    assert_false(skim_next(SLICE_LIT("{ }"), &at, &key, &value));
    at = 0;
    assert_false(skim_next(SLICE_LIT("[]"), &at, &key, &value));
}

static void depth_is_bounded(void **state)
{
    (void)state;
    char text[201];
    for (size_t depth = 1; depth <= 100; depth++) {
        memset(text, '[', depth);
        memset(text + depth, ']', depth);
        size_t at = 0;
        struct slice v, all = slice_of(text, 2 * depth);
        assert_int_equal(skim_value(all, &at, &v), depth <= JSON_MAX_DEPTH);
        assert_int_equal(json_guard(all, JSON_MAX_DEPTH) == ST_OK, depth <= JSON_MAX_DEPTH);
    }
}

/* On ASCII without \u escapes both must agree, save for numbers too long for the guard. */
static void skimming_agrees_with_the_guard(void **state)
{
    (void)state;
    static const char letters[] = "{}[]:,\"\\\\ntrue1-.e \n";
    struct random r;
    random_seed(&r, 5);
    int good = 0;
    for (int round = 0; round < 300000; round++) {
        char text[13];
        size_t n = 1 + (size_t)random_below(&r, sizeof text - 1);
        for (size_t i = 0; i < n; i++)
            text[i] = letters[random_below(&r, sizeof letters - 1)];
        struct slice all = slice_of(text, n), v;
        size_t at = 0;
        bool whole = skim_value(all, &at, &v) && slice_trim(slice_of(text + at, n - at)).n == 0;
        assert_int_equal(whole, json_guard(all, JSON_MAX_DEPTH) == ST_OK);
        good += whole;
    }
    assert_true(good > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(complete_values_end_where_they_end),
        cmocka_unit_test(broken_values_are_refused),
        cmocka_unit_test(the_place_where_a_value_breaks_is_told),
        cmocka_unit_test(members_and_elements_are_walked_in_order),
        cmocka_unit_test(depth_is_bounded),
        cmocka_unit_test(skimming_agrees_with_the_guard),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
