/* The figures of a run's end. The ledger's own thread, or the main thread once that has ended. */
#ifndef TICKETMILL_LEDGER_AUDIT_H
#define TICKETMILL_LEDGER_AUDIT_H

#include "ledger/ledger.h"

/* The books at a run's end, for the audit and the summary. Those without run_ are of all runs
 * behind the last one that ledger_audit_good was told of: of a run that died too. */
struct ledger_audit {
    int64_t tickets, results, dead, skipped, pending;
    int64_t calls_answered, calls_failed, calls_unknown;
    int64_t cost_pusd, unknown_pusd; /* Σ answered calls, Σ reservations of unknown ones */
    int64_t share_pusd;              /* Σ shares: the sum of both when the books are straight */
    int64_t run_results, run_dead, run_skipped, run_reused;
    int64_t run_extra_pusd; /* of run_cost_pusd: shadow and guard, in no ticket's cost */
    int64_t run_cost_pusd, run_unknown_pusd, run_input_tokens, run_cached_tokens, run_output_tokens;
    int64_t outbox_unpublished, calls_sent; /* of the whole ledger */
};
MUST_CHECK enum status ledger_audit(struct ledger *l, struct ledger_audit *out, struct fail *fail);

/* The books of all runs up to this one are straight and will not change: the next audit begins
 * behind it. `ledger verify` reads all of them. */
MUST_CHECK enum status ledger_audit_good(struct ledger *l, struct fail *fail);

#endif
