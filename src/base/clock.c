/* The real clocks, and the one printed form of a moment.
 *
 * The date is computed by hand (days to civil date, proleptic Gregorian) rather than by
 * gmtime_r: it is needed on every log line and result, and has no failure to handle.
 */
#include "base/clock.h"

#include <stdbool.h>
#include <time.h>

#define US_PER_S    INT64_C(1000000)
#define MAX_UNIX_US (INT64_C(253402300800) * US_PER_S - 1) /* last of the year 9999 */

static int64_t read_clock(clockid_t id)
{
    struct timespec ts;
    clock_gettime(id, &ts); /* cannot fail for these two ids */
    return (int64_t)ts.tv_sec * US_PER_S + ts.tv_nsec / 1000;
}

static int64_t system_unix_us(void *self)
{
    (void)self;
    return read_clock(CLOCK_REALTIME);
}

static int64_t system_mono_us(void *self)
{
    (void)self;
    return read_clock(CLOCK_MONOTONIC);
}

const struct clock clock_system = {NULL, system_unix_us, system_mono_us};

static bool is_leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* Days since 1970-01-01 (≥ 0) to a date; month and day from 1. */
static void civil_date(int64_t days, int *year, int *month, int *day)
{
    static const int month_days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    enum { DAYS_400Y = 146097 };
    int y = 1970 + 400 * (int)(days / DAYS_400Y);
    int left = (int)(days % DAYS_400Y);
    for (; left >= 365 + is_leap(y); y++)
        left -= 365 + is_leap(y);
    int m = 0;
    for (; left >= month_days[m] + (m == 1 && is_leap(y)); m++)
        left -= month_days[m] + (m == 1 && is_leap(y));
    *year = y;
    *month = m + 1;
    *day = left + 1;
}

/* Writes `digits` decimal digits of v and the separator behind them; returns what follows. */
static char *put(char *out, int v, int digits, char separator)
{
    for (int i = digits - 1; i >= 0; i--) {
        out[i] = (char)('0' + v % 10);
        v /= 10;
    }
    out[digits] = separator;
    return out + digits + 1;
}

void clock_iso_ms(int64_t unix_us, char out[CLOCK_ISO_SIZE])
{
    if (unix_us < 0)
        unix_us = 0;
    if (unix_us > MAX_UNIX_US)
        unix_us = MAX_UNIX_US;
    int64_t seconds = unix_us / US_PER_S;
    int second_of_day = (int)(seconds % 86400);
    int year, month, day;
    civil_date(seconds / 86400, &year, &month, &day);

    out = put(out, year, 4, '-');
    out = put(out, month, 2, '-');
    out = put(out, day, 2, 'T');
    out = put(out, second_of_day / 3600, 2, ':');
    out = put(out, second_of_day / 60 % 60, 2, ':');
    out = put(out, second_of_day % 60, 2, '.');
    out = put(out, (int)(unix_us % US_PER_S / 1000), 3, 'Z');
    *out = '\0';
}
