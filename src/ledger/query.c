/* A read-only connection to the ledger and the questions of sql/reports/.
 *
 * Never more than one connection may write or checkpoint, so this one can do neither. A ledger
 * that was closed cleanly has no log beside it; on a file system that we may not write to, SQLite
 * then opens it only as unchanging, which it is as long as no worker holds it. Rows are handed to
 * callbacks, so that no caller carries the error path of a cursor.
 */
#include "ledger/query.h"

#include <sqlite3.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "ledger/db.h"
#include "ledger/errmap.h"
#include "ledger/place.h"
#include "ledger/schema.h"
#include "sql_embedded.h"

struct ledger_reader {
    sqlite3 *db;
    char *path;
};

struct ledger_row {
    sqlite3_stmt *s;
};

static const char *const view_text[VIEW_COUNT] = {
#define X(id, text) [id] = text,
    LEDGER_VIEWS(X)
#undef X
};

static bool has_log(const char *path)
{
    char *wal = place_name(path, "-wal");
    struct stat s;
    bool found = stat(wal, &s) == 0;

    mem_free(wal);
    return found;
}

static enum status change(struct ledger_reader *r, const char *sql, struct fail *fail)
{
    int rc = sqlite3_exec(r->db, sql, NULL, NULL, NULL);

    return rc == SQLITE_OK ? ST_OK : db_fail(r->db, rc, r->path, fail);
}

/* Opens and takes the state that all views will see. */
static enum status connect_reader(struct ledger_reader *r, bool unchanging, struct fail *fail)
{
    const int flags =
        SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    char *uri = place_uri(r->path, unchanging ? "mode=ro&immutable=1" : "mode=ro");
    int version = 0;
    int rc = sqlite3_open_v2(uri, &r->db, flags, NULL);
    enum status st;

    mem_free(uri);
    if (rc != SQLITE_OK)
        return db_fail(r->db, rc, r->path, fail);
    st = schema_harden(r->db, r->path, fail);
    if (st == ST_OK)
        st = change(r, "PRAGMA temp_store = MEMORY; BEGIN", fail);
    if (st == ST_OK)
        st = schema_identify(r->db, r->path, &version, fail);
    if (st == ST_OK && version < schema_version())
        st = fail_set(fail, ST_LEDGER_STATE, 0,
                      "%s: has the older schema %d; the next run brings it up to date", r->path,
                      version);
    return st == ST_OK ? ledger_reader_choose(r, NULL, 0, fail) : st;
}

enum status ledger_reader_open(const char *path, struct ledger_reader **out, struct fail *fail)
{
    struct ledger_reader *r;
    struct fail why;
    struct stat s;
    enum status st;

    if (stat(path, &s) != 0)
        return fail_set(fail, ST_LEDGER_STATE, 0, "%s: there is no ledger of that name", path);
    r = mem_zalloc(sizeof *r);
    r->path = mem_str(path);
    st = connect_reader(r, false, &why);
    if (st == ST_LEDGER_IO && !has_log(path)) {
        sqlite3_close(r->db);
        r->db = NULL;
        st = connect_reader(r, true, &why);
    }
    if (st != ST_OK) {
        if (fail != NULL)
            *fail = why;
        ledger_reader_close(r);
        return st;
    }
    *out = r;
    return ST_OK;
}

sqlite3 *ledger_reader_db(struct ledger_reader *r)
{
    return r->db;
}

void ledger_reader_close(struct ledger_reader *r)
{
    if (r == NULL)
        return;
    sqlite3_close(r->db);
    mem_free(r->path);
    mem_free(r);
}

const char *ledger_reader_path(const struct ledger_reader *r)
{
    return r->path;
}

static int bind_arg(sqlite3_stmt *s, int number, const struct ledger_arg *a)
{
    switch (a->kind) {
    case LEDGER_ARG_NULL:
        break;
    case LEDGER_ARG_I64:
        return sqlite3_bind_int64(s, number, a->i);
    case LEDGER_ARG_TEXT:
        return sqlite3_bind_text64(s, number, a->s.p, a->s.n, SQLITE_STATIC, SQLITE_UTF8);
    }
    return sqlite3_bind_null(s, number);
}

/* All rows of a statement. */
static enum status each_row(struct ledger_reader *r, const char *sql, const struct ledger_arg *args,
                            void (*fn)(void *self, const struct ledger_row *row), void *self,
                            struct fail *fail)
{
    struct ledger_row row = {NULL};
    int rc = sqlite3_prepare_v2(r->db, sql, -1, &row.s, NULL);
    enum status st = ST_OK;

    for (int i = 0; rc == SQLITE_OK && i < sqlite3_bind_parameter_count(row.s); i++)
        rc = bind_arg(row.s, i + 1, &args[i]);
    if (rc == SQLITE_OK) {
        while ((rc = sqlite3_step(row.s)) == SQLITE_ROW)
            fn(self, &row);
    }
    if (rc != SQLITE_DONE)
        st = db_fail(r->db, rc, r->path, fail);
    sqlite3_finalize(row.s);
    return st;
}

enum status ledger_read(struct ledger_reader *r, enum ledger_view view,
                        const struct ledger_arg *args,
                        void (*fn)(void *self, const struct ledger_row *row), void *self,
                        struct fail *fail)
{
    return each_row(r, view_text[view], args, fn, self, fail);
}

enum status ledger_reader_choose(struct ledger_reader *r, const int64_t *runs, size_t count,
                                 struct fail *fail)
{
    enum status st = change(r, sql_choose_clear, fail);

    if (st == ST_OK)
        st = change(r, runs ? sql_choose_runs : sql_choose_all, fail);
    for (size_t i = 0; st == ST_OK && i < count; i++)
        st = each_row(r, sql_choose_add, &ARG_I64(runs[i]), NULL, NULL, fail);
    return st;
}

bool ledger_row_null(const struct ledger_row *row, int column)
{
    return sqlite3_column_type(row->s, column) == SQLITE_NULL;
}

int64_t ledger_row_i64(const struct ledger_row *row, int column)
{
    return sqlite3_column_int64(row->s, column);
}

int64_t ledger_row_pusd(const struct ledger_row *row, int column)
{
    return ledger_row_null(row, column) ? PUSD_UNPRICED : ledger_row_i64(row, column);
}

struct slice ledger_row_text(const struct ledger_row *row, int column)
{
    const void *p = sqlite3_column_blob(row->s, column);
    size_t n = (size_t)sqlite3_column_bytes(row->s, column);

    if (ledger_row_null(row, column))
        return SLICE_NONE;
    return p != NULL ? slice_of(p, n) : SLICE_LIT("");
}
