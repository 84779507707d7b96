/* What `check` says about the endpoints: can they be connected to from here? Costs nothing. */
#ifndef TICKETMILL_CLI_ENDPOINTS_H
#define TICKETMILL_CLI_ENDPOINTS_H

#include <stdbool.h>

#include "config/config.h"

/* DNS, connect and TLS to every endpoint of the providers for which used[provider] is true, side by
 * side; a table on stdout, a warning on stderr for each provider that cannot be reached at all.
 * Keys are neither read nor sent. True when every provider has an endpoint that can be reached. */
bool check_endpoints(const struct config *c, const bool *used);

#endif
