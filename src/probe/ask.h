/* The calls a probe makes: small packs of made-up tickets in the form a run sends them. Pure. */
#ifndef TICKETMILL_PROBE_ASK_H
#define TICKETMILL_PROBE_ASK_H

#include "config/config.h"
#include "probe/seen.h"

#define ASK_SHORT_TOKENS 128 /* cap of a call with one ticket */
#define ASK_NO_MODEL     "ticketmill-probe-no-such-model"

struct ask {
    const struct config_model *model; /* with what the call is to differ in already changed */
    int64_t tokens;                   /* about as many are asked for, and at most as many allowed */
    bool stream;
    uint64_t nonce; /* makes the texts new, so that no cache of whole answers can help */
};

/* The tickets in a call that asks for so many tokens: 1 … 400. */
int ask_tickets(int64_t tokens);
/* The token cap: tokens, but not above the model's. */
int64_t ask_token_cap(const struct config_model *m, int64_t tokens);

/* Appends the body. ST_CONFIG: the model's extra_body cannot be sent. */
MUST_CHECK enum status ask_build(const struct ask *a, struct buf *out, struct fail *fail);

/* Is `content` an answer to one of these calls: an object with results, the first of them with the
 * id asked and a category that was named? *object: it is a JSON object at all. */
bool ask_is_answer(struct slice content, bool *object);

/* Changes *m as `relax` says; false when that changes nothing. */
bool ask_relax(struct config_model *m, enum probe_relax relax);

#endif
