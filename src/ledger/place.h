/* Where the ledger file lives and whether it is safe to open it there. Private to this room. */
#ifndef TICKETMILL_LEDGER_PLACE_H
#define TICKETMILL_LEDGER_PLACE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"

#define RESERVE_BYTES (4 << 20)

/* The path without symbolic links, so that two names cannot get two locks; the last part need
 * not exist. mem_free. */
MUST_CHECK enum status place_resolve(const char *path, char **resolved, struct fail *fail);

/* ST_LEDGER_IO on a file system that is shared over a network: its locks and shared memory
 * cannot carry a WAL. */
MUST_CHECK enum status place_check_fs(const char *path, struct fail *fail);

/* Is a statfs type one of those? */
bool place_is_network(int64_t fs_type);

#define PLACE_LOCK_BYTES 16 /* of the lock file: the holder's process id */
/* Takes `<path>.lock` for this process' life or until close(*fd). A file of its own, because
 * closing any descriptor of the database would drop SQLite's own locks. ST_LOCKED. */
MUST_CHECK enum status place_lock(const char *path, int *fd, struct fail *fail);

/* A plain file with one name that nobody else may read, or no file at all. */
MUST_CHECK enum status place_check_file(const char *path, bool *exists, int64_t *bytes,
                                        struct fail *fail);

/* Makes an empty file of mode 0600, removing what an interrupted attempt left. */
MUST_CHECK enum status place_make(const char *path, struct fail *fail);
/* Gives the finished file its name, durably. A write-ahead log left by a former file of that
 * name is removed first: it would be played into the new one. */
MUST_CHECK enum status place_put(const char *from, const char *to, struct fail *fail);

/* Disk space put aside in `<path>.reserve`, to end a run in order on a full disk. */
MUST_CHECK enum status place_reserve(const char *path, struct fail *fail);
void place_give_up_reserve(const char *path);

/* "file:<path>?<parameters>", escaped, for opening with SQLITE_OPEN_URI; mem_free. */
char *place_uri(const char *path, const char *parameters);

/* path + suffix; mem_free. */
char *place_name(const char *path, const char *suffix);

#endif
