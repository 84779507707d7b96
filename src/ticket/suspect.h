/* Does a ticket's text speak to the model, or in the format of our own calls?
 *
 * Such a ticket goes to the model alone, so that whatever it talks the model into reaches no
 * neighbour. A list of phrases can never be complete; it costs a false alarm one call of its own.
 * Pure.
 */
#ifndef TICKETMILL_TICKET_SUSPECT_H
#define TICKETMILL_TICKET_SUSPECT_H

#include <stdbool.h>

#include "base/slice.h"

bool text_suspect(struct slice text); /* need not be valid UTF-8 */

#endif
