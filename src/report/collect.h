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

/* What is gathered of an endpoint until its figures can be worked out. */
struct seen_endpoint {
    struct spread latencies;
    struct down {
        int64_t from_unix_us, to_unix_us;
    } * down; /* this month */
    size_t down_count;
};

struct collect {
    struct report *report;
    const struct report_setting *setting;
    int64_t day_unix_us, month_unix_us, month_end_unix_us;
    struct seen_endpoint *endpoints; /* as in report->routing */
    struct report_ledger *ledger;    /* the one being read */
    struct spread ticket_costs, latencies;
    struct seen_run *runs;
    size_t run_count;
    bool overflow;
};

/* *sum += v; remembers an overflow. */
void collect_add(struct collect *c, int64_t *sum, int64_t v);

/* The group of that name, made when new; detail may be SLICE_NONE. Valid until the next call. */
struct report_group *collect_group(struct report_groups *g, struct slice name, struct slice detail);
/* The group of the day a run began; NULL when the run is not looked at. */
struct report_group *collect_day(struct collect *c, int64_t run);

/* The endpoint of that name, made when new. */
size_t collect_endpoint(struct collect *c, struct slice provider, struct slice name);
/* Its calls of one kind of ending. */
void collect_endpoint_calls(struct collect *c, const struct ledger_row *row);

/* The views of routing, after those of the calls. */
MUST_CHECK enum status collect_routing(struct collect *c, struct ledger_reader *reader,
                                       struct fail *fail);
/* Once all ledgers are read. */
void collect_endpoints_finish(struct collect *c);
void collect_pairs_finish(struct collect *c);
void collect_caps(struct collect *c);
void collect_pair(void *self, const struct ledger_row *row);
void collect_outage(void *self, const struct ledger_row *row);
void collect_groups_free(struct report_groups *g);
void collect_routing_free(struct report_routing *r);

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
void collect_redacted(void *self, const struct ledger_row *row);

#endif
