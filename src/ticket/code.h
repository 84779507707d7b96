/* Does a ticket contain program code, a stack trace or a log? A heuristic for routing rules.
 *
 * A code fence or a well-known trace line is enough alone; otherwise it takes three lines that
 * look like code (statement ends, braces, indented keywords, shell prompts, assignments). Meant to
 * miss a one-liner rather than to call prose code. Pure; text need not be valid UTF-8. */
#ifndef TICKETMILL_TICKET_CODE_H
#define TICKETMILL_TICKET_CODE_H

#include <stdbool.h>

#include "base/slice.h"

bool text_has_code(struct slice text);

#endif
