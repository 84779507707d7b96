/* Reading the books, beside a running worker or after it: fixed questions, no way to write.
 *
 * A reader opens the file read-only and sees one state of it from beginning to end, however the
 * worker goes on. Each view is one file in sql/reports/, whose head tells its parameters and
 * columns. One thread at a time.
 */
#ifndef TICKETMILL_LEDGER_QUERY_H
#define TICKETMILL_LEDGER_QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"
#include "base/status.h"
#include "ledger/state.h"

struct ledger_reader;

/* ST_LEDGER_STATE: no such file, not a ledger, of a newer program, damaged; ST_LEDGER_IO: it
 * cannot be read; ST_LOCKED: it is being written in a way that kept us waiting too long. */
MUST_CHECK enum status ledger_reader_open(const char *path, struct ledger_reader **out,
                                          struct fail *fail);
void ledger_reader_close(struct ledger_reader *r);             /* takes NULL */
const char *ledger_reader_path(const struct ledger_reader *r); /* as given at opening */

/* From here on the views that read `chosen_…` tell of these runs alone, whose numbers are those of
 * VIEW_RUNS; NULL = of everything, as after opening. */
MUST_CHECK enum status ledger_reader_choose(struct ledger_reader *r, const int64_t *runs,
                                            size_t count, struct fail *fail);

/* X(constant, embedded text) */
#define LEDGER_VIEWS(X)                                                                            \
    X(VIEW_META, sql_report_meta)                                                                  \
    X(VIEW_RUNS, sql_report_runs)                                                                  \
    X(VIEW_TICKETS, sql_report_tickets)                                                            \
    X(VIEW_RUN_TICKETS, sql_report_run_tickets)                                                    \
    X(VIEW_TICKET_COSTS, sql_report_ticket_costs)                                                  \
    X(VIEW_CATEGORIES, sql_report_categories)                                                      \
    X(VIEW_MODEL_RESULTS, sql_report_model_results)                                                \
    X(VIEW_CALLS, sql_report_calls)                                                                \
    X(VIEW_LATENCIES, sql_report_latencies)                                                        \
    X(VIEW_UNKNOWN_CALLS, sql_report_unknown_calls)                                                \
    X(VIEW_SHARES, sql_report_shares)                                                              \
    X(VIEW_REUSE, sql_report_reuse)                                                                \
    X(VIEW_REDACTED, sql_report_redacted)                                                          \
    X(VIEW_FIND_TICKET, sql_report_find_ticket)                                                    \
    X(VIEW_FIND_POSITION, sql_report_find_position)                                                \
    X(VIEW_TICKET_CALLS, sql_report_ticket_calls)                                                  \
    X(VIEW_TERMINALS, sql_report_terminals)                                                        \
    X(VIEW_OUTBOX, sql_report_outbox)                                                              \
    X(VIEW_ROUTES, sql_report_routes)                                                              \
    X(VIEW_OUTAGES, sql_report_outages)                                                            \
    X(VIEW_COMPARISONS, sql_report_comparisons)                                                    \
    X(VIEW_SPENT, sql_report_spent)                                                                \
    X(VIEW_WAITING, sql_report_waiting)                                                            \
    X(VIEW_ESTIMATES, sql_report_estimates)                                                        \
    X(VIEW_OBSERVED_CALLS, sql_report_observed_calls)                                              \
    X(VIEW_OBSERVED_OUTPUTS, sql_report_observed_outputs)                                          \
    X(VIEW_OBSERVED_REUSE, sql_report_observed_reuse)                                              \
    X(VIEW_SOURCES, sql_report_sources)                                                            \
    X(VIEW_ENDS, sql_report_ends)                                                                  \
    X(VIEW_LABELLED, sql_report_labelled)                                                          \
    X(VIEW_TRIAL_TICKETS, sql_report_trial_tickets)                                                \
    X(VIEW_TRIAL_CALLS, sql_report_trial_calls)                                                    \
    X(VIEW_TRIAL_SPENT, sql_report_trial_spent)                                                    \
    X(VIEW_LABEL_TOTALS, sql_report_label_totals)                                                  \
    X(VIEW_RUN_FIGURES, sql_report_run_figures)                                                    \
    X(VIEW_GROUP_CALLS, sql_report_group_calls)                                                    \
    X(VIEW_GROUP_COSTS, sql_report_group_costs)                                                    \
    X(VIEW_GROUP_TICKETS, sql_report_group_tickets)                                                \
    X(VIEW_BILLED, sql_report_billed)                                                              \
    X(VIEW_PRICES, sql_report_prices)                                                              \
    X(VIEW_PAST, sql_report_past)

enum ledger_view {
#define X(id, text) id,
    LEDGER_VIEWS(X)
#undef X
        VIEW_COUNT
};

/* A parameter, in the order of their numbers. */
struct ledger_arg {
    enum { LEDGER_ARG_NULL, LEDGER_ARG_I64, LEDGER_ARG_TEXT } kind;
    int64_t i;
    struct slice s;
};
#define ARG_NULL    ((struct ledger_arg){.kind = LEDGER_ARG_NULL})
#define ARG_I64(v)  ((struct ledger_arg){.kind = LEDGER_ARG_I64, .i = (v)})
#define ARG_TEXT(v) ((struct ledger_arg){.kind = LEDGER_ARG_TEXT, .s = (v)})

/* A row during its callback. Columns from 0; NULL reads as 0 and SLICE_NONE. */
struct ledger_row;
bool ledger_row_null(const struct ledger_row *row, int column);
int64_t ledger_row_i64(const struct ledger_row *row, int column);
int64_t ledger_row_pusd(const struct ledger_row *row, int column);      /* NULL = PUSD_UNPRICED */
struct slice ledger_row_text(const struct ledger_row *row, int column); /* also blobs; borrowed */

/* Calls fn for each row of the view, in its order. args: one for each of the view's parameters.
 * ST_INTERNAL also when a sum overflows. */
MUST_CHECK enum status ledger_read(struct ledger_reader *r, enum ledger_view view,
                                   const struct ledger_arg *args,
                                   void (*fn)(void *self, const struct ledger_row *row), void *self,
                                   struct fail *fail);

#endif
