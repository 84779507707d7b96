/* Published records read back: what a result or a dead letter says about its ticket. Pure; private
 * to this room. The counterpart of outrecord.h.
 */
#ifndef TICKETMILL_LEDGER_PUBLISHED_H
#define TICKETMILL_LEDGER_PUBLISHED_H

#include "base/arena.h"
#include "ledger/outrecord.h"

struct published {
    enum outrow_kind kind;
    struct slice topic; /* of the source record */
    int32_t partition;
    int64_t offset, seq;
    struct slice ledger_id, run_id, ticket_id, call_id; /* call_id: the last one; empty = none */
    struct out_totals totals;
    enum reason reason; /* dead letters */

    /* results */
    struct slice category, summary, language, model, provider, tier, prompt_version;
    uint8_t content_hash[SHA256_SIZE];
    int32_t confidence_ppm;
    uint32_t flags;
    bool reused, needs_review;
    int64_t classified_unix_us;
};

/* ST_BAD_JSON when it is not a record of ours. Slices are in the arena or borrowed. */
MUST_CHECK enum status published_result(struct slice value, struct arena *a, struct published *p);
MUST_CHECK enum status published_dead(struct slice headers, struct published *p);

#endif
