/* How many calls an endpoint may have in flight, and whether it may be asked at all now. Pure.
 *
 * Additive increase, multiplicative decrease: every success opens the gate by 1/limit of a call,
 * a throttle or a timeout halves it, at most once per round of calls, so that one burst of
 * refusals counts once. A pause (Retry-After) holds every call until it has passed.
 */
#ifndef TICKETMILL_ROUTE_GATE_H
#define TICKETMILL_ROUTE_GATE_H

#include <stdbool.h>
#include <stdint.h>

struct gate {
    int64_t max;         /* configured max_in_flight, ≥ 1 */
    int64_t limit_milli; /* current limit × 1,000 */
    int64_t in_flight;
    int64_t paused_until_us; /* monotonic */
    int64_t halved_at_us;    /* monotonic; calls sent before it do not halve again */
};

void gate_init(struct gate *g, int64_t max_in_flight);
bool gate_open(const struct gate *g, int64_t now_mono_us); /* room for one more call, not paused */
void gate_enter(struct gate *g);
void gate_leave(struct gate *g);
void gate_success(struct gate *g);
void gate_halve(struct gate *g, int64_t sent_mono_us, int64_t now_mono_us);
void gate_pause(struct gate *g, int64_t until_mono_us); /* the later pause counts */
int64_t gate_limit(const struct gate *g);

#endif
