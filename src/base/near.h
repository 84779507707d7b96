/* How far a mistyped word is from a known one, for "did you mean". Pure. */
#ifndef TICKETMILL_BASE_NEAR_H
#define TICKETMILL_BASE_NEAR_H

#include <stdbool.h>

#include "base/slice.h"

#define NEAR_MAX 64 /* bytes; longer words are near to nothing */
#define NEAR_FAR 99

/* Single edits (insert, delete, replace a byte, swap two neighbours) from a to b. */
int near_distance(struct slice a, struct slice b);

/* Close enough to suggest: one edit up to 4 bytes, two up to 8, three above. */
bool near_match(struct slice found, const char *known, int *distance);

#endif
