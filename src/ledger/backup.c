/* A copy of the ledger by SQLite's backup calls: one consistent state, also beside a running
 * worker, where copying the file would miss what still stands in its log.
 *
 * The copy is made under another name, checked, synced and then named, so that a backup that
 * exists is a good one. It keeps the ledger id: whether it may be used again is decided by the
 * committed offsets when a run starts on it.
 */
#include "ledger/verify.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "ledger/db.h"
#include "ledger/place.h"
#include "ledger/query.h"
#include "ledger/schema.h"

static enum status copy_pages(sqlite3 *from, sqlite3 *to, const char *name, struct fail *fail)
{
    sqlite3_backup *b = sqlite3_backup_init(to, "main", from, "main");

    if (!b)
        return db_fail(to, sqlite3_errcode(to), name, fail);
    int rc = sqlite3_backup_step(b, -1);
    (void)sqlite3_backup_finish(b);
    return rc == SQLITE_DONE ? ST_OK : db_fail(to, rc, name, fail);
}

static enum status copy_checked(sqlite3 *from, const char *name, struct fail *fail)
{
    sqlite3 *to = NULL;
    int64_t ignored = 0;
    int rc = sqlite3_open_v2(
        name, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
    enum status st = rc == SQLITE_OK ? schema_harden(to, name, fail) : db_fail(to, rc, name, fail);

    if (st == ST_OK)
        st = copy_pages(from, to, name, fail);
    if (st == ST_OK)
        st = schema_quick_check(to, name, fail);
    if (st == ST_OK) /* leaves no log beside the copy */
        st = schema_pragma(to, name, "PRAGMA wal_checkpoint(TRUNCATE)", &ignored, fail);
    sqlite3_close(to);
    return st;
}

static enum status backup_to(sqlite3 *from, const char *target, struct fail *fail)
{
    char *making = place_name(target, ".new");
    enum status st = place_make(making, fail);

    if (st == ST_OK)
        st = copy_checked(from, making, fail);
    if (st == ST_OK)
        st = place_put(making, target, fail);
    if (st != ST_OK)
        (void)unlink(making);
    mem_free(making);
    return st;
}

enum status ledger_backup(const char *path, const char *target, struct fail *fail)
{
    struct ledger_reader *reader = NULL;

    if (access(target, F_OK) == 0)
        return fail_set(fail, ST_LEDGER_IO, EEXIST,
                        "%s: exists already; a backup overwrites nothing", target);
    enum status st = ledger_reader_open(path, &reader, fail);
    if (st != ST_OK)
        return st;
    st = backup_to(ledger_reader_db(reader), target, fail);
    ledger_reader_close(reader);
    return st;
}
