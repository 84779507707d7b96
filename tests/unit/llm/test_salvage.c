/* Bodies that are no JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "llm/salvage.h"

#define FFFD "\xef\xbf\xbd"

static void unreadable_characters_are_replaced_and_nothing_else(void **state)
{
    (void)state;
    static const struct {
        const char *in, *want;
    } cases[] = {
        {"{\"a\":\"good \\\"text\\\" \\u00e9 \\n\"}", "{\"a\":\"good \\\"text\\\" \\u00e9 \\n\"}"},
        {"\"\\ud83d\\ude00\"", "\"\\ud83d\\ude00\""}, /* a pair is a character */
        {"\"x\\ud83dy\"", "\"x" FFFD "y\""},
        {"\"x\\ude00y\"", "\"x" FFFD "y\""},
        {"\"\\ud83d\\ud83d\\ude00\"", "\"" FFFD "\\ud83d\\ude00\""},
        {"\"\\ud83d\\n\"", "\"" FFFD "\\n\""},
        {"\"a\\u0000b\"", "\"a" FFFD "b\""},
        {"\"a\x01"
         "b\nc\"",
         "\"a" FFFD "b" FFFD "c\""},
        {"\"a\\xb\"", "\"a" FFFD "xb\""},
        {"\"a\\u12g4\"", "\"a" FFFD "u12g4\""},
        {"\"\xff \xc3\xa9 \xc3\"", "\"" FFFD " \xc3\xa9 " FFFD "\""},
        {"\"\xed\xa0\xbd\"", "\"" FFFD FFFD FFFD "\""}, /* a surrogate as UTF-8 */
        {"\"\xc0\xaf \xe0\x80\xaf\"", "\"" FFFD FFFD " " FFFD FFFD FFFD "\""}, /* overlong */
        {"\"\xf0\x9f\x98\x80\"", "\"\xf0\x9f\x98\x80\""},
        {"\"\xf4\x90\x80\x80\"", "\"" FFFD FFFD FFFD FFFD "\""}, /* above U+10FFFF */
        {"{\n\t\"a\": 1}\xff", "{\n\t\"a\": 1}\xff"}, /* outside of strings nothing is touched */
        {"\"cut \\", "\"cut " FFFD},
        {"\"cut \\u00", "\"cut " FFFD "u00"},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf out;
        buf_init(&out, SIZE_MAX);
        salvage_clean(slice_str(cases[i].in), &out);
        if (!slice_eq(buf_view(&out), slice_str(cases[i].want)))
            fail_msg("case %zu: '" SLICE_FMT "'", i, SLICE_ARG(buf_view(&out)));
        buf_deinit(&out);
    }
}

#define START "{\"id\":\"x\",\"content\":\"no\",\"choices\":[{\"message\":{\"role\":\"assistant\","

static void content_is_found_where_the_answer_has_it(void **state)
{
    (void)state;
    static const struct {
        const char *body, *want; /* NULL = none */
    } cases[] = {
        {START "\"content\":\"all of it\"}}]}", "all of it"},
        {START "\"content\" : \"half of", "half of"},
        {START "\"content\":\"say \\\"hi\\\" to\\", "say \\\"hi\\\" to"},
        {START "\"content\":\"x\\u00e", "x"},
        {START "\"note\":\"\\\"content\\\":\\\"no\\\"\",\"content\":\"yes\"", "yes"},
        {START "\"content\":null}}]}", NULL},
        {START "\"content\":[", NULL},
        {START "\"cont", NULL},
        {"{\"content\":\"no message around it\"}", NULL},
        {"", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct slice got = salvage_content(slice_str(cases[i].body));
        if ((got.p == NULL) != (cases[i].want == NULL) ||
            (got.p != NULL && !slice_eq(got, slice_str(cases[i].want))))
            fail_msg("case %zu: '" SLICE_FMT "'", i, SLICE_ARG(got));
    }
}

static void object_is_taken_whole_or_not_at_all(void **state)
{
    (void)state;
    static const struct {
        const char *body, *want;
    } cases[] = {
        {"{\"usage\":{\"a\":{\"b\":\"}\"}},\"c\":1}", "{\"a\":{\"b\":\"}\"}}"},
        {"{\"usage\":{\"a\":1", NULL},
        {"{\"usage\":null}", NULL},
        {"{\"usage\":7,\"x\":{}}", NULL},
        {"{\"x\":\"\\\"usage\\\":{}\"}", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct slice got = salvage_object(slice_str(cases[i].body), "\"usage\"");
        if ((got.p == NULL) != (cases[i].want == NULL) ||
            (got.p != NULL && !slice_eq(got, slice_str(cases[i].want))))
            fail_msg("case %zu: '" SLICE_FMT "'", i, SLICE_ARG(got));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unreadable_characters_are_replaced_and_nothing_else),
        cmocka_unit_test(content_is_found_where_the_answer_has_it),
        cmocka_unit_test(object_is_taken_whole_or_not_at_all),
    };
    return cmocka_run_group_tests_name("salvage", tests, NULL, NULL);
}
