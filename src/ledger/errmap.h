/* SQLite's codes as ours. Private to this room. */
#ifndef TICKETMILL_LEDGER_ERRMAP_H
#define TICKETMILL_LEDGER_ERRMAP_H

#include <stdbool.h>

#include "base/status.h"

/* rc may be an extended code. */
enum status sqlite_status(int rc);
bool sqlite_known(int rc); /* does the map have its primary code? */
bool sqlite_is_full(int rc);
/* Is the whole transaction lost with it, so that rolling back one command is no way out? */
bool sqlite_ends_group(int rc);

#endif
