/* A record as read, and a record to be written: plain bytes, one allocation each.
 *
 * Headers travel as one encoded blob, so that rooms can hand them on and the ledger can store
 * them byte for byte; headers_next walks it.
 */
#ifndef TICKETMILL_MODEL_RECORD_H
#define TICKETMILL_MODEL_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/list.h"
#include "base/slice.h"
#include "model/pos.h"

/* As read from the source. */
struct record {
    struct pos pos;
    int64_t timestamp_unix_ms; /* -1 = none */
    struct slice key;          /* SLICE_NONE = null */
    struct slice value;        /* SLICE_NONE = null: a tombstone */
    struct slice headers;      /* encoded; empty when there are none */
};

/* Copies the slices into one block; mem_free ends it. */
struct record *record_new(struct pos pos, int64_t timestamp_unix_ms, struct slice key,
                          struct slice value, struct slice headers);

enum outrow_kind { OUTROW_RESULT = 0, OUTROW_DEAD = 1 };

/* A row of the outbox on its way to the publisher. */
struct outrow {
    struct list node;
    int64_t seq; /* ≥ 1, ascending in commit order, never reused within a ledger */
    enum outrow_kind kind;
    struct pos pos;            /* the source record whose terminal record this is */
    int64_t timestamp_unix_ms; /* -1 = let the producer choose */
    struct slice key, value, headers;
};

struct outrow *outrow_new(const struct outrow *from); /* deep copy in one block; mem_free */

/* Encoded headers: per header u32le name bytes, name, u32le value bytes (0xffffffff = null),
 * value. */
void headers_add(struct buf *b, struct slice name, struct slice value);
/* Reads the header at *at and moves on; false at the end (or when the blob is cut). */
bool headers_next(struct slice blob, size_t *at, struct slice *name, struct slice *value);
/* Last value under that name, SLICE_NONE when there is none. */
struct slice headers_find(struct slice blob, const char *name);

#endif
