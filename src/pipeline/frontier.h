/* How far a partition is finished: the offset that may be committed. Pure.
 *
 * Offsets are delivered in ascending order with gaps (control records, compaction). Each is open
 * until its terminal record is part of a transaction. The committable offset is the lowest open
 * one in order of *delivered* offsets, so a gap never holds it back.
 *
 * A transaction marks the offsets of its own rows as tentative: they count while its offsets are
 * worked out, and become done when it commits or open again when it aborts.
 */
#ifndef TICKETMILL_PIPELINE_FRONTIER_H
#define TICKETMILL_PIPELINE_FRONTIER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

struct frontier_slot;

struct frontier {
    int64_t position;            /* committable when nothing is held: last known done, exclusive */
    struct frontier_slot *slots; /* ring of delivered offsets, ascending */
    size_t head, count, cap;
    struct frontier_slot *early; /* published before they were delivered, ascending */
    size_t early_head, early_count, early_cap;
};

void frontier_init(struct frontier *f, int64_t start_offset);
void frontier_deinit(struct frontier *f);

/* The next delivered offset; done = nothing is left to publish for it. Offsets not above the last
 * delivered one are ignored. */
void frontier_deliver(struct frontier *f, int64_t offset, bool done);
/* Everything below `offset` has been delivered: the partition's EOF. */
void frontier_eof(struct frontier *f, int64_t offset);

/* An offset that was published by an earlier run and is yet to be delivered again. */
void frontier_published(struct frontier *f, int64_t offset);

/* The row of this offset goes into the transaction at hand; it may not have been delivered yet
 * (rows published again at start-up). */
void frontier_tentative(struct frontier *f, int64_t offset);
void frontier_commit(struct frontier *f); /* tentative → done */
void frontier_abort(struct frontier *f);  /* tentative → open */

/* What to commit, tentative offsets counted as done. */
int64_t frontier_offset(const struct frontier *f);
size_t frontier_open(const struct frontier *f); /* delivered and not done */

/* The finished offsets at or beyond frontier_offset, relative to it, as text of at most `max`
 * bytes: "" = none, "~" = does not fit. Form: runs `gap.length` in base 36, separated by ','. */
void frontier_done_set(const struct frontier *f, size_t max, struct buf *out);

/* Reads such a text back: calls fn for every offset. False when it is malformed or "~". */
bool frontier_parse_done_set(struct slice text, int64_t base,
                             void (*fn)(void *self, int64_t offset), void *self);

#endif
