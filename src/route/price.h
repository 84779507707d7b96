/* A model's prices and what a call can cost at most. Pure; all amounts in picodollars.
 *
 * bound = (message bytes + overhead) × dearest input rate + (token cap + reasoning) × output rate
 *
 * A token is never shorter than a byte, so bytes bound the tokens of the messages from above.
 */
#ifndef TICKETMILL_ROUTE_PRICE_H
#define TICKETMILL_ROUTE_PRICE_H

#include <stdbool.h>
#include <stdint.h>

#include "config/config.h"
#include "model/call.h"

/* Index of the price period in force at that time; -1 = the model has no price then. */
int price_period(const struct config_model *m, int64_t unix_us);

/* The rates of one period. price.version stays 0. */
struct price price_of(const struct config_price *period);

/* Upper bound of a call before it is sent; PUSD_UNPRICED without a price. `message_bytes` counts
 * the whole request body. ST_OVERFLOW when the amount does not fit. */
MUST_CHECK enum status price_bound(const struct price *p, const struct config_model *m,
                                   int64_t message_bytes, int64_t token_cap, int64_t *pusd);

#endif
