/* Every call to the simulated model, answered or not: when it came, what it got. Summed up by
 * phases that a test names through /control. The simulator's thread. */
#ifndef TICKETMILL_SIM_CALL_LOG_H
#define TICKETMILL_SIM_CALL_LOG_H

#include <stdint.h>

#include "base/buf.h"
#include "base/slice.h"

struct call_log;

struct call_log_entry {
    int phase;          /* call_log_phase_now() when it came in */
    int64_t at_unix_us; /* came in */
    int64_t done_unix_us;
    int status;     /* 0 = hung up on, or left hanging */
    int64_t tokens; /* of an answer, as billed; 0 otherwise */
    struct slice model;
};

struct call_log *call_log_new(void);
void call_log_free(struct call_log *l);

/* Calls from here on belong to a phase of that name. The first is "start". */
void call_log_phase(struct call_log *l, struct slice name);
int call_log_phase_now(const struct call_log *l);

/* What is allowed a minute from here on, for `allowed_requests`, `allowed_tokens`; 0 = all. */
void call_log_allowed(struct call_log *l, int64_t requests, int64_t tokens, int64_t at_unix_us);

void call_log_add(struct call_log *l, const struct call_log_entry *e);

/* Appends [{…},…]. A phase lasts from its first call to its last; what is allowed is reckoned for
 * that time. */
void call_log_print_phases(const struct call_log *l, struct buf *out);
void call_log_print(const struct call_log *l, struct buf *out); /* a line of JSON for each call */

#endif
