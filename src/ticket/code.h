/* Does a ticket contain program code, a stack trace or a log? A heuristic for routing rules.
 *
 * Lines earn points for what code has and prose hardly ever: a fence, a trace or a log line are
 * enough alone, weaker signs have to meet within a few lines. Meant to miss a rare language rather
 * than to call prose code; error rates on labelled tickets: make labelled. Pure; text need not be
 * valid UTF-8. */
#ifndef TICKETMILL_TICKET_CODE_H
#define TICKETMILL_TICKET_CODE_H

#include <stdbool.h>

#include "base/slice.h"

bool text_has_code(struct slice text);

#endif
