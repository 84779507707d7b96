/* Configurations of the simulated world with several providers. */
#ifndef TESTS_SUPPORT_SHOP_CONFIG_H
#define TESTS_SUPPORT_SHOP_CONFIG_H

#include "base/buf.h"
#include "base/random.h"
#include "support/sim_world.h"

void shop_config_draw(struct random *r, struct buf *b); /* appends YAML, without NUL */
void shop_put_plans(struct sim_world *w, int count);    /* paid, gold, none, in turns */

#endif
