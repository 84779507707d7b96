/* Local days and months: daylight saving, odd midnights, dates that are left out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs the above */
#include <cmocka.h>

#include "base/random.h"
#include "base/zone.h"

#define SECOND INT64_C(1000000)
#define HOUR   (3600 * SECOND)
#define DAY    (24 * HOUR)

static void a_day_begins_at_local_midnight_and_may_have_23_or_25_hours(void **state)
{
    static const struct {
        const char *zone;
        int64_t at_s, start_s, hours;
    } cases[] = {
        {"UTC", 1795564800, 1795564800, 24},           /* 2026-11-25 00:00 */
        {"UTC", 1795651199, 1795564800, 24},           /* 23:59:59 */
        {"UTC", -1, -86400, 24},                       /* 1969-12-31 */
        {"Europe/Berlin", 1795564800, 1795561200, 24}, /* 01:00 there */
        {"Europe/Berlin", 1774742400, 1774738800, 23}, /* 2026-03-29: one hour less */
        {"Europe/Berlin", 1792886400, 1792879200, 25}, /* 2026-10-25: one more */
        {"America/New_York", 1772960400, 1772946000, 23},
        {"Asia/Kathmandu", 1795564800, 1795544100, 24},     /* +05:45 */
        {"Pacific/Kiritimati", 1795564800, 1795514400, 24}, /* +14 */
        {"Pacific/Pago_Pago", 1795564800, 1795518000, 24},  /* -11 */
        {"America/Sao_Paulo", 1541343600, 1541300400, 23},  /* 2018-11-04 begins at 01:00 */
        {"America/Havana", 1541332800, 1541304000, 25},     /* 2018-11-04 has 00:00 twice */
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        zone_use(cases[i].zone);
        struct zone_period day = zone_day(cases[i].at_s * SECOND);
        assert_int_equal(day.start_unix_us, cases[i].start_s * SECOND);
        assert_int_equal(day.end_unix_us - day.start_unix_us, cases[i].hours * HOUR);
    }
}

static void a_date_that_is_left_out_is_a_day_without_length(void **state)
{
    (void)state;
    zone_use("Pacific/Apia"); /* from 2011-12-29 straight to the 31st */
    struct zone_period before = zone_day(1325200000 * SECOND);
    struct zone_period after = zone_day(before.end_unix_us);
    assert_int_equal(after.start_unix_us, before.end_unix_us);
    assert_int_equal(after.number, before.number + 2);
    assert_int_equal(after.end_unix_us - after.start_unix_us, DAY);
}

static void a_clock_put_back_across_midnight_does_not_reopen_the_day(void **state)
{
    (void)state;
    zone_use("America/St_Johns"); /* 2006-10-29: at 00:01 it was 23:01 again */
    int64_t flip = 1162089060 * SECOND;
    struct zone_period day = zone_day(flip - 1);
    assert_int_equal(day.start_unix_us, flip - 60 * SECOND);
    assert_int_equal(zone_day(flip).number, day.number);
    assert_int_equal(zone_day(flip + HOUR / 2).number, day.number);
    assert_int_equal(zone_day(day.start_unix_us - 1).number, day.number - 1);
}

static void a_month_begins_with_its_first_day(void **state)
{
    static const struct {
        const char *zone;
        int64_t at_s, start_s, end_s;
    } cases[] = {
        {"UTC", 1795564800, 1793491200, 1796083200},           /* November 2026 */
        {"UTC", 1796083200, 1796083200, 1798761600},           /* December, to the next year */
        {"UTC", 1709208000, 1706745600, 1709251200},           /* February 2024, a leap year */
        {"Europe/Berlin", 1793487600, 1793487600, 1796079600}, /* its first moment there */
        {"Europe/Berlin", 1793487599, 1790805600, 1793487600}, /* October, an hour longer */
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        zone_use(cases[i].zone);
        struct zone_period month = zone_month(cases[i].at_s * SECOND);
        assert_int_equal(month.start_unix_us, cases[i].start_s * SECOND);
        assert_int_equal(month.end_unix_us, cases[i].end_s * SECOND);
    }
}

static const char *const zones[] = {
    "UTC",           "Europe/Berlin",    "America/New_York", "America/Sao_Paulo",
    "Asia/Shanghai", "America/St_Johns", "Pacific/Apia",     "Australia/Lord_Howe",
    "Africa/Cairo",  "America/Havana",   "Asia/Beirut",      "Antarctica/Troll",
    "Asia/Tehran",   "Pacific/Auckland", "Europe/Dublin",    "Africa/Casablanca",
};

static void check_period(struct zone_period (*of)(int64_t), int64_t at)
{
    struct zone_period here = of(at);
    assert_true(here.start_unix_us <= at && at < here.end_unix_us);
    struct zone_period first = of(here.start_unix_us), last = of(here.end_unix_us - 1);
    assert_int_equal(first.number, here.number);
    assert_int_equal(last.number, here.number);
    struct zone_period next = of(here.end_unix_us), before = of(here.start_unix_us - 1);
    assert_int_equal(next.start_unix_us, here.end_unix_us);
    assert_int_equal(before.end_unix_us, here.start_unix_us);
    assert_true(next.number > here.number && before.number < here.number);
}

static void days_and_months_part_time_without_gap_or_overlap(void **state)
{
    struct random r;
    (void)state;
    random_seed(&r, 7);
    for (size_t z = 0; z < sizeof zones / sizeof *zones; z++) {
        zone_use(zones[z]);
        for (int i = 0; i < 150; i++) { /* 1970 to 2040 */
            int64_t at = (int64_t)random_below(&r, 2208988800) * SECOND + i;
            check_period(zone_day, at);
            check_period(zone_month, at);
        }
    }
}

static void a_time_of_the_day_follows_the_clock_on_the_wall(void **state)
{
    static const struct {
        const char *zone;
        int64_t at_s;
        int minute;
        int64_t expected_s;
    } cases[] = {
        {"UTC", 1795564800, 0, 1795564800},
        {"UTC", 1795600000, 6 * 60, 1795586400},
        {"UTC", 1795600000, 23 * 60 + 59, 1795651140},
        {"Europe/Berlin", 1795564800, 6 * 60, 1795582800},
        {"Europe/Berlin", 1774742400, 6 * 60, 1774756800},      /* five hours after midnight */
        {"Europe/Berlin", 1774742400, 60, 1774742400},          /* before the change */
        {"Europe/Berlin", 1774742400, 2 * 60 + 30, 1774746000}, /* skipped: 03:00 */
        {"Europe/Berlin", 1792886400, 6 * 60, 1792904400},      /* seven hours after */
        {"Europe/Berlin", 1792886400, 2 * 60 + 30, 1792888200}, /* twice: the first */
        {"America/Sao_Paulo", 1541343600, 10, 1541300400},      /* skipped with midnight: 01:00 */
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        zone_use(cases[i].zone);
        int32_t day = zone_day(cases[i].at_s * SECOND).number;
        assert_int_equal(zone_time(day, cases[i].minute), cases[i].expected_s * SECOND);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_day_begins_at_local_midnight_and_may_have_23_or_25_hours),
        cmocka_unit_test(a_date_that_is_left_out_is_a_day_without_length),
        cmocka_unit_test(a_clock_put_back_across_midnight_does_not_reopen_the_day),
        cmocka_unit_test(a_month_begins_with_its_first_day),
        cmocka_unit_test(days_and_months_part_time_without_gap_or_overlap),
        cmocka_unit_test(a_time_of_the_day_follows_the_clock_on_the_wall),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
