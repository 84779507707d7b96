/* The database file's identity and version, and the migrations in sql/migrations/.
 *
 * Works on a bare connection, before statements are prepared. user_version counts the migrations
 * applied; application_id tells our files from others'. There is no way back: a newer schema than
 * the program's is refused, never guessed at.
 */
#include "ledger/schema.h"

#include <stdio.h>

#include "ledger/db.h"
#include "ledger/errmap.h"
#include "sql_embedded.h"

int schema_version(void)
{
    int n = 0;

    while (sql_migrations[n].name)
        n++;
    return n;
}

/* Our own statements are right, so a plain error is the file's: its format, its schema. */
static enum status file_fail(sqlite3 *db, int rc, const char *path, struct fail *fail)
{
    enum status st = db_fail(db, rc, path, fail);

    if (rc != SQLITE_ERROR)
        return st;
    fail_context(fail, "damaged");
    if (fail)
        fail->code = ST_LEDGER_STATE;
    return ST_LEDGER_STATE;
}

static enum status exec(sqlite3 *db, const char *path, const char *sql, struct fail *fail)
{
    int rc = sqlite3_exec(db, sql, NULL, NULL, NULL);

    return rc == SQLITE_OK ? ST_OK : file_fail(db, rc, path, fail);
}

enum status schema_pragma(sqlite3 *db, const char *path, const char *sql, int64_t *out,
                          struct fail *fail)
{
    sqlite3_stmt *s = NULL;
    int rc = sqlite3_prepare_v2(db, sql, -1, &s, NULL);

    if (rc == SQLITE_OK)
        rc = sqlite3_step(s);
    enum status st = ST_OK;
    if (rc == SQLITE_ROW)
        *out = sqlite3_column_int64(s, 0);
    else
        st = file_fail(db, rc, path, fail);
    sqlite3_finalize(s);
    return st;
}

enum status schema_harden(sqlite3 *db, const char *path, struct fail *fail)
{
    static const struct {
        int option, value;
    } config[] = {
        {SQLITE_DBCONFIG_DEFENSIVE, 1},      {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
        {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0}, {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
        {SQLITE_DBCONFIG_DQS_DML, 0},        {SQLITE_DBCONFIG_DQS_DDL, 0},
    };
    static const struct {
        int limit, value;
    } limits[] = {
        {SQLITE_LIMIT_LENGTH, 256 << 20},   {SQLITE_LIMIT_SQL_LENGTH, 64 << 10},
        {SQLITE_LIMIT_COLUMN, 64},          {SQLITE_LIMIT_EXPR_DEPTH, 64},
        {SQLITE_LIMIT_COMPOUND_SELECT, 16}, {SQLITE_LIMIT_ATTACHED, 10},
        {SQLITE_LIMIT_TRIGGER_DEPTH, 1},    {SQLITE_LIMIT_VARIABLE_NUMBER, 64},
    };

    for (size_t i = 0; i < sizeof(config) / sizeof(*config); i++) {
        int rc = sqlite3_db_config(db, config[i].option, config[i].value, NULL);
        if (rc != SQLITE_OK)
            return file_fail(db, rc, path, fail);
    }
    for (size_t i = 0; i < sizeof(limits) / sizeof(*limits); i++)
        (void)sqlite3_limit(db, limits[i].limit, limits[i].value);
    sqlite3_busy_timeout(db, 5000);
    return exec(db, path, "PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0;", fail);
}

enum status schema_identify(sqlite3 *db, const char *path, int *version, struct fail *fail)
{
    int64_t id = 0, stored = 0;
    enum status st = schema_pragma(db, path, "PRAGMA application_id", &id, fail);

    if (st == ST_OK)
        st = schema_pragma(db, path, "PRAGMA user_version", &stored, fail);
    if (st != ST_OK)
        return st;
    if (id != LEDGER_APPLICATION_ID)
        return fail_set(fail, ST_LEDGER_STATE, 0,
                        "%s: is not a ledger (application id 0x%llx, expected 0x%x)", path,
                        (unsigned long long)id & 0xffffffffULL, LEDGER_APPLICATION_ID);
    if (stored > schema_version())
        return fail_set(fail, ST_LEDGER_STATE, 0,
                        "%s: has schema %lld, newer than this program's %d; use the program that "
                        "wrote it",
                        path, (long long)stored, schema_version());
    if (stored < 1)
        return fail_set(fail, ST_LEDGER_STATE, 0, "%s: has no schema; it is damaged", path);
    *version = (int)stored;
    return ST_OK;
}

enum status schema_quick_check(sqlite3 *db, const char *path, struct fail *fail)
{
    sqlite3_stmt *s = NULL;
    int rc = sqlite3_prepare_v2(db, "PRAGMA quick_check(1)", -1, &s, NULL);
    enum status st = ST_OK;

    if (rc == SQLITE_OK)
        rc = sqlite3_step(s);
    if (rc != SQLITE_ROW) {
        st = file_fail(db, rc, path, fail);
    } else {
        const char *said = (const char *)sqlite3_column_text(s, 0);
        if (!said || strcmp(said, "ok") != 0)
            st = fail_set(fail, ST_LEDGER_STATE, SQLITE_CORRUPT,
                          "%s: damaged (%s); restore a backup or run `ledger rebuild`", path,
                          said ? said : "no answer");
    }
    sqlite3_finalize(s);
    return st;
}

static enum status apply_one(sqlite3 *db, const char *path, int number, struct fail *fail)
{
    char done[64];

    snprintf(done, sizeof(done), "PRAGMA user_version = %d; COMMIT;", number);
    enum status st = exec(db, path, "BEGIN IMMEDIATE", fail);
    if (st == ST_OK)
        st = exec(db, path, sql_migrations[number - 1].text, fail);
    if (st == ST_OK)
        st = exec(db, path, done, fail);
    if (st != ST_OK) {
        if (!sqlite3_get_autocommit(db))
            (void)sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
        fail_context(fail, "migration %s", sql_migrations[number - 1].name);
    }
    return st;
}

enum status schema_migrate(sqlite3 *db, const char *path, int version, struct fail *fail)
{
    for (int number = version + 1; number <= schema_version(); number++) {
        enum status st = apply_one(db, path, number, fail);
        if (st != ST_OK)
            return st;
    }
    return ST_OK;
}
