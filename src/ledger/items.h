/* What the commands of command.h are about: records, calls, settlements. Plain structs. */
#ifndef TICKETMILL_LEDGER_ITEMS_H
#define TICKETMILL_LEDGER_ITEMS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/sha256.h"
#include "model/call.h"
#include "model/pos.h"
#include "model/reason.h"
#include "model/record.h"
#include "model/verdict.h"

#define LEDGER_HASH_SIZE 16 /* leading bytes of a SHA-256 */

/* --- LOP_ADMIT: records in the order they were delivered ---------------------------------- */

enum admit_kind {
    ADMIT_TICKET, /* decoded, wants classification */
    ADMIT_SKIP,   /* tombstone */
    ADMIT_DEAD,   /* cannot be decoded, or a crash suspect: dead letter at once */
    ADMIT_EOF     /* pos.offset = the partition's EOF offset; nothing is stored */
};

enum admit_outcome {
    ADMITTED_NEW,     /* to be worked on (first seen, or seen before without a terminal state) */
    ADMITTED_DONE,    /* has its terminal record already: nothing to do */
    ADMITTED_CHANGED, /* the ledger knows this offset with another value hash: not this topic's */
    ADMITTED_REUSED,  /* an answer with the same reuse key was taken; its row is in `rows` */
    ADMITTED_CLOSED /* this command itself gave the terminal state (skip, dead); dead: in `rows` */
};

/* Key under which an answer may be taken for a copy of the ticket. own_id: the ticket's own id or
 * the record's key, SLICE_NONE when it has neither. Pure. */
void ledger_reuse_key(struct slice own_id, const uint8_t content_hash[SHA256_SIZE],
                      struct slice prompt_version, struct slice tier,
                      uint8_t out[LEDGER_HASH_SIZE]);

struct admit_item {
    /* in */
    enum admit_kind kind;
    struct pos pos;
    int64_t record_unix_ms;
    uint8_t value_hash[LEDGER_HASH_SIZE];
    struct slice ticket_id; /* as published (with the fall-backs applied) */
    struct slice language;  /* tag for the result */
    uint8_t content_hash[SHA256_SIZE];
    bool may_reuse; /* false: reuse off, replay, or --no-reuse */
    uint8_t reuse_key[LEDGER_HASH_SIZE];
    int64_t reuse_since_unix_us; /* answers older than this are not taken */
    uint32_t flags;              /* FLAG_TEXT_CUT */
    enum reason reason;          /* ADMIT_DEAD */
    struct slice detail;         /* ADMIT_DEAD: human text, no ticket text */
    const struct record *record; /* ADMIT_DEAD, and headers for traceparent of a reuse:
                                    borrowed, outlives the command */
    /* out */
    enum admit_outcome outcome;
    int32_t attempts, unknowns; /* so far, of a resumed ticket */
};

/* --- LOP_INTENT: a call is about to be sent -------------------------------------------------- */

struct ledger_call {
    char call_id[ID_SIZE];
    enum call_purpose purpose;
    struct slice model, provider, endpoint, tier, prompt_version;
    int64_t reserved_pusd; /* upper bound; PUSD_UNPRICED when the model has no price */
    int32_t price_version; /* row of table price, 0 = unpriced */
    int64_t token_cap;
    int64_t sent_unix_us;
    int32_t attempt; /* 1 = first try of this pack, 2 = first retry, … */
};

/* --- LOP_SETTLE: a call has ended ---------------------------------------------------------------
 *
 * Refused (ST_INTERNAL, nothing booked) unless the call is in flight, the items are exactly the
 * tickets of its intent in any order, the items' costs sum to the call's (all PUSD_UNPRICED when
 * the call is), FAILED costs 0 and UNKNOWN its reservation, and no ticket gets a second terminal
 * state. A result that its topic would not take becomes a dead letter (too_long): the row's kind
 * says what it came to. */

/* Stored in table share: never renumber. */
enum share_outcome {
    SHARE_ACCEPTED = 0, /* gave the ticket its result */
    SHARE_MISSING = 1,  /* the answer did not have it */
    SHARE_INVALID = 2,  /* an item that breaks the rules */
    SHARE_CONFLICT = 3, /* several different items */
    SHARE_UNPARSED = 4, /* the whole answer was no use */
    SHARE_UNKNOWN = 5,  /* the call may have been billed; cost_pusd = share of the reservation */
    SHARE_NOTHING = 6,  /* the call ended unbilled */
    SHARE_COMPARED = 7  /* shadow and guard: looked at, not published */
};

struct settle_item {
    struct pos pos;
    enum share_outcome outcome;
    int64_t input_tokens, cached_tokens, output_tokens;
    int64_t cost_pusd; /* of an answered call: settled share; of an unknown one: of the reservation;
                          PUSD_UNPRICED without a price */
    struct slice raw_item; /* text of the ticket's item in the answer, if any */
    bool counts;           /* an answered primary call: attempts + 1 */

    /* What becomes of the ticket in the same transaction. */
    enum { SETTLE_OPEN, SETTLE_RESULT, SETTLE_DEAD } then;
    struct verdict verdict;      /* SETTLE_RESULT; category names the index in `categories` */
    struct slice category;       /* SETTLE_RESULT */
    bool needs_review;           /* SETTLE_RESULT; the ledger ORs in `flags != 0` */
    enum reason reason;          /* SETTLE_DEAD */
    struct slice detail;         /* SETTLE_DEAD */
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

/* --- LOP_DEAD: tickets that end without a call --------------------------------------------------
 */

struct dead_item {
    struct pos pos;
    enum reason reason;
    struct slice detail;
    const struct record *record; /* borrowed, outlives the command */
};

/* --- LOP_END: the run is over --------------------------------------------------------------------
 */

struct ledger_end {
    int exit_code;
    struct slice stopped_by; /* "done", "limit", "signal", "stall", … */
    int64_t ended_unix_us;
};

#endif
