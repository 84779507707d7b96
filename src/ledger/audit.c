/* The run's books as sums, for the audit at its end.
 *
 * Everything is counted anew from the rows, nothing is taken from running counters: an audit that
 * trusts the counters it checks finds nothing. It reads whole tables; whether the figures agree
 * with Kafka's is the pipeline's question.
 */
#include "ledger/audit.h"

#include "ledger/db.h"
#include "model/call.h"

static void count_tickets(struct ledger_audit *a, const struct use *u)
{
    const int64_t n = col_i64(u, 3);
    const bool ours = col_i64(u, 1) != 0;

    a->tickets += n;
    switch ((enum ticket_state)col_i64(u, 0)) {
    case TICKET_ADMITTED:
        a->pending += n;
        break;
    case TICKET_RESULT:
        a->results += n;
        a->run_results += ours ? n : 0;
        break;
    case TICKET_DEAD:
        a->dead += n;
        a->run_dead += ours ? n : 0;
        break;
    case TICKET_SKIPPED:
        a->skipped += n;
        a->run_skipped += ours ? n : 0;
        break;
    case TICKET_ADOPTED:
        a->adopted += n;
        break;
    }
    if (col_i64(u, 2) == 1)
        a->outbox_published += n;
    if (col_i64(u, 2) == 2)
        a->outbox_unpublished += n;
}

static void count_calls(struct ledger_audit *a, const struct use *u)
{
    const int64_t n = col_i64(u, 2), cost = col_i64(u, 3);
    const bool ours = col_i64(u, 1) != 0;

    switch ((enum call_state)col_i64(u, 0)) {
    case CALL_SENT:
        a->calls_sent += n;
        break;
    case CALL_ANSWERED:
        a->calls_answered += n;
        a->cost_pusd += cost;
        a->run_cost_pusd += ours ? cost : 0;
        a->run_extra_pusd += ours ? col_i64(u, 7) : 0;
        break;
    case CALL_FAILED:
        a->calls_failed += n;
        break;
    case CALL_UNKNOWN:
        a->calls_unknown += n;
        a->unknown_pusd += cost;
        a->run_unknown_pusd += ours ? cost : 0;
        break;
    }
    if (ours) {
        a->run_input_tokens += col_i64(u, 4);
        a->run_cached_tokens += col_i64(u, 5);
        a->run_output_tokens += col_i64(u, 6);
    }
}

static void count_reused(struct ledger_audit *a, const struct use *u)
{
    a->reused = col_i64(u, 0);
    a->run_reused = col_i64(u, 1);
}

static void count_shares(struct ledger_audit *a, const struct use *u)
{
    a->share_pusd = col_i64(u, 0);
}

static enum status each(struct ledger *l, struct use u, struct ledger_audit *a,
                        void (*count)(struct ledger_audit *a, const struct use *u),
                        struct fail *fail)
{
    for (;;) {
        bool row = false;
        enum status st = db_row(l, &u, &row, fail);
        if (st != ST_OK || !row)
            return st;
        count(a, &u);
    }
}

enum status ledger_audit(struct ledger *l, struct ledger_audit *out, struct fail *fail)
{
    struct ledger_audit a = {0};
    struct use tickets = db_use(l, Q_AUDIT_TICKETS), reused = db_use(l, Q_AUDIT_REUSED),
               calls = db_use(l, Q_AUDIT_CALLS), shares = db_use(l, Q_AUDIT_SHARES);

    bind_i64(&tickets, l->run);
    bind_i64(&tickets, l->published_seq);
    bind_i64(&reused, l->run);
    bind_i64(&calls, l->run);
    enum status st = each(l, tickets, &a, count_tickets, fail);
    if (st == ST_OK)
        st = each(l, reused, &a, count_reused, fail);
    if (st == ST_OK)
        st = each(l, calls, &a, count_calls, fail);
    if (st == ST_OK)
        st = each(l, shares, &a, count_shares, fail);
    if (st == ST_OK)
        *out = a;
    return st;
}
