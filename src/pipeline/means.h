/* With what a run may work: which models, how much money, until when. Main thread, at start. */
#ifndef TICKETMILL_PIPELINE_MEANS_H
#define TICKETMILL_PIPELINE_MEANS_H

#include "ledger/ledger.h"
#include "pipeline/run.h"
#include "route/budget.h"
#include "route/plan.h"

struct means {
    struct plan *plan;
    bool *used;                /* per config->providers: a model of it is in the plan */
    struct redactor *redactor; /* NULL = none of them redacts */
    struct budget *budget;
    int64_t finish_unix_us; /* 0 = no hour is set */
};

/* From configuration and options alone: a run that cannot be planned touches nothing. Logs what is
 * passed over. ST_CONFIG, ST_LEDGER_STATE (a new ledger would forget what a cap has to know). */
MUST_CHECK enum status means_plan(struct means *m, const struct run_options *o, struct fail *fail);

/* What was spent before comes from the ledger, whose calls of a killed run are settled by now. */
MUST_CHECK enum status means_money(struct means *m, const struct run_options *o,
                                   struct ledger *ledger, struct fail *fail);
/* What the two above are made of; any clock. lost_pusd: spent by a ledger that is gone. */
struct means_caps {
    const struct config *config;
    int64_t run_pusd, lost_pusd; /* run_pusd: CONFIG_OFF = the configuration's */
    bool run_is_left;            /* run_pusd is what is left of it for a continued run */
};
MUST_CHECK enum status means_budget(const struct means_caps *caps, struct ledger *ledger,
                                    int64_t now_unix_us, struct budget **out, struct fail *fail);

void means_deinit(struct means *m);

#endif
