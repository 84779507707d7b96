/* One model instead of a file's routes: what a run on a file takes from its command line.
 *
 * The model is one of the configuration's, with its price and settings, or any at an endpoint that
 * is named; in the end everything of the configuration goes to it, and nothing is asked twice for
 * comparison's sake.
 */
#ifndef TICKETMILL_CONFIG_OFFHAND_H
#define TICKETMILL_CONFIG_OFFHAND_H

#include "config/config.h"

struct offhand {
    const char *model;    /* never NULL */
    const char *url;      /* of an endpoint, up to "/v1"; NULL = the model's own provider */
    const char *key_env;  /* variable that holds the key; NULL = by rule, see below */
    const char *price_in; /* USD per million tokens, both or none; NULL = the model's */
    const char *price_out;
};

/* Changes *c. Without key_env the key of a url comes from the variable of the configured provider
 * with the same host, else from OPENAI_API_KEY; on loopback, and only there, it may be missing.
 * The same model at another url keeps its settings and, unless prices are given, its price; one
 * that is not known and has no price given is unpriced.
 * ST_USAGE: no such model and no url; a url, price or name that is none. */
MUST_CHECK enum status config_offhand(struct config *c, const struct offhand *o, struct fail *fail);

/* A model for who names none: of the first provider, in the order of the file, whose key is set in
 * the environment (only_provider ≥ 0: of that one), its first model in a tier, in the order of the
 * tiers, that has a price. -1 = there is none. */
int config_offhand_model(const struct config *c, int only_provider);

#endif
