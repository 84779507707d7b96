/* Placeholders, overlaps, cuts, own patterns and kinds: what becomes of a whole text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include <cmocka.h>

#include "base/utf8.h"
#include "redact_fixture.h"
#include "ticket/text.h"

static void check(struct redaction *r, const char *text, const char *wanted, const char *counts)
{
    struct slice out = redaction_of(r, slice_str(text), SLICE_NONE);
    if (!slice_eq(out, slice_str(wanted)))
        fail_msg("%s\n  became " SLICE_FMT "\n  wanted %s", text, SLICE_ARG(out), wanted);
    if (counts && !slice_eq(buf_view(&r->counts), slice_str(counts)))
        fail_msg("%s\n  counts " SLICE_FMT, text, SLICE_ARG(buf_view(&r->counts)));
}

struct sample {
    const char *text, *wanted;
};

/* With all kinds, and each text by itself. */
static void check_all(const struct sample *v, size_t n)
{
    struct redaction r;
    assert_true(redaction_init(&r, ALL_KINDS, NULL, 0));
    for (size_t i = 0; i < n; i++)
        check(&r, v[i].text, v[i].wanted, NULL);
    redaction_deinit(&r);
}

static void one_value_has_one_placeholder_however_it_is_written(void **state)
{
    (void)state;
    static const struct {
        const char *text, *wanted, *counts;
    } cases[] = {
        {"Ann@Example.com, ann@example.COM, bob@example.com", "[EMAIL_1], [EMAIL_1], [EMAIL_2]",
         "{\"email\":3}"},
        {"4111 1111 1111 1111 or 4111-1111-1111-1111 or 4111111111111111",
         "[CARD_1] or [CARD_1] or [CARD_1]", "{\"card\":3}"},
        {"DE89 3704 0044 0532 0130 00\nde89370400440532013000", "[IBAN_1]\n[IBAN_1]",
         "{\"iban\":2}"},
        {"+49 171 1234567 / +49-171-1234567", "[PHONE_1] / [PHONE_1]", "{\"phone\":2}"},
        {"b@example.com 81.2.3.4 a@example.com", "[EMAIL_1] [IP_1] [EMAIL_2]",
         "{\"email\":2,\"ip\":1}"},
        {"https://x.example/?a=1&mail=ann@example.com ann@example.com",
         "https://x.example/?a=1&mail=[EMAIL_1] [EMAIL_1]", "{\"email\":2}"},
        {"password: abc€1234 password: abc£1234", "password: [KEY_1] password: [KEY_2]",
         "{\"key\":2}"},
        {"nothing here", "nothing here", ""},
        {"", "", ""},
    };
    struct redaction r;
    assert_true(redaction_init(&r, ALL_KINDS, NULL, 0));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check(&r, cases[i].text, cases[i].wanted, cases[i].counts);
    redaction_deinit(&r);
}

static void placeholders_of_the_text_itself_are_never_taken_for_ours(void **state)
{
    (void)state;
    static const struct sample cases[] = {
        {"[EMAIL_1] is me, x@example.com is not", "[EMAIL_1] is me, [EMAIL_2] is not"},
        {"x@example.com then [EMAIL_7]", "[EMAIL_8] then [EMAIL_7]"},
        {"[EMAIL_9999999] x@example.com", "[EMAIL_9999999] [EMAIL_1]"}, /* none of ours */
        {"[email_1] [EMAIL_] [EMAIL_1 x@example.com", "[email_1] [EMAIL_] [EMAIL_1 [EMAIL_1]"},
        {"password: [KEY_1]", "password: [KEY_1]"},
        {"[EMAIL_999999] [EMAIL_1000000] x@example.com",
         "[EMAIL_999999] [EMAIL_1000000] [EMAIL_1]"},
        {"[EMAIL_899999] [EMAIL_900000] x@example.com",
         "[EMAIL_899999] [EMAIL_900000] [EMAIL_900001]"},
    };
    check_all(cases, sizeof cases / sizeof *cases);
}

static void disguised_values_are_found(void **state)
{
    (void)state;
    static const struct sample cases[] = {
        /* full-width, no-break space, zero width, soft hyphen, dashes, Arabic digits */
        {"４１１１ 1111 1111 1111", "[CARD_1]"},
        {"4111\xc2\xa0"
         "1111\xc2\xa0"
         "1111\xc2\xa0"
         "1111",
         "[CARD_1]"},
        {"4111\xe2\x80\x8b"
         "1111\xe2\x80\x8b"
         "1111\xe2\x80\x8b"
         "1111",
         "[CARD_1]"},
        {"4111\xe2\x80\x93"
         "1111\xe2\x80\x93"
         "1111\xe2\x80\x93"
         "1111",
         "[CARD_1]"},
        {"x＠"
         "example.com",
         "[EMAIL_1]"},
        {"x@exam\xc2\xadple.com", "[EMAIL_1]"},
        {"john (at) example.com", "[EMAIL_1]"},
        {"+٩٦٦ 5٠ 123 4567", "[PHONE_1]"},
        {"邮箱"
         "a1@qq.com请",
         "邮箱[EMAIL_1]请"},
        {"https://bob:s3cret@host.example.com/", "https://bob:[KEY_1]/"},
        {"::ffff:192.0.2.33 and 2001:db8::8a2e:370:7334.", "[IP_1] and [IP_2]."},
        {"-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nAKCAQEA\n-----END RSA PRIVATE KEY-----\nbye",
         "[KEY_1]\nbye"},
        {"-----BEGIN PRIVATE KEY-----\nMIIEow\nAKCA", "[KEY_1]"},
    };
    check_all(cases, sizeof cases / sizeof *cases);
}

/* Forms in which people paste them that are not those of a plain sentence. */
static void values_in_unusual_surroundings_are_found(void **state)
{
    (void)state;
    static const struct sample cases[] = {
        {"I am \"jane doe\"@example.org, you know", "I am [EMAIL_1], you know"},
        {"https://x.example/u?e=mark.lee%40example.com&x=1", "https://x.example/u?e=[EMAIL_1]&x=1"},
        {"pat [at] example [dot] com", "[EMAIL_1]"},
        {"bob@example.xn--p1ai", "[EMAIL_1]"},
        {"ann@example.com.2", "[EMAIL_1].2"},
        {"wrapped 4111 1111\n1111 1111 here", "wrapped [CARD_1] here"},
        {"> card 4111 1111\n> 1111 1111 here", "> card [CARD_1] here"},
        {"subject 5555 5555\n\n5555 4444 body", "subject [CARD_1] body"},
        {"DE89 3704 0044\n0532 0130 00 it is", "[IBAN_1] it is"},
        {"Телефон: 8 (495) 123-45-67", "Телефон: [PHONE_1]"},
        {"postgres://admin:S3cret!x@localhost:5432/shop",
         "postgres://admin:[KEY_1]@localhost:5432/shop"},
        {"redis://:p@ss:w0rd@cache/0", "redis://:[KEY_1]@cache/0"},
        {"https://hooks.slack.com/services/T0PQH7VY3/B0W897NF3/oMVvqCwFJESF7", "https://[KEY_1]"},
        {"PW: geheim123", "PW: [KEY_1]"},
        /* a web token's first part with the names of keys */
        {"eyJ0eXAiOiAiSldUIiwgImFsZyI6ICJSUzI1NiIsICJ4NXQiOiAiUlcxcVBxdU8xMUNXNzdQVEpmR2ZUekQz"
         "cHozIiwgImtpZCI6ICJJUVd2T3oxTXhiY2dNN3dlZVYxQmtVRm1nNzMifQ.eyJhIjoxfQ.c2lnbmF0dXJl ok",
         "[KEY_1] ok"},
        {"\"-----BEGIN PRIVATE KEY-----\\nMIIEvQ\\nkiG9w0\\n-----END PRIVATE KEY-----\\n\"",
         "\"[KEY_1]\\n\""},
        {"> -----BEGIN EC PRIVATE KEY-----\n> MHcC\n> IAbc\n> -----END EC PRIVATE KEY-----\n> x",
         "> [KEY_1]\n> x"},
        {"-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0A1B\n\n"
         "MIIEow\n-----END RSA PRIVATE KEY-----\nx",
         "[KEY_1]\nx"},
        {"-----BEGIN PGP PRIVATE KEY BLOCK-----\nVersion: GnuPG v2.0\n\nlQOYBF\n=AbC\n"
         "-----END PGP PRIVATE KEY BLOCK-----\nx",
         "[KEY_1]\nx"},
        {"-----BEGIN PRIVATE KEY-----\nMIIEow\n-----BEGIN PRIVATE KEY-----\nAKCA",
         "[KEY_1]\n[KEY_2]"},
    };
    check_all(cases, sizeof cases / sizeof *cases);
}

static void what_only_looks_like_a_value_stays(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "Dimensions 120 x 80 mm, 200-300-400.",
        "Seriennummer 0049 1234 5678 9012 auf dem Gerät.",
        "共计13800000000元。",
        "Версия 10.2.3.4 не запускается.",
        "버전 3.2.1.0 오류",
        "rails@7.0.beta.1 and logo@2x.min.png",
        "https://user@host/ and http://a:8080/x:y@2",
        "链接http://a:8080，请联系@小王",
        "a column\n4111\n1111\n1111\n1111\nof numbers",
        "-----BEGIN PGP PUBLIC KEY BLOCK-----\nmQENBF\n-----END PGP PUBLIC KEY BLOCK-----"};
    struct redaction r;
    assert_true(redaction_init(&r, ALL_KINDS, NULL, 0));
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        check(&r, texts[i], texts[i], "");
    redaction_deinit(&r);
}

static void kinds_that_are_not_wanted_stay(void **state)
{
    (void)state;
    const char *text =
        "a@example.com +49 171 1234567 4111111111111111 81.2.3.4 password: abc123xyz";
    struct redaction r;
    assert_true(redaction_init(&r, 0, NULL, 0));
    check(&r, text, text, "");
    redaction_deinit(&r);
    assert_true(redaction_init(&r, 1u << REDACT_IP, NULL, 0));
    check(&r, text, "a@example.com +49 171 1234567 4111111111111111 [IP_1] password: abc123xyz",
          NULL);
    redaction_deinit(&r);
}

static void own_patterns_have_their_own_placeholders_and_win(void **state)
{
    (void)state;
    struct config_pair patterns[] = {
        {"contract", "V-\\d+"}, {"Staff.id", "p\\d{4}(?=@)"}, {"empty", "x*"}};
    struct redaction r;
    assert_true(redaction_init(&r, ALL_KINDS, patterns, 3));
    check(&r, "V-12, V-13, V-12", "[CONTRACT_1], [CONTRACT_2], [CONTRACT_1]", "{\"contract\":3}");
    check(&r, "p1234@example.com wrote", "[STAFF.ID_1] wrote", "{\"Staff.id\":1}");
    check(&r, "[CONTRACT_1] V-1", "[CONTRACT_1] [CONTRACT_2]", NULL);
    check(&r, "xx y", "[EMPTY_1] y", NULL);
    redaction_deinit(&r);
}

static void a_pattern_named_like_a_kind_is_counted_with_it(void **state)
{
    (void)state;
    struct config_pair patterns[] = {{"phone", "ext \\d+"}, {"Ip", "host-\\d"}};
    struct redaction r;
    assert_true(redaction_init(&r, ALL_KINDS, patterns, 2));
    check(&r, "+49 171 1234567 ext 12, host-7 81.2.3.4", "[PHONE_1] [PHONE_2], [IP_1] [IP_2]",
          "{\"phone\":2,\"ip\":2}");
    redaction_deinit(&r);
}

static void a_pattern_at_its_limit_withholds_the_whole_text(void **state)
{
    (void)state;
    static const struct {
        const char *pattern, *unit;
        size_t times;
    } cases[] = {
        {"(a+)+$", "aaaaaaaaaaaaaaaa", 4},    /* exponential at one place */
        {"a*b*c", "a", 60000},                /* quadratic over all places */
        {"(?:a|aa)+x|z", "aaaaaaaaaa", 3000}, /* deep */
        {"q", "q", 60000},                    /* placeholders longer than the text allows */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct config_pair patterns[] = {
            {"fine", "zzz"},
            {i == 3 ? "a-name-that-is-long-enough-to-be-four-times" : "slow", cases[i].pattern}};
        struct redaction r;
        struct buf text;
        assert_true(redaction_init(&r, ALL_KINDS, patterns, 2));
        buf_init(&text, SIZE_MAX);
        for (size_t k = 0; k < cases[i].times; k++)
            buf_str(&text, cases[i].unit);
        buf_str(&text, i == 3 ? "" : "! c z");
        clock_t start = clock();
        if (redaction_of(&r, buf_view(&text), SLICE_NONE).p)
            fail_msg("%s", cases[i].pattern);
        assert_true(clock() - start < 20 * CLOCKS_PER_SEC);
        if (i < 3)
            assert_string_equal(r.pattern, "slow");
        buf_deinit(&text);
        redaction_deinit(&r);
    }
}

/* No digit of a number, no letter of an address stands beside a cut. */
static void half_a_value_at_a_cut_is_left_out(void **state)
{
    (void)state;
    static const struct {
        const char *text, *wanted;
    } cases[] = {
        {"write to john.smi" TEXT_ELISION "th@example.com now",
         "write to " TEXT_ELISION "[EMAIL_1] now"},
        {"IBAN DE89 3704 0044" TEXT_ELISION "0532 0130 00 thanks",
         "IBAN " TEXT_ELISION "[PHONE_1] thanks"},
        {"card 4111 1111 " TEXT_ELISION " 1111 1111 ok", "card " TEXT_ELISION " ok"},
        {"call +49 171 12" TEXT_ELISION "34567. Bye", "call " TEXT_ELISION " Bye"},
        {"it is sk-aaaa" TEXT_ELISION "aaaaaaaaaa1234 gone", "it is " TEXT_ELISION " gone"},
        {"card 4111 1111\n11" TEXT_ELISION "11 1111 ok", "card " TEXT_ELISION " ok"},
        {"a@example.com wor" TEXT_ELISION "ds b@example.com",
         "[EMAIL_1] " TEXT_ELISION " [EMAIL_2]"},
        {"电话"
         "1381234" TEXT_ELISION "5678请",
         "电话[PHONE_1]" TEXT_ELISION "请"},
        {"the end is 4111 1111 11", "the end is "}, /* cut without an elision */
        {"-----BEGIN PRIVATE KEY-----\nMIIEow" TEXT_ELISION
         "AKCAQ\nEAAA\n-----END PRIVATE KEY-----\nbye",
         "[KEY_1]\nbye"},
    };
    struct redaction r;
    assert_true(redaction_init(&r, ALL_KINDS, NULL, 0));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct slice out = redaction_of(&r, slice_str(cases[i].text), SLICE_LIT(TEXT_ELISION));
        if (!slice_eq(out, slice_str(cases[i].wanted)))
            fail_msg("%s\n  became " SLICE_FMT, cases[i].text, SLICE_ARG(out));
    }
    redaction_deinit(&r);
}

static void a_pattern_that_does_not_compile_is_named(void **state)
{
    (void)state;
    struct config_pair patterns[] = {{"good", "a"}, {"bad", "("}};
    struct config config = {.redaction = {0, patterns, 2}};
    struct redactor *r = NULL;
    struct fail fail;
    assert_int_equal(redactor_new(&config, &r, &fail), ST_CONFIG);
    assert_non_null(strstr(fail.text, "redaction.patterns.bad"));
    redactor_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_value_has_one_placeholder_however_it_is_written),
        cmocka_unit_test(placeholders_of_the_text_itself_are_never_taken_for_ours),
        cmocka_unit_test(disguised_values_are_found),
        cmocka_unit_test(values_in_unusual_surroundings_are_found),
        cmocka_unit_test(what_only_looks_like_a_value_stays),
        cmocka_unit_test(kinds_that_are_not_wanted_stay),
        cmocka_unit_test(own_patterns_have_their_own_placeholders_and_win),
        cmocka_unit_test(a_pattern_named_like_a_kind_is_counted_with_it),
        cmocka_unit_test(a_pattern_at_its_limit_withholds_the_whole_text),
        cmocka_unit_test(half_a_value_at_a_cut_is_left_out),
        cmocka_unit_test(a_pattern_that_does_not_compile_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
