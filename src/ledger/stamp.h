/* Tells a database file that was put back from a copy while the newer file's log stayed. Private
 * to this room. */
#ifndef TICKETMILL_LEDGER_STAMP_H
#define TICKETMILL_LEDGER_STAMP_H

#include "ledger/db.h"

/* Before SQLite sees the file, when a log lies beside it: ST_LEDGER_STATE if they do not belong
 * together, so that the log is not played into a file it was not written for. */
MUST_CHECK enum status stamp_check(const char *path, int lock_fd, struct fail *fail);

/* After opening: a new stamp for file and lock file. */
MUST_CHECK enum status stamp_renew(struct ledger *l, struct fail *fail);

#endif
