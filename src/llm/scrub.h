/* Taking out of an error text what must not get into logs and ledger. Pure. */
#ifndef TICKETMILL_LLM_SCRUB_H
#define TICKETMILL_LLM_SCRUB_H

#include "base/slice.h"

/* Some providers repeat the key or the input in their error message. Overwrites with '*', in
 * place: the key wherever it stands (key NULL or shorter than 4 = none), and every stretch that
 * also stands in the user message of the request body. */
void scrub_message(char *message, const char *key, struct slice request_body);

#endif
