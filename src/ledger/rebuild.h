/* A new ledger from what the old one published: results and dead letters together are complete.
 *
 * The caller reads both topics (all of their history, in any order) and gives every record; of
 * one position the first counts. Costs of a ticket's earlier calls are booked to the call that
 * ended it, because a result names only that one. What was answered but never published is lost
 * with the old ledger. One thread.
 */
#ifndef TICKETMILL_LEDGER_REBUILD_H
#define TICKETMILL_LEDGER_REBUILD_H

#include <stdbool.h>

#include "base/clock.h"
#include "base/random.h"
#include "model/record.h"

struct ledger_rebuild;

/* Makes the ledger under another name beside `path`; ST_LEDGER_STATE when `path` exists and is
 * anything but a ledger without tickets (as a refused start leaves it), ST_LOCKED when somebody
 * uses it. old_ledger_id and committed_seq come from the committed offsets' metadata ("" and 0
 * without any). */
MUST_CHECK enum status ledger_rebuild_begin(const char *path, const struct clock *clock,
                                            const char *old_ledger_id, int64_t committed_seq,
                                            struct ledger_rebuild **out, struct fail *fail);

/* A record of the results or the dead letter topic. ST_BAD_JSON when it is not one of ours:
 * skipped, the caller counts. */
MUST_CHECK enum status ledger_rebuild_add(struct ledger_rebuild *r, enum outrow_kind kind,
                                          struct slice key, struct slice value,
                                          struct slice headers, struct fail *fail);

struct ledger_rebuilt {
    char ledger_id[ID_SIZE]; /* of the new ledger */
    int64_t results, dead, duplicates;
    int64_t old_last_seq; /* highest of the old ledger's records found; 0 = none */
    int64_t missing;      /* of the old ledger's 1 … committed_seq, not found */
};

/* Completes it and gives it its name. ST_LEDGER_STATE when records of the old ledger are missing
 * and `incomplete_ok` is false: *out is filled all the same, nothing is left on disk. Frees r in
 * every case. */
MUST_CHECK enum status ledger_rebuild_end(struct ledger_rebuild *r, bool incomplete_ok,
                                          struct ledger_rebuilt *out, struct fail *fail);
void ledger_rebuild_cancel(struct ledger_rebuild *r); /* leaves nothing; takes NULL */

#endif
