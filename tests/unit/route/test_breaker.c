/* The breaker: every state × every event, time moved by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka needs the above */
#include <cmocka.h>

#include "route/breaker.h"

#define SECOND INT64_C(1000000)

static const struct breaker_rules rules = {.window_us = 60 * SECOND,
                                           .min_calls = 5,
                                           .failed_percent = 50,
                                           .open_us = 30 * SECOND,
                                           .open_max_us = 300 * SECOND};
static struct random rng;

enum setting { CLOSED, ALMOST_OPEN, OPEN, OPEN_OVER, HALF_OPEN, PROBING };
enum event { OK, FAILED, OLD_OK, OLD_FAILED, VOIDED, SENT };

/* Puts the breaker there; the time it is then. It opened at 4 s, if it did; a probe left at
 * 100 s. */
static int64_t put(struct breaker *b, enum setting s)
{
    breaker_init(b, &rules);
    random_seed(&rng, 3);
    for (int i = 0; i < (s == CLOSED ? 0 : 4); i++)
        assert_false(breaker_failed(b, i * SECOND, i * SECOND, &rng));
    if (s <= ALMOST_OPEN)
        return 4 * SECOND;
    assert_true(breaker_failed(b, 4 * SECOND, 4 * SECOND, &rng));
    if (s == OPEN)
        return 5 * SECOND;
    if (s >= HALF_OPEN)
        breaker_sent(b, 100 * SECOND);
    if (s == HALF_OPEN)
        breaker_void(b, 100 * SECOND);
    return 100 * SECOND;
}

static bool happen(struct breaker *b, enum event e, int64_t now)
{
    switch (e) {
    case OK:
        return breaker_ok(b, now, now);
    case FAILED:
        return breaker_failed(b, now, now, &rng);
    case OLD_OK:
        return breaker_ok(b, SECOND, now);
    case OLD_FAILED:
        return breaker_failed(b, SECOND, now, &rng);
    case VOIDED:
        breaker_void(b, now);
        return false;
    case SENT:
        breaker_sent(b, now);
        return false;
    }
    return false;
}

static void every_state_answers_every_event(void **state)
{
    static const struct {
        enum setting from;
        enum event event;
        enum breaker_state to;
        bool changed, admits;
    } cases[] = {
        {CLOSED, OK, BREAKER_CLOSED, false, true},
        {CLOSED, FAILED, BREAKER_CLOSED, false, true},
        {CLOSED, OLD_OK, BREAKER_CLOSED, false, true},
        {CLOSED, OLD_FAILED, BREAKER_CLOSED, false, true},
        {CLOSED, VOIDED, BREAKER_CLOSED, false, true},
        {CLOSED, SENT, BREAKER_CLOSED, false, true},
        {ALMOST_OPEN, OK, BREAKER_CLOSED, false, true},
        {ALMOST_OPEN, FAILED, BREAKER_OPEN, true, false},
        {ALMOST_OPEN, OLD_OK, BREAKER_CLOSED, false, true},
        {ALMOST_OPEN, OLD_FAILED, BREAKER_OPEN, true, false},
        {ALMOST_OPEN, VOIDED, BREAKER_CLOSED, false, true},
        {ALMOST_OPEN, SENT, BREAKER_CLOSED, false, true},
        {OPEN, OK, BREAKER_OPEN, false, false},
        {OPEN, FAILED, BREAKER_OPEN, false, false},
        {OPEN, OLD_OK, BREAKER_OPEN, false, false},
        {OPEN, OLD_FAILED, BREAKER_OPEN, false, false},
        {OPEN, VOIDED, BREAKER_OPEN, false, false},
        {OPEN, SENT, BREAKER_HALF_OPEN, false, false},
        {OPEN_OVER, OK, BREAKER_OPEN, false, true},
        {OPEN_OVER, FAILED, BREAKER_OPEN, false, true},
        {OPEN_OVER, OLD_OK, BREAKER_OPEN, false, true},
        {OPEN_OVER, OLD_FAILED, BREAKER_OPEN, false, true},
        {OPEN_OVER, VOIDED, BREAKER_OPEN, false, true},
        {OPEN_OVER, SENT, BREAKER_HALF_OPEN, false, false},
        {HALF_OPEN, OK, BREAKER_HALF_OPEN, false, true},
        {HALF_OPEN, FAILED, BREAKER_HALF_OPEN, false, true},
        {HALF_OPEN, OLD_OK, BREAKER_HALF_OPEN, false, true},
        {HALF_OPEN, OLD_FAILED, BREAKER_HALF_OPEN, false, true},
        {HALF_OPEN, VOIDED, BREAKER_HALF_OPEN, false, true},
        {HALF_OPEN, SENT, BREAKER_HALF_OPEN, false, false},
        {PROBING, OK, BREAKER_CLOSED, true, true},
        {PROBING, FAILED, BREAKER_OPEN, true, false},
        {PROBING, OLD_OK, BREAKER_HALF_OPEN, false, false},
        {PROBING, OLD_FAILED, BREAKER_HALF_OPEN, false, false},
        {PROBING, VOIDED, BREAKER_HALF_OPEN, false, true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct breaker b;
        int64_t now = put(&b, cases[i].from);
        assert_int_equal(happen(&b, cases[i].event, now), cases[i].changed);
        assert_int_equal(b.state, cases[i].to);
        assert_int_equal(breaker_admits(&b, false, now), cases[i].admits);
    }
}

static void open_time_doubles_to_its_cap_within_its_upper_half(void **state)
{
    struct breaker b;
    int64_t now = put(&b, OPEN), most = 30 * SECOND;
    (void)state;
    for (int i = 0; i < 80; i++) {
        int64_t open = b.until_us - b.opened_at_us;
        assert_true(open >= most / 2 && open <= most);
        assert_false(breaker_admits(&b, false, b.until_us - 1));
        assert_true(breaker_admits(&b, false, b.until_us));
        now = b.until_us;
        breaker_sent(&b, now);
        assert_true(breaker_failed(&b, now, now + SECOND, &rng));
        most = most * 2 < 300 * SECOND ? most * 2 : 300 * SECOND;
    }
    now = b.until_us;
    breaker_sent(&b, now);
    assert_true(breaker_ok(&b, now, now));
    for (int i = 0; i < 5; i++)
        breaker_failed(&b, now + i, now + i, &rng);
    assert_int_equal(b.state, BREAKER_OPEN);
    assert_true(b.until_us - b.opened_at_us <= 30 * SECOND);
}

static void last_endpoint_is_probed_after_a_retry_delay(void **state)
{
    struct breaker b;
    int64_t delay = SECOND / 2;
    (void)state;
    put(&b, OPEN);
    for (int i = 0; i < 20; i++) {
        int64_t at = breaker_admits_at(&b, true);
        assert_int_equal(at, b.opened_at_us + delay);
        assert_false(breaker_admits(&b, true, at - 1));
        assert_true(breaker_admits(&b, true, at));
        breaker_sent(&b, at);
        assert_int_equal(breaker_admits_at(&b, true), INT64_MAX);
        breaker_failed(&b, at, at, &rng);
        delay = delay * 2 < 30 * SECOND ? delay * 2 : 30 * SECOND;
        if (delay > b.until_us - b.opened_at_us)
            delay = b.until_us - b.opened_at_us;
    }
}

static void it_opens_by_the_rate_not_by_the_number(void **state)
{
    static const struct {
        int ok, failed;
        enum breaker_state then;
    } cases[] = {{0, 4, BREAKER_CLOSED},   {0, 5, BREAKER_OPEN},   {5, 4, BREAKER_CLOSED},
                 {5, 5, BREAKER_OPEN},     {9, 8, BREAKER_CLOSED}, {9, 9, BREAKER_OPEN},
                 {1000, 9, BREAKER_CLOSED}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct breaker b;
        breaker_init(&b, &rules);
        for (int k = 0; k < cases[i].ok; k++)
            breaker_ok(&b, SECOND, SECOND);
        for (int k = 0; k < cases[i].failed; k++)
            breaker_failed(&b, SECOND, SECOND, &rng);
        assert_int_equal(b.state, cases[i].then);
    }
}

static void a_row_of_failures_opens_it_whatever_the_window_holds(void **state)
{
    struct breaker b;
    (void)state;
    breaker_init(&b, &rules);
    random_seed(&rng, 3);
    for (int i = 0; i < 1000; i++)
        assert_false(breaker_ok(&b, SECOND, SECOND));
    for (int i = 0; i < 9; i++)
        assert_false(breaker_failed(&b, SECOND, SECOND, &rng));
    assert_false(breaker_ok(&b, SECOND, SECOND)); /* one good call ends the row */
    for (int i = 0; i < 9; i++)
        assert_false(breaker_failed(&b, SECOND, SECOND, &rng));
    assert_true(breaker_failed(&b, SECOND, SECOND, &rng));
    assert_int_equal(b.state, BREAKER_OPEN);
}

static void failures_outside_of_the_window_are_forgotten(void **state)
{
    struct breaker b;
    (void)state;
    for (int64_t later = 61; later < 1000000; later *= 7) {
        put(&b, ALMOST_OPEN);
        assert_false(
            breaker_failed(&b, later * SECOND + 4 * SECOND, later * SECOND + 4 * SECOND, &rng));
        assert_int_equal(b.state, BREAKER_CLOSED);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_state_answers_every_event),
        cmocka_unit_test(open_time_doubles_to_its_cap_within_its_upper_half),
        cmocka_unit_test(last_endpoint_is_probed_after_a_retry_delay),
        cmocka_unit_test(it_opens_by_the_rate_not_by_the_number),
        cmocka_unit_test(a_row_of_failures_opens_it_whatever_the_window_holds),
        cmocka_unit_test(failures_outside_of_the_window_are_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
