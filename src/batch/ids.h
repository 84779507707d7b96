/* The short ids that tell the tickets of one call apart.
 *
 * Three characters of lower-case base32 without look-alikes (no i l o u), the first one a letter
 * so that no JSON writer takes an id for a number. Random per call, so a ticket's text cannot
 * address a neighbour; two ids differ in at least two characters, so one slip of the model never
 * turns one into another; none stands in any text of the pack, whatever its case. Pure. */
#ifndef TICKETMILL_BATCH_IDS_H
#define TICKETMILL_BATCH_IDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/random.h"
#include "base/slice.h"

#define SHORT_ID_SIZE      4   /* with NUL */
#define PACK_TICKETS_LIMIT 256 /* the most tickets a pack may hold */

/* Fills ids[0 … n-1], 1 ≤ n ≤ PACK_TICKETS_LIMIT. `texts` as they will be sent.
 * False when so many triples stand in the texts that n ids cannot be found: send fewer together.
 * Never false for n = 1 (a text that names every triple gets a random one: it has no neighbour). */
MUST_CHECK bool ids_draw(struct random *r, const struct slice *texts, size_t n,
                         char ids[][SHORT_ID_SIZE]);

#endif
