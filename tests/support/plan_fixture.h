/* Plans made from short configuration files, for tests of the plan. */
#ifndef TESTS_SUPPORT_PLAN_FIXTURE_H
#define TESTS_SUPPORT_PLAN_FIXTURE_H

#include "route/plan.h"

/* The two providers. */
enum { PLAN_P = 0, PLAN_Q = 1, PLAN_ANY = -1 };

struct plan_made {
    struct config *config;
    struct plan *plan;
    struct buf notes;
    struct fail fail;
    enum status st;
};

/* Offers: a, b and v (which has vision) at p with a price, u there without one, x and w (vision) at
 * the other provider, q. `rest`: the tiers and routes. The group set-up is config_folder_make. */
void plan_of(struct plan_made *m, const char *rest, int only, bool capped);
void plan_of_good(struct plan_made *m, const char *rest, int only, bool capped); /* or it fails */
void plan_end(struct plan_made *m);

void assert_why(const struct plan_made *m, struct plan_choice c, const struct facts *facts,
                const char *expected);

#endif
