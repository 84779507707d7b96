/* Where a text was cut: halves of values that no scanner knows any more. Inside of this room only.
 */
#ifndef TICKETMILL_REDACT_EDGE_H
#define TICKETMILL_REDACT_EDGE_H

#include "redact/find.h"

#define EDGE_KIND (-1) /* left out, without a placeholder */

/* Adds what touches each elision, or the end of a text that has none: the word there, and
 * words of digits and signs next to it, as numbers in groups are written. */
void edge_find(struct finder *f, struct slice elision);

#endif
