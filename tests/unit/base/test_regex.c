/* What matches, what does not compile, and that no match runs away. */
#include "base/regex.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"

static enum regex_result match(const char *pattern, struct slice text)
{
    struct regex *re;
    struct fail fail;
    if (regex_new(slice_str(pattern), &re, &fail) != ST_OK)
        fail_msg("%s: %s", pattern, fail.text);
    enum regex_result result = regex_match(re, text);
    regex_free(re);
    return result;
}

static void a_pattern_is_found_anywhere_unless_it_is_anchored(void **state)
{
    (void)state;
    static const struct {
        const char *pattern;
        struct slice text;
        enum regex_result result;
    } cases[] = {
        {"b", SLICE_LIT("abc"), REGEX_YES},
        {"^b", SLICE_LIT("abc"), REGEX_NO},
        {"^abc$", SLICE_LIT("abc"), REGEX_YES},
        {"B", SLICE_LIT("abc"), REGEX_NO},
        {"(?i)B", SLICE_LIT("abc"), REGEX_YES},
        {"^$", SLICE_LIT(""), REGEX_YES},
        {"^$", {NULL, 0}, REGEX_YES},
        {"x", {NULL, 0}, REGEX_NO},
        {"^\\w+$", SLICE_LIT("\xc3\xa9t\xc3\xa9"), REGEX_YES},
        {"^.$", SLICE_LIT("\xe4\xb8\xad"), REGEX_YES},
        {"(?i)^\xc3\x89$", SLICE_LIT("\xc3\xa9"), REGEX_YES},
        {"(a)(b)(c)(d)", SLICE_LIT("xabcdx"), REGEX_YES},
        {"a", SLICE_LIT("\xff\xfe"), REGEX_GAVE_UP},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (match(cases[i].pattern, cases[i].text) != cases[i].result)
            fail_msg("%s", cases[i].pattern);
}

static void a_pattern_that_does_not_compile_says_where_and_why(void **state)
{
    (void)state;
    static const char *const patterns[] = {"a(b", "[z-a]", "*", "\\Ca", "(?<SECRET>a", "a\xff"};
    struct fail fail;
    struct regex *re = NULL;
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        assert_int_equal(regex_new(slice_str(patterns[i]), &re, &fail), ST_CONFIG);
        assert_int_equal(strncmp(fail.text, "at byte ", 8), 0);
        assert_null(strstr(fail.text, "SECRET"));
        assert_null(re);
    }
    assert_int_equal(regex_new(SLICE_LIT("ab("), &re, &fail), ST_CONFIG);
    assert_non_null(strstr(fail.text, "at byte 4: missing closing parenthesis"));
}

static void an_over_long_pattern_is_refused(void **state)
{
    (void)state;
    char pattern[REGEX_PATTERN_MAX + 1];
    struct fail fail;
    struct regex *re;
    memset(pattern, 'a', sizeof pattern);
    assert_int_equal(regex_new(slice_of(pattern, sizeof pattern), &re, &fail), ST_CONFIG);
    assert_int_equal(regex_new(slice_of(pattern, sizeof pattern - 1), &re, &fail), ST_OK);
    regex_free(re);
    regex_free(NULL);
}

/* Patterns that take exponential time, deep recursion or much memory without bounds. */
static void a_match_that_would_run_away_is_given_up(void **state)
{
    (void)state;
    static const char *const patterns[] = {"^(a+)+$", "^(a|aa)+$", "^(?:(a)|b|(?1))*c",
                                           "(a*)*(a*)*(a*)*b\\1", "^((?:a?){20}){20}b"};
    struct buf text;
    buf_init(&text, 1 << 20);
    for (int i = 0; i < 5000; i++)
        buf_char(&text, 'a');
    buf_char(&text, '!');
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++)
        if (match(patterns[i], buf_view(&text)) == REGEX_YES)
            fail_msg("%s", patterns[i]);
    assert_int_equal(match("^(a+)+$", buf_view(&text)), REGEX_GAVE_UP);
    assert_int_equal(match("^(a+)+$", SLICE_LIT("aaaaaaaaaaaaaaaaaaaa!")),
                     REGEX_GAVE_UP); /* 2^20 */
    assert_int_equal(match("(*LIMIT_MATCH=4000000000)^(a+)+$", buf_view(&text)), REGEX_GAVE_UP);
    assert_int_equal(match("a!$", buf_view(&text)), REGEX_YES);
    buf_deinit(&text);
}

static void note(void *self, size_t from, size_t to)
{
    buf_fmt(self, "%zu-%zu ", from, to);
}

static void every_match_of_a_text_is_told_once(void **state)
{
    (void)state;
    static const struct {
        const char *pattern, *text, *found;
        enum regex_result result;
    } cases[] = {
        {"a+", "aa b a", "0-2 5-6 ", REGEX_YES},
        {"x*", "axxb", "1-3 ", REGEX_YES}, /* never an empty one */
        {"\\d", "", "", REGEX_NO},
        {"(?<=a)b", "abb", "1-2 ", REGEX_YES},
        {"\xc3\xa9", "\xc3\xa9t\xc3\xa9", "0-2 3-5 ", REGEX_YES},
        {"^a", "aa", "0-1 ", REGEX_YES},
        {"a\\Kb", "abab", "1-2 3-4 ", REGEX_YES},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct regex *re;
        struct fail fail;
        struct buf found;
        buf_init(&found, 1000);
        assert_int_equal(regex_new_counted(slice_str(cases[i].pattern), &re, &fail), ST_OK);
        assert_int_equal(regex_each(re, slice_str(cases[i].text), note, &found), cases[i].result);
        if (!slice_eq(buf_view(&found), slice_str(cases[i].found)))
            fail_msg("%s: " SLICE_FMT, cases[i].pattern, SLICE_ARG(buf_view(&found)));
        buf_deinit(&found);
        regex_free(re);
    }
}

/* No single place is hard, all of them together are. */
static void a_search_that_is_quadratic_gives_up(void **state)
{
    (void)state;
    struct regex *re;
    struct fail fail;
    struct buf text, found;
    buf_init(&text, SIZE_MAX);
    buf_init(&found, SIZE_MAX);
    for (int i = 0; i < 100000; i++)
        buf_char(&text, 'a');
    buf_str(&text, " c");
    assert_int_equal(regex_new_counted(SLICE_LIT("a*b*c"), &re, &fail), ST_OK);
    assert_int_equal(regex_each(re, buf_view(&text), note, &found), REGEX_GAVE_UP);
    regex_free(re);
    assert_int_equal(regex_new_counted(SLICE_LIT(" c"), &re, &fail), ST_OK);
    assert_int_equal(regex_each(re, buf_view(&text), note, &found), REGEX_YES);
    regex_free(re);
    buf_deinit(&text);
    buf_deinit(&found);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pattern_is_found_anywhere_unless_it_is_anchored),
        cmocka_unit_test(a_pattern_that_does_not_compile_says_where_and_why),
        cmocka_unit_test(an_over_long_pattern_is_refused),
        cmocka_unit_test(a_match_that_would_run_away_is_given_up),
        cmocka_unit_test(every_match_of_a_text_is_told_once),
        cmocka_unit_test(a_search_that_is_quadratic_gives_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
