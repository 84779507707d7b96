/* Money: what can be read exactly, what is printed, checked sums, and splits that lose nothing. */
#include "model/money.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/random.h"

#define MOST INT64_MAX

struct parse_case {
    const char *text;
    enum status status;
    int64_t value;
};

static const struct parse_case usd_cases[] = {
    {"0", ST_OK, 0},
    {"5", ST_OK, 5 * PUSD_PER_USD},
    {"5.00", ST_OK, 5 * PUSD_PER_USD},
    {"005", ST_OK, 5 * PUSD_PER_USD},
    {"0.000026490000", ST_OK, 26490000},
    {"0.000000000001", ST_OK, 1},
    {"0.1", ST_OK, PUSD_PER_USD / 10},
    {"1_000", ST_OK, 1000 * PUSD_PER_USD},
    {"1_0_0.5_0", ST_OK, 100 * PUSD_PER_USD + PUSD_PER_USD / 2},
    {"9223372", ST_OK, 9223372 * PUSD_PER_USD},
    {"9223372.036854775807", ST_OK, MOST},
    {"9223372.036854775808", ST_OVERFLOW, 0},
    {"9223373", ST_OVERFLOW, 0},
    {"9223372036854775807", ST_OVERFLOW, 0},
    {"9999999999999999999999999999999999999999", ST_OVERFLOW, 0},
    {"", ST_BAD_JSON, 0},
    {" 5", ST_BAD_JSON, 0},
    {"5 ", ST_BAD_JSON, 0},
    {"-5", ST_BAD_JSON, 0},
    {"+5", ST_BAD_JSON, 0},
    {".5", ST_BAD_JSON, 0},
    {"5.", ST_BAD_JSON, 0},
    {".", ST_BAD_JSON, 0},
    {"5..0", ST_BAD_JSON, 0},
    {"5.0.0", ST_BAD_JSON, 0},
    {"5,00", ST_BAD_JSON, 0},
    {"5e2", ST_BAD_JSON, 0},
    {"0x5", ST_BAD_JSON, 0},
    {"$5", ST_BAD_JSON, 0},
    {"5 USD", ST_BAD_JSON, 0},
    {"_5", ST_BAD_JSON, 0},
    {"5_", ST_BAD_JSON, 0},
    {"5__0", ST_BAD_JSON, 0},
    {"5_.0", ST_BAD_JSON, 0},
    {"5._0", ST_BAD_JSON, 0},
    {"0.0000000000001", ST_BAD_JSON, 0},
    {"0.0000000000000", ST_BAD_JSON, 0},
    {"five", ST_BAD_JSON, 0},
    {"inf", ST_BAD_JSON, 0},
    {"nan", ST_BAD_JSON, 0},
    {"\xd9\xa5", ST_BAD_JSON, 0}, /* an Arabic five */
};

static const struct parse_case price_cases[] = {
    {"0", ST_OK, 0},
    {"0.18", ST_OK, 180000},
    {"10.00", ST_OK, 10000000},
    {"0.000001", ST_OK, 1},
    {"2.500000", ST_OK, 2500000},
    {"9223372036854.775807", ST_OK, MOST},
    {"9223372036854.775808", ST_OVERFLOW, 0},
    {"0.1800001", ST_BAD_JSON, 0},
    {"0.1800000", ST_BAD_JSON, 0},
    {"-1", ST_BAD_JSON, 0},
    {"", ST_BAD_JSON, 0},
};

static void check_parser(enum status (*parse)(struct slice, int64_t *),
                         const struct parse_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int64_t value = -7;
        assert_int_equal(parse(slice_str(cases[i].text), &value), cases[i].status);
        assert_true(value == (cases[i].status == ST_OK ? cases[i].value : -7));
    }
}

static void amounts_are_read_exactly_or_not_at_all(void **state)
{
    (void)state;
    check_parser(money_parse_usd, usd_cases, sizeof(usd_cases) / sizeof(*usd_cases));
}

static void prices_are_read_exactly_or_not_at_all(void **state)
{
    (void)state;
    check_parser(money_parse_price, price_cases, sizeof(price_cases) / sizeof(*price_cases));
}

static void text_ends_where_the_slice_ends(void **state)
{
    int64_t value;

    (void)state;
    assert_int_equal(money_parse_usd(slice_of("12x", 2), &value), ST_OK);
    assert_true(value == 12 * PUSD_PER_USD);
    assert_int_equal(money_parse_usd(slice_of("1_2", 2), &value), ST_BAD_JSON);
    assert_int_equal(money_parse_usd(slice_of("5\0", 2), &value), ST_BAD_JSON);
    assert_int_equal(money_parse_usd(SLICE_NONE, &value), ST_BAD_JSON);
}

static void text_has_always_twelve_places(void **state)
{
    static const struct {
        int64_t pusd;
        const char *text;
    } cases[] = {
        {0, "0.000000000000"},
        {1, "0.000000000001"},
        {26490000, "0.000026490000"},
        {PUSD_PER_USD - 1, "0.999999999999"},
        {PUSD_PER_USD, "1.000000000000"},
        {123 * PUSD_PER_USD + 4, "123.000000000004"},
        {MOST, "9223372.036854775807"},
        {-1, "-0.000000000001"},
        {-5 * PUSD_PER_USD, "-5.000000000000"},
        {INT64_MIN, "-9223372.036854775808"},
    };
    char out[MONEY_TEXT_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        money_text(cases[i].pusd, out);
        assert_string_equal(out, cases[i].text);
    }
}

static void what_is_written_reads_back_the_same(void **state)
{
    struct random r;

    (void)state;
    random_seed(&r, 1);
    for (int i = 0; i < 20000; i++) {
        int64_t value = (int64_t)(random_u64(&r) >> (1 + random_below(&r, 63))), back;
        char out[MONEY_TEXT_SIZE];
        money_text(value, out);
        assert_int_equal(money_parse_usd(slice_str(out), &back), ST_OK);
        assert_true(back == value);
    }
}

static void sums_are_refused_rather_than_wrapped(void **state)
{
    static const struct {
        int64_t a, b;
        bool fits;
        int64_t sum;
    } cases[] = {
        {0, 0, true, 0},          {1, 2, true, 3},
        {MOST, 0, true, MOST},    {MOST - 1, 1, true, MOST},
        {MOST, 1, false, 0},      {MOST, MOST, false, 0},
        {-1, 5, false, 0},        {5, PUSD_UNPRICED, false, 0},
        {INT64_MIN, 0, false, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        int64_t out = -7;
        assert_int_equal(money_add(cases[i].a, cases[i].b, &out), cases[i].fits);
        assert_true(out == (cases[i].fits ? cases[i].sum : -7));
    }
}

static void products_are_refused_rather_than_wrapped(void **state)
{
    static const struct {
        int64_t tokens, price;
        bool fits;
        int64_t product;
    } cases[] = {
        {0, MOST, true, 0},
        {MOST, 0, true, 0},
        {118, 180000, true, 21240000},
        {MOST, 1, true, MOST},
        {1, MOST, true, MOST},
        {MOST / 2, 2, true, MOST - 1},
        {MOST / 2 + 1, 2, false, 0},
        {INT64_C(1) << 32, INT64_C(1) << 32, false, 0},
        {-1, 1, false, 0},
        {1, PUSD_UNPRICED, false, 0},
        {INT64_MIN, 1, false, 0},
        {-1, -1, false, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        int64_t out = -7;
        assert_int_equal(money_mul(cases[i].tokens, cases[i].price, &out), cases[i].fits);
        assert_true(out == (cases[i].fits ? cases[i].product : -7));
    }
}

static void splits_follow_the_largest_remainder(void **state)
{
    static const struct {
        int64_t total;
        size_t count;
        int64_t weights[6], parts[6];
    } cases[] = {
        {10, 1, {7}, {10}},
        {10, 1, {0}, {10}},
        {0, 3, {1, 2, 3}, {0, 0, 0}},
        {10, 2, {1, 1}, {5, 5}},
        {10, 3, {1, 1, 1}, {4, 3, 3}}, /* ties go to the lower index */
        {11, 3, {1, 1, 1}, {4, 4, 3}},
        {10, 3, {0, 0, 0}, {4, 3, 3}},       /* all weights 0: equally */
        {10, 4, {0, 1, 0, 1}, {0, 5, 0, 5}}, /* weight 0 gets nothing */
        {1, 3, {0, 0, 5}, {0, 0, 1}},
        {1, 3, {1, 2, 3}, {0, 0, 1}},       /* remainders 1/6, 2/6, 3/6 */
        {2, 3, {1, 2, 3}, {0, 1, 1}},       /* 2/6, 4/6, 1 */
        {100, 3, {1, 2, 3}, {17, 33, 50}},  /* 16 4/6, 33 2/6, 50 */
        {7, 4, {3, 3, 3, 1}, {2, 2, 2, 1}}, /* 2 1/10 three times, 7/10 */
        {5, 6, {1, 1, 1, 1, 1, 1}, {1, 1, 1, 1, 1, 0}},
        {MOST, 2, {1, 1}, {MOST / 2 + 1, MOST / 2}},
        {MOST, 2, {MOST, MOST}, {MOST / 2 + 1, MOST / 2}},
        {MOST, 3, {MOST, 0, 0}, {MOST, 0, 0}},
        {1, 2, {MOST, MOST - 1}, {1, 0}},
        {1, 2, {MOST - 1, MOST}, {0, 1}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        int64_t parts[6];
        money_split(cases[i].total, cases[i].weights, cases[i].count, parts);
        assert_memory_equal(parts, cases[i].parts, cases[i].count * sizeof(*parts));
    }
}

/* Weights and totals of every size, often 0, often equal. */
static int64_t any_amount(struct random *r)
{
    switch (random_below(r, 4)) {
    case 0:
        return (int64_t)random_below(r, 4);
    case 1:
        return (int64_t)random_below(r, 1000);
    case 2:
        return (int64_t)(random_u64(r) >> (1 + random_below(r, 63)));
    default:
        return MOST - (int64_t)random_below(r, 3);
    }
}

#define WIDEST 64

static void check_split(int64_t total, const int64_t *w, size_t count, const int64_t *parts)
{
    unsigned __int128 weight = 0, given = 0;

    for (size_t i = 0; i < count; i++)
        weight += (uint64_t)w[i];
    for (size_t i = 0; i < count; i++) {
        unsigned __int128 own = weight ? (uint64_t)w[i] : 1, whole = weight ? weight : count;
        uint64_t floor = (uint64_t)((uint64_t)total * own / whole);
        bool exact = (uint64_t)total * own % whole == 0;
        assert_true(parts[i] >= 0);
        assert_true((uint64_t)parts[i] == floor || (!exact && (uint64_t)parts[i] == floor + 1));
        given += (uint64_t)parts[i];
        for (size_t j = 0; j < i; j++) { /* heavier or earlier never gets less */
            if (w[j] > w[i])
                assert_true(parts[j] >= parts[i]);
            if (w[j] == w[i])
                assert_true(parts[j] == parts[i] || parts[j] == parts[i] + 1);
        }
    }
    assert_true(given == (uint64_t)total);
}

static void splits_sum_exactly_and_stay_within_one_of_the_fair_share(void **state)
{
    struct random r;

    (void)state;
    random_seed(&r, 2);
    for (int i = 0; i < 20000; i++) {
        size_t count = 1 + (size_t)random_below(&r, i % 10 == 0 ? WIDEST : 12);
        int64_t weights[WIDEST], parts[WIDEST], total = any_amount(&r);
        for (size_t k = 0; k < count; k++)
            weights[k] = i % 50 == 0 ? 0 : any_amount(&r);
        money_split(total, weights, count, parts);
        check_split(total, weights, count, parts);
    }
}

static void splits_of_small_numbers_are_all_right(void **state)
{
    (void)state;
    for (int64_t total = 0; total <= 12; total++) {
        for (int64_t code = 0; code < 256; code++) {
            int64_t weights[4] = {code & 3, code >> 2 & 3, code >> 4 & 3, code >> 6}, parts[4];
            for (size_t count = 1; count <= 4; count++) {
                money_split(total, weights, count, parts);
                check_split(total, weights, count, parts);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(amounts_are_read_exactly_or_not_at_all),
        cmocka_unit_test(prices_are_read_exactly_or_not_at_all),
        cmocka_unit_test(text_ends_where_the_slice_ends),
        cmocka_unit_test(text_has_always_twelve_places),
        cmocka_unit_test(what_is_written_reads_back_the_same),
        cmocka_unit_test(sums_are_refused_rather_than_wrapped),
        cmocka_unit_test(products_are_refused_rather_than_wrapped),
        cmocka_unit_test(splits_follow_the_largest_remainder),
        cmocka_unit_test(splits_sum_exactly_and_stay_within_one_of_the_fair_share),
        cmocka_unit_test(splits_of_small_numbers_are_all_right),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
