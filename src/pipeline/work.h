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
#include "pipeline/providers.h"
#include "route/budget.h"
#include "route/plan.h"
#include "ticket/decode.h"

struct mill;

/* An answer that was good but not sure enough: published when a further tier has no better one. */
struct kept_answer {
    int64_t call_no; /* 0 = there is none */
    struct verdict verdict;
    char *summary; /* memory of verdict.summary */
};

struct ticket {
    struct list everyone;  /* mill.everyone, or mill.compared */
    struct list node;      /* held list, or a copy in another ticket's `copies` */
    struct pack_item item; /* the packer's */
    struct record *record; /* owned */
    struct ticket_content content;
    struct {          /* what a provider that redacts gets to see; made with the text (private.c) */
        char *text;   /* NULL = as it is */
        char *counts; /* places by kind, as JSON; NULL = none */
        size_t n;
        bool withheld; /* nothing: redaction gave up */
    } redacted;
    uint8_t reuse_key[LEDGER_HASH_SIZE];
    uint8_t value_hash[LEDGER_HASH_SIZE];
    bool may_reuse;
    bool leads;         /* stands in mill.leaders under its reuse key */
    struct list copies; /* tickets that wait for this one's answer */
    int paid, unknowns;
    int outage;                    /* mill.outages when the next two were counted */
    int outage_unknowns;           /* unknown calls since then */
    int unknown_at;                /* endpoint number of the last of them … */
    int64_t unknown_since_mono_us; /* … and when the first in a row there was sent */

    struct plan_choice choice;
    int tier, step;            /* model = the plan's tier, models[step] or one behind it */
    enum call_purpose purpose; /* of its next or current call */
    int mirror;                /* tier that is asked as well, for comparison; -1 = none */
    bool guarded;              /* chosen to be asked again alone */
    bool compared; /* a copy of the text for a shadow or guard call: no ticket of the run's own */
    bool alone, cap_doubled, text_cut, next_provider_tried, escalated;
    struct kept_answer kept;
    int held_status, held_model; /* http status it was rejected with while held, and by which */
};

/* Work that looks for the same models; its asks and packs leave in order. */
struct line {
    int tier, step;
    bool vision, compared;
    struct list ready;     /* asks that may be sent, struct ask.ready */
    int64_t again_mono_us; /* nothing can be sent before, unless a call ends */
    enum wall wall;        /* the budget that its next call does not fit into */
    bool never;            /* no model is left for it */
};

struct ask {
    struct mill *mill;
    struct list node;     /* in mill.asks */
    struct heap_node due; /* in mill.due while it waits for its time */
    struct list ready;    /* in line->ready while it waits for a place */
    struct line *line;
    struct ticket **tickets;
    size_t n;
    enum call_purpose purpose;
    int failures;               /* calls in a row that ended without anything to use … */
    int throttled;              /* … of them because of too many others */
    int failed_at, failed_here; /* endpoint number of the last failure; in a row there */
    uint64_t avoid;             /* endpoints that failed it, as in struct pick */
    bool is_retry;              /* next call needs a place in the retry budget */
    bool stranded;              /* waits although it fits only models that are off */

    /* of the call at hand */
    struct picked_place at;
    char call_id[ID_SIZE];
    int64_t call_no; /* 0 = no call has been booked for the moves */
    char (*ids)[SHORT_ID_SIZE];
    struct slice *texts;
    struct buf body;
    struct budget_slip slip;
    int64_t reserved_pusd, token_cap;
    int64_t bound_ppm;   /* factor that is in reserved_pusd */
    int64_t est_tokens;  /* of the messages, uncorrected */
    int64_t pace_tokens; /* both ways, as taken from gate and pace */
    struct price price;
    int64_t sent_unix_us, sent_mono_us;
    int attempt;
    struct llm_flight *flight;
    struct ladder_move *moves; /* per ticket, decided with the answer, acted on once it is booked */
    enum failure failure;
    int http_status;
    int64_t retry_after_us;
};

#endif
