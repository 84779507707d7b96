/* The figures of a run's end. The ledger's own thread, or the main thread once that has ended. */
#ifndef TICKETMILL_LEDGER_AUDIT_H
#define TICKETMILL_LEDGER_AUDIT_H

#include "ledger/ledger.h"

/* The run's books at its end, for the audit and the summary; counts of this run's tickets. */
struct ledger_audit {
    int64_t tickets, results, dead, skipped, pending; /* whole ledger, this shard's sources */
    int64_t adopted; /* of tickets: terminal in an earlier ledger */
    int64_t reused;  /* of results */
    int64_t outbox_published, outbox_unpublished;
    int64_t calls_answered, calls_failed, calls_unknown, calls_sent;
    int64_t cost_pusd, unknown_pusd; /* Σ answered calls, Σ reservations of unknown ones */
    int64_t share_pusd;              /* Σ shares: the sum of both when the books are straight */
    int64_t run_results, run_dead, run_skipped, run_reused;
    int64_t run_extra_pusd; /* of run_cost_pusd: shadow and guard, in no ticket's cost */
    int64_t run_cost_pusd, run_unknown_pusd, run_input_tokens, run_cached_tokens, run_output_tokens;
};
MUST_CHECK enum status ledger_audit(struct ledger *l, struct ledger_audit *out, struct fail *fail);

#endif
