/* What happens next to a ticket after a call that contained it: a pure table.
 *
 * At most LADDER_PAID_MAX paid attempts a ticket, the last one always alone. Only answered calls
 * count as paid; outages and throttling leave a ticket as it was. The usual way down for bad
 * answers: together again → alone → alone on the next model → dead. */
#ifndef TICKETMILL_BATCH_LADDER_H
#define TICKETMILL_BATCH_LADDER_H

#include <stdbool.h>
#include <stddef.h>

#include "batch/answer.h"
#include "model/call.h"
#include "model/failure.h"
#include "model/reason.h"

#define LADDER_PAID_MAX      4
#define LADDER_UNKNOWN_ALONE 2 /* unknown calls after which a ticket goes alone */
#define LADDER_UNKNOWN_MAX   4 /* and after which it is dead, if the endpoint answers others */

/* What the call came to for one ticket. */
enum ladder_outcome {
    OUTCOME_VALID,
    OUTCOME_MISSING,
    OUTCOME_INVALID,
    OUTCOME_CONFLICT,
    OUTCOME_BAD_ANSWER, /* nothing of the whole answer could be used */
    OUTCOME_TRUNCATED,  /* cut at the token cap before this ticket's item */
    OUTCOME_REFUSED,    /* the model's refusal (paid) */
    OUTCOME_FILTERED,   /* 200 that ended in the provider's content filter (paid) */
    OUTCOME_POLICY,     /* the same as an error (free) */
    OUTCOME_OVERSIZE,   /* free */
    OUTCOME_REJECTED,   /* another 4xx (free) */
    OUTCOME_UNKNOWN,    /* maybe billed: timeout, reset, crash */
    OUTCOME_NOT_TRIED,  /* not sent, throttled, server error, key, money: free, no fault of its own
                         */
    OUTCOME_COUNT
};

/* From how the call ended and what the answer check says of the ticket. FAIL_CONFIG stops the
 * model, not the ticket: OUTCOME_NOT_TRIED. */
enum ladder_outcome ladder_outcome(enum failure f, enum slot_state slot);

struct ladder_ticket {
    int paid;               /* answered calls that contained it, this one included */
    int unknowns;           /* unknown calls that contained it, this one included */
    enum call_purpose last; /* of this call; primary ones only */
    size_t pack_size;       /* tickets in this call */
    bool has_next_model;    /* another model or tier is left to escalate to */
    bool has_next_provider; /* another provider is left that was not asked because of policy */
    bool next_provider_tried;
    bool cap_doubled;      /* its token cap was doubled before */
    bool text_cut;         /* it was cut for an oversize answer before */
    bool endpoint_answers; /* the endpoint has answered other tickets meanwhile */
    bool rejected_alike;   /* another ticket, alone, was rejected with the same code */
};

enum ladder_step {
    LADDER_DONE,
    LADDER_AGAIN,         /* as it was: nothing was learned about the ticket */
    LADDER_REASK,         /* with the others that are missing */
    LADDER_HALVE,         /* in packs of half the size */
    LADDER_BISECT,        /* likewise, to find the one that offends */
    LADDER_SOLO,          /* alone on the model it is at */
    LADDER_DOUBLE_CAP,    /* alone with twice the token cap */
    LADDER_CUT_ONCE,      /* alone with half its text (ticket/text.h) */
    LADDER_NEXT_PROVIDER, /* alone at another provider */
    LADDER_ESCALATE,      /* alone on the next model or tier */
    LADDER_HOLD,          /* wait until another ticket is answered (then it is dead: refused) or
                             rejected alike (then it is the configuration); none left: dead */
    LADDER_STOP_MODEL,    /* the model's configuration is wrong: stop it, the ticket stays */
    LADDER_DEAD
};

struct ladder_move {
    enum ladder_step step;
    enum reason reason;        /* LADDER_DEAD; else REASON_NONE */
    enum call_purpose purpose; /* of the next call; `last` where the step makes none */
    size_t pack_limit;         /* the most tickets that call may hold; 0 where there is none */
};

struct ladder_move ladder_next(enum ladder_outcome o, const struct ladder_ticket *t);

const char *ladder_step_name(enum ladder_step s); /* "reask", … */

#endif
