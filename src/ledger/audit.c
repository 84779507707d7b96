/* The books since the last good audit as sums, for the audit at a run's end.
 *
 * Everything is counted anew from the rows, nothing is taken from running counters: an audit that
 * trusts the counters it checks finds nothing. It reads what the runs since then wrote, in passes
 * that keep nothing in memory; whether the figures agree with Kafka's is the pipeline's question.
 */
#include "ledger/audit.h"

#include "ledger/db.h"

#define AT(field) offsetof(struct ledger_audit, field)

/* Where the columns of each query go. */
static const size_t of_tickets[] = {AT(tickets), AT(pending),     AT(results),  AT(dead),
                                    AT(skipped), AT(run_results), AT(run_dead), AT(run_skipped)};
static const size_t of_reused[] = {AT(run_reused)};
static const size_t of_calls[] = {AT(calls_answered),    AT(calls_failed),     AT(calls_unknown),
                                  AT(cost_pusd),         AT(unknown_pusd),     AT(run_cost_pusd),
                                  AT(run_unknown_pusd),  AT(run_extra_pusd),   AT(run_input_tokens),
                                  AT(run_cached_tokens), AT(run_output_tokens)};
static const size_t of_shares[] = {AT(share_pusd)};
static const size_t of_outbox[] = {AT(outbox_unpublished), AT(calls_sent)};

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
    int64_t good = 0;
    enum status st = meta_i64(l, "audited_run", 0, &good, fail);
    if (st != ST_OK)
        return st;
    struct use tickets = db_use(l, Q_AUDIT_TICKETS), reused = db_use(l, Q_AUDIT_REUSED),
               calls = db_use(l, Q_AUDIT_CALLS), shares = db_use(l, Q_AUDIT_SHARES),
               outbox = db_use(l, Q_AUDIT_OUTBOX);

    bind_i64(&tickets, good);
    bind_i64(&tickets, l->run);
    bind_i64(&reused, l->run);
    bind_i64(&calls, good);
    bind_i64(&calls, l->run);
    bind_i64(&shares, good);
    bind_i64(&outbox, l->published_seq);
    st = take(l, tickets, FIELDS(of_tickets), &a, fail);
    if (st == ST_OK)
        st = take(l, reused, FIELDS(of_reused), &a, fail);
    if (st == ST_OK)
        st = take(l, calls, FIELDS(of_calls), &a, fail);
    if (st == ST_OK)
        st = take(l, shares, FIELDS(of_shares), &a, fail);
    if (st == ST_OK)
        st = take(l, outbox, FIELDS(of_outbox), &a, fail);
    if (st == ST_OK)
        *out = a;
    return st;
}

static enum status store_good(struct ledger *l, void *arg, struct fail *fail)
{
    (void)arg;
    return meta_set_i64(l, "audited_run", l->run, fail);
}

enum status ledger_audit_good(struct ledger *l, struct fail *fail)
{
    return db_transaction(l, store_good, NULL, fail);
}
