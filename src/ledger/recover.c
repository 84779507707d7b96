/* What a start-up asks and repairs: calls in flight at a crash, the published mark, rows still to
 * publish, samples of a partition, crash suspects, offsets taken over from another ledger.
 *
 * Main thread, before the writer starts; each function that writes is a transaction of its own.
 * Which of them a start needs is decided in the pipeline.
 */
#include "ledger/books.h"

#include "base/mem.h"
#include "model/money.h"

/* --- calls that were in flight ------------------------------------------------------------- */

struct open_claims {
    int64_t call_no, reserved_pusd;
    struct pos *tickets;
    size_t count;
};

static enum status load_claims(struct ledger *l, struct arena *a, struct open_claims *c,
                               struct fail *fail)
{
    struct use u = db_use(l, Q_CALL_OPEN);
    bool row = false;

    bind_i64(&u, c->call_no);
    enum status st = db_row(l, &u, &row, fail);
    if (st != ST_OK)
        return st;
    bool good = row && claims_read(a, col_text(&u, 3), &c->tickets, &c->count) && c->count;
    c->reserved_pusd = col_pusd(&u, 2);
    db_end(&u);
    return good ? ST_OK
                : fail_set(fail, ST_LEDGER_STATE, 0,
                           "%s: call %lld has no readable claims; the "
                           "ledger is damaged",
                           l->path, (long long)c->call_no);
}

/* The settlement that the dead process did not get to: the reservation, equally divided. */
static void fill_unknown(struct ledger_cmd *cmd, const struct open_claims *c)
{
    struct settle_item *items = arena_zalloc(&cmd->arena, c->count * sizeof(*items));
    int64_t *weights = arena_zalloc(&cmd->arena, c->count * sizeof(*weights));
    int64_t *parts = arena_zalloc(&cmd->arena, c->count * sizeof(*parts));
    bool priced = c->reserved_pusd != PUSD_UNPRICED;

    if (priced)
        money_split(c->reserved_pusd, weights, c->count, parts);
    for (size_t i = 0; i < c->count; i++)
        items[i] = (struct settle_item){.pos = c->tickets[i],
                                        .outcome = SHARE_UNKNOWN,
                                        .slot = (int32_t)i,
                                        .cost_pusd = priced ? parts[i] : PUSD_UNPRICED,
                                        .then = SETTLE_OPEN};
    cmd->u.settle.items = items;
    cmd->u.settle.count = c->count;
    cmd->u.settle.call = (struct ledger_settle){.call_no = c->call_no,
                                                .state = CALL_UNKNOWN,
                                                .cause = FAIL_CRASH,
                                                .usage = {.provider_cost_pusd = PUSD_UNPRICED},
                                                .cost_pusd = c->reserved_pusd};
}

static enum status recover_one(struct ledger *l, int64_t call_no, struct fail *fail)
{
    struct ledger_cmd *cmd = ledger_cmd_new(LOP_SETTLE);
    struct open_claims c = {.call_no = call_no};
    enum status st = load_claims(l, &cmd->arena, &c, fail);

    if (st == ST_OK) {
        fill_unknown(cmd, &c);
        st = apply_settle(l, cmd, fail);
    }
    ledger_cmd_free(cmd);
    return st;
}

static enum status recover_all(struct ledger *l, void *arg, struct fail *fail)
{
    int64_t *count = arg;

    *count = 0;
    for (;;) {
        struct use u = db_use(l, Q_CALLS_SENT);
        bool row = false;
        enum status st = db_row(l, &u, &row, fail);
        if (st != ST_OK || !row)
            return st;
        int64_t call_no = col_i64(&u, 0);
        db_end(&u); /* settling it takes it off this list */
        st = recover_one(l, call_no, fail);
        if (st != ST_OK)
            return st;
        ++*count;
    }
}

enum status ledger_recover_calls(struct ledger *l, int64_t *count, struct fail *fail)
{
    int64_t n = 0;
    enum status st = db_transaction(l, recover_all, &n, fail);

    if (st == ST_OK)
        *count = n;
    return st;
}

/* --- what is published --------------------------------------------------------------------- */

static enum status store_mark(struct ledger *l, void *arg, struct fail *fail)
{
    return meta_set_i64(l, "published_seq", *(int64_t *)arg, fail);
}

enum status ledger_mark(struct ledger *l, int64_t published_seq, struct fail *fail)
{
    if (published_seq > l->last_seq)
        return fail_set(fail, ST_LEDGER_STATE, 0,
                        "%s: %lld records are published, the ledger made only %lld: it is an older "
                        "copy; run `ledger rebuild`",
                        l->path, (long long)published_seq, (long long)l->last_seq);
    if (published_seq <= l->published_seq)
        return ST_OK;
    enum status st = db_transaction(l, store_mark, &published_seq, fail);
    if (st == ST_OK)
        l->published_seq = l->stored_published_seq = published_seq;
    return st;
}

enum status ledger_unpublished(struct ledger *l, void (*fn)(void *self, const struct outrow *row),
                               void *self, struct fail *fail)
{
    struct use u = db_use(l, Q_OUTBOX_ABOVE);

    bind_i64(&u, l->published_seq);
    for (;;) {
        bool row = false;
        enum status st = db_row(l, &u, &row, fail);
        if (st != ST_OK || !row)
            return st;
        struct outrow out = {
            .seq = col_i64(&u, 0),
            .kind = (enum outrow_kind)col_i64(&u, 1),
            .pos = {(int32_t)col_i64(&u, 2), (int32_t)col_i64(&u, 3), col_i64(&u, 4)},
            .timestamp_unix_ms = col_i64(&u, 5),
            .key = col_blob(&u, 6),
            .value = col_blob(&u, 7),
            .headers = col_blob(&u, 8)};
        fn(self, &out);
    }
}

/* --- a partition as the ledger remembers it ------------------------------------------------ */

static void bind_from(struct use *u, int32_t source, int32_t partition, int64_t from)
{
    bind_pos(u, (struct pos){source, partition, from});
}

static enum status range(struct ledger *l, struct pos from, int64_t *first, int64_t *last,
                         struct fail *fail)
{
    struct use u = db_use(l, Q_TICKET_RANGE);
    bool row = false;

    bind_pos(&u, from);
    enum status st = db_row(l, &u, &row, fail);
    if (st != ST_OK)
        return st;
    /* Offsets are never negative, so that -1 can stand for none. */
    *first = sqlite3_column_type(u.s, 0) == SQLITE_NULL ? -1 : col_i64(&u, 0);
    *last = col_i64(&u, 1);
    db_end(&u);
    return ST_OK;
}

static enum status sample(struct ledger *l, struct pos from, struct ledger_sample *out, bool *found,
                          struct fail *fail)
{
    struct use u = db_use(l, Q_TICKET_SAMPLE);

    bind_pos(&u, from);
    enum status st = db_row(l, &u, found, fail);
    if (st != ST_OK || !*found)
        return st;
    struct slice hash = col_blob(&u, 2);
    out->offset = col_i64(&u, 0);
    out->record_unix_ms = col_i64(&u, 1);
    memset(out->value_hash, 0, sizeof(out->value_hash));
    memcpy(out->value_hash, hash.p, hash.n < LEDGER_HASH_SIZE ? hash.n : LEDGER_HASH_SIZE);
    db_end(&u);
    return ST_OK;
}

enum status ledger_samples(struct ledger *l, struct pos from, struct ledger_sample *out, size_t max,
                           size_t *count, struct fail *fail)
{
    int64_t first = -1, last = -1;
    size_t n = 0;
    enum status st = range(l, from, &first, &last, fail);

    if (st != ST_OK)
        return st;
    for (size_t i = 0; first >= 0 && i < max; i++) {
        int64_t step = max > 1 ? (last - first) / (int64_t)(max - 1) : 0;
        int64_t at = i + 1 == max ? last : first + (int64_t)i * step;
        if (n && at <= out[n - 1].offset)
            at = out[n - 1].offset + 1; /* gaps and few records: no record twice */
        bool found = false;
        st = sample(l, (struct pos){from.source, from.partition, at}, &out[n], &found, fail);
        if (st != ST_OK)
            return st;
        if (!found)
            break;
        n++;
    }
    *count = n;
    return ST_OK;
}

enum status ledger_published(struct ledger *l, struct pos from,
                             void (*fn)(void *self, int64_t offset), void *self, struct fail *fail)
{
    struct use u = db_use(l, Q_PUBLISHED_OFFSETS);

    bind_pos(&u, from);
    bind_i64(&u, l->published_seq);
    for (;;) {
        bool row = false;
        enum status st = db_row(l, &u, &row, fail);
        if (st != ST_OK || !row)
            return st;
        fn(self, col_i64(&u, 0));
    }
}

enum status ledger_resume_offset(struct ledger *l, int32_t source, int32_t partition,
                                 int64_t *offset, struct fail *fail)
{
    struct use u = db_use(l, Q_RESUME_OFFSET);
    bool row = false;

    bind_from(&u, source, partition, l->published_seq);
    enum status st = db_row(l, &u, &row, fail);
    if (st != ST_OK)
        return st;
    *offset = sqlite3_column_type(u.s, 0) == SQLITE_NULL ? -1 : col_i64(&u, 0);
    db_end(&u);
    return ST_OK;
}

/* --- taking over, suspects ----------------------------------------------------------------- */

struct adoption {
    int32_t source, partition;
    const int64_t *offsets;
    size_t count;
};

static enum status adopt_all(struct ledger *l, void *arg, struct fail *fail)
{
    const struct adoption *a = arg;

    for (size_t i = 0; i < a->count; i++) {
        struct use u = db_use(l, Q_ADOPT_ADD);
        bind_from(&u, a->source, a->partition, a->offsets[i]);
        enum status st = db_run(l, &u, fail);
        if (st != ST_OK)
            return st;
    }
    return ST_OK;
}

enum status ledger_adopt(struct ledger *l, int32_t source, int32_t partition,
                         const int64_t *offsets, size_t count, struct fail *fail)
{
    struct adoption a = {source, partition, offsets, count};

    return db_transaction(l, adopt_all, &a, fail);
}

struct suspicion {
    struct pos pos;
    int32_t crashes;
};

static enum status add_suspect(struct ledger *l, void *arg, struct fail *fail)
{
    struct suspicion *s = arg;
    struct use u = db_use(l, Q_SUSPECT_ADD);
    bool row = false;

    bind_pos(&u, s->pos);
    enum status st = db_row(l, &u, &row, fail);
    if (st != ST_OK)
        return st;
    s->crashes = row ? (int32_t)col_i64(&u, 0) : 0;
    db_end(&u);
    return ST_OK;
}

enum status ledger_suspect(struct ledger *l, struct pos pos, int32_t *crashes, struct fail *fail)
{
    struct suspicion s = {.pos = pos};
    enum status st = db_transaction(l, add_suspect, &s, fail);

    if (st == ST_OK)
        *crashes = s.crashes;
    return st;
}

enum status ledger_suspects(struct ledger *l,
                            void (*fn)(void *self, struct pos pos, int32_t crashes), void *self,
                            struct fail *fail)
{
    struct use u = db_use(l, Q_SUSPECT_LIST);

    for (;;) {
        bool row = false;
        enum status st = db_row(l, &u, &row, fail);
        if (st != ST_OK || !row)
            return st;
        fn(self, (struct pos){(int32_t)col_i64(&u, 0), (int32_t)col_i64(&u, 1), col_i64(&u, 2)},
           (int32_t)col_i64(&u, 3));
    }
}
