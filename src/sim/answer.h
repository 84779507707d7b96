/* The simulated provider's answer to a call: what it says, what it bills, how it is delivered.
 * Pure, save for the random numbers that are handed in. */
#ifndef TICKETMILL_SIM_ANSWER_H
#define TICKETMILL_SIM_ANSWER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "sim/fault.h"
#include "sim/question.h"
#include "sim/server.h"
#include "sim/verdict.h"

enum delivery {
    DELIVER_WHOLE,
    DELIVER_CUT,    /* half of the body, then hang up */
    DELIVER_LORIS,  /* one byte a second */
    DELIVER_RESET,  /* hang up without a byte */
    DELIVER_HANG,   /* the same, much later */
    DELIVER_EVENTS, /* one event of a stream after the other, `event_us` apart */
    DELIVER_HUGE    /* `size_mib` of filling */
};

#define ANSWER_HEADERS 8

struct answer_header {
    const char *name; /* static */
    char value[64];
};

struct answer {
    int status;
    enum delivery delivery;
    bool billed;
    bool at_once; /* no latency: nothing was generated */
    int64_t prompt_tokens, cached_tokens, completion_tokens;
    int64_t seconds, size_mib; /* of DELIVER_HANG, DELIVER_HUGE */
    int64_t event_us;
    struct answer_header headers[ANSWER_HEADERS]; /* more than the usual ones */
    int header_count;
    const char *content_type, *encoding; /* encoding NULL = none */
    struct buf body;
};

struct answer_settings {
    enum sim_usage usage;
    int cached_percent;
    bool prefix_seen;     /* this model has read this system message before */
    int64_t now_unix_s;   /* `created`, and Retry-After dates */
    uint64_t number;      /* of the call, for the answer's id */
    int64_t bill_percent; /* of the usual tokens; 0 = 100 */
    bool ignore_cap;
    int64_t tokens_per_second;            /* of a stream; 0 = at once */
    int disagree_percent, unsure_percent; /* of the texts; see content.h */
};

/* hashes: 8 bytes of each text's hash. rule NULL = no fault. */
void answer_build(const struct question *q, const struct profile *profile, const uint64_t *hashes,
                  const struct sim_fault_rule *rule, const struct answer_settings *settings,
                  struct answer *out);

/* An error without a call behind it: 401, 404, 429, … */
void answer_error(struct answer *out, int status, const char *code, const char *type,
                  const char *message);

/* The error that a fault stands for; false when it is none. */
bool answer_fault_error(struct answer *out, const struct sim_fault_rule *rule, int64_t now_unix_s);

void answer_reset(struct answer *a); /* 200, JSON, nothing else */

/* Appends the usage object of the tokens in *a. */
void answer_print_usage(struct answer *a, const struct answer_settings *s, bool bad);

/* When to come back: "" = 1, seconds, "fraction", "date", "past", "absurd", "ms", "reset", "none".
 */
void answer_retry_after(struct answer *out, const char *form, int64_t now_unix_s);

void answer_header(struct answer *out, const char *name, const char *fmt, ...) PRINTF_LIKE(3, 4);

void answer_init(struct answer *a);
void answer_deinit(struct answer *a);

#endif
