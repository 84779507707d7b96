/* The simulated model's opinion. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim/verdict.h"

static const char system_text[] = "Judge each ticket.\n"
                                  "- billing: Charges, invoices, refunds, payment methods\n"
                                  "- `shipping`: Delivery, parcels, lost orders\n"
                                  "- account: Passwords, login\n"
                                  "- two words: not a category\n"
                                  "- other: Anything else\n";

static struct profile *from_system(void)
{
    return profile_new(slice_str(system_text), SLICE_NONE, NULL, 0);
}

static void categories_come_from_the_system_message(void **state)
{
    (void)state;
    struct profile *p = from_system();
    assert_int_equal(profile_count(p), 4);
    assert_string_equal(profile_category(p, 1), "shipping");
    assert_int_equal(profile_find(p, SLICE_LIT("account")), 2);
    assert_int_equal(profile_find(p, SLICE_LIT("nope")), -1);
    profile_free(p);
}

static void schema_comes_before_the_system_message(void **state)
{
    (void)state;
    struct slice format =
        SLICE_LIT("{\"schema\":{\"category\":{\"enum\" : [\"other\",\"a\\u00e9\",\"billing\"]}}}");
    struct profile *p = profile_new(slice_str(system_text), format, NULL, 0);
    assert_int_equal(profile_count(p), 3);
    assert_string_equal(profile_category(p, 1), "a\xc3\xa9");
    assert_int_equal(verdict_of(p, SLICE_LIT("wrong invoice"), 0).category, 2);
    profile_free(p);
}

static void fallback_is_used_when_nothing_is_named(void **state)
{
    (void)state;
    static const char *const names[] = {"red", "blue"};
    struct profile *p = profile_new(SLICE_LIT("hello"), SLICE_NONE, names, 2);
    assert_int_equal(profile_count(p), 2);
    profile_free(p);
    p = profile_new(SLICE_LIT(""), SLICE_LIT("{\"enum\":[]}"), NULL, 0);
    assert_int_equal(profile_count(p), 1);
    assert_string_equal(profile_category(p, 0), "other");
    profile_free(p);
}

static void words_decide_in_several_languages(void **state)
{
    (void)state;
    static const struct {
        const char *text, *want;
    } cases[] = {
        {"I was charged twice, please refund", "billing"},
        {"My INVOICES are wrong", "billing"},
        {"the parcel was lost", "shipping"},
        {"I forgot my password and cannot log in", "account"},
        {"Meine Rechnung ist falsch", "billing"},
        {"mi factura es incorrecta", "billing"},
        {"Ma livraison est en retard", "shipping"},
        {"\xe6\x88\x91\xe8\xa6\x81\xe9\x80\x80\xe6\xac\xbe", "billing"}, /* I want a refund */
        {"\xe5\xbf\x98\xe8\xae\xb0\xe5\xaf\x86\xe7\xa0\x81", "account"}, /* forgot the password */
    };
    struct profile *p = from_system();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (uint64_t hash = 0; hash < 4; hash++) {
            struct sim_verdict v = verdict_of(p, slice_str(cases[i].text), hash);
            if (strcmp(profile_category(p, v.category), cases[i].want) != 0)
                fail_msg("%s: %s", cases[i].text, profile_category(p, v.category));
            assert_in_range(v.confidence_percent, 70, 99);
        }
    }
    profile_free(p);
}

static void hash_decides_where_words_do_not(void **state)
{
    (void)state;
    struct profile *p = from_system();
    int seen[4] = {0};
    for (uint64_t hash = 0; hash < 400; hash++) {
        struct sim_verdict a = verdict_of(p, SLICE_LIT("xyzzy"), hash << 32 | hash);
        struct sim_verdict b = verdict_of(p, SLICE_LIT("xyzzy"), hash << 32 | hash);
        assert_int_equal(a.category, b.category);
        assert_int_equal(a.confidence_percent, b.confidence_percent);
        assert_in_range(a.confidence_percent, 50, 79);
        seen[a.category]++;
    }
    for (int i = 0; i < 4; i++)
        assert_int_equal(seen[i], 100);
    profile_free(p);
}

static void summary_is_the_first_words_on_one_line(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t max;
        const char *want;
    } cases[] = {
        {"Where is\n\n my\tparcel? ", 100, "Where is my parcel?"},
        {"one two three four", 13, "one two three"},
        {"one two three four", 15, "one two three"},
        {"onetwothreefour", 6, "onetwo"},
        {"\xe4\xb8\xad\xe6\x96\x87", 4, "\xe4\xb8\xad"},
        {"  \n ", 10, ""},
        {"", 10, ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char line[128];
        size_t n = verdict_summary(slice_str(cases[i].text), cases[i].max, line);
        assert_true(slice_eq(slice_of(line, n), slice_str(cases[i].want)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(categories_come_from_the_system_message),
        cmocka_unit_test(schema_comes_before_the_system_message),
        cmocka_unit_test(fallback_is_used_when_nothing_is_named),
        cmocka_unit_test(words_decide_in_several_languages),
        cmocka_unit_test(hash_decides_where_words_do_not),
        cmocka_unit_test(summary_is_the_first_words_on_one_line),
    };
    return cmocka_run_group_tests_name("verdict", tests, NULL, NULL);
}
