/* Times and numbers in headers. Pure. */
#ifndef TICKETMILL_LLM_LIMITS_H
#define TICKETMILL_LLM_LIMITS_H

#include <stdint.h>

#include "base/slice.h"

#define LIMITS_MAX_US (INT64_C(366) * 86400 * 1000000) /* longer waits are cut to this */

/* Retry-After: seconds, whole or with a fraction, or a date. The past is 0. -1 = makes no sense. */
int64_t limits_retry_after(struct slice text, int64_t now_unix_us);

/* retry-after-ms: milliseconds. -1 = makes no sense. */
int64_t limits_retry_after_ms(struct slice text);

/* x-ratelimit-reset-*: "6m0s", "1.2s", "450ms", plain seconds, or a Unix time in seconds or
 * milliseconds. -1 = makes no sense. */
int64_t limits_reset(struct slice text, int64_t now_unix_us);

/* A count; -1 = none. */
int64_t limits_count(struct slice text);

/* "3.45e-05" USD -> 34500000 picodollars, rounded to the nearest; -1 = none, negative, or above
 * what fits. */
int64_t limits_usd(struct slice text);

#endif
