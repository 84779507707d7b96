/* What decoding makes of a good record's text, language and attachments. */
#include "ticket/decode.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "support/decode_fixture.h"
#include "ticket/text.h"

static void assert_slice(struct slice got, const char *expected)
{
    if (!expected) {
        assert_null(got.p);
        return;
    }
    assert_non_null(got.p);
    assert_int_equal(got.n, strlen(expected));
    assert_memory_equal(got.p, expected, got.n);
}

static void text_is_what_there_is_of_subject_and_body(void **state)
{
    (void)state;
    static const struct {
        const char *value, *text;
    } cases[] = {
        {"{\"subject\":\"s\",\"body\":\"b\"}", "s\n\nb"},
        {"{\"body\":\"b\"}", "b"},
        {"{\"subject\":\"s\"}", "s"},
        {"{\"subject\":\"  \",\"body\":\"b\"}", "b"},
        {"{\"subject\":\"s\",\"body\":\"\\u2028 \"}", "s"},
        {"{\"subject\":7,\"body\":\"b\"}", "b"},
        {"{\"subject\":\" s \",\"body\":\"b\\n\"}", " s \n\nb\n"},
        {"{\"body\":\"a\\r\\nb\\rc\\td\\u0007e\\u007ff\\u0085g\"}", "a\nb\nc\tdefg"},
        {"{\"body\":\"one\",\"body\":\"two\"}", "one"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ticket_content c = decode(cases[i].value);
        assert_slice(c.text, cases[i].text);
        assert_null(c.id.p);
        mem_free(c.block);
    }
}

static void long_text_keeps_head_and_tail_and_is_flagged(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 4096);
    buf_str(&b, "{\"body\":\"HEAD");
    for (int i = 0; i < 150; i++)
        buf_str(&b, "\xe4\xb8\xad");
    buf_str(&b, "TAIL\"}");
    struct ticket_content c = decode(b.p);
    assert_int_equal(c.flags, FLAG_TEXT_CUT);
    assert_true(c.text.n <= (size_t)decode_defaults.max_text_bytes);
    assert_true(c.text.n > (size_t)decode_defaults.max_text_bytes - 8);
    assert_true(utf8_valid(c.text));
    assert_memory_equal(c.text.p, "HEAD", 4);
    assert_memory_equal(c.text.p + c.text.n - 4, "TAIL", 4);
    assert_true(slice_find(c.text, SLICE_LIT(TEXT_ELISION)) > 0);
    uint8_t hash[SHA256_SIZE];
    sha256(c.text, hash);
    assert_memory_equal(c.content_hash, hash, sizeof hash);
    mem_free(c.block);
    buf_deinit(&b);
}

static void text_at_the_limit_is_not_cut(void **state)
{
    (void)state;
    char value[300] = "{\"body\":\"";
    size_t n = strlen(value), max = (size_t)decode_defaults.max_text_bytes;
    memset(value + n, 'x', max);
    memcpy(value + n + max, "\"}", 3);
    struct ticket_content c = decode(value);
    assert_int_equal(c.text.n, max);
    assert_int_equal(c.flags, 0);
    mem_free(c.block);
    memcpy(value + n + max, "y\"}", 4);
    c = decode(value);
    assert_int_equal(c.flags, FLAG_TEXT_CUT);
    mem_free(c.block);
}

static void language_comes_from_the_field_when_it_is_a_tag(void **state)
{
    (void)state;
    static const struct {
        const char *value, *field, *published;
        enum language language;
    } cases[] = {
        {"{\"language\":\"zh-Hant-TW\",\"body\":\"hello\"}", "zh-Hant-TW", "zh-Hant-TW", LANG_ZH},
        {"{\"language\":\"EN_us\",\"body\":\"hello\"}", "EN_us", "EN_us", LANG_EN},
        {"{\"language\":\"sw\",\"body\":\"habari\"}", "sw", "sw", LANG_OTHER},
        {"{\"language\":\"English\",\"body\":\"hello\"}", NULL, "und", LANG_UND},
        {"{\"language\":\"\",\"body\":\"hello\"}", NULL, "und", LANG_UND},
        {"{\"language\":7,\"body\":\"hello\"}", NULL, "und", LANG_UND},
        {"{\"language\":\"und\",\"body\":\"\xe4\xbd\xa0\xe5\xa5\xbd\"}", NULL, "zh", LANG_ZH},
        {"{\"body\":\"\xe4\xbd\xa0\xe5\xa5\xbd\"}", NULL, "zh", LANG_ZH},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ticket_content c = decode(cases[i].value);
        assert_slice(c.facts.language_tag, cases[i].field);
        assert_slice(facts_language(&c.facts), cases[i].published);
        assert_int_equal(c.facts.language, cases[i].language);
        mem_free(c.block);
    }
}

static void an_image_is_an_attachment_of_that_type(void **state)
{
    (void)state;
    static const struct {
        const char *attachments;
        bool image;
    } cases[] = {
        {"[{\"type\":\"image/png\"}]", true},
        {"[{\"type\":\"text/plain\"},{\"type\":\"IMAGE/JPEG\"}]", true},
        {"[{\"type\":\"imagery\"}]", false},
        {"[{\"type\":7},\"image/png\",null]", false},
        {"{\"type\":\"image/png\"}", false},
        {"[]", false},
        {"null", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char value[200];
        snprintf(value, sizeof value, "{\"body\":\"x\",\"attachments\":%s}", cases[i].attachments);
        struct ticket_content c = decode(value);
        assert_int_equal(c.facts.has_image, cases[i].image);
        mem_free(c.block);
    }
}

static void facts_hold_what_rules_ask_for(void **state)
{
    (void)state;
    static const char value[] =
        "{\"language\":\"de-AT\",\"body\":\"hello\",\"attachments\":[{\"type\":\"image/png\"}],"
        "\"customer\":{\"plan\":\"pa\\u00efd\",\"a/b\":{\"~\":9007199254740993.10}},"
        "\"vip\":true,\"old\":false,\"none\":null,\"list\":[\"x\",1e2,{\"n\":98765432109876543210}]"
        ","
        "\"empty\":\"\",\"twice\":1,\"twice\":2}";
    static const struct {
        const char *pointer;
        enum fact_kind kind;
        const char *text;
    } cases[] = {
        {"/customer/plan", FACT_TEXT,
         "pa\xc3\xaf"
         "d"},
        {"/customer/a~1b/~0", FACT_NUMBER, "9007199254740993.10"},
        {"/vip", FACT_BOOL, "true"},
        {"/old", FACT_BOOL, "false"},
        {"/none", FACT_ABSENT, NULL},
        {"/missing", FACT_ABSENT, NULL},
        {"/customer", FACT_ABSENT, NULL},
        {"/list", FACT_ABSENT, NULL},
        {"/list/0", FACT_TEXT, "x"},
        {"/list/1", FACT_NUMBER, "1e2"},
        {"/list/2/n", FACT_NUMBER, "98765432109876543210"},
        {"/list/3", FACT_ABSENT, NULL},
        {"/list/01", FACT_ABSENT, NULL},
        {"/empty", FACT_TEXT, ""},
        {"/twice", FACT_NUMBER, "1"},
        {"", FACT_ABSENT, NULL},
    };
    enum { COUNT = sizeof cases / sizeof *cases };
    const char *pointers[COUNT];
    for (int i = 0; i < COUNT; i++)
        pointers[i] = cases[i].pointer;
    char *given = mem_str(value); /* nothing may point into the record afterwards */
    struct record rec = record_of(slice_str(given));
    struct ticket_content c;
    enum reason why;
    char detail[TICKET_DETAIL_SIZE];
    struct ticket_fields fields = {pointers, COUNT};
    assert_true(ticket_decode(&decode_defaults, fields, &rec, &c, &why, detail));
    memset(given, '!', sizeof value);
    mem_free(given);
    assert_int_equal(c.facts.field_count, COUNT);
    for (int i = 0; i < COUNT; i++) {
        if (c.facts.fields[i].kind != cases[i].kind)
            fail_msg("%s: kind %d", cases[i].pointer, c.facts.fields[i].kind);
        assert_slice(c.facts.fields[i].text, cases[i].text);
    }
    assert_slice(c.facts.language_tag, "de-AT");
    assert_int_equal(c.facts.language, LANG_DE);
    assert_true(c.facts.has_image);
    assert_false(c.facts.has_code);
    assert_int_equal(c.facts.text_bytes, 5);
    mem_free(c.block);
}

static void facts_follow_the_text_as_cut(void **state)
{
    (void)state;
    char value[600] = "{\"body\":\"```";
    size_t n = strlen(value);
    memset(value + n, 'x', 400);
    strcpy(value + n + 400, "\"}");
    struct ticket_content c = decode(value);
    assert_int_equal(c.facts.text_bytes, c.text.n);
    assert_int_equal(c.facts.field_count, 0);
    assert_null(c.facts.language_tag.p);
    assert_int_equal(c.facts.language, LANG_UND);
    assert_true(c.facts.has_code);
    assert_false(c.facts.has_image);
    mem_free(c.block);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_what_there_is_of_subject_and_body),
        cmocka_unit_test(long_text_keeps_head_and_tail_and_is_flagged),
        cmocka_unit_test(text_at_the_limit_is_not_cut),
        cmocka_unit_test(language_comes_from_the_field_when_it_is_a_tag),
        cmocka_unit_test(an_image_is_an_attachment_of_that_type),
        cmocka_unit_test(facts_hold_what_rules_ask_for),
        cmocka_unit_test(facts_follow_the_text_as_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
