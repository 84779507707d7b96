/* Time as a port, so that tests move it by hand.
 *
 * Wall time is for what people and other programs read (UTC, microseconds since 1970); monotonic
 * time is for every timeout and latency. The two are never mixed: names end in _unix_us, _unix_ms
 * or _mono_us.
 */
#ifndef TICKETMILL_BASE_CLOCK_H
#define TICKETMILL_BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

struct clock {
    void *self;
    int64_t (*unix_us)(void *self);
    int64_t (*mono_us)(void *self);
};

extern const struct clock clock_system; /* any thread */

static inline int64_t clock_unix_us(const struct clock *c)
{
    return c->unix_us(c->self);
}
static inline int64_t clock_mono_us(const struct clock *c)
{
    return c->mono_us(c->self);
}

/* The earlier of two times of the same kind. */
static inline int64_t clock_earlier(int64_t a_us, int64_t b_us)
{
    return a_us < b_us ? a_us : b_us;
}

/* "2026-11-24T01:02:03.123Z" (24 characters + NUL). Years 1970–9999, others are clamped. */
#define CLOCK_ISO_SIZE 25
void clock_iso_ms(int64_t unix_us, char out[CLOCK_ISO_SIZE]);

#endif
