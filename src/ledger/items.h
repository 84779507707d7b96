/* What the commands of command.h are about: records, calls, settlements. Plain structs. */
#ifndef TICKETMILL_LEDGER_ITEMS_H
#define TICKETMILL_LEDGER_ITEMS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/sha256.h"
#include "ledger/settlement.h"
#include "model/call.h"
#include "model/pos.h"

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
    struct slice route;     /* "label > tier": the route's label and the tier that is used */
    uint8_t content_hash[SHA256_SIZE];
    struct slice prompt_version; /* an answer kept for it is taken up if it is of this one */
    bool may_reuse;              /* false: reuse off, replay, or --no-reuse */
    uint8_t reuse_key[LEDGER_HASH_SIZE];
    int64_t reuse_since_unix_us; /* answers older than this are not taken */
    struct slice customer;       /* field to report by; NONE = none */
    struct slice redacted;       /* JSON: places hidden, by kind; NONE = none */
    uint32_t flags;              /* FLAG_TEXT_CUT */
    enum reason reason;          /* ADMIT_DEAD */
    struct slice detail;         /* ADMIT_DEAD: human text, no ticket text */
    const struct record *record; /* ADMIT_DEAD, and headers for traceparent of a reuse:
                                    borrowed, outlives the command */
    /* out */
    enum admit_outcome outcome;
    int32_t attempts, unknowns; /* so far, of a resumed ticket */
    int64_t kept_call_no;       /* of an answer that a further tier was to better; 0 = none … */
    struct slice kept_item;     /* … its item, in the command's arena */
    uint32_t kept_flags;        /* … and the flags of its call */
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

/* --- LOP_OUTAGE: an endpoint is not asked any more, or again -------------------------------------
 *
 * For the history of availability; no money depends on it. What is open when the run ends is
 * closed then, after a crash by the next run's start at the time of the last call. */

struct ledger_outage {
    int64_t outage_no; /* in: 0 = begins; else the one that ends. out: its number */
    struct slice provider, endpoint, cause; /* begins: cause "breaker", "region", "key", "money" */
    int64_t at_unix_us;                     /* begins or ends */
};

#endif
