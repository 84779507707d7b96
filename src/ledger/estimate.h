/* Keeping what a run was expected to cost, to set it beside what came. */
#ifndef TICKETMILL_LEDGER_ESTIMATE_H
#define TICKETMILL_LEDGER_ESTIMATE_H

#include "base/clock.h"
#include "base/slice.h"

struct ledger_estimate {
    int64_t made_unix_us;
    int64_t tickets, calls;
    int64_t cost_pusd;  /* expected; PUSD_UNPRICED when something in it has no price */
    int64_t upper_pusd; /* Σ reservations; PUSD_UNPRICED likewise */
    int64_t seconds;    /* at the configured pace */
    struct slice basis; /* JSON: sample, tiers, models, pack sizes */
};

/* Opens the ledger as a run does (made when there is none), adds the estimate, closes it.
 * ST_LOCKED while a run has it; else as ledger_open. */
MUST_CHECK enum status ledger_estimate_add(const char *path, const struct clock *clock,
                                           const struct ledger_estimate *estimate,
                                           struct fail *fail);

#endif
