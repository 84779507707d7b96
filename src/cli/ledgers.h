/* Which ledgers a reading command looks at, and in which time zone it tells dates. */
#ifndef TICKETMILL_CLI_LEDGERS_H
#define TICKETMILL_CLI_LEDGERS_H

#include "cli/options.h"
#include "config/config.h"
#include "ledger/query.h"

/* Options that every reading command has. */
struct ledger_choice {
    const char *config;
    struct option_list ledgers; /* --ledger; none = those of the configuration */
    const char *time_zone;      /* --time-zone; NULL = the configuration's, else UTC */
    const char *campaign;       /* the ledgers of that campaign beside those; NULL = none */
};

struct ledgers {
    struct config *config; /* NULL when --ledger made it unnecessary */
    struct ledger_reader **readers;
    size_t count;
    struct ledger_reader **campaign; /* of that name, where there is one */
    size_t campaign_count;
    const char *time_zone; /* in force: TZ is set to it */
};

/* Opens them all. With a `{shard}` in the configured path: the files of shard 0, 1, … as far as
 * they exist. Returns 0, or the exit status with everything said on stderr and nothing open. */
MUST_CHECK int ledgers_open(const char *command, const struct ledger_choice *choice,
                            struct ledgers *out);
void ledgers_close(struct ledgers *l);

#endif
