/* The hour a run has to be done by, and the time it still needs at the pace seen.
 *
 * The pipeline samples how many tickets are done on every turn and compares the two. What is done
 * about being late (warning, end of the run) is not decided here.
 */
#include "route/late.h"

#include "base/zone.h"

#define SECOND_US  INT64_C(1000000)
#define SMOOTH_US  (180 * SECOND_US)
#define PASSED_US  (12 * 3600 * SECOND_US)
#define MICRO      INT64_C(1000000)
#define DAYS_TRIED 3 /* yesterday, today, tomorrow */

int64_t late_deadline(int minute, int64_t start_unix_us)
{
    int32_t yesterday = zone_day(start_unix_us).number - 1;
    int64_t at = start_unix_us;

    for (int i = 0; i < DAYS_TRIED; i++) {
        at = zone_time(yesterday + i, minute);
        if (at > start_unix_us - PASSED_US)
            break;
    }
    return at;
}

void late_init(struct late_eta *e, int64_t now_mono_us)
{
    *e = (struct late_eta){.at_us = now_mono_us, .started_at_us = now_mono_us};
}

void late_sample(struct late_eta *e, int64_t done, int64_t now_mono_us)
{
    int64_t passed = now_mono_us - e->at_us;
    int64_t weight = now_mono_us - e->started_at_us;

    if (passed < SECOND_US || done < e->done)
        return;
    weight = weight < SMOOTH_US ? weight : SMOOTH_US;
    weight = weight > passed ? weight : passed;
    /* Tickets times 10^12 need more than 64 bits after a long pause. */
    __int128 kept = (__int128)e->rate_micro * (weight - passed);
    __int128 added = (__int128)(done - e->done) * MICRO * SECOND_US;
    e->rate_micro = (int64_t)((kept + added) / weight);
    e->at_us = now_mono_us;
    e->done = done;
}

int64_t late_eta_us(const struct late_eta *e, int64_t left)
{
    if (left <= 0)
        return 0;
    if (e->rate_micro == 0)
        return INT64_MAX;
    __int128 us = ((__int128)left * MICRO * SECOND_US + e->rate_micro - 1) / e->rate_micro;
    return us > INT64_MAX ? INT64_MAX : (int64_t)us;
}
