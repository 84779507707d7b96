/* Pruning whole rows: tickets with their shares, results and opinions, then the calls they were in.
 *
 * Only behind an audited run that left nothing pending, because then no call has tickets on both
 * sides of it. Tickets go first, partition by partition from the oldest on; until their calls are
 * gone too the amount of the shares that are missing stands in meta fading_pusd, so that the books
 * close at every moment. What calls came to is kept by month in table past. A ticket's row also
 * keeps a record that is read again from being paid for again: rows must be kept longer than topics
 * are.
 */
#include "ledger/care.h"

#include "base/mem.h"
#include "ledger/db.h"
#include "model/call.h"

#define TICKETS_STEP 500
#define CALLS_STEP   5000

struct rows {
    int64_t before_unix_us;
    int64_t run; /* the boundary; 0 = there is none */
    struct pos at;
    bool more;
};

static enum status meta_add(struct ledger *l, const char *name, int64_t v, struct fail *fail)
{
    int64_t sum = 0;
    enum status st = meta_i64(l, name, 0, &sum, fail);

    return st == ST_OK ? meta_set_i64(l, name, sum + v, fail) : st;
}

/* The boundary under work, or one that time has brought since: calls that have tickets on both
 * sides of the old one may be whole behind the new one. */
static enum status find_boundary(struct ledger *l, void *arg, struct fail *fail)
{
    struct rows *r = arg;
    struct use u = db_use(l, Q_ROWS_RUN);
    int64_t begun = 0, done = 0, found = 0;

    enum status st = meta_i64(l, "rows_run", 0, &begun, fail);
    if (st == ST_OK)
        st = meta_i64(l, "rows_run_done", 0, &done, fail);
    if (st != ST_OK)
        return st;
    bind_i64(&u, r->before_unix_us);
    st = db_first_i64(l, &u, 0, &found, fail);
    if (st != ST_OK || (found <= done && begun <= done))
        return st;
    r->run = found > begun ? found : begun;
    return meta_set_i64(l, "rows_run", r->run, fail);
}

/* ---- tickets -------------------------------------------------------------------------------- */

struct batch {
    int64_t last; /* offset up to which rows go */
    int64_t shares_pusd, sequences, highest_seq;
    size_t count, full;
};

static bool may_go(const struct ledger *l, const struct rows *r, const struct use *u)
{
    int64_t run = col_i64(u, 1), state = col_i64(u, 2), seq = col_i64(u, 3);

    /* Adopted rows have no run: they are as old as the ledger. */
    return state != TICKET_ADMITTED && run <= r->run && seq <= l->published_seq;
}

/* What stands under other keys than the ticket's place. */
static enum status drop_elsewhere(struct ledger *l, struct pos pos, int64_t seq, struct slice key,
                                  struct fail *fail)
{
    struct use u = db_use(l, Q_ROWS_DROP_REUSE), record = db_use(l, Q_ROWS_DROP_OUTBOX);

    bind_i64(&record, seq);
    enum status st = db_run(l, &record, fail);
    if (st != ST_OK || !key.p)
        return st;
    bind_pos(&u, pos);
    bind_blob(&u, key);
    return db_run(l, &u, fail);
}

static enum status look(struct ledger *l, const struct rows *r, struct batch *b, struct fail *fail)
{
    struct use u = db_use(l, Q_ROWS_TICKETS);
    bool row = false;
    enum status st;

    bind_i64(&u, r->at.source);
    bind_i64(&u, r->at.partition);
    bind_i64(&u, TICKETS_STEP);
    while ((st = db_row(l, &u, &row, fail)) == ST_OK && row) {
        struct pos pos = {r->at.source, r->at.partition, col_i64(&u, 0)};
        b->full++;
        if (!may_go(l, r, &u)) {
            db_end(&u);
            break;
        }
        st = drop_elsewhere(l, pos, col_i64(&u, 3), col_blob(&u, 4), fail);
        if (st != ST_OK) {
            db_end(&u);
            return st;
        }
        b->count++;
        b->last = pos.offset;
        b->shares_pusd += col_i64(&u, 5);
        b->sequences += col_i64(&u, 3) > 0;
        b->highest_seq = col_i64(&u, 3) > b->highest_seq ? col_i64(&u, 3) : b->highest_seq;
    }
    return st;
}

static enum status drop_batch(struct ledger *l, const struct rows *r, const struct batch *b,
                              struct fail *fail)
{
    static const enum query drops[] = {Q_ROWS_DROP_SHARE, Q_ROWS_DROP_RESULT, Q_ROWS_DROP_OPINION,
                                       Q_ROWS_DROP_SUSPECT, Q_ROWS_DROP_TICKET};
    enum status st = ST_OK;
    int64_t highest = 0;

    for (size_t i = 0; st == ST_OK && i < sizeof drops / sizeof *drops; i++) {
        struct use u = db_use(l, drops[i]);
        bind_i64(&u, r->at.source);
        bind_i64(&u, r->at.partition);
        bind_i64(&u, b->last);
        st = db_run(l, &u, fail);
    }
    if (st == ST_OK)
        st = meta_add(l, "fading_pusd", b->shares_pusd, fail);
    if (st == ST_OK)
        st = meta_add(l, "rows_sequences", b->sequences, fail);
    if (st == ST_OK)
        st = meta_i64(l, "rows_seq", 0, &highest, fail);
    if (st == ST_OK && b->highest_seq > highest)
        st = meta_set_i64(l, "rows_seq", b->highest_seq, fail);
    return st;
}

/* One batch of the partition at hand, or the step to the next partition. */
static enum status prune_tickets(struct ledger *l, void *arg, struct fail *fail)
{
    struct rows *r = arg;
    struct batch b = {.count = 0};
    enum status st = look(l, r, &b, fail);

    if (st == ST_OK && b.count > 0)
        st = drop_batch(l, r, &b, fail);
    if (st != ST_OK || b.count == TICKETS_STEP)
        return st;
    struct use u = db_use(l, Q_ROWS_PARTITION);
    bind_i64(&u, r->at.source);
    bind_i64(&u, r->at.partition);
    st = db_row(l, &u, &r->more, fail);
    if (st == ST_OK && r->more) {
        r->at = (struct pos){(int32_t)col_i64(&u, 0), (int32_t)col_i64(&u, 1), 0};
        db_end(&u);
    }
    return st;
}

/* ---- calls ---------------------------------------------------------------------------------- */

static enum status with_call(struct ledger *l, enum query q, int64_t call, struct fail *fail)
{
    struct use u = db_use(l, q);

    bind_i64(&u, call);
    return db_run(l, &u, fail);
}

/* How many calls there are up to one of them, and what they came to. */
static enum status calls_to(struct ledger *l, int64_t call, int64_t *count, int64_t *pusd,
                            struct fail *fail)
{
    struct use u = db_use(l, Q_ROWS_CALLS);
    bool row = false;

    bind_i64(&u, call);
    enum status st = db_row(l, &u, &row, fail);
    if (st != ST_OK || !row)
        return st;
    *count = col_i64(&u, 0);
    *pusd = col_i64(&u, 1);
    db_end(&u);
    return ST_OK;
}

static enum status last_call(struct ledger *l, int64_t run, int64_t *call, struct fail *fail)
{
    struct use limit = db_use(l, Q_ROWS_CALL_LIMIT), last = db_use(l, Q_PRUNE_LAST_CALL);
    int64_t all = 0, later = 0;

    enum status st = db_first_i64(l, &last, 0, &all, fail);
    if (st != ST_OK)
        return st;
    bind_i64(&limit, run);
    st = db_first_i64(l, &limit, all + 1, &later, fail);
    *call = later - 1;
    return st;
}

static enum status prune_calls(struct ledger *l, void *arg, struct fail *fail)
{
    struct rows *r = arg;
    int64_t last = 0, count = 0, all_pusd = 0, fading = 0, done = 0, pusd = 0;

    enum status st = last_call(l, r->run, &last, fail);
    if (st == ST_OK)
        st = calls_to(l, last, &count, &all_pusd, fail);
    if (st == ST_OK)
        st = meta_i64(l, "fading_pusd", 0, &fading, fail);
    if (st == ST_OK)
        st = meta_i64(l, "rows_calls", 0, &done, fail);
    if (st != ST_OK)
        return st;
    r->more = false;
    if (all_pusd != fading) /* tickets that ended later had a part in them: they wait */
        return ST_OK;
    if (count == 0)
        return meta_set_i64(l, "rows_run_done", r->run, fail);
    int64_t upto = last - done > CALLS_STEP ? done + CALLS_STEP : last;
    st = calls_to(l, upto, &count, &pusd, fail);
    if (st == ST_OK)
        st = with_call(l, Q_ROWS_CALLS_PAST, upto, fail);
    if (st == ST_OK)
        st = with_call(l, Q_ROWS_DROP_CALLS, upto, fail);
    if (st == ST_OK)
        st = meta_set_i64(l, "fading_pusd", fading - pusd, fail);
    if (st == ST_OK)
        st = meta_set_i64(l, "rows_calls", upto, fail);
    r->more = true;
    return st;
}

enum status ledger_prune_rows(struct ledger *l, int64_t before_unix_us, int64_t budget_us,
                              struct fail *fail)
{
    struct rows r = {.before_unix_us = before_unix_us, .at = {-1, -1, 0}, .more = true};
    int64_t until = clock_mono_us(l->clock) + budget_us;
    enum status st = db_transaction(l, find_boundary, &r, fail);

    while (st == ST_OK && r.run > 0 && r.more) {
        st = db_transaction(l, prune_tickets, &r, fail);
        if (clock_mono_us(l->clock) >= until)
            return st;
    }
    r.more = true;
    while (st == ST_OK && r.run > 0 && r.more && clock_mono_us(l->clock) < until)
        st = db_transaction(l, prune_calls, &r, fail);
    return st;
}
