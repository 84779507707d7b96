/* Figures of eval/ against published examples and what must hold for any answers. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/random.h"
#include "eval/pairs.h"
#include "eval/score.h"

#define NEAR(a, b, eps) assert_true(fabs((a) - (b)) < (eps))

static void add_times(struct score *s, int truth, int answer, int times)
{
    for (int i = 0; i < times; i++)
        score_add(s, &(struct score_item){truth, answer, 500000});
}

/* Newcombe, Statistics in Medicine 17 (1998), table I, method 3. */
static void wilson_gives_newcombes_examples(void **state)
{
    static const struct {
        int64_t right, count;
        double low, high;
    } cases[] = {{81, 263, 0.2553, 0.3662},
                 {15, 148, 0.0624, 0.1605},
                 {0, 20, 0.0, 0.1611},
                 {1, 29, 0.0061, 0.1718}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct score_interval w = score_wilson(cases[i].right, cases[i].count);
        NEAR(w.low, cases[i].low, 0.00006);
        NEAR(w.high, cases[i].high, 0.00006);
    }
}

/* Two raters, 50 applications: 20 both yes, 15 both no, 5 and 10 apart: kappa 0.4. */
static void kappa_gives_the_known_example(void **state)
{
    struct score s;
    (void)state;
    score_init(&s, 2);
    add_times(&s, 0, 0, 20);
    add_times(&s, 0, 1, 5);
    add_times(&s, 1, 0, 10);
    add_times(&s, 1, 1, 15);
    NEAR(score_kappa(&s), 0.4, 1e-12);
    NEAR(score_accuracy(&s), 0.7, 1e-12);
    NEAR(score_precision(&s.by[0]), 20.0 / 30, 1e-12);
    NEAR(score_recall(&s.by[0]), 0.8, 1e-12);
    NEAR(score_macro_f1(&s), (40.0 / 55 + 30.0 / 45) / 2, 1e-12);
    score_deinit(&s);
}

static void a_ticket_without_an_answer_is_wrong_and_predicts_nothing(void **state)
{
    struct score s;
    (void)state;
    score_init(&s, 3);
    score_add(&s, &(struct score_item){0, 0, 1000000});
    score_add(&s, &(struct score_item){0, SCORE_NONE, 0});
    NEAR(score_accuracy(&s), 0.5, 1e-12);
    NEAR(score_precision(&s.by[0]), 1.0, 1e-12);
    NEAR(score_macro_f1(&s), 2.0 / 3, 1e-12);
    NEAR(score_ece(&s), 0.0, 1e-12);
    assert_int_equal(s.matrix[3], 1);
    score_deinit(&s);
}

/* (0.95 right, 0.91 wrong) and (0.15 right, 0.1 right): |1 - 1.86| + |2 - 0.25| over 4. */
static void calibration_error_weighs_bins_by_their_tickets(void **state)
{
    struct score s;
    (void)state;
    score_init(&s, 2);
    score_add(&s, &(struct score_item){0, 0, 950000});
    score_add(&s, &(struct score_item){0, 1, 910000});
    score_add(&s, &(struct score_item){1, 1, 150000});
    score_add(&s, &(struct score_item){1, 1, 100000});
    assert_int_equal(s.bins[1].count, 2);
    assert_int_equal(s.bins[9].count, 2);
    NEAR(score_ece(&s), (0.86 + 1.75) / 4, 1e-12);
    NEAR(score_brier(&s), (0.0025 + 0.8281 + 0.7225 + 0.81) / 4, 1e-12);
    score_deinit(&s);
}

static void mcnemar_is_exact(void **state)
{
    static const struct {
        int64_t gained, lost;
        double p;
    } cases[] = {
        {0, 0, 1.0}, {1, 7, 18.0 / 256}, {0, 6, 2.0 / 64}, {5, 5, 1.0}, {9, 1, 22.0 / 1024}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        NEAR(pairs_p(cases[i].gained, cases[i].lost), cases[i].p, 1e-9);
        NEAR(pairs_p(cases[i].lost, cases[i].gained), cases[i].p, 1e-9);
    }
}

static void pairs_count_who_is_right_where_the_other_is_not(void **state)
{
    const struct score_item here[] = {{0, 0, 1}, {0, 0, 1}, {1, 0, 1}, {1, SCORE_NONE, 0}};
    const struct score_item there[] = {{0, 1, 1}, {0, 0, 1}, {1, 1, 1}, {1, SCORE_NONE, 0}};
    (void)state;
    struct pairs p = pairs_of(here, there, 4);
    assert_int_equal(p.same, 2);
    assert_int_equal(p.gained, 1);
    assert_int_equal(p.lost, 1);
    NEAR(p.difference, 0.0, 1e-12);
    NEAR(p.d95.low, -p.d95.high, 1e-12);
}

enum { TICKETS = 200, CATEGORIES = 5 };

static void some_answers(struct random *r, struct score_item *v)
{
    for (int i = 0; i < TICKETS; i++) {
        v[i].truth = (int)random_below(r, CATEGORIES);
        v[i].answer = random_below(r, 4) == 0 ? (int)random_below(r, CATEGORIES) : v[i].truth;
        v[i].confidence_ppm = (int32_t)random_below(r, SCORE_PPM + 1);
    }
}

static void figures_do_not_depend_on_the_order_and_intervals_hold_them(void **state)
{
    struct score_item v[TICKETS];
    struct random r;
    (void)state;
    random_seed(&r, 7);
    for (int round = 0; round < 10; round++) {
        struct score a, b;
        some_answers(&r, v);
        score_init(&a, CATEGORIES);
        score_init(&b, CATEGORIES);
        for (int i = 0; i < TICKETS; i++) {
            score_add(&a, &v[i]);
            score_add(&b, &v[TICKETS - 1 - i]);
        }
        NEAR(score_macro_f1(&a), score_macro_f1(&b), 1e-12);
        NEAR(score_ece(&a), score_ece(&b), 1e-12);
        struct score_interval f1 = bootstrap_macro_f1(v, TICKETS, CATEGORIES, 1);
        struct score_interval again = bootstrap_macro_f1(v, TICKETS, CATEGORIES, 1);
        assert_true(f1.low <= score_macro_f1(&a) && score_macro_f1(&a) <= f1.high);
        assert_true(f1.low == again.low && f1.high == again.high && f1.low < f1.high);
        struct score_interval w = score_wilson(a.right, a.count);
        assert_true(w.low < score_accuracy(&a) && score_accuracy(&a) < w.high);
        score_deinit(&a);
        score_deinit(&b);
    }
}

static void perfect_answers_have_one_everywhere(void **state)
{
    struct score_item v[TICKETS];
    struct random r;
    struct score s;
    (void)state;
    random_seed(&r, 3);
    some_answers(&r, v);
    score_init(&s, CATEGORIES);
    for (int i = 0; i < TICKETS; i++) {
        v[i].answer = v[i].truth;
        score_add(&s, &v[i]);
    }
    NEAR(score_macro_f1(&s), 1.0, 1e-12);
    NEAR(score_kappa(&s), 1.0, 1e-12);
    struct score_interval f1 = bootstrap_macro_f1(v, TICKETS, CATEGORIES, 1);
    assert_true(f1.low == 1.0 && f1.high == 1.0);
    score_deinit(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wilson_gives_newcombes_examples),
        cmocka_unit_test(kappa_gives_the_known_example),
        cmocka_unit_test(a_ticket_without_an_answer_is_wrong_and_predicts_nothing),
        cmocka_unit_test(calibration_error_weighs_bins_by_their_tickets),
        cmocka_unit_test(mcnemar_is_exact),
        cmocka_unit_test(pairs_count_who_is_right_where_the_other_is_not),
        cmocka_unit_test(figures_do_not_depend_on_the_order_and_intervals_hold_them),
        cmocka_unit_test(perfect_answers_have_one_everywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
