/* Building a new ledger from published records.
 *
 * It is an ordinary ledger opened under another name, filled in large transactions and renamed
 * when complete; a kill in between leaves the old state. Calls are made anew from what tickets say
 * of them, so that shares still sum to calls and tickets to shares. Reading the topics is the
 * caller's; reading a record is published.c.
 */
#include "ledger/rebuild.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/map.h"
#include "base/mem.h"
#include "ledger/books.h"
#include "ledger/place.h"
#include "ledger/published.h"

#define RECORDS_PER_TRANSACTION 5000

struct ledger_rebuild {
    char *path, *making;
    int lock_fd;
    struct ledger *ledger;
    struct map *calls, *runs; /* id -> number of the row */
    struct arena arena;       /* of the record at hand */
    int64_t in_transaction;   /* records since BEGIN; -1 = none open */

    char old_ledger_id[ID_SIZE];
    int64_t committed_seq, old_found; /* of the committed ones */
    struct ledger_rebuilt sum;
};

/* --- beginning and ending ------------------------------------------------------------------ */

static void remove_files(const char *path)
{
    static const char *const suffixes[] = {"", "-wal", "-shm", "-journal", ".lock", ".reserve"};

    for (size_t i = 0; i < sizeof(suffixes) / sizeof(*suffixes); i++) {
        char *name = place_name(path, suffixes[i]);
        (void)unlink(name);
        mem_free(name);
    }
}

static void rebuild_free(struct ledger_rebuild *r)
{
    if (r->in_transaction >= 0)
        db_rollback(r->ledger);
    ledger_close(r->ledger);
    if (r->making)
        remove_files(r->making);
    if (r->lock_fd >= 0)
        close(r->lock_fd);
    map_free(r->calls);
    map_free(r->runs);
    arena_deinit(&r->arena);
    mem_free(r->path);
    mem_free(r->making);
    mem_free(r);
}

void ledger_rebuild_cancel(struct ledger_rebuild *r)
{
    if (r)
        rebuild_free(r);
}

static enum status prepare_place(struct ledger_rebuild *r, const char *path, struct fail *fail)
{
    enum status st = place_resolve(path, &r->path, fail);

    if (st == ST_OK)
        st = place_lock(r->path, &r->lock_fd, fail);
    if (st != ST_OK)
        return st;
    if (access(r->path, F_OK) == 0)
        return fail_set(fail, ST_LEDGER_STATE, EEXIST,
                        "%s: exists; move the old ledger away before rebuilding it", r->path);
    r->making = place_name(r->path, ".rebuild");
    remove_files(r->making);
    return ST_OK;
}

enum status ledger_rebuild_begin(const char *path, const struct clock *clock,
                                 const char *old_ledger_id, int64_t committed_seq,
                                 struct ledger_rebuild **out, struct fail *fail)
{
    struct ledger_rebuild *r = mem_zalloc(sizeof(*r));
    struct ledger_options o = {.create = true, .transport = "kafka", .clock = clock};

    r->lock_fd = -1;
    r->in_transaction = -1;
    r->calls = map_new();
    r->runs = map_new();
    arena_init(&r->arena);
    snprintf(r->old_ledger_id, sizeof(r->old_ledger_id), "%s", old_ledger_id);
    r->committed_seq = committed_seq;
    enum status st = prepare_place(r, path, fail);
    if (st == ST_OK)
        st = ledger_open(r->making, &o, &r->ledger, fail);
    if (st != ST_OK) {
        rebuild_free(r);
        return st;
    }
    memcpy(r->sum.ledger_id, r->ledger->ledger_id, sizeof(r->sum.ledger_id));
    *out = r;
    return ST_OK;
}

static enum status store_meta(struct ledger *l, void *arg, struct fail *fail)
{
    const struct ledger_rebuild *r = arg;
    int64_t old_seq =
        r->committed_seq > r->sum.old_last_seq ? r->committed_seq : r->sum.old_last_seq;

    enum status st = meta_set_i64(l, "last_seq", l->last_seq, fail);
    if (st == ST_OK)
        st = meta_set_i64(l, "published_seq", l->last_seq, fail);
    if (st == ST_OK && *r->old_ledger_id)
        st = meta_set_text(l, "rebuilt_from", r->old_ledger_id, fail);
    return st == ST_OK ? meta_set_i64(l, "rebuilt_seq", old_seq, fail) : st;
}

static enum status finish(struct ledger_rebuild *r, struct fail *fail)
{
    enum status st = ST_OK;

    if (r->in_transaction >= 0)
        st = db_tx(r->ledger, TX_COMMIT, fail);
    if (st == ST_OK) {
        r->in_transaction = -1;
        st = db_transaction(r->ledger, store_meta, r, fail);
    }
    if (st != ST_OK)
        return st;
    ledger_close(r->ledger);
    r->ledger = NULL;
    return place_put(r->making, r->path, fail);
}

enum status ledger_rebuild_end(struct ledger_rebuild *r, bool incomplete_ok,
                               struct ledger_rebuilt *out, struct fail *fail)
{
    enum status st = ST_OK;

    r->sum.missing = r->committed_seq - r->old_found;
    *out = r->sum;
    if (r->sum.missing > 0 && !incomplete_ok)
        st = fail_set(fail, ST_LEDGER_STATE, 0,
                      "of %lld records that ledger %s published, %lld are in neither topic",
                      (long long)r->committed_seq, r->old_ledger_id, (long long)r->sum.missing);
    if (st == ST_OK)
        st = finish(r, fail);
    rebuild_free(r);
    return st;
}

/* --- one record ----------------------------------------------------------------------------- */

static void *number_as_value(int64_t n)
{
    return (void *)(intptr_t)n;
}

static enum status run_number(struct ledger_rebuild *r, const struct published *p, int64_t *run,
                              struct fail *fail)
{
    *run = (int64_t)(intptr_t)map_get(r->runs, p->run_id);
    if (*run)
        return ST_OK;
    struct use u = db_use(r->ledger, Q_REBUILD_RUN);
    bind_text(&u, p->run_id);
    bind_i64(&u, p->classified_unix_us);
    enum status st = db_run(r->ledger, &u, fail);
    if (st != ST_OK)
        return st;
    *run = sqlite3_last_insert_rowid(r->ledger->db);
    (void)map_put(r->runs, p->run_id, number_as_value(*run));
    return ST_OK;
}

/* Calls of one id that ended differently are kept apart: a sum has no place for two kinds. */
static struct slice call_key(struct ledger_rebuild *r, const struct published *p,
                             enum call_state state, bool priced)
{
    struct buf b;

    buf_init(&b, p->call_id.n + 32);
    buf_slice(&b, p->call_id);
    if (state == CALL_UNKNOWN)
        buf_str(&b, "-unknown");
    else if (!priced)
        buf_str(&b, "-unpriced");
    struct slice key = arena_copy(&r->arena, buf_view(&b));
    buf_deinit(&b);
    return key;
}

static struct slice or_empty(struct slice s)
{
    return s.p ? s : SLICE_LIT("");
}

static enum status call_number(struct ledger_rebuild *r, const struct published *p, int64_t run,
                               enum call_state state, bool priced, int64_t *call, struct fail *fail)
{
    struct slice key = call_key(r, p, state, priced);
    int64_t prompt = 0;

    *call = (int64_t)(intptr_t)map_get(r->calls, key);
    if (*call)
        return ST_OK;
    enum status st = ledger_prompt(r->ledger, or_empty(p->prompt_version), NULL, &prompt, fail);
    if (st != ST_OK)
        return st;
    struct use u = db_use(r->ledger, Q_REBUILD_CALL);
    bind_text(&u, key);
    bind_i64(&u, run);
    bind_i64(&u, state);
    bind_text(&u, or_empty(p->model));
    bind_text(&u, or_empty(p->provider));
    bind_text(&u, or_empty(p->tier));
    bind_i64(&u, prompt);
    bind_pusd(&u, priced ? 0 : PUSD_UNPRICED);
    bind_i64(&u, p->classified_unix_us);
    st = db_run(r->ledger, &u, fail);
    if (st != ST_OK)
        return st;
    *call = sqlite3_last_insert_rowid(r->ledger->db);
    (void)map_put(r->calls, key, number_as_value(*call));
    return ST_OK;
}

static enum status add_share(struct ledger_rebuild *r, const struct published *p, struct pos pos,
                             int64_t run, const struct out_totals *part, enum call_state state,
                             struct fail *fail)
{
    int64_t call = 0;
    enum status st = call_number(r, p, run, state, part->cost_pusd != PUSD_UNPRICED, &call, fail);

    if (st != ST_OK)
        return st;
    struct use more = db_use(r->ledger, Q_REBUILD_CALL_MORE);
    bind_i64(&more, call);
    bind_i64(&more, part->input_tokens);
    bind_i64(&more, part->cached_tokens);
    bind_i64(&more, part->output_tokens);
    bind_pusd(&more, part->cost_pusd);
    st = db_run(r->ledger, &more, fail);
    if (st != ST_OK)
        return st;
    struct use u = db_use(r->ledger, Q_SHARE_ADD);
    bind_pos(&u, pos);
    bind_i64(&u, call);
    bind_i64(&u, state == CALL_UNKNOWN      ? SHARE_UNKNOWN
                 : p->kind == OUTROW_RESULT ? SHARE_ACCEPTED
                                            : SHARE_UNPARSED);
    bind_i64(&u, part->input_tokens);
    bind_i64(&u, part->cached_tokens);
    bind_i64(&u, part->output_tokens);
    bind_pusd(&u, part->cost_pusd);
    bind_text(&u, SLICE_NONE);
    return db_run(r->ledger, &u, fail);
}

/* What was billed for it, and what may have been, as shares of calls. */
static enum status add_shares(struct ledger_rebuild *r, const struct published *p, struct pos pos,
                              int64_t run, struct fail *fail)
{
    struct out_totals unknown = {.cost_pusd = p->totals.cost_unknown_pusd};
    enum status st = ST_OK;

    if (p->reused || p->call_id.n == 0)
        return ST_OK;
    if (p->kind == OUTROW_RESULT || p->totals.attempts || p->totals.cost_pusd)
        st = add_share(r, p, pos, run, &p->totals, CALL_ANSWERED, fail);
    if (st == ST_OK && unknown.cost_pusd)
        st = add_share(r, p, pos, run, &unknown, CALL_UNKNOWN, fail);
    return st;
}

static bool is_named_by_position(const struct published *p)
{
    struct buf name;

    buf_init(&name, p->topic.n + 64);
    buf_slice(&name, p->topic);
    buf_fmt(&name, "/%d/%lld", (int)p->partition, (long long)p->offset);
    bool same = slice_eq(p->ticket_id, buf_view(&name));
    buf_deinit(&name);
    return same;
}

static void bind_reuse(struct use *u, const struct published *p, uint8_t key[LEDGER_HASH_SIZE])
{
    if (p->kind != OUTROW_RESULT) {
        bind_null(u);
        return;
    }
    ledger_reuse_key(is_named_by_position(p) ? SLICE_NONE : p->ticket_id, p->content_hash,
                     p->prompt_version, p->tier, key);
    bind_blob(u, slice_of(key, LEDGER_HASH_SIZE));
}

static enum status add_ticket(struct ledger_rebuild *r, const struct published *p, struct pos pos,
                              int64_t run, bool *fresh, struct fail *fail)
{
    struct use u = db_use(r->ledger, Q_REBUILD_TICKET);
    bool result = p->kind == OUTROW_RESULT, priced = p->totals.cost_pusd != PUSD_UNPRICED;
    uint8_t key[LEDGER_HASH_SIZE];

    bind_pos(&u, pos);
    bind_i64(&u, result ? TICKET_RESULT : TICKET_DEAD);
    bind_text(&u, p->ticket_id);
    bind_text(&u, p->language);
    bind_blob(&u, result ? slice_of(p->content_hash, SHA256_SIZE) : SLICE_NONE);
    bind_reuse(&u, p, key);
    bind_i64(&u, (p->flags & BILLING_FLAGS) | (priced ? 0 : FLAG_UNPRICED));
    bind_i64(&u, p->totals.attempts);
    bind_i64(&u, p->reason);
    bind_i64(&u, r->ledger->last_seq + 1);
    bind_i64(&u, p->totals.input_tokens);
    bind_i64(&u, p->totals.cached_tokens);
    bind_i64(&u, p->totals.output_tokens);
    bind_i64(&u, priced ? p->totals.cost_pusd : 0);
    bind_i64(&u, p->totals.cost_unknown_pusd);
    bind_i64(&u, run);
    bind_i64(&u, p->totals.cost_unknown_pusd > 0);
    enum status st = db_run(r->ledger, &u, fail);
    *fresh = st == ST_OK && sqlite3_changes(r->ledger->db) == 1;
    return st;
}

static enum status add_result(struct ledger_rebuild *r, const struct published *p, struct pos pos,
                              int64_t run, struct fail *fail)
{
    int64_t call = 0;
    uint8_t key[LEDGER_HASH_SIZE];
    /* A copy names its original's call, which may not have been met yet. */
    enum status st = call_number(r, p, run, CALL_ANSWERED,
                                 p->reused || p->totals.cost_pusd != PUSD_UNPRICED, &call, fail);

    if (st != ST_OK)
        return st;
    struct use u = db_use(r->ledger, Q_RESULT_ADD);
    bind_pos(&u, pos);
    bind_text(&u, p->category);
    bind_i64(&u, p->confidence_ppm);
    bind_text(&u, p->summary);
    bind_i64(&u, call);
    bind_i64(&u, p->flags);
    bind_i64(&u, p->needs_review && !p->flags);
    bind_i64(&u, p->needs_review);
    if (p->reused) { /* from where was not published: from itself says that it is a copy */
        bind_null(&u);
        bind_pos(&u, pos);
    } else {
        bind_reuse(&u, p, key);
        bind_null(&u);
        bind_null(&u);
        bind_null(&u);
    }
    bind_i64(&u, p->classified_unix_us);
    return db_run(r->ledger, &u, fail);
}

static void count(struct ledger_rebuild *r, const struct published *p)
{
    r->ledger->last_seq++;
    if (p->kind == OUTROW_RESULT)
        r->sum.results++;
    else
        r->sum.dead++;
    if (!slice_eq(p->ledger_id, slice_str(r->old_ledger_id)))
        return;
    if (p->seq > r->sum.old_last_seq)
        r->sum.old_last_seq = p->seq;
    if (p->seq <= r->committed_seq)
        r->old_found++;
}

static enum status source_number(struct ledger_rebuild *r, struct slice topic, int32_t *source,
                                 struct fail *fail)
{
    struct ledger *l = r->ledger;

    for (int32_t i = 0; i < l->source_count; i++) {
        if (l->sources[i] && slice_eq(slice_str(l->sources[i]), topic)) {
            *source = i;
            return ST_OK;
        }
    }
    struct use u = db_use(l, Q_SOURCE_ADD);
    bind_text(&u, topic);
    enum status st = db_run(l, &u, fail);
    if (st != ST_OK)
        return st;
    *source = (int32_t)sqlite3_last_insert_rowid(l->db);
    ledger_keep_source(l, *source, topic);
    return ST_OK;
}

static enum status add(struct ledger_rebuild *r, const struct published *p, struct fail *fail)
{
    struct pos pos = {.partition = p->partition, .offset = p->offset};
    int64_t run = 0;
    bool fresh = false;
    enum status st = source_number(r, p->topic, &pos.source, fail);

    if (st == ST_OK)
        st = run_number(r, p, &run, fail);
    if (st == ST_OK)
        st = add_ticket(r, p, pos, run, &fresh, fail);
    if (st != ST_OK)
        return st;
    if (!fresh) {
        r->sum.duplicates++;
        return ST_OK;
    }
    st = add_shares(r, p, pos, run, fail);
    if (st == ST_OK && p->kind == OUTROW_RESULT)
        st = add_result(r, p, pos, run, fail);
    if (st == ST_OK)
        count(r, p);
    return st;
}

/* Commits now and then, so that the log does not grow with the topic. */
static enum status turn_transaction(struct ledger_rebuild *r, struct fail *fail)
{
    enum status st = ST_OK;

    if (r->in_transaction >= RECORDS_PER_TRANSACTION) {
        st = db_tx(r->ledger, TX_COMMIT, fail);
        r->in_transaction = -1;
    }
    if (st == ST_OK && r->in_transaction < 0) {
        st = db_tx(r->ledger, TX_BEGIN, fail);
        r->in_transaction = 0;
    }
    r->in_transaction++;
    return st;
}

enum status ledger_rebuild_add(struct ledger_rebuild *r, enum outrow_kind kind, struct slice key,
                               struct slice value, struct slice headers, struct fail *fail)
{
    struct published p;

    (void)key; /* a result's is its ticket id, a dead letter's the input's */
    arena_deinit(&r->arena);
    arena_init(&r->arena);
    enum status st = kind == OUTROW_RESULT ? published_result(value, &r->arena, &p)
                                           : published_dead(headers, &p);
    if (st != ST_OK)
        return fail_set(fail, st, 0, "a record that is not one of ours");
    st = turn_transaction(r, fail);
    return st == ST_OK ? add(r, &p, fail) : st;
}
