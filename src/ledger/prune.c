/* Forgetting what its time is over for: answers' texts and published rows of the outbox.
 *
 * At the end of a run, once its audit is through. Sums, shares, results and everything that keeps a
 * ticket from being asked again stay. Calls are numbered in the order of sending, so a mark in
 * table meta keeps each night from reading the whole history again.
 */
#include "ledger/care.h"

#include "ledger/db.h"

#define CALLS_STEP 20000 /* whose answers are forgotten in one transaction */

struct step {
    int64_t answers_unix_us, outbox_unix_us;
    bool more; /* there is another one */
};

static enum status prune_range(struct ledger *l, enum query q, int64_t above, int64_t below,
                               struct fail *fail)
{
    struct use u = db_use(l, q);

    bind_i64(&u, above);
    bind_i64(&u, below);
    return db_run(l, &u, fail);
}

static enum status prune_answers(struct ledger *l, void *arg, struct fail *fail)
{
    struct step *s = arg;
    int64_t done = 0, last = 0, below = 0;
    struct use last_call = db_use(l, Q_PRUNE_LAST_CALL), limit = db_use(l, Q_PRUNE_CALL_LIMIT);

    enum status st = meta_i64(l, "answers_pruned", 0, &done, fail);
    if (st == ST_OK)
        st = db_first_i64(l, &last_call, 0, &last, fail);
    if (st != ST_OK)
        return st;
    bind_i64(&limit, done);
    bind_i64(&limit, s->answers_unix_us);
    st = db_first_i64(l, &limit, last + 1, &below, fail);
    s->more = below > done + 1 + CALLS_STEP;
    if (s->more)
        below = done + 1 + CALLS_STEP;
    if (st != ST_OK || below <= done + 1)
        return st;
    st = prune_range(l, Q_PRUNE_ANSWERS, done, below, fail);
    if (st == ST_OK)
        st = prune_range(l, Q_PRUNE_ITEMS, done, below, fail);
    return st == ST_OK ? meta_set_i64(l, "answers_pruned", below - 1, fail) : st;
}

static enum status prune_outbox(struct ledger *l, void *arg, struct fail *fail)
{
    const struct step *s = arg;
    int64_t below = 0;
    struct use limit = db_use(l, Q_PRUNE_OUTBOX_LIMIT);

    enum status st = reuse_store(l, fail); /* it could not be read from the outbox any more */
    if (st != ST_OK)
        return st;
    bind_i64(&limit, s->outbox_unix_us);
    st = db_first_i64(l, &limit, INT64_MAX, &below, fail);
    return st == ST_OK ? prune_range(l, Q_PRUNE_OUTBOX, l->published_seq, below, fail) : st;
}

enum status ledger_prune(struct ledger *l, int64_t answers_unix_us, int64_t outbox_unix_us,
                         int64_t budget_us, struct fail *fail)
{
    struct step s = {answers_unix_us, outbox_unix_us, true};
    int64_t until = clock_mono_us(l->clock) + budget_us;
    enum status st = db_transaction(l, prune_outbox, &s, fail);

    if (st == ST_OK)
        reuse_take_back(&l->reuse, 0);
    while (st == ST_OK && s.more) {
        st = db_transaction(l, prune_answers, &s, fail);
        s.more = s.more && clock_mono_us(l->clock) < until;
    }
    return st;
}

enum status ledger_note_run(struct ledger *l, struct slice figures, struct fail *fail)
{
    struct use u = db_use(l, Q_RUN_NOTE);

    bind_i64(&u, l->run);
    bind_text(&u, figures);
    return db_run(l, &u, fail);
}
