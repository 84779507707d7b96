/* Decimal numbers as text, compared without loss: no double, no limit on digits. Pure. */
#ifndef TICKETMILL_BASE_DECIMAL_H
#define TICKETMILL_BASE_DECIMAL_H

#include "base/slice.h"

/* A number as JSON writes it, and nothing else: "-0.50e+2" is one, "+1", ".5", "1." are none. */
bool decimal_valid(struct slice s);

/* < 0, 0, > 0 as a is below, equal to, above b; both must be valid. 5, 5.0 and 0.05e2 are equal,
 * so are 0 and -0. Exponents beyond ±10^18 are told apart by nothing but their sign. */
int decimal_compare(struct slice a, struct slice b);

#endif
