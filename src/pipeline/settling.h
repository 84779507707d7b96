/* A call that has ended while it is being booked: settle.c's money, outcome.c's tickets. */
#ifndef TICKETMILL_PIPELINE_SETTLING_H
#define TICKETMILL_PIPELINE_SETTLING_H

#include "batch/answer.h"
#include "pipeline/state.h"

/* Lives for as long as the reply is at hand. */
struct settling {
    struct mill *m;
    struct ask *a;
    const struct llm_reply *reply;
    struct ledger_cmd *cmd;
    struct usage usage;
    struct answer answer;
    bool checked; /* answer is filled */
};

/* Everything of item i but its share of money and tokens; decides a->moves[i]. The call itself must
 * be booked in the command. */
void settling_item(struct settling *s, size_t i, struct settle_item *it);

#endif
