/* `ticketmill check --explain`: which way each ticket of a file would take in a run, and why. */
#ifndef TICKETMILL_CLI_EXPLAIN_H
#define TICKETMILL_CLI_EXPLAIN_H

#include <stdbool.h>

#include "config/config.h"
#include "route/plan.h"

/* Reads tickets from a file, one JSON object a line ("-" = standard input), asks for each what a
 * run asks (ticket_decode, plan_choose) and prints it: one table, or one JSON document. Calls
 * nobody. notes: of the plan, part of the document. Returns the exit status. */
MUST_CHECK int explain_file(const struct config *c, const struct plan *plan, struct slice notes,
                            const char *path, bool as_json);

#endif
