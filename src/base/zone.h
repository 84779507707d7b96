/* Local days and months in the time zone of the process.
 *
 * zone_use sets it once at start (before threads); the rest may be called from any thread. Times
 * are of the years 1900 … 9999.
 */
#ifndef TICKETMILL_BASE_ZONE_H
#define TICKETMILL_BASE_ZONE_H

#include <stdint.h>

void zone_use(const char *iana_name);

struct zone_period {
    int64_t start_unix_us, end_unix_us; /* [start, end) */
    int32_t number; /* ascending: days since some day, months since some month */
};

/* Daylight saving makes days of 23 and 25 hours. */
struct zone_period zone_day(int64_t unix_us);
struct zone_period zone_month(int64_t unix_us);

/* When the clock on the wall shows that minute (0 … 1439) of the day with that number: the first
 * time if it does twice, the next minute there is if it skips it. */
int64_t zone_time(int32_t day, int minute);

#endif
