/* Shares sum to the call, kind by kind and to the picodollar. */
#include "batch/shares.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/random.h"
#include "model/money.h"

static const struct price flash = {
    .priced = true, .input = 180000, .cached = 18000, .cache_write = 225000, .output = 250000};

static void a_small_call_is_split_as_by_hand(void **state)
{
    (void)state;
    const struct usage u = {.input = 13, .cached = 4, .output = 21};
    /* system 300 bytes: 150 + 100 against 150 + 50, that is 5 to 4; items 30 to 10 */
    const struct share_weight w[2] = {{100, 30}, {50, 10}};
    struct share s[2];
    assert_int_equal(shares_split(&u, &flash, 300, w, 2, s), ST_OK);
    assert_int_equal(s[0].cached, 2); /* 2.22 and 1.78 */
    assert_int_equal(s[1].cached, 2);
    assert_int_equal(s[0].input, 2 + 5);
    assert_int_equal(s[1].input, 2 + 4);
    assert_int_equal(s[0].output, 16); /* 15.75 and 5.25 */
    assert_int_equal(s[1].output, 5);
    assert_int_equal(s[0].cost_pusd, 5 * 180000 + 2 * 18000 + 16 * 250000);
    assert_int_equal(s[1].cost_pusd, 4 * 180000 + 2 * 18000 + 5 * 250000);
}

static void one_ticket_bears_the_whole_call(void **state)
{
    (void)state;
    const struct usage u = {.input = 118, .cached = 40, .cache_write = 7, .output = 21};
    const struct share_weight w = {0, 0};
    struct share s;
    int64_t cost;
    assert_int_equal(shares_call_cost(&u, &flash, &cost), ST_OK);
    assert_int_equal(cost, 71 * 180000 + 40 * 18000 + 7 * 225000 + 21 * 250000);
    assert_int_equal(shares_split(&u, &flash, 1000, &w, 1, &s), ST_OK);
    assert_int_equal(s.input, 118);
    assert_int_equal(s.cached, 40);
    assert_int_equal(s.cache_write, 7);
    assert_int_equal(s.output, 21);
    assert_int_equal(s.cost_pusd, cost);
}

static void output_of_an_answer_without_items_is_split_equally(void **state)
{
    (void)state;
    const struct usage u = {.input = 0, .output = 11};
    const struct share_weight w[3] = {{5, 0}, {50, 0}, {500, 0}};
    struct share s[3];
    assert_int_equal(shares_split(&u, &flash, 0, w, 3, s), ST_OK);
    assert_int_equal(s[0].output, 4);
    assert_int_equal(s[1].output, 4);
    assert_int_equal(s[2].output, 3);
}

static void a_ticket_missing_from_the_answer_bears_no_output(void **state)
{
    (void)state;
    const struct usage u = {.input = 10, .output = 10};
    const struct share_weight w[2] = {{10, 40}, {10, 0}};
    struct share s[2];
    assert_int_equal(shares_split(&u, &flash, 100, w, 2, s), ST_OK);
    assert_int_equal(s[0].output, 10);
    assert_int_equal(s[1].output, 0);
    assert_int_equal(s[1].input, 5);
}

static void an_unpriced_model_gives_tokens_without_cost(void **state)
{
    (void)state;
    const struct price unpriced = {.priced = false, .input = 5};
    const struct usage u = {.input = 10, .output = 10};
    const struct share_weight w[2] = {{1, 1}, {1, 1}};
    struct share s[2];
    int64_t cost;
    assert_int_equal(shares_call_cost(&u, &unpriced, &cost), ST_OK);
    assert_int_equal(cost, PUSD_UNPRICED);
    assert_int_equal(shares_split(&u, &unpriced, 1, w, 2, s), ST_OK);
    assert_int_equal(s[0].cost_pusd, PUSD_UNPRICED);
    assert_int_equal(s[1].cost_pusd, PUSD_UNPRICED);
    assert_int_equal(s[0].input + s[1].input, 10);
}

static void costs_that_do_not_fit_are_refused_and_leave_everything_untouched(void **state)
{
    (void)state;
    static const struct usage cases[] = {
        {.input = INT64_MAX},
        {.input = INT64_MAX / 20000, .cached = INT64_MAX / 20000},
        {.input = INT64_MAX, .cached = INT64_MAX},
        {.input = INT64_MAX, .cache_write = INT64_MAX},
        {.output = INT64_MAX},
        {.input = INT64_MAX / 180000, .output = INT64_MAX / 250000},
    };
    const struct share_weight w[2] = {{1, 1}, {1, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct share s[2] = {{.input = -7}, {.input = -7}};
        int64_t cost = -7;
        bool fits = i == 1; /* just below: shows that the others are not refused by accident */
        assert_int_equal(shares_call_cost(&cases[i], &flash, &cost), fits ? ST_OK : ST_OVERFLOW);
        assert_int_equal(shares_split(&cases[i], &flash, 1, w, 2, s), fits ? ST_OK : ST_OVERFLOW);
        if (!fits) {
            assert_int_equal(cost, -7);
            assert_int_equal(s[0].input, -7);
        }
    }
}

static void a_reservation_is_split_by_the_input_weights(void **state)
{
    (void)state;
    const struct share_weight w[2] = {{100, 0}, {50, 99}};
    int64_t parts[2];
    shares_amount(900, 300, w, 2, parts);
    assert_int_equal(parts[0], 500);
    assert_int_equal(parts[1], 400);
}

#define MOST 20

static void check_random_call(struct random *r)
{
    struct share_weight w[MOST];
    struct share s[MOST], sum = {0};
    size_t n = 1 + (size_t)random_below(r, MOST);
    for (size_t i = 0; i < n; i++)
        w[i] =
            (struct share_weight){(size_t)random_below(r, 3000), (size_t)random_below(r, 3) * 57};
    struct usage u = {.input = (int64_t)random_below(r, 1u << random_below(r, 20)),
                      .output = (int64_t)random_below(r, 5000)};
    u.cached = (int64_t)random_below(r, (uint64_t)u.input + 1);
    u.cache_write = (int64_t)random_below(r, (uint64_t)(u.input - u.cached) + 1);
    const struct price p = {.priced = true,
                            .input = (int64_t)random_below(r, 20000000),
                            .cached = (int64_t)random_below(r, 20000000),
                            .cache_write = (int64_t)random_below(r, 20000000),
                            .output = (int64_t)random_below(r, 20000000)};
    int64_t cost;
    assert_int_equal(shares_call_cost(&u, &p, &cost), ST_OK);
    assert_int_equal(shares_split(&u, &p, (size_t)random_below(r, 5000), w, n, s), ST_OK);
    for (size_t i = 0; i < n; i++) {
        assert_true(s[i].cached >= 0 && s[i].cache_write >= 0 && s[i].output >= 0);
        assert_true(s[i].cached + s[i].cache_write <= s[i].input && s[i].cost_pusd >= 0);
        sum.input += s[i].input;
        sum.cached += s[i].cached;
        sum.cache_write += s[i].cache_write;
        sum.output += s[i].output;
        sum.cost_pusd += s[i].cost_pusd;
        for (size_t j = 0; j < i; j++) /* more text never bears much less */
            assert_true(w[i].text_bytes < w[j].text_bytes || s[i].input + 3 >= s[j].input);
    }
    assert_int_equal(sum.input, u.input);
    assert_int_equal(sum.cached, u.cached);
    assert_int_equal(sum.cache_write, u.cache_write);
    assert_int_equal(sum.output, u.output);
    assert_int_equal(sum.cost_pusd, cost);
}

static void shares_of_any_call_sum_to_it_exactly(void **state)
{
    (void)state;
    struct random r;
    random_seed(&r, 42);
    for (int round = 0; round < 60000; round++)
        check_random_call(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_small_call_is_split_as_by_hand),
        cmocka_unit_test(one_ticket_bears_the_whole_call),
        cmocka_unit_test(output_of_an_answer_without_items_is_split_equally),
        cmocka_unit_test(a_ticket_missing_from_the_answer_bears_no_output),
        cmocka_unit_test(an_unpriced_model_gives_tokens_without_cost),
        cmocka_unit_test(costs_that_do_not_fit_are_refused_and_leave_everything_untouched),
        cmocka_unit_test(a_reservation_is_split_by_the_input_weights),
        cmocka_unit_test(shares_of_any_call_sum_to_it_exactly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
