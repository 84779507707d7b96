/* What each of SQLite's result codes means for a run.
 *
 * The map goes by primary code; the extended one stays in fail.sys for the message. A code that is
 * not in the table would be one of a newer library: treated as our own bug, never as success.
 * Which command or file was at hand is not known here; the callers say it.
 */
#include "ledger/errmap.h"

#include <sqlite3.h>

struct mapping {
    int code;
    enum status status;
    bool ends_group;
};

static const struct mapping map[] = {
    {SQLITE_OK, ST_OK, false},
    {SQLITE_ROW, ST_OK, false},
    {SQLITE_DONE, ST_OK, false},
    {SQLITE_ERROR, ST_INTERNAL, false},
    {SQLITE_INTERNAL, ST_INTERNAL, true},
    {SQLITE_PERM, ST_LEDGER_IO, true},
    {SQLITE_ABORT, ST_INTERNAL, true},
    {SQLITE_BUSY, ST_LOCKED, true},
    {SQLITE_LOCKED, ST_INTERNAL, true},
    {SQLITE_NOMEM, ST_NO_MEMORY, true},
    {SQLITE_READONLY, ST_LEDGER_IO, true},
    {SQLITE_INTERRUPT, ST_INTERNAL, true},
    {SQLITE_IOERR, ST_LEDGER_IO, true},
    {SQLITE_CORRUPT, ST_LEDGER_STATE, true},
    {SQLITE_NOTFOUND, ST_INTERNAL, false},
    {SQLITE_FULL, ST_LEDGER_IO, true},
    {SQLITE_CANTOPEN, ST_LEDGER_IO, true},
    {SQLITE_PROTOCOL, ST_LOCKED, true},
    {SQLITE_EMPTY, ST_INTERNAL, false},
    {SQLITE_SCHEMA, ST_LEDGER_STATE, true},
    {SQLITE_TOOBIG, ST_LIMIT, false},
    {SQLITE_CONSTRAINT, ST_INTERNAL, false},
    {SQLITE_MISMATCH, ST_INTERNAL, false},
    {SQLITE_MISUSE, ST_INTERNAL, false},
    {SQLITE_NOLFS, ST_LEDGER_IO, true},
    {SQLITE_AUTH, ST_INTERNAL, false},
    {SQLITE_FORMAT, ST_LEDGER_STATE, true},
    {SQLITE_RANGE, ST_INTERNAL, false},
    {SQLITE_NOTADB, ST_LEDGER_STATE, true},
    {SQLITE_NOTICE, ST_INTERNAL, false},
    {SQLITE_WARNING, ST_INTERNAL, false},
};

static const struct mapping *find(int rc)
{
    for (size_t i = 0; i < sizeof(map) / sizeof(*map); i++)
        if (map[i].code == (rc & 0xff))
            return &map[i];
    return NULL;
}

enum status sqlite_status(int rc)
{
    const struct mapping *m = find(rc);

    return m ? m->status : ST_INTERNAL;
}

bool sqlite_known(int rc)
{
    return find(rc) != NULL;
}

bool sqlite_is_full(int rc)
{
    return (rc & 0xff) == SQLITE_FULL;
}

bool sqlite_ends_group(int rc)
{
    const struct mapping *m = find(rc);

    return !m || m->ends_group;
}
