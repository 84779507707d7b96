/* Estimates by script, and the correction a model's own figures give them. */
#include "ticket/tokens.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void estimates_follow_the_script(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t tokens;
    } cases[] = {
        {"", 0},
        {"a", 1},
        {"abcdefgh", 2},
        {"abcdefghi", 3},
        {"123456", 2},
        {"....", 2},
        {"\n\n", 1},
        {"\xd0\xb2\xd0\xbe\xd0\xb7\xd0\xb2\xd1\x80", 2},         /* 5 Cyrillic letters */
        {"\xd7\x94\xd7\x97\xd7\x96\xd7\xa8", 2},                 /* 4 Hebrew letters */
        {"\xe9\x80\x80\xe6\xac\xbe\xe8\xaf\xb7\xe6\xb1\x82", 4}, /* 4 Han: 3.08 */
        {"\xf0\x9f\x98\x80", 1},
        {"\xff\xff\xff", 3}, /* not UTF-8: by bytes */
        {"abcd\xff", 2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t got = tokens_estimate(slice_str(cases[i].text));
        if (got != cases[i].tokens)
            fail_msg("case %zu: %lld", i, (long long)got);
    }
}

static void a_new_scale_changes_nothing(void **state)
{
    (void)state;
    struct token_scale s;
    token_scale_init(&s);
    assert_int_equal(token_scale_apply(&s, 1234), 1234);
    assert_int_equal(token_scale_apply(&s, 0), 0);
    assert_int_equal(token_scale_apply(&s, -5), 0);
}

static void a_scale_learns_what_the_provider_reports(void **state)
{
    (void)state;
    struct token_scale s;
    token_scale_init(&s);
    token_scale_learn(&s, 1000, 1500);
    assert_int_equal(s.ratio_ppm, 1500000); /* the first sample replaces the guess */
    for (int i = 0; i < 200; i++)
        token_scale_learn(&s, 1000, 800);
    assert_in_range(s.ratio_ppm, 800000, 800100);
    assert_int_equal(token_scale_apply(&s, 1000), 801); /* rounded up */
}

static void a_late_outlier_moves_a_scale_by_a_sixteenth(void **state)
{
    (void)state;
    struct token_scale s;
    token_scale_init(&s);
    for (int i = 0; i < 100; i++)
        token_scale_learn(&s, 1000, 1000);
    token_scale_learn(&s, 1000, 2600);
    assert_int_equal(s.ratio_ppm, 1100000);
}

static void nonsense_never_leaves_the_bounds(void **state)
{
    (void)state;
    struct token_scale s;
    token_scale_init(&s);
    token_scale_learn(&s, 0, 100);
    token_scale_learn(&s, 100, 0);
    token_scale_learn(&s, -1, -1);
    assert_int_equal(s.samples, 0);
    for (int i = 0; i < 1000; i++)
        token_scale_learn(&s, 1, INT64_MAX);
    assert_int_equal(s.ratio_ppm, TOKEN_SCALE_MAX);
    assert_true(token_scale_apply(&s, INT64_MAX) > 0);
    for (int i = 0; i < 1000; i++)
        token_scale_learn(&s, INT64_MAX, 1);
    assert_in_range(s.ratio_ppm, TOKEN_SCALE_MIN, TOKEN_SCALE_MIN + 16);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(estimates_follow_the_script),
        cmocka_unit_test(a_new_scale_changes_nothing),
        cmocka_unit_test(a_scale_learns_what_the_provider_reports),
        cmocka_unit_test(a_late_outlier_moves_a_scale_by_a_sixteenth),
        cmocka_unit_test(nonsense_never_leaves_the_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
