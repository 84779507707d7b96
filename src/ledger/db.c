/* Using prepared statements: bind in order, step, read columns.
 *
 * Everything this room asks of SQLite after opening goes through here, so that each failure
 * becomes one of our statuses at a single place. Texts of statements are not here but in
 * sql/queries/; opening and migrating is open.c and schema.c.
 */
#include "ledger/db.h"

#include <assert.h>

#include "ledger/errmap.h"

struct use db_use(struct ledger *l, enum query q)
{
    return (struct use){.s = l->stmt[q], .rc = SQLITE_OK};
}

static void note(struct use *u, int rc)
{
    if (rc != SQLITE_OK && u->rc == SQLITE_OK)
        u->rc = rc;
}

void bind_i64(struct use *u, int64_t v)
{
    note(u, sqlite3_bind_int64(u->s, ++u->at, v));
}

void bind_null(struct use *u)
{
    note(u, sqlite3_bind_null(u->s, ++u->at));
}

void bind_pusd(struct use *u, int64_t pusd)
{
    if (pusd == PUSD_UNPRICED)
        bind_null(u);
    else
        bind_i64(u, pusd);
}

void bind_text(struct use *u, struct slice s)
{
    note(u, sqlite3_bind_text64(u->s, ++u->at, s.p, s.n, SQLITE_STATIC, SQLITE_UTF8));
}

void bind_blob(struct use *u, struct slice s)
{
    note(u, sqlite3_bind_blob64(u->s, ++u->at, s.p, s.n, SQLITE_STATIC));
}

void bind_pos(struct use *u, struct pos pos)
{
    bind_i64(u, pos.source);
    bind_i64(u, pos.partition);
    bind_i64(u, pos.offset);
}

enum status db_fail(sqlite3 *db, int rc, const char *path, struct fail *fail)
{
    const char *why = db ? sqlite3_errmsg(db) : sqlite3_errstr(rc);

    return fail_set(fail, sqlite_status(rc), rc, "%s: %s", path, why);
}

void db_end(struct use *u)
{
    sqlite3_reset(u->s);
}

enum status db_row(struct ledger *l, struct use *u, bool *row, struct fail *fail)
{
    assert(u->rc != SQLITE_OK || u->at == sqlite3_bind_parameter_count(u->s));
    int rc = u->rc == SQLITE_OK ? sqlite3_step(u->s) : u->rc;

    if (rc == SQLITE_ROW) {
        *row = true;
        return ST_OK;
    }
    enum status st = ST_OK;
    if (rc != SQLITE_DONE)
        st = db_fail(u->rc == SQLITE_OK ? l->db : NULL, rc, l->path, fail);
    sqlite3_reset(u->s);
    if (st == ST_OK)
        *row = false;
    return st;
}

enum status db_first_i64(struct ledger *l, struct use *u, int64_t fallback, int64_t *out,
                         struct fail *fail)
{
    bool row = false;
    enum status st = db_row(l, u, &row, fail);

    if (st != ST_OK)
        return st;
    *out = row ? col_i64(u, 0) : fallback;
    if (row)
        db_end(u);
    return ST_OK;
}

enum status db_run(struct ledger *l, struct use *u, struct fail *fail)
{
    bool row = false;
    enum status st = db_row(l, u, &row, fail);

    assert(!row);
    return st;
}

int64_t col_i64(const struct use *u, int column)
{
    return sqlite3_column_int64(u->s, column);
}

int64_t col_pusd(const struct use *u, int column)
{
    if (sqlite3_column_type(u->s, column) == SQLITE_NULL)
        return PUSD_UNPRICED;
    return sqlite3_column_int64(u->s, column);
}

struct slice col_text(const struct use *u, int column)
{
    const void *p = sqlite3_column_text(u->s, column);

    return p ? slice_of(p, (size_t)sqlite3_column_bytes(u->s, column)) : SLICE_NONE;
}

struct slice col_blob(const struct use *u, int column)
{
    if (sqlite3_column_type(u->s, column) == SQLITE_NULL)
        return SLICE_NONE;
    const void *p = sqlite3_column_blob(u->s, column);
    /* SQLite gives NULL for an empty blob; empty is not absent here. */
    return slice_of(p ? p : "", (size_t)sqlite3_column_bytes(u->s, column));
}

enum status db_tx(struct ledger *l, enum tx tx, struct fail *fail)
{
    int rc = sqlite3_step(l->tx[tx]);
    enum status st = rc == SQLITE_DONE ? ST_OK : db_fail(l->db, rc, l->path, fail);

    sqlite3_reset(l->tx[tx]);
    return st;
}

void db_rollback(struct ledger *l)
{
    struct fail ignored; /* whoever rolls back has a reason to report already */

    if (!sqlite3_get_autocommit(l->db) && db_tx(l, TX_ROLLBACK, &ignored) != ST_OK)
        return;
}

enum status db_exec(struct ledger *l, const char *sql, struct fail *fail)
{
    int rc = sqlite3_exec(l->db, sql, NULL, NULL, NULL);

    return rc == SQLITE_OK ? ST_OK : db_fail(l->db, rc, l->path, fail);
}

enum status db_transaction(struct ledger *l,
                           enum status (*fn)(struct ledger *l, void *arg, struct fail *fail),
                           void *arg, struct fail *fail)
{
    enum status st = db_tx(l, TX_BEGIN, fail);
    if (st != ST_OK)
        return st;
    st = fn(l, arg, fail);
    if (st == ST_OK)
        st = db_tx(l, TX_COMMIT, fail);
    if (st != ST_OK)
        db_rollback(l);
    return st;
}

enum status meta_i64(struct ledger *l, const char *name, int64_t fallback, int64_t *out,
                     struct fail *fail)
{
    struct use u = db_use(l, Q_META_GET);
    bool row = false;

    bind_text(&u, slice_str(name));
    enum status st = db_row(l, &u, &row, fail);
    if (st != ST_OK)
        return st;
    *out = row ? col_i64(&u, 0) : fallback;
    db_end(&u);
    return ST_OK;
}

enum status meta_text(struct ledger *l, const char *name, char *out, size_t size, struct fail *fail)
{
    struct use u = db_use(l, Q_META_GET);
    bool row = false;

    bind_text(&u, slice_str(name));
    enum status st = db_row(l, &u, &row, fail);
    if (st != ST_OK)
        return st;
    struct slice s = row ? col_text(&u, 0) : SLICE_NONE;
    size_t n = s.n < size ? s.n : size - 1;
    if (n)
        memcpy(out, s.p, n);
    out[n] = '\0';
    db_end(&u);
    return ST_OK;
}

enum status meta_set_i64(struct ledger *l, const char *name, int64_t value, struct fail *fail)
{
    struct use u = db_use(l, Q_META_SET);

    bind_text(&u, slice_str(name));
    bind_i64(&u, value);
    return db_run(l, &u, fail);
}

enum status meta_set_text(struct ledger *l, const char *name, const char *value, struct fail *fail)
{
    struct use u = db_use(l, Q_META_SET);

    bind_text(&u, slice_str(name));
    bind_text(&u, slice_str(value));
    return db_run(l, &u, fail);
}
