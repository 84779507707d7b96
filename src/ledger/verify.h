/* Checking and copying a ledger, beside a running worker or after it. Read-only on the ledger. */
#ifndef TICKETMILL_LEDGER_VERIFY_H
#define TICKETMILL_LEDGER_VERIFY_H

#include <stdint.h>

#include "base/status.h"

/* Looks for damaged pages, then whether the books are straight: every call's shares sum to its
 * cost, every ticket's sums are those of its shares, every finished ticket has exactly one end,
 * no sequence number is missing. Each finding (at most 20 of a kind) is told as one line.
 * *findings 0 = all straight. ST_LEDGER_STATE, ST_LEDGER_IO: it could not be looked at. */
MUST_CHECK enum status ledger_verify_books(const char *path,
                                           void (*found)(void *self, const char *line), void *self,
                                           int64_t *findings, struct fail *fail);

/* Writes one consistent state of the ledger to a new file and checks that file. ST_LEDGER_IO when
 * `target` exists or cannot be written; nothing is left behind then. */
MUST_CHECK enum status ledger_backup(const char *path, const char *target, struct fail *fail);

#endif
