/* Building a new ledger from published records.
 *
 * It is an ordinary ledger opened under another name, filled in large transactions and renamed
 * when complete; a kill in between leaves nothing under the ledger's name. What a record becomes
 * is restore.c; reading the topics is the caller's.
 */
#include "ledger/rebuild.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "ledger/place.h"
#include "ledger/query.h"
#include "ledger/restore.h"

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

static void any_row(void *self, const struct ledger_row *row)
{
    (void)row;
    *(bool *)self = true;
}

/* A start that was refused leaves a ledger without a ticket behind: nothing is lost with it. */
static bool holds_nothing(const char *path)
{
    struct ledger_reader *reader;
    struct fail unread;
    bool any = false;

    if (ledger_reader_open(path, &reader, &unread) != ST_OK)
        return false;
    enum status st = ledger_read(reader, VIEW_TICKETS, NULL, any_row, &any, &unread);
    ledger_reader_close(reader);
    return st == ST_OK && !any;
}

static enum status prepare_place(struct ledger_rebuild *r, const char *path, struct fail *fail)
{
    enum status st = place_resolve(path, &r->path, fail);

    if (st == ST_OK)
        st = place_lock(r->path, &r->lock_fd, fail);
    if (st != ST_OK)
        return st;
    if (access(r->path, F_OK) == 0 && !holds_nothing(r->path))
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

    enum status st = span_rebuild(l, fail);
    if (st == ST_OK)
        st = meta_set_i64(l, "last_seq", l->last_seq, fail);
    if (st == ST_OK)
        st = meta_set_i64(l, "published_seq", l->last_seq, fail);
    if (st == ST_OK && *r->old_ledger_id)
        st = meta_set_text(l, "rebuilt_from", r->old_ledger_id, fail);
    return st == ST_OK ? meta_set_i64(l, "rebuilt_seq", old_seq, fail) : st;
}

static enum status commit(struct ledger_rebuild *r, struct fail *fail)
{
    enum status st = reuse_store(r->ledger, fail);

    if (st == ST_OK)
        st = db_tx(r->ledger, TX_COMMIT, fail);
    if (st != ST_OK)
        return st;
    reuse_take_back(&r->ledger->reuse, 0);
    r->in_transaction = -1;
    return ST_OK;
}

static enum status finish(struct ledger_rebuild *r, struct fail *fail)
{
    enum status st = ST_OK;

    if (r->in_transaction >= 0)
        st = commit(r, fail);
    if (st == ST_OK)
        st = db_transaction(r->ledger, store_meta, r, fail);
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

/* --- records --------------------------------------------------------------------------------- */

static void count(struct ledger_rebuild *r, const struct published *p)
{
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

/* Commits now and then, so that the log does not grow with the topic. */
static enum status turn_transaction(struct ledger_rebuild *r, struct fail *fail)
{
    enum status st = ST_OK;

    if (r->in_transaction >= RECORDS_PER_TRANSACTION)
        st = commit(r, fail);
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
    struct restore into = {r->ledger, r->calls, r->runs, &r->arena};
    bool fresh = false;
    st = turn_transaction(r, fail);
    if (st == ST_OK)
        st = restore_record(&into, &p, &fresh, fail);
    if (st != ST_OK)
        return st;
    if (fresh)
        count(r, &p);
    else
        r->sum.duplicates++;
    return ST_OK;
}
