/* What the simulated provider billed: the witness against which a run's ledger is held.
 *
 * Counts tokens, never money: pricing them is the test's own business. The simulator's thread,
 * except bill_totals.
 */
#ifndef TICKETMILL_SIM_BILL_H
#define TICKETMILL_SIM_BILL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/sha256.h"
#include "base/slice.h"
#include "base/status.h"
#include "sim/call_log.h"
#include "sim/server.h"

struct bill;

/* One distinct ticket text. */
struct bill_text {
    uint8_t hash[SHA256_SIZE]; /* of the text as received */
    int64_t times;             /* billed */
};

struct bill_call {
    const char *model, *call_id; /* copied by bill_record */
    const char *fault;           /* static; "none" */
    int64_t prompt_tokens, cached_tokens, completion_tokens;
    int64_t max_tokens;       /* as asked; 0 = not */
    int64_t at_unix_us;       /* when it came in */
    struct bill_text **texts; /* taken by bill_record */
    int text_count;
    bool delivered; /* the whole answer went out to a client that was still there */
};

/* file: each billed call is appended as a line before its answer leaves; NULL = none. */
MUST_CHECK enum status bill_new(const char *file, struct bill **out, struct fail *fail);
void bill_free(struct bill *b);

struct bill_text *bill_text(struct bill *b, const uint8_t hash[SHA256_SIZE]);

/* Returns the number to hand to bill_delivered. */
int64_t bill_record(struct bill *b, const struct bill_call *call);
void bill_delivered(struct bill *b, int64_t number);

void bill_arrived(struct bill *b);              /* a call to the model, whatever becomes of it */
void bill_rejected(struct bill *b, int status); /* answered with an error status */
void bill_in_flight(struct bill *b, int64_t now);

void bill_totals(struct bill *b, struct sim_totals *out); /* any thread */

/* GET /ledger, with the phases of the log. */
void bill_print(struct bill *b, const struct call_log *log, struct buf *out);
void bill_print_calls(struct bill *b, struct buf *out); /* GET /calls */

#endif
