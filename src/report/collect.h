/* What the parts of collecting share. Private to this room. */
#ifndef TICKETMILL_REPORT_COLLECT_H
#define TICKETMILL_REPORT_COLLECT_H

#include "report/report.h"
#include "report/spread.h"

/* A run of the ledger at hand that fits the filter. */
struct seen_run {
    int64_t run, started_unix_us;
    bool running, idempotent;
    char date[REPORT_DATE_SIZE];
};

struct collect {
    struct report *report;
    struct report_ledger *ledger; /* the one being read */
    struct spread ticket_costs, latencies;
    struct seen_run *runs;
    size_t run_count;
    struct buf numbers; /* of the runs, as a JSON list */
    bool overflow;
};

/* *sum += v; remembers an overflow. */
void collect_add(struct collect *c, int64_t *sum, int64_t v);

/* The group of that name, made when new; detail may be SLICE_NONE. Valid until the next call. */
struct report_group *collect_group(struct report_groups *g, struct slice name, struct slice detail);
/* The group of the day a run began; NULL when the run is not looked at. */
struct report_group *collect_day(struct collect *c, int64_t run);

/* Row callbacks, one for each view. */
void collect_meta(void *self, const struct ledger_row *row);
void collect_run(void *self, const struct ledger_row *row);
void collect_tickets(void *self, const struct ledger_row *row);
void collect_run_tickets(void *self, const struct ledger_row *row);
void collect_ticket_cost(void *self, const struct ledger_row *row);
void collect_category(void *self, const struct ledger_row *row);
void collect_model_results(void *self, const struct ledger_row *row);
void collect_calls(void *self, const struct ledger_row *row);
void collect_latency(void *self, const struct ledger_row *row);
void collect_unknown_call(void *self, const struct ledger_row *row);
void collect_shares(void *self, const struct ledger_row *row);
void collect_reuse(void *self, const struct ledger_row *row);

#endif
