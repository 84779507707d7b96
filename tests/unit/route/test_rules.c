/* Every condition against every kind of value: what fits, what does not, how it is told. */
#include "route/rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct config_route field_rule(enum when_op op, const char **values, int count)
{
    return (struct config_route){
        .kind = WHEN_FIELD, .field = "/f", .op = op, .values = values, .value_count = count};
}

static bool fits(const struct config_route *when, const struct facts *facts)
{
    struct arena arena;
    struct rule rule;
    struct fail fail;
    arena_init(&arena);
    if (rule_init(&rule, when, when->kind == WHEN_FIELD ? 0 : -1, &arena, &fail) != ST_OK)
        fail_msg("%s", fail.text);
    bool result = rule_fits(&rule, facts);
    rule_deinit(&rule);
    arena_deinit(&arena);
    return result;
}

static bool field_fits(const struct config_route *when, enum fact_kind kind, const char *text)
{
    struct fact fact = {kind, slice_str(text)};
    struct facts facts = {.fields = &fact, .field_count = 1};
    return fits(when, &facts);
}

struct value_case {
    const char *rule;
    enum fact_kind kind;
    const char *value;
    bool fits;
};

/* ---- fields: op × kind of value ---------------------------------------------------------- */

static void equals_compares_strings_by_bytes_numbers_by_value_and_truth(void **state)
{
    (void)state;
    static const struct value_case cases[] = {
        {"paid", FACT_TEXT, "paid", true},
        {"paid", FACT_TEXT, "Paid", false},
        {"paid", FACT_TEXT, "paid ", false},
        {"paid", FACT_TEXT, "", false},
        {"paid", FACT_ABSENT, NULL, false},
        {"paid", FACT_NUMBER, "1", false},
        {"paid", FACT_BOOL, "true", false},
        {"\xc3\xa9", FACT_TEXT, "\xc3\xa9", true},
        {"\xc3\xa9", FACT_TEXT, "e\xcc\x81", false},
        {"5", FACT_TEXT, "5", true},
        {"5", FACT_TEXT, "5.0", false},
        {"5", FACT_NUMBER, "5", true},
        {"5", FACT_NUMBER, "5.0", true},
        {"5", FACT_NUMBER, "0.5e1", true},
        {"5", FACT_NUMBER, "50", false},
        {"5", FACT_NUMBER, "-5", false},
        {"5.00", FACT_NUMBER, "5", true},
        {"1e2", FACT_NUMBER, "100", true},
        {"100", FACT_NUMBER, "1e2", true},
        {"1_000", FACT_NUMBER, "1000", true},
        {"1_000", FACT_TEXT, "1_000", true},
        {"1_000", FACT_TEXT, "1000", false},
        {"+7", FACT_NUMBER, "7", true},
        {"-0", FACT_NUMBER, "0", true},
        {"9007199254740993", FACT_NUMBER, "9007199254740993", true},
        {"9007199254740993", FACT_NUMBER, "9007199254740992", false},
        {"true", FACT_BOOL, "true", true},
        {"True", FACT_BOOL, "true", true},
        {"true", FACT_BOOL, "false", false},
        {"false", FACT_BOOL, "false", true},
        {"true", FACT_TEXT, "true", true},
        {"true", FACT_TEXT, "TRUE", false},
        {"1", FACT_BOOL, "true", false},
        {"null", FACT_ABSENT, NULL, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *value = cases[i].rule;
        struct config_route equals = field_rule(OP_EQUALS, &value, 1);
        if (field_fits(&equals, cases[i].kind, cases[i].value) != cases[i].fits)
            fail_msg("equals %s: case %zu", value, i);
        const char *several[] = {"nothing", value, "else"};
        struct config_route in = field_rule(OP_IN, several, 3);
        if (field_fits(&in, cases[i].kind, cases[i].value) != cases[i].fits)
            fail_msg("in %s: case %zu", value, i);
    }
}

static void in_takes_any_of_its_values_and_no_other(void **state)
{
    (void)state;
    const char *values[] = {"a", "2", "true"};
    struct config_route in = field_rule(OP_IN, values, 3);
    assert_true(field_fits(&in, FACT_TEXT, "a"));
    assert_true(field_fits(&in, FACT_NUMBER, "2.0"));
    assert_true(field_fits(&in, FACT_BOOL, "true"));
    assert_false(field_fits(&in, FACT_TEXT, "b"));
    assert_false(field_fits(&in, FACT_NUMBER, "3"));
    assert_false(field_fits(&in, FACT_BOOL, "false"));
    assert_false(field_fits(&in, FACT_ABSENT, NULL));
}

static void regex_looks_into_strings_and_other_values_as_written(void **state)
{
    (void)state;
    static const struct value_case cases[] = {
        {"^VIP", FACT_TEXT, "VIP-7", true},
        {"^VIP", FACT_TEXT, "a VIP", false},
        {"VIP", FACT_TEXT, "a VIP", true},
        {"vip", FACT_TEXT, "a VIP", false},
        {"(?i)vip", FACT_TEXT, "a VIP", true},
        {"^$", FACT_TEXT, "", true},
        {"", FACT_ABSENT, NULL, false},
        {".*", FACT_ABSENT, NULL, false},
        {"^1\\d\\d$", FACT_NUMBER, "150", true},
        {"^1\\d\\d$", FACT_NUMBER, "1.5e2", false},
        {"^tr", FACT_BOOL, "true", true},
        {"^tr", FACT_BOOL, "false", false},
        {"^(a+)+$", FACT_TEXT, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *pattern = cases[i].rule;
        struct config_route when = field_rule(OP_REGEX, &pattern, 1);
        if (field_fits(&when, cases[i].kind, cases[i].value) != cases[i].fits)
            fail_msg("%s: case %zu", pattern, i);
    }
}

static void a_regex_that_does_not_compile_is_refused(void **state)
{
    (void)state;
    const char *pattern = "a(";
    struct config_route when = field_rule(OP_REGEX, &pattern, 1);
    struct arena arena;
    struct rule rule;
    struct fail fail;
    arena_init(&arena);
    assert_int_equal(rule_init(&rule, &when, 0, &arena, &fail), ST_CONFIG);
    arena_deinit(&arena);
}

static void greater_takes_numbers_and_strings_that_are_some(void **state)
{
    (void)state;
    static const struct {
        int64_t bound;
        enum fact_kind kind;
        const char *value;
        bool fits;
    } cases[] = {
        {100, FACT_NUMBER, "101", true},
        {100, FACT_NUMBER, "100", false},
        {100, FACT_NUMBER, "100.0", false},
        {100, FACT_NUMBER, "100.000000000000000000001", true},
        {100, FACT_NUMBER, "99", false},
        {100, FACT_NUMBER, "1e3", true},
        {100, FACT_NUMBER, "-1e3", false},
        {-5, FACT_NUMBER, "-4", true},
        {-5, FACT_NUMBER, "-6", false},
        {0, FACT_NUMBER, "-0", false},
        {INT64_MAX, FACT_NUMBER, "9223372036854775808", true},
        {INT64_MAX, FACT_NUMBER, "9223372036854775807", false},
        {100, FACT_TEXT, "101", true},
        {100, FACT_TEXT, "99.5", false},
        {100, FACT_TEXT, "1e3", true},
        {100, FACT_TEXT, " 101", false},
        {100, FACT_TEXT, "101 EUR", false},
        {100, FACT_TEXT, "", false},
        {-1, FACT_BOOL, "true", false},
        {-1, FACT_ABSENT, NULL, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct config_route when = field_rule(OP_GREATER, NULL, 0);
        when.greater_than = cases[i].bound;
        if (field_fits(&when, cases[i].kind, cases[i].value) != cases[i].fits)
            fail_msg("case %zu", i);
    }
}

/* ---- what is not a field ------------------------------------------------------------------ */

static void language_is_that_of_the_tag_else_of_the_script(void **state)
{
    (void)state;
    static const struct {
        const char *rule, *tag; /* NULL = by script */
        enum language language;
        bool fits;
    } cases[] = {
        {"zh", "zh", LANG_ZH, true},
        {"zh", "zh-Hant-TW", LANG_ZH, true},
        {"zh", "ZH_cn", LANG_ZH, true},
        {"ZH", "zh", LANG_ZH, true},
        {"zh", NULL, LANG_ZH, true},
        {"zh", NULL, LANG_JA, false},
        {"zh", "en", LANG_EN, false},
        {"zh", "zhx", LANG_OTHER, false},
        {"zh-Hant", "zh-Hant-TW", LANG_ZH, true},
        {"zh-Hant", "zh_hant", LANG_ZH, true},
        {"zh-Hant", "zh-Hans", LANG_ZH, false},
        {"zh-Hant", "zh", LANG_ZH, false},
        {"zh-Hant", NULL, LANG_ZH, false},
        {"pt-BR", "pt-BR", LANG_PT, true},
        {"pt-BR", "pt-PT", LANG_PT, false},
        {"sw", "sw-KE", LANG_OTHER, true},
        {"sw", NULL, LANG_OTHER, false},
        {"und", NULL, LANG_UND, true},
        {"und", "en", LANG_EN, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *value = cases[i].rule;
        struct config_route when = {
            .kind = WHEN_LANGUAGE, .op = OP_IN, .values = &value, .value_count = 1};
        struct facts facts = {.language = cases[i].language,
                              .language_tag = slice_str(cases[i].tag)};
        if (fits(&when, &facts) != cases[i].fits)
            fail_msg("%s and %s", value, cases[i].tag ? cases[i].tag : "script");
        const char *several[] = {"xx", value};
        when.values = several;
        when.value_count = 2;
        assert_int_equal(fits(&when, &facts), cases[i].fits);
    }
}

static void code_image_and_size_are_asked_either_way(void **state)
{
    (void)state;
    for (int i = 0; i < 8; i++) {
        bool code = i & 1, image = i & 2, truth = i & 4;
        struct facts facts = {.has_code = code, .has_image = image};
        struct config_route when = {.kind = WHEN_CODE, .truth = truth};
        assert_int_equal(fits(&when, &facts), code == truth);
        when.kind = WHEN_IMAGE;
        assert_int_equal(fits(&when, &facts), image == truth);
        when.kind = WHEN_ALWAYS;
        assert_true(fits(&when, &facts));
    }
    for (int64_t bytes = 9; bytes <= 11; bytes++) {
        struct facts facts = {.text_bytes = bytes};
        struct config_route when = {.kind = WHEN_BYTES, .op = OP_GREATER, .greater_than = 10};
        assert_int_equal(fits(&when, &facts), bytes > 10);
    }
}

/* ---- for people --------------------------------------------------------------------------- */

static const char *languages[] = {"zh", "ja"}, *plans[] = {"paid", "gold"}, *patterns[] = {"^a"};
static const struct {
    struct config_route when;
    struct fact fact;
    struct slice tag;
    const char *words, *label;
} told[] = {
    {{.kind = WHEN_ALWAYS}, {FACT_ABSENT, {NULL, 0}}, {NULL, 0}, "takes what is left", "default"},
    {{.kind = WHEN_LANGUAGE, .op = OP_IN, .values = languages, .value_count = 2},
     {FACT_ABSENT, {NULL, 0}},
     {NULL, 0},
     "language is ja (by its script)",
     "language=zh,ja"},
    {{.kind = WHEN_LANGUAGE, .op = OP_IN, .values = languages, .value_count = 2},
     {FACT_ABSENT, {NULL, 0}},
     SLICE_LIT("zh-TW"),
     "language is zh (the ticket says zh-TW)",
     "language=zh,ja"},
    {{.kind = WHEN_CODE, .truth = true},
     {FACT_ABSENT, {NULL, 0}},
     {NULL, 0},
     "the text contains code",
     "code"},
    {{.kind = WHEN_CODE},
     {FACT_ABSENT, {NULL, 0}},
     {NULL, 0},
     "the text contains no code",
     "no code"},
    {{.kind = WHEN_IMAGE, .truth = true},
     {FACT_ABSENT, {NULL, 0}},
     {NULL, 0},
     "an image is attached",
     "image"},
    {{.kind = WHEN_IMAGE}, {FACT_ABSENT, {NULL, 0}}, {NULL, 0}, "no image is attached", "no image"},
    {{.kind = WHEN_BYTES, .greater_than = 4096},
     {FACT_ABSENT, {NULL, 0}},
     {NULL, 0},
     "the text has more than 4096 bytes",
     "bytes>4096"},
    {{.kind = WHEN_FIELD, .field = "/p", .op = OP_EQUALS, .values = plans, .value_count = 1},
     {FACT_TEXT, SLICE_LIT("paid")},
     {NULL, 0},
     "/p is paid",
     "/p=paid"},
    {{.kind = WHEN_FIELD, .field = "/p", .op = OP_IN, .values = plans, .value_count = 2},
     {FACT_TEXT, SLICE_LIT("gold")},
     {NULL, 0},
     "/p is gold",
     "/p=paid,gold"},
    {{.kind = WHEN_FIELD, .field = "/p", .op = OP_REGEX, .values = patterns, .value_count = 1},
     {FACT_TEXT, SLICE_LIT("a secret")},
     {NULL, 0},
     "/p matches ^a",
     "/p~^a"},
    {{.kind = WHEN_FIELD, .field = "/p", .op = OP_GREATER, .greater_than = -7},
     {FACT_NUMBER, SLICE_LIT("12345")},
     {NULL, 0},
     "/p is above -7",
     "/p>-7"},
};

static void rules_are_told_in_words_and_in_short(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
        struct facts facts = {.language = LANG_JA,
                              .language_tag = told[i].tag,
                              .fields = &told[i].fact,
                              .field_count = 1};
        struct arena arena;
        struct rule rule;
        struct fail fail;
        struct buf out;
        arena_init(&arena);
        buf_init(&out, 1000);
        assert_int_equal(rule_init(&rule, &told[i].when, 0, &arena, &fail), ST_OK);
        rule_explain(&rule, &facts, &out);
        assert_string_equal(out.p, told[i].words);
        buf_clear(&out);
        rule_label(&rule, &out);
        assert_string_equal(out.p, told[i].label);
        rule_deinit(&rule);
        buf_deinit(&out);
        arena_deinit(&arena);
    }
}

static void a_long_label_is_cut_between_characters(void **state)
{
    (void)state;
    char long_value[201] = {0};
    for (int i = 0; i < 200; i += 2)
        memcpy(long_value + i, "\xc3\xa9", 2);
    const char *values[] = {long_value, "tail"};
    struct config_route when = field_rule(OP_IN, values, 2);
    struct arena arena;
    struct rule rule;
    struct fail fail;
    struct buf out;
    arena_init(&arena);
    buf_init(&out, 1000);
    assert_int_equal(rule_init(&rule, &when, 0, &arena, &fail), ST_OK);
    rule_label(&rule, &out);
    assert_int_equal(out.n, RULE_LABEL_MAX - 1); /* "/f=" and 38 letters of two bytes */
    rule_deinit(&rule);
    buf_deinit(&out);
    arena_deinit(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equals_compares_strings_by_bytes_numbers_by_value_and_truth),
        cmocka_unit_test(in_takes_any_of_its_values_and_no_other),
        cmocka_unit_test(regex_looks_into_strings_and_other_values_as_written),
        cmocka_unit_test(a_regex_that_does_not_compile_is_refused),
        cmocka_unit_test(greater_takes_numbers_and_strings_that_are_some),
        cmocka_unit_test(language_is_that_of_the_tag_else_of_the_script),
        cmocka_unit_test(code_image_and_size_are_asked_either_way),
        cmocka_unit_test(rules_are_told_in_words_and_in_short),
        cmocka_unit_test(a_long_label_is_cut_between_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
