/* The gate, rule by rule, time moved by hand; how well the rules work together is measured by
 * tests/sim/test_throttling.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka needs the above */
#include <cmocka.h>

#include "route/gate.h"

#define SECOND INT64_C(1000000)
#define WHOLE  1000000 /* no shards */

/* Enters a call and ends it with an answer. */
static void answer(struct gate *g, int64_t sent, int64_t now)
{
    gate_enter(g, 0, sent);
    gate_leave(g, 0, 0, now);
    gate_success(g, now - sent, now);
}

static void refuse(struct gate *g, int64_t sent, int64_t now)
{
    gate_enter(g, 0, sent);
    gate_leave(g, 0, 0, now);
    gate_throttled(g, sent, now);
}

static void it_starts_at_half_and_is_open_after_one_round(void **state)
{
    static const struct {
        int64_t max, start;
    } cases[] = {{1, 1}, {2, 2}, {8, 8}, {10, 8}, {64, 32}, {1000, 500}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct gate g;
        gate_init(&g, cases[i].max, WHOLE);
        assert_int_equal(gate_limit(&g), cases[i].start);
        for (int64_t k = 0; k < cases[i].start; k++)
            answer(&g, k, k + SECOND);
        assert_int_equal(gate_limit(&g), cases[i].max);
    }
}

static void a_burst_of_refusals_leaves_the_places_that_were_accepted(void **state)
{
    struct gate g;
    (void)state;
    gate_init(&g, 64, WHOLE);
    for (int i = 0; i < 32; i++)
        answer(&g, i, i + 1000);
    while (gate_wait_us(&g, 0, SECOND) == 0)
        gate_enter(&g, 0, SECOND);
    assert_int_equal(g.in_flight, 64);
    for (int i = 0; i < 44; i++) {
        gate_leave(&g, 0, 0, SECOND + 100000);
        gate_throttled(&g, SECOND, SECOND + 100000);
    }
    assert_int_equal(gate_limit(&g), 20);
    assert_int_equal(gate_wait_us(&g, 0, 2 * SECOND), INT64_MAX);
    gate_leave(&g, 0, 0, 3 * SECOND);
    assert_int_equal(gate_wait_us(&g, 0, 3 * SECOND), 0);
}

static void it_never_closes_for_good(void **state)
{
    struct gate g;
    int64_t now = 0;
    (void)state;
    gate_init(&g, 4, WHOLE);
    for (int i = 0; i < 500; i++) {
        int64_t wait = gate_wait_us(&g, 0, now);
        assert_in_range(wait, 0, 30 * SECOND);
        now += wait;
        refuse(&g, now, now + 1000);
        now += 1000;
        gate_timeout(&g, now, now);
    }
    assert_int_equal(gate_limit(&g), 1);
}

static void timeouts_cut_once_a_round_and_not_below_an_eighth(void **state)
{
    struct gate g;
    (void)state;
    gate_init(&g, 64, WHOLE);
    for (int i = 0; i < 32; i++)
        gate_timeout(&g, 100, 200);
    assert_int_equal(gate_limit(&g), 24);
    for (int i = 0; i < 100; i++)
        gate_timeout(&g, 300 + i, 300 + i);
    assert_int_equal(gate_limit(&g), 8);
}

static void successes_climb_faster_and_faster(void **state)
{
    struct gate g;
    int calls = 0;
    (void)state;
    gate_init(&g, 64, WHOLE);
    for (int i = 0; i < 100; i++)
        gate_timeout(&g, 300 + i, 300 + i);
    for (; gate_limit(&g) < 64; calls++)
        answer(&g, calls * SECOND, calls * SECOND + 1000);
    assert_in_range(calls, 64, 250);
}

static void the_later_pause_counts(void **state)
{
    struct gate g;
    (void)state;
    gate_init(&g, 2, WHOLE);
    gate_pause(&g, 1000);
    gate_pause(&g, 500);
    assert_int_equal(gate_wait_us(&g, 0, 900), 100);
    assert_int_equal(gate_wait_us(&g, 0, 1000), 0);
    gate_pause(&g, INT64_MAX);
    assert_true(gate_wait_us(&g, 0, 1000) > INT64_C(1) << 60);
}

static void only_one_call_probes_a_drought(void **state)
{
    struct gate g;
    (void)state;
    gate_init(&g, 64, WHOLE);
    for (int i = 0; i < 5; i++)
        refuse(&g, i * 30000, i * 30000 + 20000);
    assert_in_range(gate_wait_us(&g, 0, 140000), 1, 250000);
    assert_int_equal(gate_wait_us(&g, 0, SECOND), 0);
    gate_enter(&g, 0, SECOND);
    assert_true(gate_wait_us(&g, 0, SECOND) > 0);
    gate_leave(&g, 0, 0, SECOND + 20000);
    gate_throttled(&g, SECOND, SECOND + 20000);
    assert_in_range(gate_wait_us(&g, 0, SECOND + 20000), 400000, 600000);
    gate_enter(&g, 0, 2 * SECOND);
    gate_leave(&g, 0, 0, 2 * SECOND + 900000);
    gate_success(&g, 900000, 2 * SECOND + 900000);
    assert_false(g.drought.dry);
}

static void what_is_left_is_waited_for(void **state)
{
    static const struct {
        struct gate_told told;
        int64_t tokens, least_us, most_us;
    } cases[] = {
        /* a minute by the clock, 20 s of it left: nothing more of it */
        {{-1, -1, -1, 60000, 100, 20 * SECOND}, 500, 20 * SECOND, 20 * SECOND},
        {{-1, -1, -1, 60000, 501, 20 * SECOND}, 500, 0, 0},
        /* a bucket: 400 more tokens at 1,000 a second */
        {{-1, -1, -1, 60000, 100, 59900000}, 500, 400000, 400000},
        {{60, 0, 20 * SECOND, -1, -1, -1}, 0, 20 * SECOND, 20 * SECOND},
        {{60, 1, 20 * SECOND, -1, -1, -1}, 0, 0, 0},
        /* a day's bucket */
        {{1440, 0, 86400 * SECOND, -1, -1, -1}, 0, 60 * SECOND, 60 * SECOND},
        /* nonsense is no limit */
        {{0, 0, SECOND, -5, -5, -5}, 500, 0, 0},
        {{10, 20, SECOND, 10, 20, SECOND}, 500, 0, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct gate g;
        gate_init(&g, 4, WHOLE);
        gate_told(&g, &cases[i].told, SECOND);
        int64_t wait = gate_wait_us(&g, cases[i].tokens, SECOND);
        assert_true(wait >= cases[i].least_us && wait <= cases[i].most_us);
    }
}

/* Calls that enter in a minute in which 600 are allowed and plenty are left. */
static int64_t entered_of_600(int64_t fraction_ppm)
{
    struct gate g;
    int64_t n = 0;
    gate_init(&g, 64, fraction_ppm);
    gate_told(&g, &(struct gate_told){600, 599, SECOND / 10, -1, -1, -1}, SECOND);
    for (int64_t now = SECOND; now < 61 * SECOND; now += SECOND / 100) {
        if (gate_wait_us(&g, 0, now) > 0)
            continue;
        answer(&g, now, now);
        n++;
    }
    return n;
}

static void a_shard_takes_its_part_of_a_limit_that_is_told(void **state)
{
    (void)state;
    assert_in_range(entered_of_600(WHOLE), 590, 600);
    assert_in_range(entered_of_600(WHOLE / 4), 147, 150);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_starts_at_half_and_is_open_after_one_round),
        cmocka_unit_test(a_burst_of_refusals_leaves_the_places_that_were_accepted),
        cmocka_unit_test(it_never_closes_for_good),
        cmocka_unit_test(timeouts_cut_once_a_round_and_not_below_an_eighth),
        cmocka_unit_test(successes_climb_faster_and_faster),
        cmocka_unit_test(the_later_pause_counts),
        cmocka_unit_test(only_one_call_probes_a_drought),
        cmocka_unit_test(what_is_left_is_waited_for),
        cmocka_unit_test(a_shard_takes_its_part_of_a_limit_that_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
