/* Opening and closing the ledger: lock, create or check, migrate, switch to WAL, prepare.
 *
 * A new ledger is built under another name and renamed when complete, so that a kill while
 * creating leaves no half-made file and an empty file always means damage. What a run then asks
 * of the open ledger is start.c and apply.c.
 */
#include "ledger/db.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "ledger/place.h"
#include "ledger/schema.h"
#include "ledger/stamp.h"
#include "sql_embedded.h"

#define ALWAYS_CHECKED_BYTES (32 << 20) /* files up to this size are checked at every opening */
#define SCRATCH_MAX          (256u << 20)
#define ASSUMED_RECORD_BYTES 1000000 /* what librdkafka sends and brokers take by default */

/* Without statistics its allocator needs no lock. Too late once SQLite is in use, which then just
 * costs some time; the return value is of no use. */
static void configure_library(void)
{
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

static enum status connect_db(const char *path, sqlite3 **db, struct fail *fail)
{
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW |
                      SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_URI; /* for what is attached */
    configure_library();
    int rc = sqlite3_open_v2(path, db, flags, NULL);

    if (rc != SQLITE_OK)
        return db_fail(*db, rc, path, fail);
    return schema_harden(*db, path, fail);
}

static enum status fill_new(sqlite3 *db, const char *path, struct fail *fail)
{
    char sql[64];

    snprintf(sql, sizeof(sql), "PRAGMA application_id = %d;", LEDGER_APPLICATION_ID);
    int rc = sqlite3_exec(db, sql, NULL, NULL, NULL);
    if (rc != SQLITE_OK)
        return db_fail(db, rc, path, fail);
    return schema_migrate(db, path, 0, fail);
}

static enum status create(const char *path, struct fail *fail)
{
    char *making = place_name(path, ".new");
    sqlite3 *db = NULL;
    enum status st = place_make(making, fail);

    if (st == ST_OK)
        st = connect_db(making, &db, fail);
    if (st == ST_OK)
        st = fill_new(db, making, fail);
    sqlite3_close(db);
    if (st == ST_OK)
        st = place_put(making, path, fail);
    mem_free(making);
    return st;
}

/* A log beside the file means that the last process did not get to close it. */
static bool has_log(const char *path)
{
    char *wal = place_name(path, "-wal");
    struct stat s;
    bool found = stat(wal, &s) == 0 && s.st_size > 0;

    mem_free(wal);
    return found;
}

static enum status use_wal(struct ledger *l, struct fail *fail)
{
    sqlite3_stmt *s = NULL;
    int rc = sqlite3_prepare_v2(l->db, "PRAGMA journal_mode = WAL", -1, &s, NULL);
    enum status st = ST_OK;

    if (rc == SQLITE_OK)
        rc = sqlite3_step(s);
    if (rc != SQLITE_ROW)
        st = db_fail(l->db, rc, l->path, fail);
    else if (sqlite3_stricmp((const char *)sqlite3_column_text(s, 0), "wal") != 0)
        st = fail_set(fail, ST_LEDGER_IO, 0, "%s: cannot keep a write-ahead log here", l->path);
    sqlite3_finalize(s);
    if (st != ST_OK)
        return st;
    return db_exec(l,
                   "PRAGMA synchronous = FULL;"
                   "PRAGMA wal_autocheckpoint = 16000;"
                   "PRAGMA journal_size_limit = 67108864;"
                   "PRAGMA cache_size = -12288;"
                   "PRAGMA temp_store = MEMORY;"
                   "PRAGMA secure_delete = ON;", /* what is pruned or forgotten is gone */
                   fail);
}

static enum status prepare(struct ledger *l, const char *text, sqlite3_stmt **s, struct fail *fail)
{
    int rc = sqlite3_prepare_v3(l->db, text, -1, SQLITE_PREPARE_PERSISTENT, s, NULL);

    return rc == SQLITE_OK ? ST_OK : db_fail(l->db, rc, l->path, fail);
}

static enum status prepare_all(struct ledger *l, struct fail *fail)
{
    static const char *const text[Q_COUNT] = {
#define X(id, sql) sql,
        LEDGER_QUERIES(X)
#undef X
    };
    static const char *const tx[TX_COUNT] = {"BEGIN IMMEDIATE", "COMMIT",    "ROLLBACK",
                                             "SAVEPOINT c",     "RELEASE c", "ROLLBACK TO c"};
    enum status st = ST_OK;

    for (int q = 0; st == ST_OK && q < Q_COUNT; q++)
        st = prepare(l, text[q], &l->stmt[q], fail);
    for (int t = 0; st == ST_OK && t < TX_COUNT; t++)
        st = prepare(l, tx[t], &l->tx[t], fail);
    return st;
}

static enum status load_sources(struct ledger *l, struct fail *fail)
{
    struct use u = db_use(l, Q_SOURCE_LIST);

    for (;;) {
        bool row = false;
        enum status st = db_row(l, &u, &row, fail);
        if (st != ST_OK || !row)
            return st;
        ledger_keep_source(l, (int32_t)col_i64(&u, 0), col_text(&u, 1));
    }
}

void ledger_keep_source(struct ledger *l, int32_t number, struct slice name)
{
    if (number >= l->source_count) {
        l->sources = mem_grow(l->sources, (size_t)number + 1, sizeof(*l->sources));
        for (int32_t i = l->source_count; i <= number; i++)
            l->sources[i] = NULL;
        l->source_count = number + 1;
    }
    mem_free(l->sources[number]);
    l->sources[number] = mem_slice(name);
}

static enum status load_meta(struct ledger *l, struct fail *fail)
{
    enum status st = meta_text(l, "ledger_id", l->ledger_id, sizeof(l->ledger_id), fail);

    if (st == ST_OK)
        st = meta_i64(l, "last_seq", 0, &l->stored_last_seq, fail);
    if (st == ST_OK)
        st = meta_i64(l, "published_seq", 0, &l->stored_published_seq, fail);
    if (st != ST_OK)
        return st;
    int64_t archive = 0;
    st = meta_i64(l, "archive", 0, &archive, fail);
    if (st != ST_OK)
        return st;
    if (archive && !l->archive)
        return fail_set(fail, ST_LEDGER_STATE, 0,
                        "%s: is an archive of merged ledgers, to be read; a run needs a ledger of "
                        "its own (ledger.path)",
                        l->path);
    l->archive = archive != 0;
    l->last_seq = l->stored_last_seq;
    l->published_seq = l->stored_published_seq;
    if (l->published_seq < 0 || l->last_seq < l->published_seq)
        return fail_set(fail, ST_LEDGER_STATE, 0,
                        "%s: published up to %lld of %lld records; it is damaged", l->path,
                        (long long)l->published_seq, (long long)l->last_seq);
    return ST_OK;
}

/* First write of an opening: who we are, and that the end is not clean until ledger_close. */
static enum status mark_open(struct ledger *l, void *arg, struct fail *fail)
{
    (void)arg;
    if (!*l->ledger_id) {
        struct random r;
        random_seed_system(&r);
        random_id(&r, clock_unix_us(l->clock), l->ledger_id);
        enum status st = meta_set_text(l, "ledger_id", l->ledger_id, fail);
        if (st != ST_OK)
            return st;
    }
    return meta_set_i64(l, "clean_end", 0, fail);
}

static enum status check_if_needed(struct ledger *l, bool log_found, int64_t bytes,
                                   struct fail *fail)
{
    int64_t clean = 0;

    enum status st = meta_i64(l, "clean_end", 1, &clean, fail);
    if (st != ST_OK)
        return st;
    if (clean && !log_found && bytes > ALWAYS_CHECKED_BYTES)
        return ST_OK;
    return schema_quick_check(l->db, l->path, fail);
}

static enum status open_file(struct ledger *l, int64_t bytes, struct fail *fail)
{
    bool log_found = has_log(l->path);
    int version = 0;
    enum status st = log_found ? stamp_check(l->path, l->lock_fd, fail) : ST_OK;

    if (st == ST_OK)
        st = connect_db(l->path, &l->db, fail);
    if (st == ST_OK)
        st = schema_identify(l->db, l->path, &version, fail);
    if (st == ST_OK && version < schema_version()) {
        st = schema_quick_check(l->db, l->path, fail);
        if (st == ST_OK)
            st = schema_migrate(l->db, l->path, version, fail);
    }
    if (st == ST_OK)
        st = use_wal(l, fail);
    if (st == ST_OK)
        st = prepare_all(l, fail);
    if (st == ST_OK)
        st = check_if_needed(l, log_found, bytes, fail);
    if (st == ST_OK)
        st = load_meta(l, fail);
    if (st == ST_OK)
        st = load_sources(l, fail);
    if (st == ST_OK)
        st = ledger_latest_sent(l, &l->latest_sent_unix_us, fail);
    if (st == ST_OK && !l->archive)
        st = reuse_load(l, fail);
    if (st == ST_OK)
        st = db_transaction(l, mark_open, NULL, fail);
    if (st == ST_OK)
        st = stamp_renew(l, fail);
    if (st == ST_INTERNAL) { /* our statements are right: it is the file that differs */
        st = ST_LEDGER_STATE;
        fail_context(fail, "damaged");
        if (fail)
            fail->code = st;
    }
    return st;
}

void ledger_set_limits(struct ledger *l, int64_t max_result_bytes, int64_t max_dead_bytes)
{
    l->max_result_bytes = max_result_bytes ? max_result_bytes : ASSUMED_RECORD_BYTES;
    l->max_dead_bytes = max_dead_bytes ? max_dead_bytes : ASSUMED_RECORD_BYTES;
}

static struct ledger *ledger_new(const struct ledger_options *o)
{
    struct ledger *l = mem_zalloc(sizeof(*l));

    l->lock_fd = -1;
    l->archive = o->archive;
    l->clock = o->clock;
    reuse_init(&l->reuse);
    ledger_set_limits(l, o->max_result_bytes, o->max_dead_bytes);
    buf_init(&l->value, SCRATCH_MAX);
    buf_init(&l->headers, SCRATCH_MAX);
    buf_init(&l->text, SCRATCH_MAX);
    return l;
}

static void ledger_free(struct ledger *l)
{
    for (int q = 0; q < Q_COUNT; q++)
        sqlite3_finalize(l->stmt[q]);
    for (int t = 0; t < TX_COUNT; t++)
        sqlite3_finalize(l->tx[t]);
    sqlite3_close(l->db);
    if (l->lock_fd >= 0)
        close(l->lock_fd);
    for (int32_t i = 0; i < l->source_count; i++)
        mem_free(l->sources[i]);
    mem_free(l->sources);
    mem_free(l->spans);
    reuse_deinit(&l->reuse);
    mem_free(l->campaign);
    mem_free(l->prompt_version);
    mem_free(l->path);
    buf_deinit(&l->value);
    buf_deinit(&l->headers);
    buf_deinit(&l->text);
    mem_free(l);
}

enum status ledger_open(const char *path, const struct ledger_options *o, struct ledger **out,
                        struct fail *fail)
{
    struct ledger *l = ledger_new(o);
    bool exists = false;
    int64_t bytes = 0;
    enum status st = place_resolve(path, &l->path, fail);

    if (st == ST_OK)
        st = place_check_fs(l->path, fail);
    if (st == ST_OK)
        st = place_lock(l->path, &l->lock_fd, fail);
    if (st == ST_OK)
        st = place_check_file(l->path, &exists, &bytes, fail);
    if (st == ST_OK && !exists)
        st = o->create ? create(l->path, fail)
                       : fail_set(fail, ST_LEDGER_STATE, ENOENT, "%s: there is no ledger", path);
    if (st == ST_OK)
        st = place_reserve(l->path, fail);
    if (st == ST_OK)
        st = open_file(l, bytes, fail);
    if (st != ST_OK) {
        ledger_free(l);
        return st;
    }
    *out = l;
    return ST_OK;
}

static enum status mark_closed(struct ledger *l, void *arg, struct fail *fail)
{
    (void)arg;
    enum status st = l->archive ? ST_OK : reuse_store(l, fail);
    return st == ST_OK ? meta_set_i64(l, "clean_end", 1, fail) : st;
}

void ledger_close(struct ledger *l)
{
    struct fail fail;

    if (!l)
        return;
    /* Neither may fail the run: what counts is committed, and the next start checks. */
    if (l->broken.code == ST_OK && db_transaction(l, mark_closed, NULL, &fail) == ST_OK)
        (void)sqlite3_wal_checkpoint_v2(l->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    ledger_free(l);
}
