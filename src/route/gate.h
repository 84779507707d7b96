/* What a model at an endpoint takes: calls in flight, adapted to what it answers, and the limits
 * it tells. Pure.
 *
 * In flight: additive increase, multiplicative decrease; below the number at which it was last
 * refused it climbs fast, near it slowly. One burst of refusals counts once. A pause (Retry-After)
 * holds every call until it has passed. Rate: what x-ratelimit-* says is left until its reset is
 * never exceeded; without such headers a rate is learnt from what went through before refusals.
 */
#ifndef TICKETMILL_ROUTE_GATE_H
#define TICKETMILL_ROUTE_GATE_H

#include <stdbool.h>
#include <stdint.h>

/* As told by one answer; -1 = not told. */
struct gate_told {
    int64_t requests_limit, requests_left, requests_reset_us;
    int64_t tokens_limit, tokens_left, tokens_reset_us;
};

struct gate {
    int64_t max;         /* configured max_in_flight, ≥ 1 */
    int64_t limit_milli; /* current limit × 1,000 */
    int64_t in_flight;
    int64_t paused_until_us; /* monotonic */
    int64_t halved_at_us;    /* monotonic; calls sent before it do not halve again */
};

void gate_init(struct gate *g, int64_t max_in_flight);

/* How long until a call of so many (estimated) tokens may enter; 0 = now; INT64_MAX = not before
 * one of those in flight ends. */
int64_t gate_wait_us(const struct gate *g, int64_t tokens, int64_t now_mono_us);
void gate_enter(struct gate *g, int64_t tokens, int64_t now_mono_us);
/* A call has ended, in whatever way; used_tokens: by its usage, -1 = not counted. */
void gate_leave(struct gate *g, int64_t tokens, int64_t used_tokens, int64_t now_mono_us);

/* What its end tells; in addition to gate_leave, after it. */
void gate_success(struct gate *g, int64_t latency_us, int64_t now_mono_us);
void gate_throttled(struct gate *g, int64_t sent_mono_us, int64_t now_mono_us);
void gate_timeout(struct gate *g, int64_t sent_mono_us, int64_t now_mono_us);
void gate_told(struct gate *g, const struct gate_told *told, int64_t now_mono_us);

void gate_pause(struct gate *g, int64_t until_mono_us); /* the later pause counts */
int64_t gate_limit(const struct gate *g);

#endif
