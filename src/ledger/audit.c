/* The run's books as sums, for the audit at its end.
 *
 * Everything is counted anew from the rows, nothing is taken from running counters: an audit that
 * trusts the counters it checks finds nothing. It reads whole tables, in passes that keep nothing
 * in memory; whether the figures agree with Kafka's is the pipeline's question.
 */
#include "ledger/audit.h"

#include "ledger/db.h"

#define AT(field) offsetof(struct ledger_audit, field)

/* Where the columns of each query go. */
static const size_t of_tickets[] = {
    AT(tickets),     AT(pending),          AT(results),           AT(dead),
    AT(skipped),     AT(adopted),          AT(run_results),       AT(run_dead),
    AT(run_skipped), AT(outbox_published), AT(outbox_unpublished)};
static const size_t of_reused[] = {AT(reused), AT(run_reused)};
static const size_t of_calls[] = {
    AT(calls_sent),     AT(calls_answered),   AT(calls_failed),      AT(calls_unknown),
    AT(cost_pusd),      AT(unknown_pusd),     AT(run_cost_pusd),     AT(run_unknown_pusd),
    AT(run_extra_pusd), AT(run_input_tokens), AT(run_cached_tokens), AT(run_output_tokens)};
static const size_t of_shares[] = {AT(share_pusd)};

/* Each query is one row of sums. */
static enum status take(struct ledger *l, struct use u, const size_t *fields, int count,
                        struct ledger_audit *a, struct fail *fail)
{
    bool row = false;
    enum status st = db_row(l, &u, &row, fail);
    for (int i = 0; st == ST_OK && row && i < count; i++)
        *(int64_t *)(void *)((char *)a + fields[i]) = col_i64(&u, i);
    /* To the end, which gives the statement back. */
    return st == ST_OK && row ? db_row(l, &u, &row, fail) : st;
}

#define FIELDS(of) of, (int)(sizeof(of) / sizeof *(of))

enum status ledger_audit(struct ledger *l, struct ledger_audit *out, struct fail *fail)
{
    struct ledger_audit a = {0};
    struct use tickets = db_use(l, Q_AUDIT_TICKETS), reused = db_use(l, Q_AUDIT_REUSED),
               calls = db_use(l, Q_AUDIT_CALLS), shares = db_use(l, Q_AUDIT_SHARES);

    bind_i64(&tickets, l->run);
    bind_i64(&tickets, l->published_seq);
    bind_i64(&reused, l->run);
    bind_i64(&calls, l->run);
    enum status st = take(l, tickets, FIELDS(of_tickets), &a, fail);
    if (st == ST_OK)
        st = take(l, reused, FIELDS(of_reused), &a, fail);
    if (st == ST_OK)
        st = take(l, calls, FIELDS(of_calls), &a, fail);
    if (st == ST_OK)
        st = take(l, shares, FIELDS(of_shares), &a, fail);
    if (st == ST_OK)
        *out = a;
    return st;
}
