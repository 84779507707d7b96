/* From a record's bytes to content or a dead letter's reason: every rule of the header once right
 * and once wrong. */
#include "ticket/decode.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/random.h"
#include "base/utf8.h"
#include "support/decode_fixture.h"
#include "ticket/tokens.h"

static enum reason rejected(struct slice value)
{
    struct record rec = record_of(value);
    struct ticket_content c = {.est_tokens = -7};
    enum reason why = REASON_NONE;
    char detail[TICKET_DETAIL_SIZE] = "";
    assert_false(ticket_decode(&decode_defaults, decode_no_fields, &rec, &c, &why, detail));
    assert_true(strlen(detail) > 0);
    assert_null(strstr(detail, "SECRET"));
    assert_int_equal(c.est_tokens, -7);
    return why;
}

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

static void a_whole_ticket_gives_id_text_language_and_hash(void **state)
{
    (void)state;
    struct ticket_content c =
        decode("{\"ticket_id\":\"T-1\",\"created_at\":\"2026-11-24T01:02:03Z\",\"language\":\"en\","
               "\"subject\":\"Charged twice\",\"body\":\"Please refund.\",\"channel\":\"email\","
               "\"customer\":{\"plan\":\"paid\"},\"attachments\":[{\"type\":\"image/png\"}]}");
    assert_slice(c.id, "T-1");
    assert_slice(c.text, "Charged twice\n\nPlease refund.");
    assert_slice(c.facts.language_tag, "en");
    assert_slice(facts_language(&c.facts), "en");
    assert_int_equal(c.facts.language, LANG_EN);
    assert_true(c.facts.has_image);
    assert_false(c.facts.has_code);
    assert_int_equal(c.flags, 0);
    assert_int_equal(c.est_tokens, tokens_estimate(c.text));
    char hex[SHA256_HEX_SIZE];
    uint8_t hash[SHA256_SIZE];
    sha256(SLICE_LIT("Charged twice\n\nPlease refund."), hash);
    sha256_hex(c.content_hash, hex);
    assert_memory_equal(c.content_hash, hash, sizeof hash);
    mem_free(c.block);
}

static void malformed_values_are_rejected_with_their_reason(void **state)
{
    (void)state;
    static const struct {
        struct slice value;
        enum reason why;
    } cases[] = {
        {{NULL, 0}, REASON_EMPTY},
        {SLICE_LIT(""), REASON_EMPTY},
        {SLICE_LIT(" \r\n\t"), REASON_EMPTY},
        {SLICE_LIT("\0\0\0\0\7{\"body\":\"SECRET\"}"), REASON_UNSUPPORTED_FORMAT},
        {SLICE_LIT("SECRET"), REASON_INVALID_JSON},
        {SLICE_LIT("{\"body\":\"SECRET\""), REASON_INVALID_JSON},
        {SLICE_LIT("{\"body\":\"SECRET\"}x"), REASON_INVALID_JSON},
        {SLICE_LIT("{\"body\":\"SECRET\"}{}"), REASON_INVALID_JSON},
        {SLICE_LIT("{'body':'SECRET'}"), REASON_INVALID_JSON},
        {SLICE_LIT("[\"SECRET\"]"), REASON_INVALID_JSON},
        {SLICE_LIT("\"SECRET\""), REASON_INVALID_JSON},
        {SLICE_LIT("null"), REASON_INVALID_JSON},
        {SLICE_LIT("7"), REASON_INVALID_JSON},
        {SLICE_LIT("\xef\xbb\xbf{\"body\":\"SECRET\"}"), REASON_INVALID_JSON},
        {SLICE_LIT("{\"body\":\"SECRET\\u0000\"}"), REASON_INVALID_JSON},
        {SLICE_LIT("{\"body\":\"SECRET\\ud800\"}"), REASON_INVALID_JSON},
        {SLICE_LIT("{\"body\":\"SECRET\xff\"}"), REASON_INVALID_UTF8},
        {SLICE_LIT("{\"body\":\"SECRET\xc0\xaf\"}"), REASON_INVALID_UTF8},
        {SLICE_LIT("{\"body\":\"SECRET\xed\xa0\x80\"}"), REASON_INVALID_UTF8},
        {SLICE_LIT("{}"), REASON_EMPTY},
        {SLICE_LIT("{\"body\":\"\"}"), REASON_EMPTY},
        {SLICE_LIT("{\"body\":\" \\n\\u00a0\\u3000\\u200b\"}"), REASON_EMPTY},
        {SLICE_LIT("{\"body\":\"\\u0001\\u001b\"}"), REASON_EMPTY},
        {SLICE_LIT("{\"body\":7,\"subject\":[\"SECRET\"]}"), REASON_EMPTY},
        {SLICE_LIT("{\"body\":null,\"subject\":{}}"), REASON_EMPTY},
        {SLICE_LIT("{\"Body\":\"SECRET\"}"), REASON_EMPTY},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        enum reason why = rejected(cases[i].value);
        if (why != cases[i].why)
            fail_msg("case %zu: %s instead of %s", i, reason_name(why), reason_name(cases[i].why));
    }
}

static void absurd_nesting_is_invalid_json_and_moderate_nesting_is_fine(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 4096);
    for (int depth = 20; depth <= 1000; depth += 980) {
        buf_clear(&b);
        buf_str(&b, "{\"body\":\"hello\",\"x\":");
        for (int i = 0; i < depth; i++)
            buf_char(&b, '[');
        for (int i = 0; i < depth; i++)
            buf_char(&b, ']');
        buf_char(&b, '}');
        if (depth == 20)
            mem_free(decode(b.p).block);
        else
            assert_int_equal(rejected(buf_view(&b)), REASON_INVALID_JSON);
    }
    buf_deinit(&b);
}

static void a_value_above_max_bytes_is_too_long_and_one_at_it_is_not(void **state)
{
    (void)state;
    char *value = mem_alloc(5000);
    memset(value, ' ', 5000);
    memcpy(value, "{\"body\":\"x\"}", 12);
    struct record rec = record_of(slice_of(value, (size_t)decode_defaults.max_bytes));
    struct ticket_content c;
    enum reason why;
    char detail[TICKET_DETAIL_SIZE];
    assert_true(ticket_decode(&decode_defaults, decode_no_fields, &rec, &c, &why, detail));
    mem_free(c.block);
    assert_int_equal(rejected(slice_of(value, (size_t)decode_defaults.max_bytes + 1)),
                     REASON_TOO_LONG);
    mem_free(value);
}

static void ids_are_strings_or_integers_as_written(void **state)
{
    (void)state;
    static const struct {
        const char *value, *id;
    } cases[] = {
        {"{\"ticket_id\":\"T-1\",\"body\":\"x\"}", "T-1"},
        {"{\"ticket_id\":\"\\u00e9\\n\",\"body\":\"x\"}", "\xc3\xa9\n"},
        {"{\"ticket_id\":17,\"body\":\"x\"}", "17"},
        {"{\"ticket_id\":-17,\"body\":\"x\"}", "-17"},
        {"{\"ticket_id\": 12345678901234567890123 ,\"body\":\"x\"}", "12345678901234567890123"},
        {"{\"ticket_id\":1.5,\"body\":\"x\"}", NULL},
        {"{\"ticket_id\":1e3,\"body\":\"x\"}", NULL},
        {"{\"ticket_id\":12345678901234567890123456789012345678901,\"body\":\"x\"}", NULL},
        {"{\"ticket_id\":\"\",\"body\":\"x\"}", NULL},
        {"{\"ticket_id\":null,\"body\":\"x\"}", NULL},
        {"{\"ticket_id\":true,\"body\":\"x\"}", NULL},
        {"{\"ticket_id\":[1],\"body\":\"x\"}", NULL},
        {"{\"ticket_id\":{\"a\":1},\"body\":\"x\"}", NULL},
        {"{\"ticket_id\":\"first\",\"ticket_id\":\"second\",\"body\":\"x\"}", "first"},
        {"{\"ticket_id\":1,\"ticket_id\":2,\"body\":\"x\"}", "1"},
        {"{\"body\":\"x\"}", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ticket_content c = decode(cases[i].value);
        assert_slice(c.id, cases[i].id);
        mem_free(c.block);
    }
}

static void fields_are_found_by_any_pointer(void **state)
{
    (void)state;
    struct config_ticket cfg = decode_defaults;
    cfg.id = "/meta/a~1b/~0id";
    cfg.subject = "/parts/0/text";
    cfg.body = "/parts/1/text";
    cfg.language = "/meta/lang";
    struct ticket_content c =
        decode_with(&cfg, "{\"parts\":[{\"text\":\"one\"},{\"text\":\"two\"}],"
                          "\"meta\":{\"lang\":\"de-AT\",\"a/b\":{\"~id\":98765432109876543210}}}");
    assert_slice(c.id, "98765432109876543210");
    assert_slice(c.text, "one\n\ntwo");
    assert_slice(c.facts.language_tag, "de-AT");
    assert_int_equal(c.facts.language, LANG_DE);
    mem_free(c.block);

    cfg.id = "/ids/1";
    c = decode_with(&cfg, "{\"ids\":[1,42],\"parts\":[{\"text\":\"one\"}]}");
    assert_slice(c.id, "42");
    mem_free(c.block);
    c = decode_with(&cfg, "{\"ids\":[1,98765432109876543210],\"parts\":[{\"text\":\"one\"}]}");
    assert_slice(c.id, "98765432109876543210");
    mem_free(c.block);

    char deep[300] = "/";
    memset(deep + 1, 'k', 200);
    cfg.id = deep;
    char value[400];
    snprintf(value, sizeof value, "{\"%s\":5,\"parts\":[{\"text\":\"one\"}]}", deep + 1);
    c = decode_with(&cfg, value);
    assert_slice(c.id, "5");
    mem_free(c.block);
}

static void an_over_long_id_is_a_dead_letter(void **state)
{
    (void)state;
    char value[700] = "{\"body\":\"SECRET\",\"ticket_id\":\"";
    size_t n = strlen(value);
    memset(value + n, 'i', TICKET_ID_MAX + 1);
    strcpy(value + n + TICKET_ID_MAX + 1, "\"}");
    assert_int_equal(rejected(slice_str(value)), REASON_INVALID_JSON);
    strcpy(value + n + TICKET_ID_MAX, "\"}");
    struct ticket_content c = decode(value);
    assert_int_equal(c.id.n, TICKET_ID_MAX);
    mem_free(c.block);
}

static void the_record_key_names_a_ticket_without_id(void **state)
{
    (void)state;
    char long_key[TICKET_ID_MAX + 1];
    memset(long_key, 'k', sizeof long_key);
    const struct {
        struct slice key;
        bool serves;
    } cases[] = {
        {SLICE_LIT("key-1"), true},       {SLICE_LIT("\xe7\xa5\xa8"), true},
        {SLICE_LIT(""), false},           {SLICE_NONE, false},
        {SLICE_LIT("\xff\xfe"), false},   {SLICE_LIT("a\0b"), false},
        {slice_of(long_key, 513), false}, {slice_of(long_key, 512), true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct record rec = record_of(SLICE_LIT("{\"body\":\"x\",\"ticket_id\":\"\"}"));
        rec.key = cases[i].key;
        struct ticket_content c;
        enum reason why;
        char detail[TICKET_DETAIL_SIZE];
        assert_true(ticket_decode(&decode_defaults, decode_no_fields, &rec, &c, &why, detail));
        assert_int_equal(c.id.p != NULL, cases[i].serves);
        if (c.id.p)
            assert_true(slice_eq(c.id, cases[i].key));
        mem_free(c.block);
    }
}

/* Whatever is done to a good value, decoding ends in content that is sound or in a reason. */
static void mutated_values_give_sound_content_or_a_reason(void **state)
{
    (void)state;
    static const char good[] =
        "{\"ticket_id\":\"T-1\",\"language\":\"en\",\"subject\":\"\xc3\xa9\","
        "\"body\":\"line\\r\\n\\u4e2d\\ud83d\\ude00\",\"attachments\":[{}]}";
    struct random r;
    random_seed(&r, 20261124);
    int decoded = 0;
    for (int round = 0; round < 60000; round++) {
        char value[sizeof good];
        size_t n = sizeof good - 1 - (size_t)random_below(&r, 4) * (size_t)random_below(&r, 12);
        memcpy(value, good, sizeof good);
        for (uint64_t k = random_below(&r, 4); k > 0; k--)
            value[random_below(&r, n)] = (char)random_below(&r, 256);
        struct record rec = record_of(slice_of(value, n));
        struct ticket_content c;
        enum reason why = REASON_NONE;
        char detail[TICKET_DETAIL_SIZE] = "";
        if (!ticket_decode(&decode_defaults, decode_no_fields, &rec, &c, &why, detail)) {
            assert_int_not_equal(why, REASON_NONE);
            continue;
        }
        decoded++;
        assert_true(utf8_valid(c.text) && c.text.n > 0);
        assert_true(!c.id.p || utf8_valid(c.id));
        mem_free(c.block);
    }
    assert_in_range(decoded, 1000, 59000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_ticket_gives_id_text_language_and_hash),
        cmocka_unit_test(malformed_values_are_rejected_with_their_reason),
        cmocka_unit_test(absurd_nesting_is_invalid_json_and_moderate_nesting_is_fine),
        cmocka_unit_test(a_value_above_max_bytes_is_too_long_and_one_at_it_is_not),
        cmocka_unit_test(ids_are_strings_or_integers_as_written),
        cmocka_unit_test(fields_are_found_by_any_pointer),
        cmocka_unit_test(an_over_long_id_is_a_dead_letter),
        cmocka_unit_test(the_record_key_names_a_ticket_without_id),
        cmocka_unit_test(mutated_values_give_sound_content_or_a_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
