/* Archives: one file that holds what several ledgers hold, for reports and look-ups.
 *
 * For shards, for ledgers of earlier years, for copies of a ledger that has grown since. An archive
 * is a ledger file that no run may work on; it says so in table meta. Merging the same ledger
 * again adds nothing, a newer copy adds what is new.
 */
#ifndef TICKETMILL_LEDGER_MERGE_H
#define TICKETMILL_LEDGER_MERGE_H

#include "base/clock.h"
#include "ledger/ledger.h"

struct ledger_merged {
    char ledger_id[ID_SIZE];         /* of the ledger taken over */
    int64_t calls, tickets, results; /* of it, as they are in the archive now */
    int64_t cost_pusd, unknown_pusd; /* Σ settled, Σ reservations of unknown calls */
    int64_t before[2], after[2];     /* calls and tickets in the archive */
};

/* Opens the archive, making it when there is none. ST_LEDGER_STATE: the file is the ledger of a
 * worker. Otherwise as ledger_open. Closed by ledger_close. */
MUST_CHECK enum status ledger_open_archive(const char *path, const struct clock *clock,
                                           struct ledger **out, struct fail *fail);

/* Takes one ledger over, in one transaction: all of it or nothing. It is only read, a worker may go
 * on with it. ST_LOCKED: it has calls in flight, of a run that is on or died. ST_LEDGER_STATE: no
 * ledger, another schema, of another cluster or group than the archive's, or its calls stand in
 * the archive with other costs. */
MUST_CHECK enum status ledger_merge(struct ledger *archive, const char *path,
                                    struct ledger_merged *out, struct fail *fail);

#endif
