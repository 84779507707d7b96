/* JSON: what the guard lets through, what is read from a document, what is written. */
#include "base/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"

#define DEPTH 4

static const struct {
    const char *text;
    enum status expected;
} guard_cases[] = {
    {"{}", ST_OK},
    {" \t\r\n[ ] \n", ST_OK},
    {"null", ST_OK},
    {"\"\"", ST_OK},
    {"-0", ST_OK},
    {"[0,-1,10,1.5,1e3,1E+3,1.25e-3]", ST_OK},
    {"{\"a\":{\"b\":[true,false,null]},\"a\":1}", ST_OK},
    {"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD83D\\uDE00\"", ST_OK},
    {"\"plain text longer than a word, with \xc3\xa9 and \xf0\x9f\x98\x80 in it\"", ST_OK},
    {"\"\x7f\"", ST_OK},
    {"[[[[1]]]]", ST_OK},
    {"[[[[[1]]]]]", ST_TOO_DEEP},
    {"{\"a\":{\"a\":{\"a\":{\"a\":{}}}}}", ST_TOO_DEEP},

    {"", ST_BAD_JSON},
    {"   ", ST_BAD_JSON},
    {"{", ST_BAD_JSON},
    {"[", ST_BAD_JSON},
    {"}", ST_BAD_JSON},
    {"[}", ST_BAD_JSON},
    {"{]", ST_BAD_JSON},
    {"[1,]", ST_BAD_JSON},
    {"[,1]", ST_BAD_JSON},
    {"[1 2]", ST_BAD_JSON},
    {"{\"a\"}", ST_BAD_JSON},
    {"{\"a\":}", ST_BAD_JSON},
    {"{\"a\" 1}", ST_BAD_JSON},
    {"{\"a\":1,}", ST_BAD_JSON},
    {"{a:1}", ST_BAD_JSON},
    {"{1:1}", ST_BAD_JSON},
    {"{\"a\"", ST_BAD_JSON},
    {"{} {}", ST_BAD_JSON},
    {"{}x", ST_BAD_JSON},
    {"1 2", ST_BAD_JSON},
    {"'a'", ST_BAD_JSON},
    {"\"a", ST_BAD_JSON},
    {"\"a\\", ST_BAD_JSON},
    {"\"a\\\"", ST_BAD_JSON},
    {"\"\n\"", ST_BAD_JSON},
    {"\"twelve bytes\x1f\"", ST_BAD_JSON},
    {"\"\\x41\"", ST_BAD_JSON},
    {"\"\\u12\"", ST_BAD_JSON},
    {"\"\\u12g4\"", ST_BAD_JSON},
    {"\"\\u0000\"", ST_BAD_JSON},
    {"\"\\ud83d\"", ST_BAD_JSON},
    {"\"\\ud83dx\"", ST_BAD_JSON},
    {"\"\\ud83d\\n12345\"", ST_BAD_JSON},
    {"\"\\ud83d\\ud83d\"", ST_BAD_JSON},
    {"\"\\ude00\"", ST_BAD_JSON},
    {"01", ST_BAD_JSON},
    {"+1", ST_BAD_JSON},
    {"-", ST_BAD_JSON},
    {".5", ST_BAD_JSON},
    {"1.", ST_BAD_JSON},
    {"1e", ST_BAD_JSON},
    {"1e+", ST_BAD_JSON},
    {"0x10", ST_BAD_JSON},
    {"NaN", ST_BAD_JSON},
    {"Infinity", ST_BAD_JSON},
    {"nul", ST_BAD_JSON},
    {"nullx", ST_BAD_JSON},
    {"True", ST_BAD_JSON},
    {"\xef\xbb\xbf{}", ST_BAD_JSON}, /* byte order mark */
    {"/* c */ 1", ST_BAD_JSON},

    {"\"\xff\"", ST_BAD_UTF8},
    {"\"\xc0\x80\"", ST_BAD_UTF8},
    {"\"\xed\xa0\x80\"", ST_BAD_UTF8},
    {"\"cut \xe2\x82\"", ST_BAD_UTF8},
    {"{\"\xfe\":1}", ST_BAD_UTF8},
    {"\xff\xfe", ST_BAD_UTF8},
};

static void guard_accepts_rfc_8259_and_nothing_else(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof guard_cases / sizeof guard_cases[0]; i++) {
        struct slice text = slice_str(guard_cases[i].text);
        enum status got = json_guard(text, DEPTH);
        if (got != guard_cases[i].expected)
            fail_msg("%s: %s", guard_cases[i].text, status_name(got));
        json *doc = NULL;
        assert_int_equal(json_parse(text, DEPTH, &doc), got);
        assert_true((got == ST_OK) == (doc != NULL));
        json_free(doc);
    }
}

static void guard_sees_the_bad_byte_wherever_it_stands(void **state)
{
    (void)state;
    static const struct {
        char byte;
        enum status expected;
    } bad[] = {{'\0', ST_BAD_JSON},
               {'\x1f', ST_BAD_JSON},
               {'"', ST_BAD_JSON},
               {'\\', ST_BAD_JSON},
               {'\x80', ST_BAD_UTF8}};
    char text[42];
    for (size_t b = 0; b < sizeof bad / sizeof bad[0]; b++) {
        for (size_t at = 1; at < sizeof text - 1; at++) {
            memset(text, 'x', sizeof text);
            text[0] = text[sizeof text - 1] = '"';
            assert_int_equal(json_guard(slice_of(text, sizeof text), DEPTH), ST_OK);
            text[at] = bad[b].byte;
            assert_int_equal(json_guard(slice_of(text, sizeof text), DEPTH), bad[b].expected);
        }
    }
}

static void guard_never_reads_past_the_end(void **state)
{
    (void)state;
    static const char text[] = "{\"k\\u00e9y\":[\"\\ud83d\\ude00\xe2\x82\xac\",-1.5e+3,true,null]}";
    size_t n = sizeof text - 1;
    assert_int_equal(json_guard(slice_of(text, n), DEPTH), ST_OK);
    for (size_t cut = 0; cut < n; cut++) {
        char *part = mem_alloc(cut); /* exactly as long, so that ASan sees one byte too far */
        memcpy(part, text, cut);
        assert_int_not_equal(json_guard(slice_of(part, cut), DEPTH), ST_OK);
        mem_free(part);
    }
}

static void numbers_longer_than_cjson_can_read_are_refused(void **state)
{
    (void)state;
    char digits[64];
    memset(digits, '9', sizeof digits);
    json *doc = NULL;
    assert_int_equal(json_parse(slice_of(digits, 63), DEPTH, &doc), ST_OK);
    json_free(doc);
    assert_int_equal(json_guard(slice_of(digits, 64), DEPTH), ST_BAD_JSON);
}

static void depth_has_a_ceiling_whatever_is_asked_for(void **state)
{
    (void)state;
    char text[1026];
    memset(text, '[', 513);
    memset(text + 513, ']', 513);
    assert_int_equal(json_guard(slice_of(text, sizeof text), 100000), ST_TOO_DEEP);
    assert_int_equal(json_guard(slice_of(text + 1, sizeof text - 2), 100000), ST_OK);
    assert_int_equal(json_guard(SLICE_LIT("[]"), 0), ST_TOO_DEEP);
    assert_int_equal(json_guard(SLICE_LIT("1"), 0), ST_OK);
}

static json *parsed(const char *text)
{
    json *doc = NULL;
    assert_int_equal(json_parse(slice_str(text), JSON_MAX_DEPTH, &doc), ST_OK);
    return doc;
}

static void members_are_found_by_exact_key_the_first_one_wins(void **state)
{
    (void)state;
    json *doc = parsed("{\"ID\":1,\"id\":2,\"id\":3,\"t\":true,\"s\":\"x\"}");
    int64_t v = 0;
    assert_int_equal(json_i64(json_get(doc, "id"), &v), ST_OK);
    assert_int_equal(v, 2);
    assert_int_equal(json_count_key(doc, "id"), 2);
    assert_int_equal(json_count_key(doc, "iD"), 0);
    assert_null(json_get(doc, "Id"));
    assert_int_equal(json_size(doc), 5);
    assert_true(json_bool(json_get(doc, "t"), false));
    assert_true(json_bool(json_get(doc, "s"), true));
    assert_true(slice_eq(json_str(json_get(doc, "s")), SLICE_LIT("x")));
    assert_string_equal(json_key(json_next(json_first(doc))), "id");
    json_free(doc);
}

static void absent_values_can_be_asked_anything(void **state)
{
    (void)state;
    int64_t i = 7;
    double d = 7;
    assert_null(json_get(NULL, "a"));
    assert_null(json_first(NULL));
    assert_null(json_next(NULL));
    assert_null(json_key(NULL));
    assert_null(json_str(NULL).p);
    assert_null(json_pointer(NULL, "/a"));
    assert_int_equal(json_size(NULL), 0);
    assert_int_equal(json_type(NULL), JSON_NULL);
    assert_false(json_is(NULL, JSON_NULL));
    assert_int_equal(json_i64(NULL, &i), ST_NOT_FOUND);
    assert_int_equal(json_number(NULL, &d), ST_NOT_FOUND);
    assert_int_equal(i, 7);
    json_free(NULL);
}

static void integers_are_exact_or_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum status expected;
        int64_t value;
    } cases[] = {
        {"0", ST_OK, 0},
        {"-0", ST_OK, 0},
        {"1.0", ST_OK, 1},
        {"1e3", ST_OK, 1000},
        {"9007199254740991", ST_OK, INT64_C(9007199254740991)},
        {"-9007199254740991", ST_OK, -INT64_C(9007199254740991)},
        {"9007199254740993", ST_OVERFLOW, 0},
        {"1.5", ST_OVERFLOW, 0},
        {"1e400", ST_OVERFLOW, 0},
        {"\"1\"", ST_NOT_FOUND, 0},
        {"null", ST_NOT_FOUND, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        json *doc = parsed(cases[i].text);
        int64_t v = 0;
        assert_int_equal(json_i64(doc, &v), cases[i].expected);
        assert_int_equal(v, cases[i].value);
        json_free(doc);
    }
    json *huge = parsed("-1e400");
    double d;
    assert_int_equal(json_number(huge, &d), ST_OVERFLOW);
    json_free(huge);
}

static void pointers_follow_rfc_6901(void **state)
{
    (void)state;
    static const struct {
        const char *pointer, *expected; /* NULL = absent */
    } cases[] = {
        {"", "{\"a\":[10,{\"b\":2}],\"\":0,\"m~n\":8,\"x/y\":9,\"0\":7}"},
        {"/a", "[10,{\"b\":2}]"},
        {"/a/0", "10"},
        {"/a/1/b", "2"},
        {"/", "0"},
        {"/m~0n", "8"},
        {"/x~1y", "9"},
        {"/0", "7"},
        {"/a/2", NULL},
        {"/a/-", NULL},
        {"/a/-1", NULL},
        {"/a/-0", NULL},
        {"/a/00", NULL},
        {"/a/", NULL},
        {"/a/0/b", NULL},
        {"/A", NULL},
        {"/aa", NULL},
        {"/m~", NULL},
        {"/m~2n", NULL},
        {"a", NULL},
    };
    json *doc = parsed(cases[0].expected);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const json *v = json_pointer(doc, cases[i].pointer);
        if (!cases[i].expected) {
            assert_null(v);
            continue;
        }
        assert_non_null(v);
        struct buf b;
        buf_init(&b, 1000);
        json_print(&b, v);
        assert_string_equal(b.p, cases[i].expected);
        buf_deinit(&b);
    }
    json_free(doc);
    assert_true(json_pointer_valid("/a~1b/c~0d"));
    assert_false(json_pointer_valid("/a~"));
    assert_false(json_pointer_valid("/a~2"));
    assert_false(json_pointer_valid("a"));
}

static void raw_member_gives_the_text_as_it_was_written(void **state)
{
    (void)state;
    static const struct {
        const char *text, *key, *expected; /* NULL = absent */
    } cases[] = {
        {"{\"a\":9223372036854775807}", "a", "9223372036854775807"},
        {" { \"x\" : \"}\" , \"a\" : [ 1, {\"b\":2} ] , \"c\":1}", "a", "[ 1, {\"b\":2} ]"},
        {"{\"a\":\"\\u00e9\"}", "a", "\"\\u00e9\""},
        {"{\"a\":1.50}", "a", "1.50"},
        {"{\"a\":1,\"a\":2}", "a", "1"},
        {"{\"\\u0061\":3}", "a", "3"},
        {"{\"n\":{\"a\":1},\"a\":{}}", "a", "{}"},
        {"{\"n\":{\"a\":1}}", "a", NULL},
        {"{\"n\":\"a\"}", "a", NULL},
        {"{\"A\":1}", "a", NULL},
        {"[{\"a\":1}]", "a", NULL},
        {"[\"a\",1]", "a", NULL},
        {"{}", "a", NULL},
        {"\"a\"", "a", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct slice got = json_raw_member(slice_str(cases[i].text), cases[i].key);
        if (!slice_eq(got, slice_str(cases[i].expected)) || !got.p != !cases[i].expected)
            fail_msg("%s: " SLICE_FMT, cases[i].text, SLICE_ARG(got));
    }
}

static void raw_item_gives_the_text_as_it_was_written(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t index;
        const char *expected; /* NULL = absent */
    } cases[] = {
        {"[1]", 0, "1"},
        {" [ 1 , 9223372036854775807 ] ", 1, "9223372036854775807"},
        {"[[1,2],{\"a\":[3,4]},5]", 0, "[1,2]"},
        {"[[1,2],{\"a\":[3,4]},5]", 1, "{\"a\":[3,4]}"},
        {"[[1,2],{\"a\":[3,4]},5]", 2, "5"},
        {"[[1,2],{\"a\":[3,4]},5]", 3, NULL},
        {"[\"],\",7]", 1, "7"},
        {"[]", 0, NULL},
        {"{\"0\":1}", 0, NULL},
        {"7", 0, NULL},
        {"", 0, NULL},
        {"[1", 1, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct slice got = json_raw_item(slice_str(cases[i].text), cases[i].index);
        if (!slice_eq(got, slice_str(cases[i].expected)) || !got.p != !cases[i].expected)
            fail_msg("%s: " SLICE_FMT, cases[i].text, SLICE_ARG(got));
    }
}

static void quoting_escapes_as_little_as_possible(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 1000);
    json_quote(&b, SLICE_LIT("a\"b\\c\n\t\b\f\r\x01\x1f/\x7f\xc3\xa9"));
    json_quote(&b, SLICE_LIT(""));
    json_quote(&b, SLICE_NONE);
    assert_string_equal(b.p, "\"a\\\"b\\\\c\\n\\t\\b\\f\\r\\u0001\\u001f/\x7f\xc3\xa9\"\"\"null");
    buf_deinit(&b);
}

static void printing_reads_back_as_the_same(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"{ \"a\" : [ 1 , 2.50, -3e2 ], \"b\" : null }", "{\"a\":[1,2.5,-300],\"b\":null}"},
        {"[0.1,-0.0,1e21,5e-324]", "[0.1,-0,1e+21,4.94065645841247e-324]"},
        {"[1e400,-1e400]", "[1e999,-1e999]"},
        {"[12345678901234567890]", "[1.2345678901234567e+19]"},
        {"[[],{},\"\\u20ac\\/\",true,false]", "[[],{},\"\xe2\x82\xac/\",true,false]"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        json *doc = parsed(cases[i][0]);
        struct buf b;
        buf_init(&b, 1000);
        json_print(&b, doc);
        assert_string_equal(b.p, cases[i][1]);
        json_free(doc);
        buf_deinit(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(guard_accepts_rfc_8259_and_nothing_else),
        cmocka_unit_test(guard_sees_the_bad_byte_wherever_it_stands),
        cmocka_unit_test(guard_never_reads_past_the_end),
        cmocka_unit_test(numbers_longer_than_cjson_can_read_are_refused),
        cmocka_unit_test(depth_has_a_ceiling_whatever_is_asked_for),
        cmocka_unit_test(members_are_found_by_exact_key_the_first_one_wins),
        cmocka_unit_test(absent_values_can_be_asked_anything),
        cmocka_unit_test(integers_are_exact_or_refused),
        cmocka_unit_test(pointers_follow_rfc_6901),
        cmocka_unit_test(raw_member_gives_the_text_as_it_was_written),
        cmocka_unit_test(raw_item_gives_the_text_as_it_was_written),
        cmocka_unit_test(quoting_escapes_as_little_as_possible),
        cmocka_unit_test(printing_reads_back_as_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
