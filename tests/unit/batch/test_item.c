/* The rules for one item, each at its edges. */
#include "batch/answer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static const struct config_category categories[] = {{"billing", "Charges"},
                                                    {"Refund request", "Money back"},
                                                    {"dup", "one"},
                                                    {"DUP", "two"},
                                                    {"\xc3\x9c"
                                                     "bertrag",
                                                     "Transfer"},
                                                    {"\xe9\x80\x80\xe6\xac\xbe", "Refund"},
                                                    {" padded ", "Odd"}};
#define CATEGORIES (int)(sizeof categories / sizeof *categories)

static const char ids[1][SHORT_ID_SIZE] = {"k7q"};

/* The slot of a single ticket with that text, after an answer of one item with these members. */
static struct answer_slot judge(const char *members, const char *ticket, int64_t summary_chars,
                                struct arena *arena)
{
    static char content[2048];
    snprintf(content, sizeof content, "{\"results\":[{\"id\":\"k7q\"%s%s}]}", *members ? "," : "",
             members);
    const struct answer_rules rules = {categories, CATEGORIES, summary_chars};
    struct slice text = slice_str(ticket);
    const struct answer_sent sent = {ids, &text, 1};
    struct answer a;
    arena_init(arena);
    answer_check(&rules, &sent, slice_str(content), arena, &a);
    assert_int_not_equal(a.slots[0].state, SLOT_MISSING);
    assert_int_equal(a.slots[0].state == SLOT_VALID, a.slots[0].fault == ITEM_OK);
    return a.slots[0];
}

static void assert_fault(const char *members, enum item_fault expected)
{
    struct arena arena;
    struct answer_slot slot = judge(members, "see https://a.example/x", 10, &arena);
    if (slot.fault != expected)
        fail_msg("%s: %s instead of %s", members, item_fault_name(slot.fault),
                 item_fault_name(expected));
    arena_deinit(&arena);
}

#define C "\"category\":\"billing\","
#define F "\"confidence\":0.5,"
#define S "\"summary\":\"s\""

static void a_broken_rule_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *members;
        enum item_fault fault;
    } cases[] = {
        {C F S, ITEM_OK},
        {"", ITEM_NO_CATEGORY},
        {F S, ITEM_NO_CATEGORY},
        {"\"category\":null," F S, ITEM_NO_CATEGORY},
        {"\"category\":0," F S, ITEM_NO_CATEGORY},
        {"\"category\":[\"billing\"]," F S, ITEM_NO_CATEGORY},
        {"\"Category\":\"billing\"," F S, ITEM_NO_CATEGORY},
        {"\"category\":\"billing\\ud800\"," F S, ITEM_NO_CATEGORY},
        {C S, ITEM_NO_CONFIDENCE},
        {C "\"confidence\":\"0.5\"," S, ITEM_NO_CONFIDENCE},
        {C "\"confidence\":null," S, ITEM_NO_CONFIDENCE},
        {C "\"confidence\":true," S, ITEM_NO_CONFIDENCE},
        {C "\"confidence\":[0.5]," S, ITEM_NO_CONFIDENCE},
        {C "\"confidence\":{}," S, ITEM_NO_CONFIDENCE},
        {C "\"confidence\":-0.01," S, ITEM_CONFIDENCE_RANGE},
        {C "\"confidence\":-1e999," S, ITEM_CONFIDENCE_RANGE},
        {C "\"confidence\":1e999," S, ITEM_CONFIDENCE_RANGE},
        {C "\"confidence\":100.0001," S, ITEM_CONFIDENCE_RANGE},
        {C "\"confidence\":0.5", ITEM_NO_SUMMARY},
        {C F "\"summary\":null", ITEM_NO_SUMMARY},
        {C F "\"summary\":7", ITEM_NO_SUMMARY},
        {C F "\"summary\":\"\"", ITEM_NO_SUMMARY},
        {C F "\"summary\":\" \\n\\t\\u3000\\u200b\"", ITEM_NO_SUMMARY},
        {C F "\"summary\":\"\\u0000\"", ITEM_NO_SUMMARY},
        {C F "\"summary\":\"https://b.example\"", ITEM_FOREIGN_URL},
        {C F "\"summary\":\"a long text and then https://b.example\"", ITEM_FOREIGN_URL},
        {C F "\"summary\":\"https://a.example/x\"", ITEM_OK},
        {C C F S, ITEM_DUPLICATE_KEY},
        {C F F S, ITEM_DUPLICATE_KEY},
        {C F S "," S, ITEM_DUPLICATE_KEY},
        {C F S ",\"id\":\"k7q\"", ITEM_DUPLICATE_KEY},
        {C F S ",\"\\u0063ategory\":\"billing\"", ITEM_DUPLICATE_KEY},
        {C F S ",\"why\":1,\"why\":2,\"\\ud800\":3", ITEM_OK}, /* keys that are not read */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_fault(cases[i].members, cases[i].fault);
}

static void categories_match_exactly_or_after_trim_and_case_fold_never_fuzzily(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int32_t index; /* -1 = none */
    } cases[] = {
        {"billing", 0},
        {"BILLING", 0},
        {" Billing\\n", 0},
        {"bill\\u0069ng", 0},
        {"billin", -1},
        {"billings", -1},
        {"billing.", -1},
        {"bill ing", -1},
        {"", -1},
        {"refund request", 1},
        {"refund  request", -1},
        {"dup", 2},
        {"DUP", 3},
        {"Dup", -1}, /* could be either */
        {"\xc3\x9c"
         "BERTRAG",
         4},
        {"\xc3\xbc"
         "bertrag",
         -1}, /* only ASCII is folded */
        {"\xe9\x80\x80\xe6\xac\xbe", 5},
        {"\xc2\xa0"
         "billing",
         -1}, /* only ASCII blanks are trimmed */
        {" padded ", 6},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char members[200];
        struct arena arena;
        snprintf(members, sizeof members, "\"category\":\"%s\"," F S, cases[i].name);
        struct answer_slot slot = judge(members, "", 10, &arena);
        if (cases[i].index < 0)
            assert_int_equal(slot.fault, ITEM_UNKNOWN_CATEGORY);
        else if (slot.state != SLOT_VALID || slot.verdict.category != cases[i].index)
            fail_msg("'%s'", cases[i].name);
        arena_deinit(&arena);
    }
}

static void confidence_is_kept_in_millionths_and_percent_is_flagged(void **state)
{
    (void)state;
    static const struct {
        const char *number;
        int32_t ppm;
        bool percent;
    } cases[] = {
        {"0", 0, false},
        {"-0", 0, false},
        {"0.0", 0, false},
        {"1", 1000000, false},
        {"1.0", 1000000, false},
        {"1e0", 1000000, false},
        {"0.93", 930000, false},
        {"9.3E-1", 930000, false},
        {"0.1234564", 123456, false},
        {"0.1234566", 123457, false},
        {"0.9999999", 1000000, false},
        {"1e-300", 0, false},
        {"1.0001", 10001, true},
        {"2", 20000, true},
        {"93", 930000, true},
        {"99.95", 999500, true},
        {"100", 1000000, true},
        {"1e2", 1000000, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char members[200];
        struct arena arena;
        snprintf(members, sizeof members, C "\"confidence\":%s," S, cases[i].number);
        struct answer_slot slot = judge(members, "", 10, &arena);
        assert_int_equal(slot.state, SLOT_VALID);
        if (slot.verdict.confidence_ppm != cases[i].ppm)
            fail_msg("%s: %d", cases[i].number, slot.verdict.confidence_ppm);
        assert_int_equal(slot.verdict.flags, cases[i].percent ? FLAG_CONFIDENCE_PERCENT : 0);
        arena_deinit(&arena);
    }
}

static void summaries_become_one_line_within_the_cap(void **state)
{
    (void)state;
    static const struct {
        const char *written, *kept;
        bool cut;
    } cases[] = {
        {"plain", "plain", false},
        {" a \\n\\r\\n\\tb ", "a b", false},
        {"a\\u2028b\\u0085c\\u00a0d\\u3000e", "a b c d e", false},
        {"a\\u0001\\u007fb", "a b", false},
        {"0123456789", "0123456789", false},
        {"0123456789x", "0123456789", true},
        {"012345678 9", "012345678", true},
        {"\\u9000\\u6b3e\\u9000\\u6b3e\\u9000\\u6b3e\\u9000\\u6b3e\\u9000\\u6b3e\\u9000",
         "\xe9\x80\x80\xe6\xac\xbe\xe9\x80\x80\xe6\xac\xbe\xe9\x80\x80\xe6\xac\xbe\xe9\x80\x80\xe6"
         "\xac\xbe\xe9\x80\x80\xe6\xac\xbe",
         true},
        {"\\ud83d\\ude00\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80\xf0\x9f\x98\x80", false},
        {"say \\\"hi\\\"", "say \"hi\"", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char members[300];
        struct arena arena;
        snprintf(members, sizeof members, C F "\"summary\":\"%s\"", cases[i].written);
        struct answer_slot slot = judge(members, "", 10, &arena);
        assert_int_equal(slot.state, SLOT_VALID);
        if (!slice_eq(slot.verdict.summary, slice_str(cases[i].kept)))
            fail_msg("case %zu: '%.*s'", i, SLICE_ARG(slot.verdict.summary));
        assert_int_equal(slot.verdict.flags, cases[i].cut ? FLAG_SUMMARY_CUT : 0);
        arena_deinit(&arena);
    }
}

static void without_a_cap_no_summary_is_asked_for_or_looked_at(void **state)
{
    (void)state;
    static const char *const members[] = {C "\"confidence\":0.5", C F S, C F "\"summary\":null",
                                          C F "\"summary\":\"https://b.example \\n\""};
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        struct arena arena;
        struct answer_slot slot = judge(members[i], "", 0, &arena);
        assert_int_equal(slot.state, SLOT_VALID);
        assert_non_null(slot.verdict.summary.p);
        assert_int_equal(slot.verdict.summary.n, 0);
        assert_int_equal(slot.verdict.flags, 0);
        arena_deinit(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_broken_rule_is_named),
        cmocka_unit_test(categories_match_exactly_or_after_trim_and_case_fold_never_fuzzily),
        cmocka_unit_test(confidence_is_kept_in_millionths_and_percent_is_flagged),
        cmocka_unit_test(summaries_become_one_line_within_the_cap),
        cmocka_unit_test(without_a_cap_no_summary_is_asked_for_or_looked_at),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
