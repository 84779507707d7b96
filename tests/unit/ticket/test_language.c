/* Tags by their form, scripts by their letters, and the way between tags and the enum. */
#include "ticket/language.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "ticket/script.h"

static void tags_are_judged_by_their_form(void **state)
{
    (void)state;
    static const struct {
        const char *tag;
        bool plausible;
    } cases[] = {
        {"en", true},
        {"EN", true},
        {"deu", true},
        {"zh-Hans-CN", true},
        {"en_US", true},
        {"sr-Latn", true},
        {"de-1996", true},
        {"en-x-a", true},
        {"", false},
        {"e", false},
        {"engl", false},
        {"English", false},
        {"en-", false},
        {"-en", false},
        {"en--US", false},
        {"e1", false},
        {"en-abcdefghi", false},
        {"en US", false},
        {"en-U\xc3\xa9", false},
        {"und", false},
        {"UND-Latn", false},
        {"mul", false},
        {"zxx", false},
        {"1", false},
        {"en-abcdefgh-abcdefgh-abcdefgh-abcdefg", false}, /* 36 bytes or more */
        {"en-abcdefgh-abcdefgh-abcdefgh-abcde", true},    /* 35 */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (language_plausible(slice_str(cases[i].tag)) != cases[i].plausible)
            fail_msg("%s", cases[i].tag);
    assert_false(language_plausible(SLICE_NONE));
}

static void script_tells_the_language_where_one_owns_it(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum language language;
    } cases[] = {
        {"", LANG_UND},
        {"12345 !?", LANG_UND},
        {"My invoice is wrong", LANG_UND},
        {"\xe9\x80\x80\xe6\xac\xbe", LANG_ZH},
        {"My iPhone 15 Pro: \xe9\x80\x80\xe6\xac\xbe\xe8\xaf\xb7\xe6\xb1\x82", LANG_ZH},
        {"\xe8\xbf\x94\xe9\x87\x91\xe3\x81\x97\xe3\x81\xa6", LANG_JA},
        {"\xef\xbd\xb6\xef\xbe\x9e", LANG_JA},
        {"\xed\x99\x98\xeb\xb6\x88", LANG_KO},
        {"\xd0\xb2\xd0\xbe\xd0\xb7\xd0\xb2\xd1\x80\xd0\xb0\xd1\x82 app", LANG_RU},
        {"\xce\xb5\xcf\x80\xce\xb9\xcf\x83\xcf\x84", LANG_EL},
        {"\xd7\x94\xd7\x97\xd7\x96\xd7\xa8", LANG_HE},
        {"\xd8\xa7\xd8\xb3\xd8\xaa\xd8\xb1", LANG_AR},
        {"\xe0\xa4\xb0\xe0\xa4\xbf\xe0\xa4\xab", LANG_HI},
        {"\xe0\xb8\x84\xe0\xb8\xb7\xe0\xb8\x99", LANG_TH},
        {"\xe1\x83\x90\xe1\x83\x91", LANG_OTHER}, /* Georgian */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (language_detect(slice_str(cases[i].text)) != cases[i].language)
            fail_msg("case %zu", i);
}

static void letters_tell_the_languages_of_a_script_apart(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum language language;
    } cases[] = {
        {"верните деньги", LANG_RU},
        {"объект ещё не найден", LANG_RU},
        {"поверніть гроші", LANG_UK},
        {"ґанок і їжа", LANG_UK},
        {"пакетът не пристигна", LANG_OTHER}, /* Bulgarian */
        {"пакет још није стигао", LANG_OTHER},
        {"ақшаны қайтарыңыз", LANG_OTHER},
        {"أريد استرداد المبلغ", LANG_AR},
        {"پول را برگردانید", LANG_FA},
        {"پیسے واپس کریں", LANG_OTHER}, /* Urdu */
        {"返金希望", LANG_ZH},          /* nothing in it is Japanese only */
        {"領収書再発行希望", LANG_JA},
        {"返金してください", LANG_JA},
        {"请退款", LANG_ZH},
        {"請退款，還沒收到", LANG_ZH},
        {"我买的「きのこ」还没发货", LANG_ZH},
        {"不回(´・ω・`)退款", LANG_ZH},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (language_detect(slice_str(cases[i].text)) != cases[i].language)
            fail_msg("%s: %s", cases[i].text,
                     language_tag(language_detect(slice_str(cases[i].text))));
}

static void addresses_and_identifiers_are_in_no_language(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum language language;
    } cases[] = {
        {"退款 https://shop.example.com/orders/confirmation", LANG_ZH},
        {"改成 anna.schmidt@example.com", LANG_ZH},
        {"ошибка com.example.billing.Client", LANG_RU},
        {"the customer wrote 退款 in the subject line", LANG_UND},
        {"https://shop.example.com/orders", LANG_UND},
        {"😡😡😡", LANG_UND},
        {"❤️ 🙏🏽", LANG_UND},
        {"𝓡𝓮𝓯𝓾𝓷𝓭", LANG_UND},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (language_detect(slice_str(cases[i].text)) != cases[i].language)
            fail_msg("%s", cases[i].text);
}

static void a_long_word_takes_no_longer_than_many(void **state)
{
    (void)state;
    char *text = malloc(1 << 20);
    assert_non_null(text);
    memset(text, 'a', 1 << 20);
    assert_int_equal(language_detect(slice_of(text, 1 << 20)), LANG_UND);
    free(text);
}

static void every_tag_leads_back_to_its_language(void **state)
{
    (void)state;
    for (int l = 0; l < LANG_COUNT; l++) {
        const char *tag = language_tag((enum language)l);
        assert_int_equal(language_of_tag(slice_str(tag)), l);
    }
    assert_int_equal(language_of_tag(SLICE_LIT("ZH-Hant")), LANG_ZH);
    assert_int_equal(language_of_tag(SLICE_LIT("pt_BR")), LANG_PT);
    assert_int_equal(language_of_tag(SLICE_LIT("xx")), LANG_OTHER);
    assert_int_equal(language_of_tag(SLICE_LIT("")), LANG_OTHER);
    assert_string_equal(language_tag(LANG_COUNT), "und");
}

static void only_chinese_japanese_and_korean_are_cjk(void **state)
{
    (void)state;
    for (int l = 0; l < LANG_COUNT; l++)
        assert_int_equal(language_is_cjk((enum language)l),
                         l == LANG_ZH || l == LANG_JA || l == LANG_KO);
}

static void every_code_point_has_a_script(void **state)
{
    (void)state;
    for (uint32_t cp = 0; cp <= 0x10ffff; cp++)
        assert_in_range(script_of(cp), 0, SCRIPT_COUNT - 1);
    assert_int_equal(script_of('A'), SCRIPT_LATIN);
    assert_int_equal(script_of('@'), SCRIPT_NONE);
    assert_int_equal(script_of('['), SCRIPT_NONE);
    assert_int_equal(script_of(0xd7ff), SCRIPT_HANGUL);
    assert_int_equal(script_of(0x1f600), SCRIPT_NONE);
    assert_int_equal(script_of(0x30fb), SCRIPT_NONE);
    assert_int_equal(script_of(0x20000), SCRIPT_HAN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tags_are_judged_by_their_form),
        cmocka_unit_test(script_tells_the_language_where_one_owns_it),
        cmocka_unit_test(letters_tell_the_languages_of_a_script_apart),
        cmocka_unit_test(addresses_and_identifiers_are_in_no_language),
        cmocka_unit_test(a_long_word_takes_no_longer_than_many),
        cmocka_unit_test(every_tag_leads_back_to_its_language),
        cmocka_unit_test(only_chinese_japanese_and_korean_are_cjk),
        cmocka_unit_test(every_code_point_has_a_script),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
