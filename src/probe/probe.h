/* Probing of endpoints: who is probed, the calls, their order, their money.
 *
 * Loop thread only. Endpoints are looked at side by side: connection, a plain call, JSON modes,
 * unknown model, streams, calls over a time; steps of concurrency at the end, one endpoint after
 * the other, since they may share an account's limits. What is left of the cap is shared anew
 * among those that still have something to ask, so one that is dead leaves its part to the others.
 * Nothing is sent that the purse cannot pay.
 */
#ifndef TICKETMILL_PROBE_PROBE_H
#define TICKETMILL_PROBE_PROBE_H

#include "base/clock.h"
#include "base/reactor.h"
#include "probe/judge.h"

struct probe_options {
    int provider;                /* index; -1 = all that a tier leads to */
    int model;                   /* index; -1 = for each provider the first that a tier leads to */
    const char *endpoint;        /* name; NULL = all */
    int64_t duration_us;         /* of the calls over a time */
    int64_t tokens;              /* asked for, and capped at, in each of them */
    int64_t widths[PROBE_STEPS]; /* ascending, 1 … PROBE_WIDEST */
    int width_count;
    int64_t max_pusd, max_calls; /* together; max_calls -1 = any number */
};

struct probe;

/* config, reactor and clock are borrowed until probe_free. ST_USAGE: no endpoint fits the options,
 * or a model has no price and max_calls is not set; ST_CONFIG: extra_body cannot be sent. */
MUST_CHECK enum status probe_new(const struct config *config, const struct probe_options *options,
                                 const struct reactor *reactor, const struct clock *clock,
                                 struct probe **out, struct fail *fail);
void probe_free(struct probe *p); /* takes NULL */

/* finished() is called once, from the loop, when all is measured, or after probe_stop. */
void probe_start(struct probe *p, void (*finished)(void *arg), void *arg);
/* Hangs up on what is under way; what has been seen stays. Not from within finished(). */
void probe_stop(struct probe *p);

/* Complete once finished() was called, true as far as it goes before. */
const struct probe_seen *probe_seen_of(const struct probe *p, int *count);
int probe_done(const struct probe *p); /* endpoints for which nothing is left to do */

#endif
