/* The records that leave: results and dead letters, byte by byte. Contract sections 2 and 3.
 * Pure; private to this room. All slices are borrowed.
 */
#ifndef TICKETMILL_LEDGER_OUTRECORD_H
#define TICKETMILL_LEDGER_OUTRECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/random.h"
#include "base/sha256.h"
#include "model/reason.h"
#include "model/record.h"

/* Sums over a ticket's first, reask, solo and escalate calls. */
struct out_totals {
    int32_t attempts;
    int64_t input_tokens, cached_tokens, output_tokens;
    int64_t cost_pusd; /* PUSD_UNPRICED when any share had no price */
    int64_t cost_unknown_pusd;
};

struct out_result {
    struct pos pos;
    struct slice source; /* name of the topic or file */
    struct slice ticket_id, category, summary, language;
    struct slice model, provider, tier, prompt_version, call_id, run_id, ledger_id;
    int32_t confidence_ppm;
    bool reused, needs_review;
    uint32_t flags;
    struct out_totals totals;
    struct slice content_hash; /* SHA256_SIZE bytes; NONE prints null */
    int64_t seq, classified_unix_us;
};

/* Appends the JSON value. All texts are valid UTF-8. */
void outrecord_result(struct buf *value, const struct out_result *r);

/* Appends those of the input's headers that a result carries on (traceparent, tracestate), and the
 * campaign's name unless it is NULL. */
void outrecord_result_headers(struct buf *headers, struct slice input, const char *campaign);

struct out_dead {
    const struct record *record;
    struct slice source, ticket_id; /* ticket_id NONE = not known */
    enum reason reason;
    struct slice detail; /* human text; cut at 1,024 bytes */
    struct out_totals totals;
    struct slice run_id, ledger_id;
    struct slice call_ids; /* separated by commas */
    const char *campaign;  /* NULL = none */
    int64_t seq;
};

/* Fills key, value and timestamp of `row` (borrowed from the record) and appends its headers.
 * What exceeds max_bytes is cut in this order until it fits: value to 64 KiB, the input's
 * headers, value further, key; header ticketmill-truncated names what was cut. */
void outrecord_dead(struct outrow *row, struct buf *headers, const struct out_dead *d,
                    int64_t max_bytes);

/* Upper bound of what one record takes in a batch of its own (the unit of max.message.bytes). */
int64_t outrecord_wire_bytes(struct slice key, struct slice value, struct slice headers);

#endif
