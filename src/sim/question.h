/* A call to the simulated model, read. Pure. */
#ifndef TICKETMILL_SIM_QUESTION_H
#define TICKETMILL_SIM_QUESTION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/slice.h"
#include "base/status.h"

struct question_ticket {
    struct slice id, text; /* unescaped */
};

/* Slices point into the request's bytes or into `memory`. Reused from call to call. */
struct question {
    struct slice model;                  /* raw; "" = none */
    struct slice system_raw, format_raw; /* as they stand; SLICE_NONE = none */
    int64_t system_bytes, user_bytes;    /* of the messages' text; escapes count as they stand */
    int64_t max_tokens;                  /* 0 = none */
    bool stream, include_usage;          /* of the stream, in its last event */
    struct question_ticket *tickets;
    int ticket_count, ticket_cap;
    bool packed; /* the user message was {"tickets":[…]}; else it is one ticket as a whole */
    struct buf memory;
};

void question_init(struct question *q);
void question_deinit(struct question *q);

/* ST_BAD_JSON: not such a request; fail says why. body must outlive the use of *q. */
MUST_CHECK enum status question_read(struct question *q, struct slice body, struct fail *fail);

#endif
