/* Which SQLite is linked, for `--version --verbose`. Static text. */
#ifndef TICKETMILL_LEDGER_VERSION_H
#define TICKETMILL_LEDGER_VERSION_H

const char *ledger_library_version(void);

#endif
