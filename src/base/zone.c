/* Local days and months: where one begins and ends in the zone of the process.
 *
 * Stands under budgets, the hour a run has to be done by, and the dates of reports. Day D begins at
 * the first instant whose local date is D or later, and ends where the next one begins. So days
 * always part time without gap or overlap, also where midnight is skipped or comes twice, where a
 * date is left out, and where the clock is put back across midnight.
 */
#include "base/zone.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

#define SECOND_US INT64_C(1000000)

enum {
    DAY_S = 86400,
    MINUTE_S = 60,
    STEP_S = 900,          /* offsets from UTC are multiples of it, in our time */
    FARTHEST_S = 16 * 3600 /* no local midnight is farther from UTC's */
};

void zone_use(const char *iana_name)
{
    setenv("TZ", iana_name, 1);
    tzset();
}

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* Days since 1 January 1970 of a date of the Gregorian calendar (month 1 … 12): days of whole
 * years that begin in March, so that the leap day is the last one, then of whole months. */
static int64_t day_number(int64_t year, int month, int day)
{
    int64_t y = month > 2 ? year : year - 1;
    int since_march = (month + 9) % 12;
    int64_t leap_days = floor_div(y, 4) - floor_div(y, 100) + floor_div(y, 400);
    return 365 * y + leap_days + (153 * since_march + 2) / 5 + day - 1 - 719468;
}

static struct tm local(int64_t unix_s)
{
    time_t t = (time_t)unix_s;
    struct tm tm;
    struct tm *known = localtime_r(&t, &tm);
    assert(known);
    return *known;
}

static int64_t local_day(int64_t unix_s)
{
    struct tm tm = local(unix_s);
    return day_number(tm.tm_year + INT64_C(1900), tm.tm_mon + 1, tm.tm_mday);
}

/* First second of local day `day`. */
static int64_t day_start(int64_t day)
{
    int64_t before = day * DAY_S - FARTHEST_S, at = before;
    while (local_day(at) < day) {
        before = at;
        at += STEP_S;
    }
    while (at - before > 1) {
        int64_t middle = before + (at - before) / 2;
        if (local_day(middle) < day)
            before = middle;
        else
            at = middle;
    }
    return at;
}

/* The day an instant belongs to: that of its date, or a later one that has begun already. */
static int64_t day_of(int64_t unix_s)
{
    int64_t day = local_day(unix_s);
    while (day_start(day + 1) <= unix_s)
        day++;
    return day;
}

struct zone_period zone_day(int64_t unix_us)
{
    int64_t day = day_of(floor_div(unix_us, SECOND_US));
    return (struct zone_period){.start_unix_us = day_start(day) * SECOND_US,
                                .end_unix_us = day_start(day + 1) * SECOND_US,
                                .number = (int32_t)day};
}

static int64_t month_start(int64_t month)
{
    int64_t year = floor_div(month, 12);
    return day_start(day_number(year, (int)(month - 12 * year) + 1, 1));
}

struct zone_period zone_month(int64_t unix_us)
{
    int64_t unix_s = floor_div(unix_us, SECOND_US);
    struct tm tm = local(unix_s);
    int64_t month = (tm.tm_year + INT64_C(1900)) * 12 + tm.tm_mon;
    if (month_start(month + 1) <= unix_s)
        month++;
    return (struct zone_period){.start_unix_us = month_start(month) * SECOND_US,
                                .end_unix_us = month_start(month + 1) * SECOND_US,
                                .number = (int32_t)month};
}

int64_t zone_time(int32_t day, int minute)
{
    int64_t at = day_start(day), end = day_start(day + 1);
    for (; at < end; at += MINUTE_S) {
        struct tm tm = local(at);
        if (local_day(at) >= day && tm.tm_hour * 60 + tm.tm_min >= minute)
            break;
    }
    return at * SECOND_US;
}
