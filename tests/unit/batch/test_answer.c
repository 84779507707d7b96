/* Where items are found: the form that was asked for, and everything models make of it. */
#include "batch/answer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "support/answer_fixture.h"

struct form {
    struct slice content;
    const char *states;
    bool salvaged;
};

static void check_forms(const struct form *forms, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct answer a = check(forms[i].content);
        char states[4];
        states_of(&a, states);
        if (strcmp(states, forms[i].states) != 0)
            fail_msg("form %zu: %s instead of %s", i, states, forms[i].states);
        if (a.parsed && a.salvaged != forms[i].salvaged)
            fail_msg("form %zu: salvaged is %d", i, a.salvaged);
    }
}
#define CHECK(forms) check_forms(forms, sizeof(forms) / sizeof(*(forms)))

static void a_good_answer_gives_every_verdict_with_its_raw_text(void **state)
{
    (void)state;
    struct answer a = check(SLICE_LIT(FULL));
    assert_int_equal(a.valid, 3);
    assert_true(a.parsed);
    assert_false(a.blank || a.salvaged);
    assert_int_equal(a.foreign + a.duplicates, 0);
    const struct verdict *v = &a.slots[1].verdict;
    assert_int_equal(v->category, 1);
    assert_int_equal(v->confidence_ppm, 800000);
    assert_int_equal(v->flags, 0);
    assert_true(slice_eq(v->summary, SLICE_LIT("Wants money back.")));
    assert_true(slice_eq(v->raw_item, SLICE_LIT(X)));
    assert_true(slice_eq(a.slots[1].raw_item, SLICE_LIT(X)));
}

static void plain_answers_in_any_order_and_layout_are_not_salvaged(void **state)
{
    (void)state;
    static const struct form forms[] = {
        {SLICE_LIT(FULL), "VVV", false},
        {SLICE_LIT(" \r\n\t" FULL "\n"), "VVV", false},
        {SLICE_LIT("{\"results\":[" M "," K "," X "]}"), "VVV", false},
        {SLICE_LIT("{ \"results\" : [ " K " ,\n" X " ] , \"note\":\"x\" }"), "VV-", false},
        {SLICE_LIT("{\"note\":{\"a\":[1]},\"results\":[" K "]}"), "V--", false},
        {SLICE_LIT("{\"results\":[" K ",null,7,\"x\",[]," X "]}"), "VV-", false},
        {SLICE_LIT("{\"results\":[{\"summary\":\"Charged\",\"extra\":{\"id\":\"x9f\"},"
                   "\"confidence\":1,\"category\":\"billing\",\"id\":\"k7q\"}]}"),
         "V--", false},
        {SLICE_LIT("{\"results\":[{\"\\u0069d\":\"\\u006b7q\",\"category\":\"bill\\u0069ng\","
                   "\"confidence\":1,\"summary\":\"x\"}]}"),
         "V--", false},
        {SLICE_LIT("{\"results\":[]}"), "---", false},
    };
    CHECK(forms);
}

static void wrappings_are_seen_through(void **state)
{
    (void)state;
    static const struct form forms[] = {
        {SLICE_LIT("```json\n" FULL "\n```"), "VVV", true},
        {SLICE_LIT("```\n" FULL), "VVV", true},
        {SLICE_LIT("Here you are:\n" FULL "\nHope this helps!"), "VVV", true},
        {SLICE_LIT("As asked [1] {really}: " FULL), "VVV", true},
        {SLICE_LIT("He said \"sure: " FULL " and \"bye"), "VVV", true},
        {SLICE_LIT("\xef\xbb\xbf" FULL), "VVV", true},
        {SLICE_LIT(FULL "}"), "VVV", true},
        {SLICE_LIT("[" K "," X "," M "]"), "VVV", true},
        {SLICE_LIT("{\"results\":{\"k7q\":" K ",\"x9f\":{\"category\":\"refund\",\"confidence\":1,"
                   "\"summary\":\"s\"}}}"),
         "VV-", true},
        {SLICE_LIT("{\"k7q\":{\"category\":\"billing\",\"confidence\":1,\"summary\":\"s\"},"
                   "\"zzz\":{},\"m2d\":7}"),
         "V--", true},
        {SLICE_LIT("{\"k7q\":" X "}"), "---", true}, /* key and id disagree */
        {SLICE_LIT("{\"data\":{\"results\":[" K "]}}"), "V--", true},
        {SLICE_LIT("{\"tickets\":[" K "," X "]}"), "VV-", true},
        {SLICE_LIT(K), "V--", true},
        {SLICE_LIT(K "\n" X "\n" M), "VVV", true},
        {SLICE_LIT("1. " K "\n2. " X), "VV-", true},
        {SLICE_LIT("{\"results\":[" K "],\"results\":[" X "]}"), "VV-", false},
        {SLICE_LIT("{\"results\":\"none\"} " K), "V--", true},
    };
    CHECK(forms);
}

static void thoughts_are_dropped_with_their_drafts(void **state)
{
    (void)state;
    static const struct form forms[] = {
        {SLICE_LIT("<think>hm</think>" FULL), "VVV", true},
        {SLICE_LIT("\n<think>\nmaybe " X "?\n</think>\n\n{\"results\":[" K "]}"), "V--", true},
        {SLICE_LIT("<think>a</think><think>b</think>" FULL), "VVV", true},
        {SLICE_LIT("<think>say </think> or not " X "</think>{\"results\":[" K "]}"), "V--", true},
        {SLICE_LIT("maybe " X "?</think>{\"results\":[" K "]}"), "V--", true},
        {SLICE_LIT("<think>a</think>```json\n" FULL "```"), "VVV", true},
        {SLICE_LIT("<think>never closed " FULL), "---", true},
        {SLICE_LIT("<think></think>"), "---", true},
        {SLICE_LIT("{\"results\":[{\"id\":\"k7q\",\"category\":\"other\",\"confidence\":1,"
                   "\"summary\":\"</think> stays\"}]}"),
         "V--", false},
    };
    CHECK(forms);
    assert_true(check(SLICE_LIT("<think>only thoughts")).blank);
    assert_true(check(SLICE_LIT(" <think>a</think> \n")).blank);
}

static void cut_answers_keep_their_complete_items(void **state)
{
    (void)state;
    static const struct form forms[] = {
        {SLICE_LIT("{\"results\":[" K "," X "," M), "VVV", true},
        {SLICE_LIT("{\"results\":[" K "," X ",{\"id\":\"m2d\",\"category\":\"other\""), "VV-",
         true},
        {SLICE_LIT("{\"results\":[" K "," X
                   ",{\"id\":\"m2d\",\"category\":\"other\",\"confidence\":0.5,"
                   "\"summary\":\"says {\\\"id\\\":\\\"k7q\\\"}"),
         "VV-", true},
        {SLICE_LIT("{\"results\":[" K
                   ",{\"id\":\"x9f\",\"category\":\"refund\",\"confidence\":0.9}"),
         "V!-", true}, /* complete but without a summary: a fault of its own */
        {SLICE_LIT("[" K "," X ",{\"id\""), "VV-", true},
        {SLICE_LIT("{\"note\":\"see [ {\\\"id\\\":\\\"x9f\\\",\\\"category\\\":\\\"refund\\\","
                   "\\\"confidence\\\":1,\\\"summary\\\":\\\"s\\\"} {\",\"results\":[" K "," M ","),
         "V-V", true}, /* an item inside a string is none */
        {SLICE_LIT("```json\n{\"results\":[" K ","), "V--", true},
        {SLICE_LIT("{\"results\":[{\"id\":\"k7q\",\"category\":\"billing\",\"confidence\":0.9"),
         "---", true},
    };
    CHECK(forms);
}

static void broken_bytes_cost_only_the_item_they_stand_in(void **state)
{
    (void)state;
    static const struct form forms[] = {
        {SLICE_LIT("{\"results\":[" K "," ITEM("x9f", "refund", "1", "\\ud83d") "," M "]}"), "V!V",
         true},
        {SLICE_LIT("{\"results\":[" K "," ITEM("x9f", "refund", "1", "\\u0000") "," M "]}"), "V!V",
         true},
        {SLICE_LIT("{\"results\":[" K "," ITEM("x9f", "refund", "1", "\xff") "," M "]}"), "V!V",
         true},
        {SLICE_LIT("{\"results\":[" K "," ITEM("x9f", "ref\xc3", "1", "s") "," M "]}"), "V!V",
         true},
        {SLICE_LIT("{\"results\":[" K "," ITEM("x\xff"
                                               "f",
                                               "refund", "1", "s") "," M "]}"),
         "V-V", true},
        {SLICE_LIT("{\"results\":[" K "," ITEM("x9f", "refund", "1", "a\nb") "," M "]}"), "V-V",
         true},
        {SLICE_LIT("{\"results\":[" K "," ITEM("x9f", "refund", "1", "say \"hi\" now") "," M "]}"),
         "V-V", true},
        {SLICE_LIT("{\"results\":[" K ",{\"id\":\"x9f\"," M "]}"), "V-V", true},
        {SLICE_LIT("{\"results\":[" K "," ITEM("x9f", "refund", "01", "s") "," M "]}"), "V-V",
         true},
        {SLICE_LIT("{\"results\":[" K "," ITEM("x9f", "refund", ".5", "s") "," M "]}"), "V-V",
         true},
        {SLICE_LIT("{\"results\":[" K "," ITEM("x9f", "refund", "NaN", "s") "," M "]}"), "V-V",
         true},
        {SLICE_LIT("{\"results\":[" K "," ITEM("x9f", "refund", "1", "\\x") "," M "]}"), "V-V",
         true},
        {SLICE_LIT("{\"results\":[" K "," ITEM("x9f", "refund", "1", "\\u12") "," M ",]}"), "V-V",
         true},
        /* what is not read may be broken, and costs nothing but the plainness */
        {SLICE_LIT("{\"results\":[{\"id\":\"k7q\",\"category\":\"billing\",\"confidence\":1,"
                   "\"summary\":\"s\",\"why\":\"\\udc00\xff\"}]}"),
         "V--", true},
    };
    CHECK(forms);
}

static void deep_nesting_costs_only_the_item_it_stands_in(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 1 << 20);
    for (int depth = 10; depth <= 100000; depth *= 100) {
        buf_clear(&b);
        buf_str(&b, "{\"results\":[" K ",{\"id\":\"x9f\",\"x\":");
        for (int i = 0; i < depth; i++)
            buf_char(&b, '[');
        for (int i = 0; i < depth; i++)
            buf_char(&b, ']');
        buf_str(&b, ",\"category\":\"refund\",\"confidence\":1,\"summary\":\"s\"}," M "]}");
        const struct form form = {buf_view(&b), depth == 10 ? "VVV" : "V-V", depth > 10};
        check_forms(&form, 1);
    }
    buf_deinit(&b);
}

static void prose_is_looked_through_up_to_a_bound_and_plain_answers_are_not_bound(void **state)
{
    (void)state;
    const size_t n = ANSWER_SALVAGE_MAX + 1000;
    char *content = arena_alloc(&arena, n);
    memset(content, ' ', n);
    memcpy(content, "x", 1);
    memcpy(content + ANSWER_SALVAGE_MAX - strlen(K), K, strlen(K));
    memcpy(content + ANSWER_SALVAGE_MAX + 10, X, strlen(X));
    const struct form prose = {slice_of(content, n), "V--", true};
    check_forms(&prose, 1);

    memset(content, ' ', n);
    memcpy(content, "{\"results\":[" K ",", strlen("{\"results\":[" K ","));
    memcpy(content + ANSWER_SALVAGE_MAX + 10, X "]}", strlen(X "]}"));
    const struct form plain = {slice_of(content, n), "VV-", false};
    check_forms(&plain, 1);
}

static void answers_without_items_leave_every_slot_missing(void **state)
{
    (void)state;
    static const struct form forms[] = {
        {SLICE_LIT("I cannot help with that."), "---", true},
        {SLICE_LIT("null"), "---", true},
        {SLICE_LIT("7"), "---", true},
        {SLICE_LIT("\""
                   "k7q billing 0.9"
                   "\""),
         "---", true},
        {SLICE_LIT("{}"), "---", true},
        {SLICE_LIT("[]"), "---", true},
        {SLICE_LIT("[[[[[[[[{{{{{{{{\"\"\"\"\""), "---", true},
        {SLICE_LIT("{\"error\":{\"message\":\"overloaded\"}}"), "---", true},
        {SLICE_LIT("[\"billing\",\"refund\",\"other\"]"), "---", true}, /* never by position */
        {SLICE_LIT("[{\"category\":\"billing\",\"confidence\":1,\"summary\":\"s\"}]"), "---", true},
        {SLICE_LIT("\0\0\0"), "---", true},
        {SLICE_LIT("\xff\xfe\xfd"), "---", true},
    };
    CHECK(forms);
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        struct answer a = check(forms[i].content);
        assert_false(a.parsed || a.blank);
        assert_int_equal(a.valid, 0);
    }
    assert_true(check(SLICE_LIT("")).blank);
    assert_true(check(SLICE_LIT(" \n\t\r  ")).blank);
    assert_true(check(SLICE_NONE).blank);
}

static void only_the_first_balanced_answer_counts(void **state)
{
    (void)state;
    static const struct form forms[] = {
        {SLICE_LIT("{\"results\":[" K "]}\nOr rather:\n{\"results\":[" OTHER_K "]}"), "V--", true},
        /* items one by one are all taken, and then these two disagree */
        {SLICE_LIT(K "\nOr rather:\n" OTHER_K), "C--", true},
        /* an item quoted inside of an item is not an item */
        {SLICE_LIT("{\"id\":\"k7q\",\"category\":\"billing\",\"confidence\":1,\"summary\":\"s\","
                   "\"like\":[" X "]}"),
         "V--", true},
    };
    CHECK(forms);
}

#define T(test) cmocka_unit_test_setup_teardown(test, make_arena, drop_arena)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_good_answer_gives_every_verdict_with_its_raw_text),
        T(plain_answers_in_any_order_and_layout_are_not_salvaged),
        T(wrappings_are_seen_through),
        T(thoughts_are_dropped_with_their_drafts),
        T(cut_answers_keep_their_complete_items),
        T(broken_bytes_cost_only_the_item_they_stand_in),
        T(deep_nesting_costs_only_the_item_it_stands_in),
        T(prose_is_looked_through_up_to_a_bound_and_plain_answers_are_not_bound),
        T(answers_without_items_leave_every_slot_missing),
        T(only_the_first_balanced_answer_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
