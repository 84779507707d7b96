/* Slices: trimming, comparing, searching, and the one parser of 64-bit integers. */
#include "base/slice.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void integers_are_read_whole_or_not_at_all(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum status expected;
        int64_t value;
    } cases[] = {
        {"0", ST_OK, 0},
        {"-0", ST_OK, 0},
        {"007", ST_OK, 7},
        {"-12", ST_OK, -12},
        {"9223372036854775807", ST_OK, INT64_MAX},
        {"-9223372036854775808", ST_OK, INT64_MIN},
        {"9223372036854775808", ST_OVERFLOW, 99},
        {"-9223372036854775809", ST_OVERFLOW, 99},
        {"99999999999999999999999999", ST_OVERFLOW, 99},
        {"99999999999999999999999999x", ST_BAD_JSON, 99},
        {"", ST_BAD_JSON, 99},
        {"-", ST_BAD_JSON, 99},
        {"--1", ST_BAD_JSON, 99},
        {"+1", ST_BAD_JSON, 99},
        {" 1", ST_BAD_JSON, 99},
        {"1 ", ST_BAD_JSON, 99},
        {"1.0", ST_BAD_JSON, 99},
        {"1e3", ST_BAD_JSON, 99},
        {"0x1", ST_BAD_JSON, 99},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t v = 99;
        assert_int_equal(slice_to_i64(slice_str(cases[i].text), &v), cases[i].expected);
        assert_true(v == cases[i].value);
    }
    int64_t v;
    assert_int_equal(slice_to_i64(SLICE_NONE, &v), ST_BAD_JSON);
    assert_int_equal(slice_to_i64(slice_of("123", 2), &v), ST_OK);
    assert_int_equal(v, 12);
}

static void trimming_takes_blanks_off_both_ends_only(void **state)
{
    (void)state;
    assert_true(slice_eq(slice_trim(SLICE_LIT(" \t\r\na b\n ")), SLICE_LIT("a b")));
    assert_int_equal(slice_trim(SLICE_LIT(" \n ")).n, 0);
    assert_true(slice_eq(slice_trim(SLICE_LIT("\va")), SLICE_LIT("\va")));
    assert_null(slice_trim(SLICE_NONE).p);
}

static void case_is_ignored_for_ascii_letters_only(void **state)
{
    (void)state;
    assert_true(slice_eq_nocase(SLICE_LIT("Retry-AFTER"), SLICE_LIT("retry-after")));
    assert_false(slice_eq_nocase(SLICE_LIT("a"), SLICE_LIT("ab")));
    assert_false(slice_eq_nocase(SLICE_LIT("["), SLICE_LIT("{")));
    assert_false(slice_eq_nocase(SLICE_LIT("@"), SLICE_LIT("`")));
    assert_false(slice_eq_nocase(SLICE_LIT("\xc3\x89"), SLICE_LIT("\xc3\xa9")));
    assert_true(slice_eq_nocase(SLICE_NONE, SLICE_LIT("")));
}

static void the_first_occurrence_is_found_nul_bytes_included(void **state)
{
    (void)state;
    assert_int_equal(slice_find(SLICE_LIT("a\0bcbc"), SLICE_LIT("bc")), 2);
    assert_int_equal(slice_find(SLICE_LIT("abc"), SLICE_LIT("abcd")), -1);
    assert_int_equal(slice_find(SLICE_LIT("abc"), SLICE_LIT("x")), -1);
    assert_int_equal(slice_find(SLICE_LIT("abc"), SLICE_LIT("")), 0);
    assert_int_equal(slice_find(SLICE_NONE, SLICE_NONE), 0);
    assert_int_equal(slice_find(SLICE_NONE, SLICE_LIT("a")), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_are_read_whole_or_not_at_all),
        cmocka_unit_test(trimming_takes_blanks_off_both_ends_only),
        cmocka_unit_test(case_is_ignored_for_ascii_letters_only),
        cmocka_unit_test(the_first_occurrence_is_found_nul_bytes_included),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
