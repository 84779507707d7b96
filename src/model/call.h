/* One HTTP request to a model and what is booked for it. */
#ifndef TICKETMILL_MODEL_CALL_H
#define TICKETMILL_MODEL_CALL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/random.h"
#include "base/slice.h"
#include "model/failure.h"
#include "model/money.h"
#include "model/usage.h"

/* Numbers are stored in the ledger: never renumber. */
enum call_purpose {
    PURPOSE_FIRST = 0,    /* first time these tickets are asked */
    PURPOSE_REASK = 1,    /* the ones missing from an answer, together */
    PURPOSE_SOLO = 2,     /* alone, same model */
    PURPOSE_ESCALATE = 3, /* alone, next model or tier */
    PURPOSE_SHADOW = 4,
    PURPOSE_GUARD = 5
};

enum call_state { CALL_SENT = 0, CALL_ANSWERED = 1, CALL_FAILED = 2, CALL_UNKNOWN = 3 };

const char *purpose_name(enum call_purpose p);  /* "first", … */
const char *call_state_name(enum call_state s); /* "sent", … */

/* Does a call of this purpose count into a ticket's published cost and attempts? */
static inline bool purpose_is_primary(enum call_purpose p)
{
    return p <= PURPOSE_ESCALATE;
}

/* Prices of one model at one time, picodollars a token. */
struct price {
    bool priced; /* false: amounts are PUSD_UNPRICED and the rates mean nothing */
    int64_t input, cached, cache_write, output;
    int32_t version; /* row of the ledger's price table; 0 = not yet stored */
};

#endif
