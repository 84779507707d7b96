/* A model's prices over time and what a call can cost at most. Pure; all amounts in picodollars.
 *
 * Each period of a model (`price[].from`) has its plain rates and those of its windows, hours of
 * the UTC day with other rates. Every such set has an index, in the order of the file: the plain
 * rates of the first period, its windows, the plain rates of the second one, … A window starts on
 * its weekdays and may run over midnight; where windows overlap, the first one counts.
 *
 * `service_tier: flex` takes rate × flex, rounded up to the whole picodollar a token: what is
 * booked is then never less than what is billed, and an upper bound stays one.
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

int price_count(const struct config_model *m); /* how many sets of rates it has */

/* Where a set stands: period in m->prices, window in that period's, -1 = its plain rates. */
struct price_place {
    int period, window;
};
struct price_place price_place(const struct config_model *m, int index);

/* The rates of one set, flex applied. price.version stays 0. */
struct price price_at(const struct config_model *m, int index);

/* The set in force at that time; -1 = the model has no price then. */
int price_index(const struct config_model *m, int64_t unix_us);
/* When another set comes into force; INT64_MAX = never. */
int64_t price_until(const struct config_model *m, int64_t unix_us);

/* Each rate the dearest in force at any time from … until (both included): what a call that is sent
 * and billed between them can cost a token. Unpriced when the model has no price at `from`;
 * until < INT64_MAX. */
struct price price_dearest(const struct config_model *m, int64_t from_unix_us,
                           int64_t until_unix_us);

/* Is the model asked for at its flex rates? */
bool price_is_flex(const struct config_model *m);

/* Upper bound of a call before it is sent, p = price_dearest from now until its time-out;
 * PUSD_UNPRICED without a price. `message_bytes` counts the whole request body. ST_OVERFLOW when
 * the amount does not fit. */
MUST_CHECK enum status price_bound(const struct price *p, const struct config_model *m,
                                   int64_t message_bytes, int64_t token_cap, int64_t *pusd);

#endif
