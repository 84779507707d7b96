/* The money cap: nothing is taken that it does not cover, whatever calls turn out to cost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/random.h"
#include "probe/purse.h"

static const struct price price = {.priced = true, .input = 10, .cached = 1, .output = 100};

static struct llm_reply reply_of(enum failure failure, int64_t input, int64_t output)
{
    struct llm_reply r;
    reply_init(&r);
    r.failure = failure;
    r.usage.present = input >= 0;
    r.usage.input = input >= 0 ? input : 0;
    r.usage.output = output;
    return r;
}

static void a_call_holds_its_bound_until_it_is_settled(void **state)
{
    (void)state;
    struct purse p = {.cap_pusd = 5000, .max_calls = -1};
    struct llm_reply r = reply_of(FAIL_NONE, 20, 5);
    assert_int_equal(purse_affords(&p, 2000), 2);
    assert_true(purse_take(&p, 2000));
    assert_true(purse_take(&p, 2000));
    assert_false(purse_take(&p, 2000));
    assert_int_equal(purse_left(&p), 1000);
    purse_settle(&p, 2000, &r, &price);
    assert_int_equal(p.spent_pusd, 700);
    assert_int_equal(purse_left(&p), 2300);
    assert_true(purse_take(&p, 2000));
    assert_int_equal(p.calls, 3);
}

struct end_case {
    const char *name;
    enum failure failure;
    int64_t input, output; /* input -1: no usage told */
    int64_t spent, unknown;
};

static void each_end_is_booked_in_its_way(void **state)
{
    (void)state;
    static const struct end_case cases[] = {
        {"answered", FAIL_NONE, 10, 3, 400, 0},
        {"cut at the cap", FAIL_TRUNCATED, 10, 3, 400, 0},
        {"a bad answer is paid", FAIL_BAD_ANSWER, 10, 3, 400, 0},
        {"answered without usage", FAIL_NONE, -1, 0, 1000, 0},
        {"billed above the bound", FAIL_NONE, 100, 90, 10000, 0},
        {"throttled", FAIL_THROTTLED, -1, 0, 0, 0},
        {"refused", FAIL_KEY, -1, 0, 0, 0},
        {"never sent", FAIL_NOT_SENT, -1, 0, 0, 0},
        {"timed out", FAIL_TIMEOUT, -1, 0, 0, 1000},
        {"hung up by us", FAIL_CANCELLED, -1, 0, 0, 1000},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct purse p = {.cap_pusd = 1000, .max_calls = -1};
        struct llm_reply r = reply_of(cases[i].failure, cases[i].input, cases[i].output);
        assert_true(purse_take(&p, 1000));
        purse_settle(&p, 1000, &r, &price);
        if (p.spent_pusd != cases[i].spent || p.unknown_pusd != cases[i].unknown)
            fail_msg("%s: spent %lld, unknown %lld", cases[i].name, (long long)p.spent_pusd,
                     (long long)p.unknown_pusd);
        assert_int_equal(p.reserved_pusd, 0);
    }
}

static void the_number_of_calls_is_a_cap_too(void **state)
{
    (void)state;
    struct purse p = {.cap_pusd = 0, .max_calls = 2};
    assert_int_equal(purse_affords(&p, PUSD_UNPRICED), 2);
    assert_true(purse_take(&p, PUSD_UNPRICED));
    assert_true(purse_take(&p, PUSD_UNPRICED));
    assert_false(purse_take(&p, PUSD_UNPRICED));
    assert_int_equal(p.unpriced_calls, 2);
    assert_int_equal(p.reserved_pusd, 0);
}

static void nothing_is_taken_from_an_empty_purse(void **state)
{
    (void)state;
    struct purse p = {.cap_pusd = 0, .max_calls = -1};
    assert_false(purse_take(&p, 1));
    p.cap_pusd = 100;
    p.spent_pusd = INT64_MAX;
    assert_int_equal(purse_left(&p), 0);
    assert_false(purse_take(&p, 1));
    assert_false(purse_take(&p, INT64_MAX));
}

/* Whatever comes in which order: taken + spent + unknown stays below the cap as long as nobody
 * bills above the bound. */
static void the_cap_holds_over_any_sequence(void **state)
{
    (void)state;
    struct random random;
    random_seed(&random, 7);
    for (int round = 0; round < 200; round++) {
        struct purse p = {.cap_pusd = (int64_t)random_below(&random, 100000), .max_calls = -1};
        int64_t open[64];
        int count = 0;
        for (int i = 0; i < 200; i++) {
            int64_t bound = 1 + (int64_t)random_below(&random, 5000);
            if (count < 64 && random_below(&random, 2) == 0) {
                if (purse_take(&p, bound))
                    open[count++] = bound;
            } else if (count > 0) {
                bound = open[--count];
                struct llm_reply r =
                    reply_of(random_below(&random, 3) == 0 ? FAIL_TIMEOUT : FAIL_NONE,
                             (int64_t)random_below(&random, (uint64_t)bound / 10 + 1), 0);
                purse_settle(&p, bound, &r, &price);
            }
            assert_true(p.spent_pusd + p.unknown_pusd + p.reserved_pusd <= p.cap_pusd);
            assert_true(p.reserved_pusd >= 0);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_call_holds_its_bound_until_it_is_settled),
        cmocka_unit_test(each_end_is_booked_in_its_way),
        cmocka_unit_test(the_number_of_calls_is_a_cap_too),
        cmocka_unit_test(nothing_is_taken_from_an_empty_purse),
        cmocka_unit_test(the_cap_holds_over_any_sequence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
