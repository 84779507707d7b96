/* Prices and retries: pure code, time moved by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka needs the above */
#include <cmocka.h>

#include "route/retry.h"

static void delays_grow_to_the_cap_and_respect_the_floor(void **state)
{
    struct random r;
    (void)state;
    random_seed(&r, 1);
    for (int tries = 1; tries <= 70; tries++) {
        int64_t top = tries > 6 ? RETRY_CAP_US : RETRY_BASE_US << (tries - 1);
        int64_t seen = 0;
        for (int i = 0; i < 300; i++) {
            int64_t d = retry_delay_us(tries, -1, &r);
            assert_in_range(d, 0, (top < RETRY_CAP_US ? top : RETRY_CAP_US) - 1);
            seen = d > seen ? d : seen;
        }
        assert_true(seen > (top < RETRY_CAP_US ? top : RETRY_CAP_US) / 2);
        assert_true(retry_delay_us(tries, 90000000, &r) >= 90000000);
    }
}

static void retries_are_a_tenth_of_the_calls_but_never_below_the_floor(void **state)
{
    struct retry_budget b;
    int taken = 0;
    (void)state;
    retry_budget_init(&b, 10, 10, 120000000);
    while (retry_budget_take(&b, 1000))
        taken++;
    assert_int_equal(taken, 10);
    for (int i = 0; i < 500; i++)
        retry_budget_call(&b, 2000);
    while (retry_budget_take(&b, 3000))
        taken++;
    assert_int_equal(taken, 50);
    assert_true(retry_budget_wait_us(&b, 3000) > 0);
}

static void retry_budget_forgets_what_has_left_its_window(void **state)
{
    struct retry_budget b;
    int taken = 0;
    (void)state;
    retry_budget_init(&b, 10, 2, 120000000);
    assert_true(retry_budget_take(&b, 0));
    assert_true(retry_budget_take(&b, 0));
    assert_false(retry_budget_take(&b, 60000000));
    while (taken < 5 && retry_budget_take(&b, 126000000))
        taken++;
    assert_int_equal(taken, 2);
    assert_true(retry_budget_take(&b, INT64_C(1) << 50));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(delays_grow_to_the_cap_and_respect_the_floor),
        cmocka_unit_test(retries_are_a_tenth_of_the_calls_but_never_below_the_floor),
        cmocka_unit_test(retry_budget_forgets_what_has_left_its_window),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
