/* UTF-8: every code point there and back, everything ill-formed refused, cuts at boundaries. */
#include "base/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void every_scalar_value_survives_a_round_trip(void **state)
{
    (void)state;
    for (uint32_t cp = 0; cp <= 0x110000; cp++) {
        char bytes[4];
        size_t n = utf8_encode(cp, bytes);
        bool scalar = cp <= 0x10ffff && (cp < 0xd800 || cp > 0xdfff);
        assert_int_equal(n > 0, scalar);
        if (!scalar)
            continue;
        size_t at = 0;
        assert_int_equal(utf8_sequence(bytes, n), n);
        assert_int_equal(utf8_sequence(bytes, n - 1), 0);
        assert_int_equal(utf8_next(slice_of(bytes, n), &at), cp);
        assert_int_equal(at, n);
    }
}

static void ill_formed_sequences_are_refused(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "\x80", /* tail without lead */
        "\xbf",
        "\xc0\x80",         /* overlong NUL */
        "\xc1\xbf",         /* overlong */
        "\xe0\x9f\xbf",     /* overlong */
        "\xf0\x8f\xbf\xbf", /* overlong */
        "\xed\xa0\x80",     /* surrogates */
        "\xed\xbf\xbf",
        "\xf4\x90\x80\x80", /* above U+10FFFF */
        "\xf5\x80\x80\x80",
        "\xff",
        "\xc3", /* cut off */
        "\xe2\x82",
        "\xf0\x9f\x98",
        "\xc3(", /* lead without tail */
        "\xe2\x82(",
        "\xf0\x9f\x98(",
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_false(utf8_valid(slice_str(cases[i])));
}

static void one_bad_byte_is_seen_wherever_it_stands(void **state)
{
    (void)state;
    char text[40];
    for (size_t at = 0; at < sizeof text; at++) {
        memset(text, 'x', sizeof text);
        assert_true(utf8_valid(slice_of(text, sizeof text)));
        text[at] = '\xff';
        assert_false(utf8_valid(slice_of(text, sizeof text)));
    }
    assert_true(utf8_valid(SLICE_NONE));
}

static void cuts_fall_on_character_boundaries(void **state)
{
    (void)state;
    struct slice s = SLICE_LIT("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80z"); /* 1+2+3+4+1 bytes */
    static const struct {
        size_t at, floor, ceil;
    } cases[] = {{0, 0, 0},  {1, 1, 1},  {2, 1, 3},    {3, 3, 3},    {5, 3, 6},   {6, 6, 6},
                 {7, 6, 10}, {9, 6, 10}, {10, 10, 10}, {11, 11, 11}, {99, 11, 11}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(utf8_floor(s, cases[i].at), cases[i].floor);
        assert_int_equal(utf8_ceil(s, cases[i].at), cases[i].ceil);
    }
    static const size_t prefix[] = {0, 1, 3, 6, 10, 11, 11};
    for (size_t i = 0; i < sizeof prefix / sizeof prefix[0]; i++)
        assert_int_equal(utf8_prefix(s, i), prefix[i]);
    assert_int_equal(utf8_length(s), 5);
    assert_int_equal(utf8_length(SLICE_NONE), 0);
}

static void a_sequence_cut_off_at_the_end_is_dropped_and_a_whole_one_kept(void **state)
{
    (void)state;
    struct slice s = SLICE_LIT("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
    static const size_t expected[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10};
    for (size_t n = 0; n <= s.n; n++)
        assert_int_equal(utf8_cut(slice_of(s.p, n)), expected[n]);
}

static void four_hex_digits_make_a_code_unit(void **state)
{
    static const struct {
        const char *text;
        int32_t unit;
    } cases[] = {{"0041", 0x41}, {"d83dXX", 0xd83d}, {"FFff", 0xffff}, {"00", -1},
                 {"", -1},       {"00g0", -1},       {"-001", -1},     {" 041", -1}};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        assert_int_equal(utf8_hex4(cases[i].text, cases[i].text + strlen(cases[i].text)),
                         cases[i].unit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(four_hex_digits_make_a_code_unit),
        cmocka_unit_test(every_scalar_value_survives_a_round_trip),
        cmocka_unit_test(ill_formed_sequences_are_refused),
        cmocka_unit_test(one_bad_byte_is_seen_wherever_it_stands),
        cmocka_unit_test(cuts_fall_on_character_boundaries),
        cmocka_unit_test(a_sequence_cut_off_at_the_end_is_dropped_and_a_whole_one_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
