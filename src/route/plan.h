/* Which tier a ticket goes to and which models may serve it: the routes as this run uses them.
 * Pure once made; read-only, any thread.
 *
 * Made once at start from the configuration, `only_provider` and whether money is capped: of every
 * tier only the models at that provider stay; with a cap models without a price are passed over; a
 * tier left empty is replaced by the route's `otherwise`, or the start is refused.
 */
#ifndef TICKETMILL_ROUTE_PLAN_H
#define TICKETMILL_ROUTE_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "config/config.h"
#include "model/facts.h"

struct plan_tier {
    int *models; /* indices into config->models that may be used, in order of preference */
    int count;   /* 0 = the tier is not used */
};

struct plan; /* owns its rules; tiers below */

/* only_provider: index, -1 = config->only_provider counts. capped: a budget is set for the run.
 * notes: one line for each model or tier that is passed over, for people. ST_CONFIG when a route
 * has no model left (the message names route, tier and what to do) or a regex does not compile.
 * A tier left empty that only `otherwise`, `escalate` or shadow names is a note, and as if it were
 * not named. The config must outlive the plan. */
MUST_CHECK enum status plan_make(const struct config *config, int only_provider, bool capped,
                                 struct plan **out, struct buf *notes, struct fail *fail);
void plan_free(struct plan *p); /* takes NULL */

/* What plan_make has to be told: is the money of the tickets' own calls capped? A cap on shadow and
 * guard calls alone is not. run_cap_pusd: CONFIG_OFF = config->budget.run_pusd. */
bool plan_is_capped(const struct config *config, int64_t run_cap_pusd);

/* Per config->providers: does a tier of the plan hold a model of it? mem_free. */
bool *plan_providers(const struct plan *p);

const struct plan_tier *plan_tier(const struct plan *p, int tier);
/* JSON pointers whose values the rules ask for: facts.fields in this order. */
const char *const *plan_fields(const struct plan *p, int *count);

struct plan_choice {
    int route;         /* index into config->routes */
    int tier;          /* to be used; `otherwise` already applied */
    int otherwise;     /* where it may go when that tier fails it; -1 = nowhere */
    int escalate;      /* for a low confidence; -1 = nowhere */
    bool needs_vision; /* only models with vision may be asked */
    bool replaced;     /* `shadow: replace` chose the other tier */
};

/* shadowed: chosen_for_shadow() of the ticket's id. Images: tier, then `otherwise`, then the first
 * tier with a vision model; when no model of the plan has vision the text alone is classified and
 * needs_vision is false. With needs_vision, `otherwise` and `escalate` lead to tiers with vision or
 * nowhere. Replaced: `otherwise` leads back to the tier it would have been. */
struct plan_choice plan_choose(const struct plan *p, const struct facts *facts, bool shadowed);

/* May this model of the choice's tier be asked? Not one without vision when it is needed. */
bool plan_may_ask(const struct plan *p, const struct plan_choice *choice, int model);

/* The tier that is to answer as well, for comparison (`shadow: mirror`); -1 = none. shadowed as
 * above. */
int plan_mirror(const struct plan *p, const struct plan_choice *choice, bool shadowed);

/* "rule 2: language is zh (by its script)" and what followed from it, for `check --explain`, `show`
 * and the ledger. choice: of these facts. Nothing of the ticket but its language tag is in it. */
void plan_why(const struct plan *p, const struct plan_choice *choice, const struct facts *facts,
              struct buf *out);
/* Short stable label of a route for grouping: "language=zh", "/customer/plan=paid", "default". */
const char *plan_route_label(const struct plan *p, int route);

#endif
