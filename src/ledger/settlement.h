/* How a call ended and what becomes of its tickets: LOP_SETTLE and LOP_RESULT. Plain structs. */
#ifndef TICKETMILL_LEDGER_SETTLEMENT_H
#define TICKETMILL_LEDGER_SETTLEMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "model/call.h"
#include "model/pos.h"
#include "model/reason.h"
#include "model/record.h"
#include "model/verdict.h"

/* --- LOP_SETTLE: a call has ended ---------------------------------------------------------------
 *
 * Refused (ST_INTERNAL, nothing booked) unless the call is in flight, the items are exactly the
 * tickets of its intent in any order, the items' costs sum to the call's (all PUSD_UNPRICED when
 * the call is), FAILED costs 0 and UNKNOWN its reservation, and no ticket gets a second terminal
 * state. A result that its topic would not take becomes a dead letter (too_long): the row's kind
 * says what it came to.
 *
 * Shadow and guard calls may hold tickets in any state and leave them as they are: neither sums nor
 * attempts move, and an item with SHARE_COMPARED is kept as an opinion, which view
 * comparison sets beside the result. Their cost and shares are booked like any other call's. */

/* Stored in table share: never renumber. */
enum share_outcome {
    SHARE_ACCEPTED = 0, /* gave the ticket its result */
    SHARE_MISSING = 1,  /* the answer did not have it */
    SHARE_INVALID = 2,  /* an item that breaks the rules */
    SHARE_CONFLICT = 3, /* several different items */
    SHARE_UNPARSED = 4, /* the whole answer was no use */
    SHARE_UNKNOWN = 5,  /* the call may have been billed; cost_pusd = share of the reservation */
    SHARE_NOTHING = 6,  /* the call ended unbilled */
    SHARE_COMPARED = 7, /* shadow and guard: looked at, not published */
    SHARE_ESCALATED = 8 /* valid, but of low confidence: asked again elsewhere */
};

struct settle_item {
    struct pos pos;
    enum share_outcome outcome;
    int32_t slot; /* the ticket's place in the pack as it was sent, from 0 */
    int64_t input_tokens, cached_tokens, output_tokens;
    int64_t cost_pusd; /* of an answered call: settled share; of an unknown one: of the reservation;
                          PUSD_UNPRICED without a price */
    struct slice raw_item; /* text of the ticket's item in the answer, if any */
    bool counts;           /* an answered primary call: attempts + 1 */

    /* What becomes of the ticket in the same transaction; shadow and guard calls: SETTLE_OPEN. */
    enum { SETTLE_OPEN, SETTLE_RESULT, SETTLE_DEAD } then;
    struct verdict verdict;  /* SETTLE_RESULT or SHARE_COMPARED; category names it in words */
    struct slice category;   /* likewise */
    bool needs_review;       /* SETTLE_RESULT; the ledger ORs in `flags != 0` */
    int64_t verdict_call_no; /* SETTLE_RESULT: 0 = this call's verdict; else of an earlier one of
                                the ticket, as in struct result_item */
    enum reason reason;      /* SETTLE_DEAD */
    struct slice detail;     /* SETTLE_DEAD */
    const struct record *record; /* borrowed, outlives the command */
};

struct ledger_settle {
    int64_t call_no;       /* as given by LOP_INTENT */
    enum call_state state; /* ANSWERED, FAILED, UNKNOWN */
    enum failure cause;
    int32_t http_status; /* 0 = none */
    struct usage usage;
    int64_t cost_pusd; /* 0 for FAILED, the reservation for UNKNOWN, PUSD_UNPRICED */
    int64_t answered_unix_us, latency_us;
    struct slice finish_reason, served_model, request_id, provider_code, message;
    struct slice raw_answer; /* content as received, SLICE_NONE = not kept */
    uint32_t flags;          /* of the call: FLAG_USAGE_*, FLAG_SALVAGED, FLAG_ABOVE_RESERVATION */
};

/* --- LOP_RESULT: tickets that end with the answer of a call settled before -----------------------
 *
 * That call must be an answered primary one that contained the ticket; call id, model, provider,
 * tier and prompt of the result are its. ST_INTERNAL otherwise. */

struct result_item {
    struct pos pos;
    int64_t verdict_call_no;
    struct verdict verdict;
    struct slice category;
    bool needs_review;           /* as in settle_item */
    const struct record *record; /* borrowed, outlives the command */
};

#endif
