/* Asks SQLite which version it is. */
#include "ledger/version.h"

#include <sqlite3.h>

const char *ledger_library_version(void)
{
    return sqlite3_libversion();
}
