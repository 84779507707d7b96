/* Does the write-ahead log beside the ledger belong to it?
 *
 * SQLite plays any valid log into the file of that name; after `cp old.db ledger.db` that would be
 * a mixture of two states. So each opening writes a new name into table meta, has it moved from the
 * log into the file proper, and then notes it in the lock file. While that is under way the lock
 * file names none, and nothing is checked. Copies of a ledger closed in order, or made by `ledger
 * backup`, come without a log and are not judged here.
 */
#include "ledger/stamp.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "ledger/place.h"
#include "sql_embedded.h"

#define STAMP_SIZE   ID_SIZE
#define STAMP_BYTES  (STAMP_SIZE - 1)
#define STAMP_OFFSET PLACE_LOCK_BYTES /* behind what place_lock writes */

static bool read_stamp(int lock_fd, char out[STAMP_SIZE])
{
    out[STAMP_BYTES] = '\0';
    return pread(lock_fd, out, STAMP_BYTES, STAMP_OFFSET) == STAMP_BYTES && out[0] != ' ';
}

static enum status write_stamp(struct ledger *l, const char *stamp, struct fail *fail)
{
    char text[STAMP_BYTES];

    memset(text, ' ', sizeof(text));
    memcpy(text, stamp, strlen(stamp));
    if (pwrite(l->lock_fd, text, sizeof(text), STAMP_OFFSET) == (ssize_t)sizeof(text) &&
        fdatasync(l->lock_fd) == 0)
        return ST_OK;
    return fail_set(fail, ST_LEDGER_IO, errno, "%s.lock: %s", l->path, strerror(errno));
}

/* The stamp in the file itself, whatever its log says; false when it cannot be read. */
static bool stamp_in_file(const char *path, char out[STAMP_SIZE])
{
    char *uri = place_uri(path, "mode=ro&immutable=1");
    sqlite3 *db = NULL;
    sqlite3_stmt *s = NULL;
    int rc = sqlite3_open_v2(uri, &db, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX,
                             NULL);

    if (rc == SQLITE_OK)
        rc = sqlite3_prepare_v2(db, sql_meta_get, -1, &s, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_bind_text(s, 1, "opened", -1, SQLITE_STATIC);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(s);
    out[0] = '\0';
    if (rc == SQLITE_ROW && sqlite3_column_bytes(s, 0) == STAMP_BYTES)
        memcpy(out, sqlite3_column_text(s, 0), STAMP_SIZE);
    sqlite3_finalize(s);
    sqlite3_close(db);
    mem_free(uri);
    return rc == SQLITE_ROW || rc == SQLITE_DONE;
}

enum status stamp_check(const char *path, int lock_fd, struct fail *fail)
{
    char in_file[STAMP_SIZE], expected[STAMP_SIZE];

    /* What cannot be read is for the checks of the opening itself to judge. */
    if (!read_stamp(lock_fd, expected) || !stamp_in_file(path, in_file))
        return ST_OK;
    if (strcmp(in_file, expected) == 0)
        return ST_OK;
    return fail_set(fail, ST_LEDGER_STATE, 0,
                    "%s: is another copy than the one that %s-wal was written for; put the right "
                    "file back, or remove %s-wal to use this one without what is in there",
                    path, path, path);
}

static enum status store_stamp(struct ledger *l, void *arg, struct fail *fail)
{
    return meta_set_text(l, "opened", arg, fail);
}

enum status stamp_renew(struct ledger *l, struct fail *fail)
{
    char stamp[STAMP_SIZE];
    struct random r;
    enum status st = write_stamp(l, "", fail);

    random_seed_system(&r);
    random_id(&r, clock_unix_us(l->clock), stamp);
    if (st == ST_OK)
        st = db_transaction(l, store_stamp, stamp, fail);
    if (st != ST_OK)
        return st;
    int in_log = 0, moved = 0;
    int rc = sqlite3_wal_checkpoint_v2(l->db, NULL, SQLITE_CHECKPOINT_PASSIVE, &in_log, &moved);
    if (rc != SQLITE_OK && rc != SQLITE_BUSY)
        return db_fail(l->db, rc, l->path, fail);
    if (rc == SQLITE_BUSY || in_log != moved) /* a reader keeps it from the file: no stamp then */
        return ST_OK;
    return write_stamp(l, stamp, fail);
}
