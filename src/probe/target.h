/* One endpoint on its way through the probe. Private to this room. Loop thread only. */
#ifndef TICKETMILL_PROBE_TARGET_H
#define TICKETMILL_PROBE_TARGET_H

#include "base/list.h"
#include "base/random.h"
#include "llm/client.h"
#include "llm/stream.h"
#include "probe/ask.h"
#include "probe/probe.h"
#include "report/spread.h"

enum phase { PHASE_MAIN, PHASE_STEPS, PHASE_OVER };

/* Things to ask, in this order; the last one belongs to PHASE_STEPS. */
enum stage {
    STAGE_REACH,
    STAGE_PLAIN,
    STAGE_RELAX,
    STAGE_SCHEMA, /* the three JSON modes, in the order of enum json_mode */
    STAGE_OBJECT,
    STAGE_NONE,
    STAGE_UNKNOWN_MODEL,
    STAGE_CAP, /* fewer tokens than the answer needs */
    STAGE_STREAM,
    STAGE_LOAD,
    STAGE_STEPS
};

struct target {
    struct probe *probe;
    struct probe_seen seen;
    struct config config; /* ours, with nothing in it but this provider's one model */
    struct config_provider *providers;
    struct config_model model;   /* with what had to be relaxed */
    struct config_model variant; /* of the call under way */
    int provider, endpoint;
    struct llm_client *client;
    struct list calls; /* under way */
    struct reactor_timer *timer;
    enum stage stage;
    int relax, tries, step; /* of the stage */
    bool busy;              /* the phase is not over for it */
    struct spread latencies;
    int64_t load_until_mono_us, load_keep_calls, load_keep_pusd;
    int64_t step_from_mono_us;
};

struct probe_call {
    struct list node; /* in target->calls */
    struct target *target;
    struct llm_flight *flight;
    struct buf body;
    struct llm_stream stream;
    bool streams;
    int64_t bound_pusd, sent_mono_us, token_cap;
    void (*done)(struct probe_call *c, const struct llm_reply *reply);
};

struct probe {
    struct probe_options options;
    const struct config *config;
    const struct reactor *reactor;
    const struct clock *clock;
    struct random random;
    struct target **targets;
    struct probe_seen *seen; /* copies, made when asked for */
    int count;
    enum phase phase;
    int turn; /* PHASE_STEPS: whose */
    bool stopped, told;
    struct reactor_timer *timer; /* moves on, outside of callbacks */
    void (*finished)(void *arg);
    void *arg;
};

/* target.c */
MUST_CHECK enum status target_init(struct target *t, struct probe *p, int model, int endpoint,
                                   struct fail *fail);
void target_deinit(struct target *t);
void target_idle(struct target *t); /* the phase is over for it */
void target_stop(struct target *t); /* hangs up; what was seen stays */
/* Upper bound of a call; what it is for is the caller's. */
int64_t target_bound(struct target *t, const struct ask *a);
/* False: it cannot be paid, which is noted. done comes from the loop, not when stopped. */
bool target_send(struct target *t, const struct ask *a,
                 void (*done)(struct probe_call *c, const struct llm_reply *reply));
void target_wait(struct target *t, int64_t us); /* then the stage is run again */

/* stages.c */
void target_begin(struct target *t, enum stage stage); /* from that stage to its phase's end */
void stage_run(void *target);                          /* the current one; again after a wait */

/* load.c: the stages with many calls; each ends with target_idle. */
void load_begin(struct target *t);
void load_run(struct target *t);
void steps_run(struct target *t);
void load_stop(struct target *t); /* what was seen so far counts; a step under way does not */

/* probe.c: a target has become idle, or its calls have ended after a stop. */
void probe_look_on(struct probe *p);

#endif
