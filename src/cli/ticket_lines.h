/* Tickets of a file for commands that only look: JSON lines, "-" = standard input. */
#ifndef TICKETMILL_CLI_TICKET_LINES_H
#define TICKETMILL_CLI_TICKET_LINES_H

#include <stdio.h>

#include "base/slice.h"
#include "base/status.h"

/* NULL with the reason on stderr. */
FILE *ticket_lines_open(const char *command, const char *path);

/* Gives each line to `take`, without its end, and closes the file (not standard input). Exit
 * status. */
MUST_CHECK int ticket_lines_read(const char *command, const char *path, FILE *f,
                                 void (*take)(void *self, struct slice line), void *self);

#endif
