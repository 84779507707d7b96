/* `check --prices`: what is in force, since when, until when, and how dear beside a baseline. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka needs the above */
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "cli/prices.h"
#include "support/config_fixture.h"

#define SECOND INT64_C(1000000)
#define NIGHT  (INT64_C(1795572000) * SECOND) /* Wednesday 2026-11-25 02:00 UTC */

#define HEAD "providers: {p: {endpoints: [{url: \"https://h.example/v1\"}]}}\nmodels:\n"

static const char shop[] =
    HEAD "  a: {provider: p, price: {input: 1, output: 4}}\n"
         "  b: {provider: p}\n"
         "  c: {provider: p, service_tier: flex, price: [{input: 9, output: 9}, "
         "{from: 2026-11-01, input: 0.4, cached_input: 0.003, output: 5, flex: 0.5, windows: "
         "[{from: \"22:00\", to: \"04:00\", weekdays: [tue], input: 1, output: 6}]}]}\n"
         "  d: {provider: p, price: [{from: 2027-01-01, input: 1, output: 2}]}\n"
         "tiers: {t: [b, c, a]}\n";

static void rows_tell_what_is_in_force_and_what_comes_next(void **state)
{
    struct config *c = config_of_text(shop, CONFIG_FOR_LEDGER);
    struct price_list l;
    (void)state;
    prices_collect(c, NIGHT, &l);
    assert_int_equal(l.count, 4);

    assert_true(l.rows[0].price.priced && l.rows[0].from_unix_us == INT64_MIN);
    assert_true(l.rows[0].next_unix_us == INT64_MAX);
    assert_false(l.rows[1].price.priced);

    const struct price_row *flex = &l.rows[2];
    assert_int_equal(flex->at.period, 1);
    assert_int_equal(flex->at.window, 0); /* began on Tuesday evening */
    assert_int_equal(flex->price.input, 500000);
    assert_int_equal(flex->price.output, 3000000);
    assert_int_equal(flex->next_unix_us, NIGHT + 7200 * SECOND);
    assert_int_equal(flex->next.input, 200000);
    assert_int_equal(flex->next.cached, 1500);

    assert_false(l.rows[3].price.priced); /* not yet */
    assert_int_equal(l.rows[3].next.output, 2000000);
    prices_deinit(&l);
    config_free(c);
}

static void the_baseline_is_flash_or_the_cheapest_of_the_first_tier(void **state)
{
    static const struct {
        const char *models;
        int baseline; /* -1 = none */
        int64_t last_multiple;
    } cases[] = {
        {"  a: {provider: p, price: {input: 1, output: 4}}\n"
         "  b: {provider: p, price: {input: 1, output: 3}}\n"
         "  c: {provider: p, price: {input: 1, output: 1}}\ntiers: {t: [a, b], u: [c]}\n",
         1, 3},
        {"  a: {provider: p, price: {input: 1, output: 1}}\n"
         "  deepseek-v4-flash: {provider: p, price: {input: 1, output: 0.25}}\n"
         "  c: {provider: p, price: {input: 1, output: 0.6}}\ntiers: {t: [a]}\n",
         1, 24},
        {"  deepseek-v4-flash: {provider: p}\n"
         "  c: {provider: p, price: {input: 1, output: 1}}\ntiers: {t: [deepseek-v4-flash]}\n",
         1, 10},
        {"  c: {provider: p}\ntiers: {t: [c]}\n", -1, -1},
        {"  c: {provider: p, price: {input: 1, output: 0}}\ntiers: {t: [c]}\n", 0, -1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[800];
        snprintf(text, sizeof text, "%s%s", HEAD, cases[i].models);
        struct config *c = config_of_text(text, CONFIG_FOR_LEDGER);
        struct price_list l;
        prices_collect(c, NIGHT, &l);
        assert_int_equal(l.baseline, cases[i].baseline);
        assert_int_equal(l.rows[l.count - 1].multiple_tenths, cases[i].last_multiple);
        prices_deinit(&l);
        config_free(c);
    }
}

/* The list of the team that this replaces: multiples of the output price. */
static void shipped_prices_have_the_published_multiples(void **state)
{
    static const struct {
        const char *model;
        int64_t tenths;
    } cases[] = {
        {"deepseek-v4-flash", 10},  {"qwen3-32b", 11},       {"glm-5", 77},
        {"kimi-k2.5", 120},         {"gpt-4o", 400},         {"gpt-4o-mini", 24},
        {"claude-3.5-sonnet", 600}, {"gemini-1.5-pro", 200}, {"qwen3-coder-30b", -1},
    };
    struct config *c = config_of_file(SHIPPED, CONFIG_FOR_LEDGER);
    struct price_list l;
    (void)state;
    prices_collect(c, NIGHT, &l);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int found = -1;
        for (int r = 0; r < l.count; r++) {
            if (strcmp(l.rows[r].model->name, cases[i].model) == 0)
                found = r;
        }
        assert_true(found >= 0);
        assert_int_equal(l.rows[found].multiple_tenths, cases[i].tenths);
    }
    prices_deinit(&l);
    config_free(c);
}

static void assert_has(const struct buf *b, const char *text)
{
    if (slice_find(buf_view(b), slice_str(text)) < 0)
        fail_msg("\"%s\" is not in: %s", text, b->p);
}

static void table_and_json_tell_the_same(void **state)
{
    static const char *const in_table[] = {"2026-11-25 02:00 UTC",
                                           "22:00-04:00 UTC, flex x 0.50",
                                           "2026-11-01",
                                           "24 d",
                                           "2026-11-25 04:00 to 0.20 in, 2.50 out",
                                           "unpriced",
                                           "ever since",
                                           "Unpriced: 2",
                                           "output price of c"};
    static const char *const in_json[] = {"\"baseline\":\"c\"",
                                          "\"cached_input\":\"0.0015\"",
                                          "\"weekdays\":[\"tue\"]",
                                          "\"age_days\":24",
                                          "\"flex\":\"0.50\"",
                                          "\"output_pusd_per_token\":3000000",
                                          "\"priced\":false",
                                          "\"multiple\":1.3",
                                          "\"at\":\"2026-11-25T04:00:00.000Z\""};
    struct config *c = config_of_text(shop, CONFIG_FOR_LEDGER);
    struct price_list l;
    struct buf text, json;
    (void)state;
    buf_init(&text, SIZE_MAX);
    buf_init(&json, SIZE_MAX);
    prices_collect(c, NIGHT, &l);
    prices_text(&l, &text);
    prices_json(&l, &json);
    for (size_t i = 0; i < sizeof in_table / sizeof *in_table; i++)
        assert_has(&text, in_table[i]);
    for (size_t i = 0; i < sizeof in_json / sizeof *in_json; i++)
        assert_has(&json, in_json[i]);
    prices_deinit(&l);
    buf_deinit(&text);
    buf_deinit(&json);
    config_free(c);
}

static void prices_print_as_they_are_written_in_the_file(void **state)
{
    static const struct {
        int64_t rate;
        const char *text;
    } cases[] = {
        {0, "0.00"},           {180000, "0.18"},
        {2500000, "2.50"},     {3000, "0.003"},
        {1, "0.000001"},       {10000000, "10.00"},
        {1234567, "1.234567"}, {INT64_MAX, "9223372036854.775807"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[PRICE_TEXT_SIZE];
        price_text(cases[i].rate, text);
        assert_string_equal(text, cases[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_tell_what_is_in_force_and_what_comes_next),
        cmocka_unit_test(the_baseline_is_flash_or_the_cheapest_of_the_first_tier),
        cmocka_unit_test(shipped_prices_have_the_published_multiples),
        cmocka_unit_test(table_and_json_tell_the_same),
        cmocka_unit_test(prices_print_as_they_are_written_in_the_file),
    };
    return cmocka_run_group_tests(tests, config_folder_make, config_folder_remove);
}
