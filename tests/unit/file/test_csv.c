/* One CSV record at a time: RFC 4180, what is wider than it, and where a record is broken. */
#include "file/csv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

/* The fields joined by '|', then '#' and the bytes that were used. */
static const char *split(struct slice text, bool last, char separator)
{
    static const char *const names[] = {"", "blank", "more", "bad"};
    static char out[400];
    struct csv_row row;
    size_t used, n = 0;
    csv_row_init(&row);
    enum csv_result result = csv_next(text, last, separator, &row, &used);
    n += (size_t)snprintf(out, sizeof out, "%s", names[result]);
    for (size_t i = 0; result == CSV_ROW && i < row.count; i++) {
        struct slice field = csv_field(&row, i);
        n += (size_t)snprintf(out + n, sizeof out - n, "%s%.*s", i > 0 ? "|" : "", (int)field.n,
                              field.p);
    }
    if (result == CSV_ROW || result == CSV_BLANK)
        snprintf(out + n, sizeof out - n, "#%zu", used);
    csv_row_deinit(&row);
    return out;
}

static void records_are_split_as_the_rfc_says(void **state)
{
    (void)state;
    static const struct {
        const char *text, *last, *more;
    } cases[] = {
        {"a,b\r\nc", "a|b#5", "a|b#5"},
        {"a,b\nc", "a|b#4", "a|b#4"},
        {"a,b\rc", "a|b#4", "a|b#4"},
        {"a,b", "a|b#3", "more"},
        {"a,b\r", "a|b#4", "more"},
        {"a,", "a|#2", "more"},
        {",\n", "|#2", "|#2"},
        {"\"a\"\n", "a#4", "a#4"},
        {"\"a,b\",c\n", "a,b|c#8", "a,b|c#8"},
        {"\"a\"\"b\"\n", "a\"b#7", "a\"b#7"},
        {"\"\"\"\"\n", "\"#5", "\"#5"},
        {"\"\",\"\"\n", "|#6", "|#6"},
        {"\"a\nb\r\nc\"\n", "a\nb\r\nc#9", "a\nb\r\nc#9"},
        {"\"a", "bad", "more"},
        {"\"a\"", "a#3", "more"},
        {"\"a\"\"", "bad", "more"},
        {"\"a\"x\n", "bad", "bad"},
        {"\"a\" ,b\n", "bad", "bad"},
        {"5\" disk,x\n", "5\" disk|x#10", "5\" disk|x#10"},
        {" \"a\",b\n", " \"a\"|b#7", " \"a\"|b#7"},
        {"\n", "blank#1", "blank#1"},
        {"\r\n", "blank#2", "blank#2"},
        {"\r", "blank#1", "more"},
        {"", "blank#0", "more"},
        {" \n", " #2", " #2"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_string_equal(split(slice_str(cases[i].text), true, ','), cases[i].last);
        assert_string_equal(split(slice_str(cases[i].text), false, ','), cases[i].more);
    }
}

static void a_record_is_the_same_wherever_the_text_was_cut(void **state)
{
    (void)state;
    static const char text[] = "one,\"two \"\"2\"\"\r\nlines\",,\"\"\r\nrest";
    static const char whole[] = "one|two \"2\"\r\nlines||#28";
    for (size_t n = 0; n < sizeof text - 1; n++) {
        const char *got = split(slice_of(text, n), false, ',');
        assert_string_equal(got, n < 28 ? "more" : whole);
    }
}

static void the_separator_is_what_stands_between_the_names(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        char separator;
    } cases[] = {{"a,b", ','},       {"a;b", ';'},     {"a\tb", '\t'}, {"a;b,c", ','},
                 {"\"a,b\";c", ';'}, {"\"a;b\"", ','}, {"a", ','},     {"", ','}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(csv_separator(slice_str(cases[i].line)), cases[i].separator);
    assert_string_equal(split(SLICE_LIT("a;\"b;c\";d,e\n"), true, ';'), "a|b;c|d,e#12");
}

static void a_line_ends_where_it_ends_whatever_quotes_say(void **state)
{
    (void)state;
    assert_int_equal(csv_line(SLICE_LIT("\"a\nb\"\n"), false), 3);
    assert_int_equal(csv_line(SLICE_LIT("a\r\nb"), false), 3);
    assert_int_equal(csv_line(SLICE_LIT("a\r"), false), 0);
    assert_int_equal(csv_line(SLICE_LIT("a\r"), true), 2);
    assert_int_equal(csv_line(SLICE_LIT("abc"), false), 0);
    assert_int_equal(csv_line(SLICE_LIT("abc"), true), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_are_split_as_the_rfc_says),
        cmocka_unit_test(a_record_is_the_same_wherever_the_text_was_cut),
        cmocka_unit_test(the_separator_is_what_stands_between_the_names),
        cmocka_unit_test(a_line_ends_where_it_ends_whatever_quotes_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
