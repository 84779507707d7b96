/* Deadlines by the clock on the wall, and the time a run still needs at its pace. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs the above */
#include <cmocka.h>

#include "base/zone.h"
#include "route/late.h"

#define SECOND INT64_C(1000000)
#define HOUR   (3600 * SECOND)

static void the_deadline_is_the_next_one_unless_it_just_passed(void **state)
{
    static const struct {
        const char *zone;
        int64_t start_s;
        int minute;
        int64_t deadline_s;
    } cases[] = {
        {"UTC", 1795561200, 6 * 60, 1795586400},              /* 23:00: next morning */
        {"UTC", 1795568400, 6 * 60, 1795586400},              /* 01:00: this morning */
        {"UTC", 1795586399, 6 * 60, 1795586400},              /* a second before */
        {"UTC", 1795586400, 6 * 60, 1795586400},              /* on the dot: passed */
        {"UTC", 1795600800, 6 * 60, 1795586400},              /* 10:00: passed */
        {"UTC", 1795629599, 6 * 60, 1795586400},              /* 17:59:59: passed */
        {"UTC", 1795629600, 6 * 60, 1795672800},              /* 18:00: tomorrow's */
        {"UTC", 1795575600, 22 * 60, 1795557600},             /* 03:00: passed yesterday */
        {"UTC", 1795564800, 0, 1795564800},                   /* midnight itself */
        {"Europe/Berlin", 1774735200, 6 * 60, 1774756800},    /* into a day of 23 hours */
        {"Europe/Berlin", 1792875600, 6 * 60, 1792904400},    /* into one of 25 */
        {"Europe/Berlin", 1792906200, 6 * 60, 1792904400},    /* half an hour late there */
        {"America/New_York", 1795586400, 6 * 60, 1795604400}, /* 01:00 there */
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        zone_use(cases[i].zone);
        int64_t got = late_deadline(cases[i].minute, cases[i].start_s * SECOND);
        assert_int_equal(got, cases[i].deadline_s * SECOND);
    }
}

static void a_deadline_is_never_12_hours_old_and_never_missed(void **state)
{
    static const char *const zones[] = {"UTC", "Europe/Berlin", "America/Sao_Paulo", "Asia/Tokyo"};
    (void)state;
    for (size_t z = 0; z < sizeof zones / sizeof *zones; z++) {
        zone_use(zones[z]);
        for (int64_t h = 0; h < 24 * 400; h += 41) {
            int64_t start = INT64_C(1795564800) * SECOND + h * HOUR;
            int64_t at = late_deadline((int)(h * 13 % 1440), start);
            assert_true(at > start - 12 * HOUR);
            assert_true(at <= start + 25 * HOUR);
        }
    }
}

static void nothing_can_be_said_before_something_is_done(void **state)
{
    struct late_eta e;
    (void)state;
    late_init(&e, 5 * SECOND);
    assert_true(late_eta_us(&e, 10) == INT64_MAX);
    assert_int_equal(late_eta_us(&e, 0), 0);
    late_sample(&e, 0, 60 * SECOND);
    assert_true(late_eta_us(&e, 1) == INT64_MAX);
    assert_int_equal(late_eta_us(&e, -3), 0);
}

static void the_first_minutes_count_as_a_mean_since_the_start(void **state)
{
    struct late_eta e;
    (void)state;
    late_init(&e, 0);
    late_sample(&e, 0, 10 * SECOND); /* nothing yet: first answers take their time */
    late_sample(&e, 100, 20 * SECOND);
    assert_int_equal(e.rate_micro, 5 * 1000000);
    late_sample(&e, 700, 100 * SECOND);
    assert_int_equal(e.rate_micro, 7 * 1000000);
    assert_int_equal(late_eta_us(&e, 70), 10 * SECOND);
}

static void a_new_pace_is_learned_within_minutes(void **state)
{
    struct late_eta e;
    int64_t done = 0, now = 0;
    (void)state;
    late_init(&e, now);
    for (int i = 0; i < 3600; i++)
        late_sample(&e, done += 100, now += SECOND);
    assert_in_range(e.rate_micro, 99900000, 100000000);
    for (int i = 0; i < 180; i++)
        late_sample(&e, done += 10, now += SECOND);
    assert_in_range(e.rate_micro, 40000000, 45000000); /* 10 + 90/e */
    for (int i = 0; i < 1200; i++)
        late_sample(&e, done += 10, now += SECOND);
    assert_in_range(e.rate_micro, 10000000, 10200000);
}

static void samples_may_come_at_any_rate(void **state)
{
    struct late_eta often, rarely;
    (void)state;
    late_init(&often, 0);
    late_init(&rarely, 0);
    for (int64_t ms = 1; ms <= 600000; ms++) {
        late_sample(&often, ms / 10, ms * 1000);
        if (ms % 20000 == 0)
            late_sample(&rarely, ms / 10, ms * 1000);
    }
    assert_in_range(often.rate_micro, 99990000, 100010000);
    assert_in_range(rarely.rate_micro, 99990000, 100010000);
}

static void odd_samples_are_survived(void **state)
{
    struct late_eta e;
    (void)state;
    late_init(&e, 0);
    late_sample(&e, 50, 10 * SECOND);
    late_sample(&e, 40, 20 * SECOND); /* falling: left out */
    late_sample(&e, 60, 5 * SECOND);  /* going back: left out */
    assert_int_equal(e.rate_micro, 5 * 1000000);
    late_sample(&e, 50, 100000 * SECOND); /* a day's pause: as if nothing ever went */
    assert_int_equal(e.rate_micro, 0);
    assert_true(late_eta_us(&e, 1) == INT64_MAX);
    e.rate_micro = 1;
    assert_true(late_eta_us(&e, INT64_MAX) == INT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_deadline_is_the_next_one_unless_it_just_passed),
        cmocka_unit_test(a_deadline_is_never_12_hours_old_and_never_missed),
        cmocka_unit_test(nothing_can_be_said_before_something_is_done),
        cmocka_unit_test(the_first_minutes_count_as_a_mean_since_the_start),
        cmocka_unit_test(a_new_pace_is_learned_within_minutes),
        cmocka_unit_test(samples_may_come_at_any_rate),
        cmocka_unit_test(odd_samples_are_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
