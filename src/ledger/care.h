/* Care of a ledger that grows: forgetting what its time is over for, or what somebody has a right
 * to have erased. Deleted bytes are overwritten (secure_delete). Thread rules as in ledger.h. */
#ifndef TICKETMILL_LEDGER_CARE_H
#define TICKETMILL_LEDGER_CARE_H

#include "ledger/ledger.h"

/* Forgets texts of answers and items of calls sent before answers_unix_us, and published rows of
 * the outbox made before outbox_unix_us. Sums and results stay. In steps of a transaction each, for
 * at most budget_us (monotonic): what is left is the next night's. */
MUST_CHECK enum status ledger_prune(struct ledger *l, int64_t answers_unix_us,
                                    int64_t outbox_unix_us, int64_t budget_us, struct fail *fail);

/* Takes tickets with all that belongs to them, and calls, of runs that began before a time, up to
 * the last of them that left nothing pending. What calls came to stays in table past; calls wait as
 * long as a ticket that stays had a part in one of them. In steps and within budget_us like the
 * above. */
MUST_CHECK enum status ledger_prune_rows(struct ledger *l, int64_t before_unix_us,
                                         int64_t budget_us, struct fail *fail);

/* Notes with the current run how large the file is, and its figures (JSON, for comparisons). */
MUST_CHECK enum status ledger_note_run(struct ledger *l, struct slice figures, struct fail *fail);

/* What was erased of a ticket. */
struct ledger_forgotten {
    int64_t tickets; /* positions that had the id, copies included */
    int64_t answers; /* raw answers of calls they were in, neighbours' items with them */
    int64_t records; /* published records that were still kept */
};

/* Erases what texts of a ticket and what names it: id (replaced by a hash of it), summary, answers,
 * kept records, content hash, customer, label; also summaries of copies that took its answer. What
 * it cost, its category and that it is finished stay. Everything is overwritten in file and log.
 * ST_NOT_FOUND: no ticket of that id. ST_LOCKED: one of them is not finished or not published yet;
 * nothing is changed then. */
MUST_CHECK enum status ledger_forget(struct ledger *l, struct slice ticket_id,
                                     struct ledger_forgotten *out, struct fail *fail);

#endif
