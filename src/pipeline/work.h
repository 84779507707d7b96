/* What the state machine moves: tickets in memory, and asks.
 *
 * A ticket is held by exactly one thing at a time: an ADMIT command, the packer, an ask, another
 * ticket it is a copy of, or the list of held ones. An ask is a pack on its way to an answer; it
 * may take several calls, each with an intent of its own. Inside of this room only.
 */
#ifndef TICKETMILL_PIPELINE_WORK_H
#define TICKETMILL_PIPELINE_WORK_H

#include "base/heap.h"
#include "batch/ladder.h"
#include "batch/pack.h"
#include "ledger/command.h"
#include "llm/client.h"
#include "ticket/decode.h"

struct mill;

struct ticket {
    struct list everyone;  /* mill.everyone */
    struct list node;      /* held list, or a copy in another ticket's `copies` */
    struct pack_item item; /* the packer's */
    struct record *record; /* owned */
    struct ticket_content content;
    uint8_t reuse_key[LEDGER_HASH_SIZE];
    uint8_t value_hash[LEDGER_HASH_SIZE];
    bool may_reuse;
    bool leads;         /* stands in mill.leaders under its reuse key */
    struct list copies; /* tickets that wait for this one's answer */
    int paid, unknowns;
    int outage;                /* mill.outages when the next two were counted */
    int outage_unknowns;       /* unknown calls since then */
    int64_t answers_mark;      /* mill.answers when the first of them was sent */
    int tier, step;            /* model = tiers[tier].models[step] */
    enum call_purpose purpose; /* of its next or current call */
    bool alone, cap_doubled, text_cut, next_provider_tried;
    int held_status; /* http status it was rejected with while held */
};

struct ask {
    struct mill *mill;
    struct list node;     /* in mill.asks */
    struct heap_node due; /* in mill.due while it waits */
    struct ticket **tickets;
    size_t n;
    enum call_purpose purpose;
    int model; /* index into config->models */
    int tier;
    int failures;  /* calls in a row that ended without anything to use */
    bool is_retry; /* next call needs a place in the retry budget */

    /* of the call at hand */
    char call_id[ID_SIZE];
    int64_t call_no; /* 0 = no call has been booked for the moves */
    char (*ids)[SHORT_ID_SIZE];
    struct slice *texts;
    struct buf body;
    int64_t reserved_pusd, token_cap, est_tokens;
    struct price price;
    int64_t sent_unix_us, sent_mono_us;
    int64_t answers_at_send; /* mill.answers */
    int attempt;
    struct llm_flight *flight;
    struct ladder_move *moves; /* per ticket, decided with the answer, acted on once it is booked */
    enum failure failure;
    int http_status;
    int64_t retry_after_us;
};

#endif
