/* A configuration with nothing in it but caps, for tests of budgets. */
#ifndef TICKETMILL_TESTS_BUDGET_CAPS_H
#define TICKETMILL_TESTS_BUDGET_CAPS_H

#include <string.h>

#include "config/config.h"

#define OFF CONFIG_OFF

enum { CHEAP, DEAR, TIERS };

static struct config_tier tiers[TIERS];
static struct config config;

/* Tier caps are off; set them in tiers[] afterwards. */
static inline const struct config *with_caps(int64_t run, int64_t day, int64_t month,
                                             int64_t shadow)
{
    memset(&config, 0, sizeof config);
    memset(tiers, 0, sizeof tiers);
    config.shard_fraction_ppm = 1000000;
    config.tiers = tiers;
    config.tier_count = TIERS;
    tiers[CHEAP].budget_pusd = OFF;
    tiers[DEAR].budget_pusd = OFF;
    config.budget.run_pusd = run;
    config.budget.day_pusd = day;
    config.budget.month_pusd = month;
    config.budget.shadow_pusd = shadow;
    return &config;
}

#endif
