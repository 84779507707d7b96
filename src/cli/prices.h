/* `check --prices`: what each model costs now, since when, until when, and how dear it is beside a
 * baseline. Looks at the configuration only. */
#ifndef TICKETMILL_CLI_PRICES_H
#define TICKETMILL_CLI_PRICES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "config/config.h"
#include "model/call.h"
#include "route/price.h"

struct price_row {
    const struct config_model *model;
    const char *provider;
    struct price price;    /* in force */
    struct price_place at; /* period -1 = none is in force */
    int64_t from_unix_us;  /* of the period; INT64_MIN = ever since */
    int64_t next_unix_us;  /* when other rates come into force; INT64_MAX = never */
    struct price next;
    int64_t multiple_tenths; /* of the baseline's output rate; -1 = cannot be said */
};

struct price_list {
    int64_t now_unix_us;
    int baseline; /* index of a row; -1 = no model has a price */
    struct price_row *rows;
    int count; /* one per config->models, in the order of the file */
};

/* The baseline: the model named deepseek-v4-flash, if it has a price, else the cheapest output
 * among the priced ones of the first tier, else among all. Borrows c. */
void prices_collect(const struct config *c, int64_t now_unix_us, struct price_list *out);
void prices_deinit(struct price_list *l);

void prices_text(const struct price_list *l, struct buf *out);
void prices_json(const struct price_list *l, struct buf *out); /* ticketmill.prices/1 */

/* USD per million tokens, from two to six places: "0.18", "2.50", "0.003". */
#define PRICE_TEXT_SIZE 32
void price_text(int64_t pusd_per_token, char out[PRICE_TEXT_SIZE]);

#endif
