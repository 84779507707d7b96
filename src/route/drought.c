/* Learning a rate; see the header for the rule.
 *
 * A part of the gate, told of each call that is sent, refused or gone through. It does not know of
 * calls in flight: a limit on those shows in the gate itself.
 */
#include "route/drought.h"

#include <string.h>

#define SLOT_US           INT64_C(1000000)
#define MINUTE_US         (SLOT_US * DROUGHT_SLOTS)
#define BACKOFF_US        INT64_C(250000)
#define BACKOFF_CAP_US    INT64_C(2000000)
#define LONG_CAP_US       INT64_C(30000000)
#define SUSPECT_SENDS     16 /* after so many, not mostly refused, it was none */
#define SUSPECT_LEAST     4  /* refusals that make one */
#define TERM_US           INT64_C(15000000)
#define RAISE_PERMILLE    20
#define WET_TERMS         2
#define FALL_BACK_AFTER   8
#define BEARABLE_PERMILLE 20 /* refused between two raises */

void drought_init(struct drought *d)
{
    memset(d, 0, sizeof *d);
    d->first_us = d->suspected_at_us = d->over_at_us = -1;
    d->refusal_latency_us = 100000;
    pace_init(&d->pace, 0, 0, 1000000, 0);
    d->pace.requests.fill_permille = 1000;
}

static void advance(struct drought *d, int64_t now)
{
    if (now - d->slot_at_us >= MINUTE_US) {
        memset(d->passed, 0, sizeof d->passed);
        d->sum = 0;
        d->slot_at_us = now;
    }
    while (now - d->slot_at_us >= SLOT_US) {
        d->at = (d->at + 1) % DROUGHT_SLOTS;
        d->sum -= d->passed[d->at];
        d->passed[d->at] = 0;
        d->slot_at_us += SLOT_US;
    }
}

static void unbook(struct drought *d, int64_t sent)
{
    int64_t back = sent >= d->slot_at_us ? 0 : (d->slot_at_us - sent + SLOT_US - 1) / SLOT_US;
    if (back >= DROUGHT_SLOTS)
        return;
    int at = (d->at - (int)back + DROUGHT_SLOTS) % DROUGHT_SLOTS;
    if (d->passed[at] == 0)
        return;
    d->passed[at]--;
    d->sum--;
}

static int64_t probe_passed_at(const struct drought *d)
{
    return d->probe_sent_us + 4 * d->refusal_latency_us + 50000;
}

int64_t drought_wait_us(const struct drought *d, int64_t now_mono_us)
{
    if (!d->dry)
        return d->per_minute > 0 ? pace_wait_us(&d->pace, 0, now_mono_us) : 0;
    int64_t at = d->probing ? probe_passed_at(d) : d->probe_at_us;
    return at > now_mono_us ? at - now_mono_us : 0;
}

static void use_rate(struct drought *d, int64_t per_minute, int64_t now)
{
    d->per_minute = per_minute;
    pace_change(&d->pace, per_minute, 0, now);
}

/* What went through in the last minute, or since the last drought if that is not much longer;
 * the latter is right for other periods than a minute. */
static int64_t rate_seen(const struct drought *d, int64_t now)
{
    int64_t seen = d->sum, age = now - d->first_us;
    if (age < MINUTE_US && age > SLOT_US)
        seen = (int64_t)((__int128)seen * MINUTE_US / age);
    int64_t cycle = d->over_at_us < 0 ? 0 : now - d->over_at_us;
    if (cycle >= MINUTE_US * 3 / 4 && cycle <= MINUTE_US * 5 / 4) {
        int64_t by_cycle = (int64_t)((__int128)d->passed_then * MINUTE_US / cycle);
        seen = by_cycle > seen ? by_cycle : seen;
    }
    return seen > 1 ? seen : 1;
}

static void start_term(struct drought *d, int64_t now)
{
    d->term_ends_us = now + TERM_US;
    d->term_sent = d->term_refused = 0;
}

static void over(struct drought *d, int64_t now)
{
    if (now - d->since_us < MINUTE_US)
        use_rate(d, rate_seen(d, now), now);
    d->good_per_minute = d->per_minute;
    d->dry = d->probing = false;
    d->suspected_at_us = -1;
    d->over_at_us = now;
    d->passed_then = 0;
    d->raise_permille = RAISE_PERMILLE;
    start_term(d, now);
}

static void raise(struct drought *d, int64_t now)
{
    if (d->per_minute / 2 > d->sum) {
        use_rate(d, 0, now);
        return;
    }
    d->good_per_minute = d->per_minute;
    use_rate(d, d->per_minute + d->per_minute * d->raise_permille / 1000 + 1, now);
    d->raise_permille = d->raise_permille < 500 ? d->raise_permille * 2 : 1000;
}

/* Without a drought: a bucket gives what is refilled, and refuses a share all the time. */
static void learn(struct drought *d, int64_t per_minute, int64_t now)
{
    use_rate(d, per_minute + per_minute / 32 + 1, now);
    d->good_per_minute = d->per_minute;
    d->raise_permille = RAISE_PERMILLE;
}

static bool bearable(const struct drought *d)
{
    int64_t most = BEARABLE_PERMILLE + d->noise_permille * 3 / 2;
    return d->term_refused * 1000 <= d->term_sent * most;
}

static void end_term(struct drought *d, int64_t now)
{
    if (now < d->term_ends_us)
        return;
    d->wet_terms = bearable(d) ? 0 : d->wet_terms + 1;
    if (d->per_minute > 0 && d->wet_terms == 0)
        raise(d, now);
    int64_t through = d->term_sent - d->term_refused; /* refusals may be of calls sent before it */
    if (d->per_minute == 0 && d->wet_terms == WET_TERMS && !d->dry && through > 0)
        learn(d, through * (MINUTE_US / TERM_US), now);
    start_term(d, now);
}

/* Raised too far: back to the rate before, or a little lower than that. */
static void fall_back(struct drought *d, int64_t now)
{
    if (d->per_minute == 0 || d->term_refused < FALL_BACK_AFTER || bearable(d))
        return;
    int64_t lower = d->per_minute - d->per_minute / 32;
    d->good_per_minute = d->good_per_minute < lower ? d->good_per_minute : lower;
    use_rate(d, d->good_per_minute > 1 ? d->good_per_minute : 1, now);
    d->raise_permille = RAISE_PERMILLE;
    start_term(d, now);
}

void drought_enter(struct drought *d, int64_t now_mono_us)
{
    advance(d, now_mono_us);
    if (d->first_us < 0)
        d->first_us = now_mono_us;
    if (d->dry && d->probing)
        over(d, now_mono_us);
    end_term(d, now_mono_us);
    d->passed[d->at]++;
    d->sum++;
    d->passed_then++;
    d->sent++;
    d->term_sent++;
    pace_take(&d->pace, 0, now_mono_us);
    if (d->dry) {
        d->probing = true;
        d->probe_sent_us = now_mono_us;
    }
}

void drought_success(struct drought *d, int64_t sent_mono_us, int64_t now_mono_us)
{
    if (d->dry && d->probing && sent_mono_us >= d->probe_sent_us) {
        advance(d, now_mono_us);
        over(d, now_mono_us);
    }
}

static void suspect(struct drought *d, int64_t sent, int64_t now)
{
    if (d->suspected_at_us < 0 || d->sent >= SUSPECT_SENDS) {
        d->suspected_at_us = now;
        d->sent = d->refused = 0;
        return;
    }
    if (sent < d->suspected_at_us)
        return;
    d->refused++;
    if (d->refused < SUSPECT_LEAST || d->refused * 2 <= d->sent)
        return;
    d->dry = true;
    d->probing = false;
    d->since_us = now;
    d->backoff_us = BACKOFF_US;
    d->probe_at_us = now + BACKOFF_US;
}

static void probe_refused(struct drought *d, int64_t now)
{
    bool lasts = now - d->since_us > MINUTE_US;
    int64_t cap = lasts ? LONG_CAP_US : BACKOFF_CAP_US;
    d->backoff_us = d->backoff_us * 2 < cap ? d->backoff_us * 2 : cap;
    d->probing = false;
    d->probe_at_us = now + d->backoff_us;
}

void drought_refused(struct drought *d, int64_t sent_mono_us, int64_t now_mono_us)
{
    advance(d, now_mono_us);
    unbook(d, sent_mono_us);
    d->term_refused++;
    if (d->passed_then > 0)
        d->passed_then--;
    d->refusal_latency_us += (now_mono_us - sent_mono_us - d->refusal_latency_us) / 8;
    if (!d->dry)
        suspect(d, sent_mono_us, now_mono_us);
    else if (d->probing && sent_mono_us >= d->probe_sent_us)
        probe_refused(d, now_mono_us);
    fall_back(d, now_mono_us);
}
