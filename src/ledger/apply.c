/* A group of commands as one durable transaction; a command that fails is undone alone.
 *
 * Savepoints cost a copy of every page touched, and commands fail by bugs only. So a group is
 * first tried without; when a command in it fails, the whole is rolled back and done again with a
 * savepoint around each command. What ends the whole transaction ends the ledger for this process,
 * because after a failed write or fsync nobody knows what the disk holds; a full disk is the one
 * exception (ledger.h). What the commands do is in admit.c, claims.c and settle.c.
 */
#include "ledger/books.h"

#include "base/mem.h"
#include "ledger/errmap.h"
#include "ledger/place.h"

#define REUSE_GATHERED 20000 /* keys: about 1 MiB, and some 60 ms of work at a time */

static enum status apply_mark(struct ledger *l, int64_t published_seq, struct fail *fail)
{
    if (published_seq > l->last_seq)
        return fail_set(fail, ST_INTERNAL, 0, "record %lld marked as published, %lld is the last",
                        (long long)published_seq, (long long)l->last_seq);
    if (published_seq > l->published_seq)
        l->published_seq = published_seq;
    return ST_OK;
}

static enum status apply_end(struct ledger *l, const struct ledger_end *end, struct fail *fail)
{
    struct use u = db_use(l, Q_RUN_END);

    bind_i64(&u, l->run);
    bind_i64(&u, end->ended_unix_us);
    bind_i64(&u, end->exit_code);
    bind_text(&u, end->stopped_by);
    enum status st = db_run(l, &u, fail);
    return st == ST_OK ? outage_close_all(l, end->ended_unix_us, fail) : st;
}

static enum status apply_command(struct ledger *l, struct ledger_cmd *cmd, struct fail *fail)
{
    switch (cmd->op) {
    case LOP_ADMIT:
        return apply_admit(l, cmd, fail);
    case LOP_INTENT:
        return apply_intent(l, cmd, fail);
    case LOP_SETTLE:
        return apply_settle(l, cmd, fail);
    case LOP_RESULT:
        return apply_result(l, cmd, fail);
    case LOP_DEAD:
        return apply_dead(l, cmd, fail);
    case LOP_OUTAGE:
        return apply_outage(l, &cmd->u.outage, fail);
    case LOP_MARK:
        return apply_mark(l, cmd->u.mark.published_seq, fail);
    case LOP_END:
        return apply_end(l, &cmd->u.end, fail);
    }
    return fail_set(fail, ST_INTERNAL, 0, "unknown command %d", (int)cmd->op);
}

static void drop_rows(struct ledger_cmd *cmd)
{
    for (struct list *n; (n = list_pop(&cmd->rows));)
        mem_free(LIST_ENTRY(n, struct outrow, node));
}

/* What a command changes in memory, to undo it when it fails. */
struct before {
    int64_t last_seq;
    size_t reuse;
};

static void forget(struct ledger *l, struct ledger_cmd *cmd, const struct before *b)
{
    drop_rows(cmd);
    l->last_seq = b->last_seq;
    reuse_take_back(&l->reuse, b->reuse);
    span_forget(l);
    mem_free(l->prompt_version);
    l->prompt_version = NULL;
}

static bool is_new_work(const struct ledger_cmd *cmd)
{
    return cmd->op == LOP_ADMIT || cmd->op == LOP_INTENT;
}

/* Any failure is the group's. */
static enum status apply_plainly(struct ledger *l, struct ledger_cmd *cmd, struct fail *fail)
{
    cmd->status = apply_command(l, cmd, &cmd->fail);
    if (cmd->status != ST_OK)
        *fail = cmd->fail;
    return cmd->status;
}

/* ST_OK also when the command failed alone: cmd->status says so. */
static enum status apply_in_savepoint(struct ledger *l, struct ledger_cmd *cmd, struct fail *fail)
{
    const struct before before = {l->last_seq, l->reuse.n};

    if (l->full && is_new_work(cmd)) {
        cmd->status = fail_set(&cmd->fail, ST_LEDGER_IO, SQLITE_FULL,
                               "%s: disk full; only what is paid for is still written", l->path);
        return ST_OK;
    }
    enum status st = db_tx(l, TX_SAVEPOINT, fail);
    if (st != ST_OK)
        return st;
    if (apply_plainly(l, cmd, fail) == ST_OK)
        return db_tx(l, TX_RELEASE, fail);
    forget(l, cmd, &before);
    if (sqlite_ends_group(cmd->fail.sys) || sqlite3_get_autocommit(l->db))
        return cmd->status;
    st = db_tx(l, TX_ROLLBACK_TO, fail);
    return st == ST_OK ? db_tx(l, TX_RELEASE, fail) : st;
}

static enum status store_sequences(struct ledger *l, struct fail *fail)
{
    enum status st = ST_OK;

    if (l->last_seq != l->stored_last_seq)
        st = meta_set_i64(l, "last_seq", l->last_seq, fail);
    if (st == ST_OK && l->published_seq != l->stored_published_seq)
        st = meta_set_i64(l, "published_seq", l->published_seq, fail);
    return st;
}

typedef enum status apply_fn(struct ledger *l, struct ledger_cmd *cmd, struct fail *fail);

/* The last steps of a group. */
static enum status commit(struct ledger *l, struct fail *fail)
{
    const bool store = l->reuse.n >= REUSE_GATHERED;
    enum status st = store_sequences(l, fail);

    if (st == ST_OK && store)
        st = reuse_store(l, fail);
    if (st == ST_OK)
        st = db_tx(l, TX_COMMIT, fail);
    if (st != ST_OK)
        return st;
    if (store)
        reuse_take_back(&l->reuse, 0);
    l->stored_last_seq = l->last_seq;
    l->stored_published_seq = l->published_seq;
    return ST_OK;
}

static enum status apply_group(struct ledger *l, struct queue_node *chain, apply_fn *apply,
                               struct fail *fail)
{
    const struct before before = {l->stored_last_seq, l->reuse.n};
    enum status st = db_tx(l, TX_BEGIN, fail);

    for (struct queue_node *n = chain; st == ST_OK && n; n = n->next)
        st = apply(l, LIST_ENTRY(n, struct ledger_cmd, node), fail);
    if (st == ST_OK)
        st = commit(l, fail);
    if (st == ST_OK)
        return ST_OK;
    db_rollback(l);
    l->published_seq = l->stored_published_seq;
    for (struct queue_node *n = chain; n; n = n->next)
        forget(l, LIST_ENTRY(n, struct ledger_cmd, node), &before);
    return st;
}

static enum status refuse(struct queue_node *chain, const struct fail *why, struct fail *fail)
{
    for (struct queue_node *n = chain; n; n = n->next) {
        struct ledger_cmd *cmd = LIST_ENTRY(n, struct ledger_cmd, node);
        cmd->status = why->code;
        cmd->fail = *why;
    }
    if (fail)
        *fail = *why;
    return why->code;
}

enum status ledger_apply(struct ledger *l, struct queue_node *chain, struct fail *fail)
{
    struct fail why = {.code = ST_OK};

    if (l->broken.code != ST_OK)
        return refuse(chain, &l->broken, fail);
    enum status st = apply_group(l, chain, l->full ? apply_in_savepoint : apply_plainly, &why);
    if (st != ST_OK && !sqlite_ends_group(why.sys))
        st = apply_group(l, chain, apply_in_savepoint, &why);
    if (st != ST_OK && sqlite_is_full(why.sys) && !l->full) {
        l->full = true;
        place_give_up_reserve(l->path);
        st = apply_group(l, chain, apply_in_savepoint, &why);
    }
    if (st == ST_OK)
        return ST_OK;
    /* Whatever it was, the group is not on disk, and commands must not be taken for done. */
    if (why.code != ST_LEDGER_STATE)
        why.code = ST_LEDGER_IO;
    l->broken = why;
    return refuse(chain, &l->broken, fail);
}
