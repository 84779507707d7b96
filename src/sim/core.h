/* What the parts of the running simulator share. Everything on its own thread, which is the only
 * one to enter libmicrohttpd; sim_start hands over, sim_stop asks it to leave. */
#ifndef TICKETMILL_SIM_CORE_H
#define TICKETMILL_SIM_CORE_H

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/heap.h"
#include "base/json.h"
#include "base/list.h"
#include "base/random.h"
#include "sim/answer.h"
#include "sim/bill.h"
#include "sim/call_log.h"
#include "sim/fault.h"
#include "sim/limit.h"
#include "sim/question.h"
#include "sim/server.h"
#include "sim/verdict.h"

/* Like struct sim_share, owning its text. */
struct share {
    int percent;
    char *model; /* NULL = all */
};

/* Can be changed while it runs. */
struct sim_switches {
    struct sim_fault_rules faults;
    char *key; /* NULL = none asked for */
    int64_t latency_p50_us, latency_p99_us, tokens_per_second;
    int64_t concurrency_limit;
    struct limit requests, tokens;
    bool count_cap, announce;
    char *retry_after;
    char **models; /* NULL = all are known */
    int model_count;
    int64_t bill_percent;
    bool ignore_cap;
    struct share disagree, unsure;
};

/* A system message that was seen, with its categories. */
struct sim_prompt {
    char *bytes; /* model, system message, answer format, as they stood */
    size_t model_n, system_n, format_n;
    struct profile *profile;
};

#define SIM_MAX_PROMPTS 64

struct sim {
    struct MHD_Daemon *daemon;
    pthread_t thread;
    atomic_bool stopping;
    char url[64];
    int port;

    struct sim_switches now;
    enum sim_usage usage;
    int cached_percent;
    char **categories;
    int category_count;

    struct bill *bill;
    struct call_log *log;
    struct random random;
    struct question question; /* of the call being read */
    struct sim_prompt prompts[SIM_MAX_PROMPTS];
    int prompt_count, prompt_next;

    struct heap timers;       /* of exchanges that wait */
    struct list idle;         /* exchanges to be used again */
    int in_flight, suspended; /* calls being generated; connections put aside */
    int64_t last_fire_us;
    uint64_t calls;
};

enum exchange_state {
    EXCHANGE_READING, /* the body is coming in */
    EXCHANGE_WAITING, /* generating: put aside until its timer */
    EXCHANGE_READY,   /* generated: answer when called next */
    EXCHANGE_SENDING  /* the answer was handed to libmicrohttpd */
};

/* One request and its answer. */
struct exchange {
    struct sim *sim;
    struct list node; /* in sim->idle */
    struct MHD_Connection *connection;
    enum exchange_state state;
    bool is_call; /* to the model, not to a page of the simulator's own */
    bool generating;
    struct heap_node timer;
    struct buf body; /* of the request */
    struct answer answer;
    struct bill_call bill;
    int64_t bill_number; /* -1 = not billed */
    int64_t arrived_unix_us;
    int phase;   /* of the call log, when it arrived */
    size_t sent; /* bytes of the body, by deliver.c */
};

int64_t sim_now_us(void); /* monotonic */
int64_t sim_unix_us(void);

/* serve.c: the callbacks of libmicrohttpd. */
enum MHD_Result sim_on_request(void *cls, struct MHD_Connection *connection, const char *url,
                               const char *method, const char *version, const char *upload,
                               size_t *upload_size, void **state);
void sim_on_done(void *cls, struct MHD_Connection *connection, void **state,
                 enum MHD_RequestTerminationCode how);

/* server.c: puts an exchange aside for a while. */
void sim_wait(struct exchange *x, int64_t delay_us);

/* deliver.c: hands the answer over; MHD_NO hangs up. */
enum MHD_Result deliver(struct exchange *x);

/* model.c: reads the call in x->body and decides what becomes of it: fills answer and bill.
 * Returns how long generating takes. */
int64_t model_answer(struct exchange *x, const char *call_id);

/* limits.c: may this call, whose answer stands in x, be answered? Else the answer is a 429. */
bool limits_admit(struct exchange *x, int64_t max_tokens);
void limits_announce(struct exchange *x); /* headers, if that is switched on */

/* switches.c. switches_throw: what doc leaves out stays; ST_USAGE, then nothing has changed but
 * what stood before the mistake. */
void switches_init(struct sim_switches *now, const struct sim_options *o);
void switches_deinit(struct sim_switches *now);
MUST_CHECK enum status switches_throw(struct sim *sim, const json *doc, struct fail *fail);
bool switches_know(const struct sim_switches *now, struct slice model);
int switches_percent(const struct share *share, struct slice model);

/* control.c: GET /ledger, GET /calls, GET /log, GET /v1/models, POST /control. False when it is
 * none. */
bool control_answer(struct exchange *x, const char *method, const char *url);

#endif
