/* Checks what a model answered, ticket by ticket, and keeps every item that is beyond doubt.
 *
 * Content comes from outside and may be anything. Items are matched by id only, never by position,
 * and never repaired. What is broken costs only the items it touches: invalid UTF-8, \u0000, a lone
 * surrogate, deep nesting or a cut end void the item they stand in.
 *
 * Where the items are looked for, the first place that names one of our ids wins:
 * 1. leading white space and <think>…</think> are dropped (unclosed: all of it);
 * 2. the whole is {"results":[…]};
 * 3. the first balanced value in it, prose and fences around it ignored, that is such an object, an
 *    array of items, or an object from id to item (bare or under "results");
 * 4. every complete object anywhere that carries one of our ids. (Inside a string none can stand:
 * its quotes are escaped there. Nor inside an item that broke off.) Anything but plain 2 sets
 * `salvaged`; beyond ANSWER_SALVAGE_MAX bytes such an answer is not looked
 * at, which bounds the time a hostile one can take.
 *
 * Rules for an item (complete, with contract section 4): an id that was sent, once (repeats with
 * the same verdict collapse, others void both); none of id, category, confidence, summary twice;
 * category: a string, equal to a configured one, or equal to exactly one of them after trimming
 * and ASCII case folding; confidence: a JSON number 0 … 1, above 1 up to 100 is read as percent and
 * flagged; summary: a string; white space and controls fold to single spaces; not blank; above
 * summary_chars code points it is cut and flagged; a URL in it must stand in its ticket's text.
 * With summary_chars 0 the summary is not looked at and "" is taken. Pure. */
#ifndef TICKETMILL_BATCH_ANSWER_H
#define TICKETMILL_BATCH_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/slice.h"
#include "batch/ids.h"
#include "config/config.h"
#include "model/verdict.h"

#define ANSWER_SALVAGE_MAX ((size_t)256 * 1024)

struct answer_rules {
    const struct config_category *categories;
    int category_count;
    int64_t summary_chars; /* 0 = none asked for */
};

/* What was sent, slot by slot. */
struct answer_sent {
    const char (*ids)[SHORT_ID_SIZE];
    const struct slice *texts; /* as sent; looked at for URLs */
    size_t n;                  /* 1 … PACK_TICKETS_LIMIT */
};

enum slot_state {
    SLOT_MISSING, /* no item with its id */
    SLOT_VALID,
    SLOT_INVALID, /* there is one, it breaks a rule: `fault` */
    SLOT_CONFLICT /* several that say different things */
};

/* X(id, name): which rule an item broke; the name goes to the ledger's share rows. */
#define ITEM_FAULT_LIST(X)                                                                         \
    X(ITEM_OK, "ok")                                                                               \
    X(ITEM_DUPLICATE_KEY, "duplicate_key")                                                         \
    X(ITEM_NO_CATEGORY, "no_category") /* absent, not a string, or not readable */                 \
    X(ITEM_UNKNOWN_CATEGORY, "unknown_category")                                                   \
    X(ITEM_NO_CONFIDENCE, "no_confidence") /* absent or not a number */                            \
    X(ITEM_CONFIDENCE_RANGE, "confidence_range")                                                   \
    X(ITEM_NO_SUMMARY, "no_summary") /* absent, not a string, blank, or not readable */            \
    X(ITEM_FOREIGN_URL, "foreign_url")

enum item_fault {
#define X(id, name) id,
    ITEM_FAULT_LIST(X)
#undef X
        ITEM_FAULT_COUNT
};

struct answer_slot {
    enum slot_state state;
    enum item_fault fault;  /* SLOT_INVALID */
    struct verdict verdict; /* SLOT_VALID; flags: percent, summary_cut */
    struct slice raw_item;  /* text of the first item with this id, within content; empty when
                               missing. Its length weighs the ticket's share of the output */
};

struct answer {
    struct answer_slot *slots; /* in the arena */
    size_t n;                  /* as sent */
    size_t valid;              /* slots that are SLOT_VALID */
    size_t foreign;            /* items without an id of ours */
    size_t duplicates;         /* items beyond the first of an id */
    bool blank;                /* nothing but white space (and thoughts) */
    bool parsed;               /* at least one item carried one of our ids */
    bool salvaged;
};

/* Never fails: an answer without any use has every slot SLOT_MISSING. Summaries live in the arena,
 * raw items in content. */
void answer_check(const struct answer_rules *rules, const struct answer_sent *sent,
                  struct slice content, struct arena *a, struct answer *out);

const char *slot_state_name(enum slot_state s); /* "missing", "valid", "invalid", "conflict" */
const char *item_fault_name(enum item_fault f);

#endif
