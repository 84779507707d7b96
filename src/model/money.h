/* Picodollars: int64_t, 10^-12 USD. USD 9,223,372 is the most that fits; every sum is checked.
 *
 * A price of USD x per million tokens is x * 10^6 picodollars a token, so prices with up to six
 * decimals are exact integers and no cost is ever rounded. Pure.
 */
#ifndef TICKETMILL_MODEL_MONEY_H
#define TICKETMILL_MODEL_MONEY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

#define PUSD_PER_USD  INT64_C(1000000000000)
#define PUSD_UNPRICED INT64_C(-1) /* no price known; never 0, never summed */

/* "5", "5.00", "0.000026490000": digits, at most one point, at most 12 places, no sign, no
 * exponent; '_' between digits allowed. ST_BAD_JSON when it is none, ST_OVERFLOW when too large. */
MUST_CHECK enum status money_parse_usd(struct slice text, int64_t *pusd);

/* The same for a price per million tokens, at most 6 places: picodollars per token. */
MUST_CHECK enum status money_parse_price(struct slice text, int64_t *pusd_per_token);

/* "0.000026490000", always 12 places; a negative value gets '-'. 24 bytes are enough. */
#define MONEY_TEXT_SIZE 24
void money_text(int64_t pusd, char out[MONEY_TEXT_SIZE]);

/* a + b and tokens * price; false on overflow or a negative operand, *out untouched. */
bool money_add(int64_t a, int64_t b, int64_t *out);
bool money_mul(int64_t tokens, int64_t pusd_per_token, int64_t *out);

/* Splits `total` in proportion to weights by largest remainder: the parts sum to total exactly;
 * ties go to the lower index; all weights 0 = equally. total and weights ≥ 0, count ≥ 1. */
void money_split(int64_t total, const int64_t *weights, size_t count, int64_t *parts);

#endif
