/* The choice of tickets to compare: stable, of the right size, and each on its own. */
#include "route/chosen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

enum { COUNT = 100000 };

static struct slice id_of(int i, char text[32])
{
    snprintf(text, 32, "T-%d", i);
    return slice_str(text);
}

/* Five standard deviations of a binomial share. */
static void the_share_chosen_is_the_percentage(void **state)
{
    (void)state;
    static const int percents[] = {0, 1, 5, 10, 50, 99, 100};
    for (size_t k = 0; k < sizeof percents / sizeof *percents; k++) {
        int p = percents[k], shadow = 0, guard = 0;
        for (int i = 0; i < COUNT; i++) {
            char text[32];
            shadow += chosen_for_shadow(id_of(i, text), p);
            guard += chosen_for_guard(id_of(i, text), p);
        }
        int64_t variance = (int64_t)COUNT * p * (100 - p) / 10000;
        int64_t off_shadow = shadow - COUNT / 100 * p, off_guard = guard - COUNT / 100 * p;
        if (off_shadow * off_shadow > 25 * variance || off_guard * off_guard > 25 * variance)
            fail_msg("%d %%: %d and %d of %d", p, shadow, guard, COUNT);
    }
}

static void a_larger_percentage_keeps_those_of_a_smaller_one(void **state)
{
    (void)state;
    char text[32];
    for (int i = 0; i < 3000; i++) {
        struct slice id = id_of(i, text);
        bool before = false;
        for (int p = 0; p <= 100; p++) {
            assert_true(!before || chosen_for_shadow(id, p));
            before = chosen_for_shadow(id, p);
        }
    }
}

static void the_two_choices_know_nothing_of_each_other(void **state)
{
    (void)state;
    int both = 0;
    for (int i = 0; i < COUNT; i++) {
        char text[32];
        struct slice id = id_of(i, text);
        both += chosen_for_shadow(id, 10) && chosen_for_guard(id, 10);
    }
    assert_in_range(both, 840, 1160); /* 1 %, five standard deviations */
}

/* Written down so that no change of the hash changes what is compared from one night to the next.
 */
static void the_choice_never_changes(void **state)
{
    (void)state;
    static const int shadow[] = {5, 17, 21, 30, 35, 38, 40, 52}, guard[] = {10, 11, 33, 49, 51};
    size_t s = 0, g = 0;
    for (int i = 0; i < 60; i++) {
        char text[32];
        struct slice id = id_of(i, text);
        bool in_s = s < sizeof shadow / sizeof *shadow && shadow[s] == i;
        bool in_g = g < sizeof guard / sizeof *guard && guard[g] == i;
        assert_int_equal(chosen_for_shadow(id, 10), in_s);
        assert_int_equal(chosen_for_guard(id, 10), in_g);
        s += in_s;
        g += in_g;
    }
}

static void any_id_may_come(void **state)
{
    (void)state;
    assert_true(chosen_for_shadow(SLICE_NONE, 100));
    assert_false(chosen_for_shadow(SLICE_LIT(""), 0));
    assert_true(chosen_for_guard(SLICE_LIT("\xe7\xa5\xa8"), 100));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_share_chosen_is_the_percentage),
        cmocka_unit_test(a_larger_percentage_keeps_those_of_a_smaller_one),
        cmocka_unit_test(the_two_choices_know_nothing_of_each_other),
        cmocka_unit_test(the_choice_never_changes),
        cmocka_unit_test(any_id_may_come),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
