/* Money that earlier calls took, as a start-up asks before it spends more. Same thread rules as
 * ledger.h.
 *
 * Counted: answered calls at their cost, unknown ones and those still in flight at their
 * reservation, unpriced ones at 0. A call belongs to the time of its intent, or to that of the
 * newest call before it if that is later: a clock set back reopens no window.
 */
#ifndef TICKETMILL_LEDGER_SPENT_H
#define TICKETMILL_LEDGER_SPENT_H

#include "ledger/ledger.h"

/* SPENT_CHAIN: by this run (once begun) and the runs it continues, those right before it that were
 * killed or interrupted (exit 5) and started no earlier than chain_unix_us. */
enum spent_window { SPENT_CHAIN, SPENT_DAY, SPENT_MONTH, SPENT_WINDOWS };

struct spent_since {
    int64_t chain_unix_us;              /* oldest start of a run that may be continued */
    int64_t day_unix_us, month_unix_us; /* begin of today and of this month */
};

struct spent_tier {
    struct slice tier;
    int64_t pusd[SPENT_WINDOWS]; /* primary calls */
};

struct ledger_spent {
    int64_t total_pusd[SPENT_WINDOWS];
    int64_t shadow_pusd[SPENT_WINDOWS]; /* shadow and guard calls, whatever their tier */
    struct spent_tier *tiers;           /* in the arena; those with a primary call in a window */
    size_t tier_count;
    int64_t latest_sent_unix_us; /* of all calls; 0 = none yet */
};

MUST_CHECK enum status ledger_spent(struct ledger *l, const struct spent_since *since,
                                    struct arena *arena, struct ledger_spent *out,
                                    struct fail *fail);

#endif
