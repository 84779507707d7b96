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
    DELIVER_CUT,   /* half of the body, then hang up */
    DELIVER_LORIS, /* one byte a second */
    DELIVER_RESET, /* hang up without a byte */
    DELIVER_HANG,  /* the same, much later */
    DELIVER_HUGE   /* `size_mib` of filling */
};

struct answer {
    int status;
    enum delivery delivery;
    bool billed;
    bool at_once; /* no latency: nothing was generated */
    int64_t prompt_tokens, cached_tokens, completion_tokens;
    int64_t seconds, size_mib; /* of DELIVER_HANG, DELIVER_HUGE */
    const char *header_name;   /* one extra header; NULL = none */
    char header_value[64];
    const char *content_type, *encoding; /* encoding NULL = none */
    struct buf body;
};

struct answer_settings {
    enum sim_usage usage;
    int cached_percent;
    bool prefix_seen;   /* this model has read this system message before */
    int64_t now_unix_s; /* `created`, and Retry-After dates */
    uint64_t number;    /* of the call, for the answer's id */
};

/* hashes: 8 bytes of each text's hash. rule NULL = no fault. */
void answer_build(const struct question *q, const struct profile *profile, const uint64_t *hashes,
                  const struct sim_fault_rule *rule, const struct answer_settings *settings,
                  struct answer *out);

/* An error without a call behind it: 401, 404, 429, … */
void answer_error(struct answer *out, int status, const char *code, const char *type,
                  const char *message);

void answer_init(struct answer *a);
void answer_deinit(struct answer *a);

#endif
