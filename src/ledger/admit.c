/* LOP_ADMIT: records as they are read, in the order they were delivered.
 *
 * The usual record costs one insert; only what the ledger has met before, or what may be a copy of
 * an answered ticket, is looked at further. A record without a terminal state is worked on again
 * whatever an earlier run thought of it. Decoding is not done here.
 */
#include "ledger/books.h"

static struct slice hash_slice(const uint8_t *hash, size_t n)
{
    return slice_of(hash, n);
}

/* Parameters shared by ticket_add.sql and ticket_resume.sql. */
static void bind_item(struct ledger *l, struct use *u, const struct admit_item *item)
{
    bool ticket = item->kind == ADMIT_TICKET;

    bind_pos(u, item->pos);
    bind_i64(u, item->kind == ADMIT_SKIP ? TICKET_SKIPPED : TICKET_ADMITTED);
    bind_i64(u, item->record_unix_ms);
    bind_blob(u, hash_slice(item->value_hash, LEDGER_HASH_SIZE));
    bind_text(u, item->ticket_id);
    bind_text(u, item->language);
    bind_blob(u, ticket ? hash_slice(item->content_hash, SHA256_SIZE) : SLICE_NONE);
    bind_blob(u, ticket && item->may_reuse ? hash_slice(item->reuse_key, LEDGER_HASH_SIZE)
                                           : SLICE_NONE);
    bind_i64(u, item->flags);
    bind_i64(u, l->run);
    bind_text(u, item->route);
    bind_text(u, item->redacted);
    bind_text(u, item->customer);
}

static enum status meet_again(struct ledger *l, struct admit_item *item, struct fail *fail)
{
    struct use u = db_use(l, Q_TICKET_KNOWN);
    bool row = false;

    bind_pos(&u, item->pos);
    enum status st = db_row(l, &u, &row, fail);
    if (st != ST_OK)
        return st;
    if (!row)
        return fail_set(fail, ST_INTERNAL, 0, "a ticket is there and is not");
    struct slice hash = col_blob(&u, 3);
    if (hash.p && !slice_eq(hash, hash_slice(item->value_hash, LEDGER_HASH_SIZE)))
        item->outcome = ADMITTED_CHANGED;
    else
        item->outcome = col_i64(&u, 0) == TICKET_ADMITTED ? ADMITTED_NEW : ADMITTED_DONE;
    item->attempts = (int32_t)col_i64(&u, 1);
    item->unknowns = (int32_t)col_i64(&u, 2);
    db_end(&u);
    if (item->outcome != ADMITTED_NEW)
        return ST_OK;
    struct use resume = db_use(l, Q_TICKET_RESUME);
    bind_item(l, &resume, item);
    return db_run(l, &resume, fail);
}

static enum status load_answer(struct ledger *l, struct arena *arena, const struct pos *original,
                               struct answer *a, bool *found, struct fail *fail)
{
    struct use u = db_use(l, Q_RESULT_GET);

    bind_pos(&u, *original);
    enum status st = db_row(l, &u, found, fail);
    if (st != ST_OK || !*found)
        return st;
    *a = (struct answer){
        .category = arena_copy(arena, col_text(&u, 0)),
        .confidence_ppm = (int32_t)col_i64(&u, 1),
        .summary = arena_copy(arena, col_text(&u, 2)),
        .flags = (uint32_t)col_i64(&u, 3) & ~BILLING_FLAGS,
        .low_confidence = col_i64(&u, 4) != 0,
        .call = col_i64(&u, 5),
        .call_id = arena_copy(arena, col_text(&u, 6)),
        .model = arena_copy(arena, col_text(&u, 7)),
        .provider = arena_copy(arena, col_text(&u, 8)),
        .tier = arena_copy(arena, col_text(&u, 9)),
        .prompt_version = arena_copy(arena, col_text(&u, 10)),
        .original = original,
    };
    db_end(&u);
    return ST_OK;
}

static enum status try_reuse(struct ledger *l, struct ledger_cmd *cmd, struct admit_item *item,
                             struct fail *fail)
{
    struct answer a;
    struct pos original;
    struct ticket_row t;
    bool found = false;
    enum status st =
        reuse_find(l, item->reuse_key, item->reuse_since_unix_us, &original, &found, fail);

    if (st == ST_OK && found)
        st = load_answer(l, &cmd->arena, &original, &a, &found, fail);
    if (st != ST_OK || !found)
        return st;
    a.record = item->record;
    st = ticket_load(l, &cmd->arena, item->pos, &t, fail);
    if (st == ST_OK)
        st = ticket_end_result(l, cmd, &t, &a, fail);
    if (st == ST_OK)
        item->outcome = ADMITTED_REUSED;
    return st;
}

static enum status bury(struct ledger *l, struct ledger_cmd *cmd, struct admit_item *item,
                        struct fail *fail)
{
    const struct dead_item end = {item->pos, item->reason, item->detail, item->record};
    struct ticket_row t;
    enum status st = ticket_load(l, &cmd->arena, item->pos, &t, fail);

    if (st == ST_OK)
        st = ticket_end_dead(l, cmd, &t, &end, fail);
    if (st == ST_OK)
        item->outcome = ADMITTED_CLOSED;
    return st;
}

static enum status find_kept(struct ledger *l, struct arena *arena, struct admit_item *item,
                             struct fail *fail)
{
    struct use u = db_use(l, Q_KEPT_GET);
    bool found = false;

    bind_pos(&u, item->pos);
    bind_text(&u, item->prompt_version);
    enum status st = db_row(l, &u, &found, fail);
    if (st != ST_OK || !found)
        return st;
    item->kept_call_no = col_i64(&u, 0);
    item->kept_item = arena_copy(arena, col_text(&u, 1));
    item->kept_flags = (uint32_t)col_i64(&u, 2);
    db_end(&u);
    return ST_OK;
}

static enum status admit_one(struct ledger *l, struct ledger_cmd *cmd, struct admit_item *item,
                             struct fail *fail)
{
    item->attempts = item->unknowns = 0;
    item->outcome = ADMITTED_NEW;
    if (item->kind == ADMIT_EOF) {
        item->outcome = ADMITTED_CLOSED;
        return ST_OK;
    }
    struct use u = db_use(l, Q_TICKET_ADD);
    bind_item(l, &u, item);
    enum status st = db_run(l, &u, fail);
    if (st == ST_OK && sqlite3_changes(l->db) == 0)
        st = meet_again(l, item, fail);
    if (st == ST_OK && item->outcome == ADMITTED_NEW)
        st = span_touch(l, item->pos, fail);
    if (st != ST_OK || item->outcome != ADMITTED_NEW)
        return st;
    if (item->kind == ADMIT_SKIP) {
        item->outcome = ADMITTED_CLOSED;
        return ST_OK;
    }
    if (item->kind == ADMIT_DEAD)
        return bury(l, cmd, item, fail);
    st = item->may_reuse ? try_reuse(l, cmd, item, fail) : ST_OK;
    if (st == ST_OK && item->outcome == ADMITTED_NEW && item->attempts > 0)
        st = find_kept(l, &cmd->arena, item, fail);
    return st;
}

enum status apply_admit(struct ledger *l, struct ledger_cmd *cmd, struct fail *fail)
{
    for (size_t i = 0; i < cmd->u.admit.count; i++) {
        enum status st = admit_one(l, cmd, &cmd->u.admit.items[i], fail);
        if (st != ST_OK)
            return st;
    }
    return ST_OK;
}

enum status apply_dead(struct ledger *l, struct ledger_cmd *cmd, struct fail *fail)
{
    for (size_t i = 0; i < cmd->u.dead.count; i++) {
        const struct dead_item *item = &cmd->u.dead.items[i];
        struct ticket_row t;
        enum status st = ticket_load(l, &cmd->arena, item->pos, &t, fail);
        if (st == ST_OK)
            st = ticket_end_dead(l, cmd, &t, item, fail);
        if (st != ST_OK)
            return st;
    }
    return ST_OK;
}
