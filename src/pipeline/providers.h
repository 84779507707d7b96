/* The providers as a run finds them: which model can be asked where, now. Loop thread.
 *
 * Three layers, each with what belongs to it: an account is a provider (key, money, configured
 * pace, calls at once); an endpoint is one of its addresses (breaker, parking, refusal of our
 * region); an offer is a model, and a place is that model at one endpoint (gate). Inside of this
 * room only; makes no calls and books nothing.
 */
#ifndef TICKETMILL_PIPELINE_PROVIDERS_H
#define TICKETMILL_PIPELINE_PROVIDERS_H

#include "config/config.h"
#include "model/failure.h"
#include "route/breaker.h"
#include "route/gate.h"
#include "route/pace.h"
#include "ticket/tokens.h"

struct endpoint {
    int provider, index; /* in its provider's list */
    int number;          /* over all providers */
    struct breaker breaker;
    enum failure off;             /* FAIL_NONE = on; else why it is off for the run */
    int64_t parked_until_us;      /* monotonic: told to stay away until then */
    int failures;                 /* in a row, without an answer between them */
    int64_t answers_sent_mono_us; /* when the newest call with a useful answer was sent; 0 = none */
    int64_t credit;               /* of the weighted turn */
    bool out;                     /* an outage is going on … */
    int64_t outage_no;            /* … under this number in the ledger; 0 = not (yet) known */
};

struct account {
    enum failure off; /* FAIL_NONE = on */
    struct pace pace;
    int64_t in_flight, max_in_flight;
    int64_t key_read_mono_us; /* when a new key was last taken from its file; 0 = never */
    struct endpoint *endpoints;
    int endpoint_count;
};

struct place {
    struct endpoint *endpoint;
    struct gate gate;
};

struct offer {
    int provider;
    bool off; /* the provider refuses what is configured for it */
    struct token_scale scale;
    int64_t in_flight;
    bool held;         /* a bill was above its reservation: nothing is sent until all have ended */
    int64_t bound_ppm; /* factor on upper bounds, ≥ 10^6, learnt from such bills */
    struct place *places; /* one for each endpoint of its account */
};

struct providers {
    const struct config *config;
    struct account *accounts; /* per config->providers */
    struct offer *offers;     /* per config->models */
    int endpoint_count;
};

void providers_init(struct providers *p, const struct config *config, int64_t now_mono_us);
void providers_deinit(struct providers *p);

/* Could it be asked at some time in this run? */
bool providers_usable(const struct providers *p, int model);

/* What is looked for: the first of these models that can be asked. */
struct pick {
    const int *models; /* in order of preference */
    int count, first;  /* from `first` on; those before it only when none behind it is usable */
    bool first_only;
    uint32_t skip;  /* bit i: models[i] does not fit */
    uint64_t avoid; /* bit (endpoint number mod 64): has just failed this work */
    int64_t tokens; /* estimate for the call, both ways */
};

enum picked { PICK_READY, PICK_WAIT, PICK_NEVER };

struct picked_place {
    int model;
    struct place *place;
};

/* PICK_READY: *out is where. PICK_WAIT: *at is when to look again (monotonic; INT64_MAX = when a
 * call has ended). PICK_NEVER: none of them is usable any more. An endpoint that is busy is waited
 * for; one that is down is passed over: for another endpoint of its provider by `order`, then for
 * the next model. When everything is down, the breakers let probes through. */
enum picked providers_pick(struct providers *p, const struct pick *pick, int64_t now_mono_us,
                           struct picked_place *out, int64_t *at);

void providers_enter(struct providers *p, const struct picked_place *at, int64_t tokens,
                     int64_t now_mono_us);
/* used: tokens by usage; -1 = the provider did not count the call. */
void providers_leave(struct providers *p, const struct picked_place *at, int64_t tokens,
                     int64_t used, int64_t now_mono_us);

#endif
