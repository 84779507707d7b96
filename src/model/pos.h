/* Where a ticket came from: the primary key of everything that is known about it. */
#ifndef TICKETMILL_MODEL_POS_H
#define TICKETMILL_MODEL_POS_H

#include <stdbool.h>
#include <stdint.h>

struct pos {
    int32_t source;    /* the ledger's number of the topic or file (table source) */
    int32_t partition; /* ≥ 0 */
    int64_t offset;    /* ≥ 0 */
};

static inline bool pos_eq(struct pos a, struct pos b)
{
    return a.offset == b.offset && a.partition == b.partition && a.source == b.source;
}

#endif
