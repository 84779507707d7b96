/* `ticketmill check --redact`: what would leave of each ticket of a file. */
#ifndef TICKETMILL_CLI_REDACTED_H
#define TICKETMILL_CLI_REDACTED_H

#include <stdbool.h>

#include "config/config.h"

/* Reads tickets from a file, one JSON object a line ("-" = standard input), and prints each text as
 * a provider with `redaction: true` would get it, with what was hidden, sums at the end. Calls
 * nobody. Exit status. */
int redacted_file(const struct config *c, const char *path, bool as_json);

#endif
