/* Numbers with check digits: valid ones are found, and one digit changed makes them ordinary. */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "redact_fixture.h"

static const struct number {
    enum redact_kind kind;
    const char *text;
    const char *before; /* its name, where its form alone is not enough */
} numbers[] = {
    {REDACT_CARD, "4111 1111 1111 1111", ""},
    {REDACT_CARD, "5555555555554444", ""},
    {REDACT_CARD, "3782 822463 10005", ""},
    {REDACT_CARD, "30569309025904", ""},
    {REDACT_CARD, "6011-1111-1111-1117", ""},
    {REDACT_CARD, "3530111333300000", ""},
    {REDACT_CARD, "2223003122003222", ""},
    {REDACT_IBAN, "DE89 3704 0044 0532 0130 00", ""},
    {REDACT_IBAN, "GB29NWBK60161331926819", ""},
    {REDACT_IBAN, "FR14 2004 1010 0505 0001 3M02 606", ""},
    {REDACT_IBAN, "NO9386011117947", ""},
    {REDACT_IBAN, "MT84MALT011000012345MTLCAST001S", ""},
    {REDACT_NATIONAL_ID, "11010519491231002X", ""}, /* China */
    {REDACT_NATIONAL_ID, "110105 19491231 002x", ""},
    {REDACT_NATIONAL_ID, "440524188001010014", NULL}, /* born in 1880: too early */
    {REDACT_NATIONAL_ID, "12345678Z", ""},            /* Spain */
    {REDACT_NATIONAL_ID, "X1234567L", ""},
    {REDACT_NATIONAL_ID, "RSSMRA80A01H501U", ""}, /* Italy */
    {REDACT_NATIONAL_ID, "86095742719", ""},      /* Germany */
    {REDACT_NATIONAL_ID, "86 095 742 719", ""},
    {REDACT_NATIONAL_ID, "1 84 12 76 451 089 46", ""}, /* France */
    {REDACT_NATIONAL_ID, "111.444.777-35", ""},        /* Brazil */
    {REDACT_NATIONAL_ID, "2341 2341 2346", ""},        /* India */
    {REDACT_NATIONAL_ID, "44051401359", "PESEL: "},    /* Poland */
    {REDACT_NATIONAL_ID, "123456782", "BSN "},         /* Netherlands */
};

static const char *placeholder(enum redact_kind k)
{
    return k == REDACT_CARD ? "[CARD_1]" : k == REDACT_IBAN ? "[IBAN_1]" : "[NATIONAL_ID_1]";
}

static bool is_found(struct redaction *r, const char *text, enum redact_kind k)
{
    struct slice out = redaction_of(r, slice_str(text), SLICE_NONE);
    return slice_find(out, slice_str(placeholder(k))) >= 0;
}

static void valid_numbers_are_found(void **state)
{
    (void)state;
    struct redaction r;
    assert_true(redaction_init(&r, ALL_KINDS, NULL, 0));
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        char text[100];
        const struct number *n = &numbers[i];
        snprintf(text, sizeof text, "so: %s%s.", n->before ? n->before : "", n->text);
        if (is_found(&r, text, n->kind) != (n->before != NULL))
            fail_msg("%s", text);
    }
    redaction_deinit(&r);
}

/* By one up, round the end; what the check sees. */
static void change(char *c)
{
    *c = (char)(*c == '9' ? '0' : *c + 1);
}

/* Any single wrong digit is caught by these checks; what then has another valid form, as a phone's,
 * is no matter here. */
static void one_wrong_digit_makes_them_ordinary(void **state)
{
    (void)state;
    struct redaction r;
    assert_true(redaction_init(&r, ALL_KINDS & ~(1u << REDACT_PHONE), NULL, 0));
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        const struct number *n = &numbers[i];
        for (size_t k = 0; n->text[k] && n->before; k++) {
            char text[100];
            size_t at = (size_t)snprintf(text, sizeof text, "so: %s", n->before) + k;
            snprintf(text, sizeof text, "so: %s%s.", n->before, n->text);
            if (!isdigit((unsigned char)text[at]))
                continue;
            change(&text[at]);
            if (is_found(&r, text, n->kind))
                fail_msg("%s", text);
        }
    }
    redaction_deinit(&r);
}

static void numbers_glued_to_others_are_not_taken_apart(void **state)
{
    (void)state;
    static const char *const texts[] = {"x4111111111111111",
                                        "41111111111111112",
                                        "4111111111111111a",
                                        "DE893704004405320130001",
                                        "ADE89370400440532013000",
                                        "111010519491231002X",
                                        "11010519491231002XY",
                                        "112345678Z",
                                        "12345678ZZ"};
    struct redaction r;
    assert_true(redaction_init(&r, ALL_KINDS & ~(1u << REDACT_PHONE), NULL, 0));
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct slice out = redaction_of(&r, slice_str(texts[i]), SLICE_NONE);
        if (!slice_eq(out, slice_str(texts[i])))
            fail_msg("%s became " SLICE_FMT, texts[i], SLICE_ARG(out));
    }
    redaction_deinit(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(valid_numbers_are_found),
        cmocka_unit_test(one_wrong_digit_makes_them_ordinary),
        cmocka_unit_test(numbers_glued_to_others_are_not_taken_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
