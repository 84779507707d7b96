/* Finding and reading the configuration file of a command, mistakes printed for people. */
#ifndef TICKETMILL_CLI_CONFIGURED_H
#define TICKETMILL_CLI_CONFIGURED_H

#include "cli/options.h"
#include "config/config.h"

/* Reads `path`, or when it is NULL the first that exists of ./ticketmill.yaml,
 * $XDG_CONFIG_HOME/ticketmill/ticketmill.yaml (~/.config without the variable) and
 * /etc/ticketmill/ticketmill.yaml. All mistakes go to stderr, one a line, as
 * `file:line:column: text`. Returns 0 with *out set (config_free), else the exit status 78. */
MUST_CHECK int cli_load_config(const char *path, enum config_need need, struct config **out);

/* Is there one in the usual places? */
bool cli_config_found(void);

/* The provider of that name, of --only-provider: its index in *out, -1 when name is NULL. A name
 * that is not in the file is told on stderr; 64 then, else 0. */
MUST_CHECK int cli_find_provider(const struct option_table *table, const struct config *c,
                                 const char *name, int *out);

/* Prints the features the file switches on that this program does not have, one a line; 78 when
 * there are any, else 0. */
MUST_CHECK int cli_refuse_unbuilt(const struct config *c);

#endif
