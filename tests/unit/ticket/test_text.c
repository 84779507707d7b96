/* Cleaning, cutting at every size, and what counts as blank. */
#include "ticket/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/utf8.h"

static void control_characters_are_left_out(void **state)
{
    (void)state;
    static const struct {
        struct slice in;
        const char *out;
    } cases[] = {
        {SLICE_LIT(""), ""},
        {SLICE_LIT("plain"), "plain"},
        {SLICE_LIT("\xc2\xa9"), "\xc2\xa9"},
        {SLICE_LIT("a\tb\nc"), "a\tb\nc"},
        {SLICE_LIT("a\r\nb"), "a\nb"},
        {SLICE_LIT("a\rb"), "a\nb"},
        {SLICE_LIT("a\r"), "a\n"},
        {SLICE_LIT("\r\r\n"), "\n\n"},
        {SLICE_LIT("\0a\0\1b\x7f"), "ab"},
        {SLICE_LIT("a\xc2\x80\xc2\x9f"
                   "b"),
         "ab"},
        {SLICE_LIT("a\xc2\xa0\xc3\xa9"), "a\xc2\xa0\xc3\xa9"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char out[32];
        size_t n = text_clean(cases[i].in, out);
        assert_true(slice_eq(slice_of(out, n), slice_str(cases[i].out)));
    }
}

static void a_cut_fits_at_every_size_and_never_splits_a_character(void **state)
{
    (void)state;
    static const struct slice text = SLICE_LIT(
        "head \xc3\xa9\xe4\xb8\xad\xf0\x9f\x98\x80 middle \xc3\xa9\xe4\xb8\xad\xf0\x9f\x98"
        "\x80 more middle \xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad\xf0\x9f\x98\x80 tail");
    for (size_t max = 0; max <= text.n + 2; max++) {
        char out[128];
        memset(out, '#', sizeof out);
        size_t n = text_cut(text, max, out);
        assert_true(n <= max);
        assert_int_equal(out[max], '#');
        assert_true(utf8_valid(slice_of(out, n)));
        if (max >= text.n) {
            assert_true(slice_eq(slice_of(out, n), text));
            continue;
        }
        ptrdiff_t at = slice_find(slice_of(out, n), SLICE_LIT(TEXT_ELISION));
        size_t head = at < 0 ? n : (size_t)at;
        assert_memory_equal(out, text.p, head);
        if (max < 2 * (sizeof TEXT_ELISION - 1))
            continue;
        assert_true(at >= 0);
        size_t tail = n - head - (sizeof TEXT_ELISION - 1);
        assert_memory_equal(out + n - tail, text.p + text.n - tail, tail);
        assert_true(n + 6 >= max); /* at most one character lost at each end */
        assert_true(head + 4 >= tail);
    }
}

static void blank_is_what_shows_nothing(void **state)
{
    (void)state;
    static const char *const blank[] = {"",
                                        " \t\r\n",
                                        "\xc2\xa0",
                                        "\xe3\x80\x80",
                                        "\xe2\x80\x8b",
                                        "\xef\xbb\xbf",
                                        "\xc2\xad",
                                        "\xe2\x81\xa0",
                                        "\x01\x1f",
                                        "\xe2\x80\xa8\xe2\x80\xaf",
                                        "\xe1\x9a\x80"};
    static const char *const text[] = {"a", " .", "\xe4\xb8\xad", "\xe2\x80\x8bx",
                                       "\xf0\x9f\x98\x80"};
    for (size_t i = 0; i < sizeof blank / sizeof *blank; i++)
        assert_true(text_blank(slice_str(blank[i])));
    for (size_t i = 0; i < sizeof text / sizeof *text; i++)
        assert_false(text_blank(slice_str(text[i])));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(control_characters_are_left_out),
        cmocka_unit_test(a_cut_fits_at_every_size_and_never_splits_a_character),
        cmocka_unit_test(blank_is_what_shows_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
