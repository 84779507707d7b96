/* Bringing a database file to this program's schema. Private to this room. */
#ifndef TICKETMILL_LEDGER_SCHEMA_H
#define TICKETMILL_LEDGER_SCHEMA_H

#include <sqlite3.h>
#include <stdint.h>

#include "base/status.h"

int schema_version(void); /* of this program: its number of migrations */

/* Safe settings of a fresh connection: nothing in the file may run code or bend the schema. */
MUST_CHECK enum status schema_harden(sqlite3 *db, const char *path, struct fail *fail);

/* ST_LEDGER_STATE: not SQLite, another program's file, or a newer schema than ours. */
MUST_CHECK enum status schema_identify(sqlite3 *db, const char *path, int *version,
                                       struct fail *fail);

/* ST_LEDGER_STATE when pages or indexes are damaged. Reads the whole file. */
MUST_CHECK enum status schema_quick_check(sqlite3 *db, const char *path, struct fail *fail);

/* Applies what is missing from `version` on, each migration in a transaction of its own. */
MUST_CHECK enum status schema_migrate(sqlite3 *db, const char *path, int version,
                                      struct fail *fail);

/* A single integer from a PRAGMA. */
MUST_CHECK enum status schema_pragma(sqlite3 *db, const char *path, const char *sql, int64_t *out,
                                     struct fail *fail);

#endif
