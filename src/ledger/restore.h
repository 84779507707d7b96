/* One published record into a ledger that is being rebuilt. Private to this room. */
#ifndef TICKETMILL_LEDGER_RESTORE_H
#define TICKETMILL_LEDGER_RESTORE_H

#include "base/map.h"
#include "ledger/books.h"
#include "ledger/published.h"

/* Numbers already given in the new ledger. */
struct restore {
    struct ledger *ledger;    /* borrowed */
    struct map *calls, *runs; /* id -> number of the row */
    struct arena *arena;      /* of the record at hand */
};

/* Adds ticket, shares, call and result; *fresh false: its position was known, nothing added. */
MUST_CHECK enum status restore_record(struct restore *r, const struct published *p, bool *fresh,
                                      struct fail *fail);

#endif
