/* Words that are one slip of the finger apart are suggested, others are not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/near.h"

static void distance_counts_single_edits(void **state)
{
    static const struct {
        const char *a, *b;
        int distance;
    } cases[] = {
        {"", "", 0},
        {"run", "run", 0},
        {"rn", "run", 1},
        {"runn", "run", 1},
        {"rum", "run", 1},
        {"urn", "run", 1},
        {"abc", "", 3},
        {"shwo", "show", 1},
        {"repotr", "report", 1},
        {"kitten", "sitting", 3},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct slice a = slice_str(cases[i].a), b = slice_str(cases[i].b);
        assert_int_equal(near_distance(a, b), cases[i].distance);
        assert_int_equal(near_distance(b, a), cases[i].distance);
    }
}

static void longer_words_forgive_more(void **state)
{
    int distance;
    (void)state;
    assert_true(near_match(SLICE_LIT("rnu"), "run", &distance));
    assert_false(near_match(SLICE_LIT("xnu"), "run", &distance));
    assert_true(near_match(SLICE_LIT("siulate"), "simulate", &distance));
    assert_true(near_match(SLICE_LIT("siulte"), "simulate", &distance));
    assert_false(near_match(SLICE_LIT("sulte"), "simulate", &distance));
    assert_true(near_match(SLICE_LIT("oly-provdr"), "only-provider", &distance));
}

static void overlong_words_are_near_to_nothing(void **state)
{
    char longer[NEAR_MAX + 1];
    (void)state;
    memset(longer, 'a', sizeof longer);
    assert_int_equal(near_distance(slice_of(longer, sizeof longer), SLICE_LIT("a")), NEAR_FAR);
    assert_int_equal(near_distance(slice_of(longer, NEAR_MAX), slice_of(longer, NEAR_MAX)), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(distance_counts_single_edits),
        cmocka_unit_test(longer_words_forgive_more),
        cmocka_unit_test(overlong_words_are_near_to_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
