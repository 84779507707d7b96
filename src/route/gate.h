/* What a model at an endpoint takes: calls in flight, adapted to what it answers, and the limits
 * it tells (told.h) or keeps to itself (drought.h). Pure.
 *
 * In flight: every refusal takes away the place of the call it refused, so that the limit comes to
 * stand where the endpoint's is, after one burst. Every success gives back a fiftieth of a place,
 * twice as much after each round of successes without a refusal between them. Refusals that come
 * as often at a lower limit as they did at a higher one are not caused by it (noise), and are made
 * up for. Time-outs cut the limit by a quarter, once a round, to an eighth of the maximum at
 * worst. The start is at half the maximum, one round below it. A pause (Retry-After) holds every
 * call until it has passed.
 */
#ifndef TICKETMILL_ROUTE_GATE_H
#define TICKETMILL_ROUTE_GATE_H

#include <stdbool.h>
#include <stdint.h>

#include "route/drought.h"
#include "route/told.h"

/* Refusals among calls, block by block, to tell noise from a limit. */
struct gate_noise {
    int64_t calls, refused; /* of the block at hand */
    int64_t anchor_milli;   /* limit when the first block with refusals began; 0 = none */
    int64_t first_permille; /* refused in that block … */
    int64_t first_took_us;  /* … which took so long */
    int64_t began_us;       /* the block at hand; monotonic, 0 = none yet */
    int64_t permille;       /* refused whatever the limit */
};

struct gate {
    int64_t max;         /* configured max_in_flight, ≥ 1 */
    int64_t limit_milli; /* current limit × 1,000 */
    int64_t in_flight;
    int64_t paused_until_us; /* monotonic */
    int64_t cut_at_us;       /* monotonic; calls sent before it do not cut again */
    int64_t climb_milli;     /* what a success adds to the limit */
    int64_t clean;           /* successes without a refusal since the climb last changed */
    struct gate_noise noise;
    struct told told;
    struct drought drought;
};

/* fraction_ppm: the shard's part of the limits that are told, millionths. */
void gate_init(struct gate *g, int64_t max_in_flight, int64_t fraction_ppm);

/* How long until a call of so many (estimated) tokens may enter; 0 = now; INT64_MAX = not before
 * one of those in flight ends. Any other figure may turn out shorter or longer by what is heard
 * until then. */
int64_t gate_wait_us(const struct gate *g, int64_t tokens, int64_t now_mono_us);
void gate_enter(struct gate *g, int64_t tokens, int64_t now_mono_us);
/* A call has ended, in whatever way; used_tokens: by its usage, -1 = it never left us. Refused
 * calls count in full, as they do at OpenAI: used_tokens = tokens. */
void gate_leave(struct gate *g, int64_t tokens, int64_t used_tokens, int64_t now_mono_us);

/* What its end tells; in addition to gate_leave, after it. Latency: from its sending on. */
void gate_success(struct gate *g, int64_t latency_us, int64_t now_mono_us);
void gate_throttled(struct gate *g, int64_t sent_mono_us, int64_t now_mono_us);
void gate_timeout(struct gate *g, int64_t sent_mono_us, int64_t now_mono_us);
void gate_told(struct gate *g, const struct gate_told *told, int64_t now_mono_us);

/* Only for a time the endpoint told or for one that is off: refusals without a time are paced by
 * the gate itself. The later pause counts. */
void gate_pause(struct gate *g, int64_t until_mono_us);
int64_t gate_limit(const struct gate *g);

#endif
