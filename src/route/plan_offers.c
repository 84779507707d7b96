/* Which models of a tier are left for this run, why the others are not, and what to do about it.
 *
 * Part of the plan's making. Two things take a model out: `only_provider` names another provider,
 * or money is capped and nobody has said what the model costs.
 */
#include "route/plan_parts.h"

#include <stdio.h>

enum passed_over { IS_USED, IS_ELSEWHERE, IS_UNPRICED };

static enum passed_over judge(const struct plan *p, int model)
{
    const struct config_model *m = &p->config->models[model];
    if (p->provider >= 0 && m->provider != p->provider)
        return IS_ELSEWHERE;
    return p->capped && m->price_count == 0 ? IS_UNPRICED : IS_USED;
}

static bool in_a_tier(const struct config *c, int model)
{
    for (int t = 0; t < c->tier_count; t++) {
        for (int i = 0; i < c->tiers[t].model_count; i++) {
            if (c->tiers[t].models[i] == model)
                return true;
        }
    }
    return false;
}

static void note_models(const struct plan *p, struct buf *notes)
{
    const struct config *c = p->config;
    for (int m = 0; m < c->model_count; m++) {
        enum passed_over why = judge(p, m);
        if (why == IS_USED || !in_a_tier(c, m))
            continue;
        buf_fmt(notes, "model %s is passed over: ", c->models[m].name);
        if (why == IS_ELSEWHERE)
            buf_fmt(notes, "it is not at %s, the only provider to be used\n",
                    c->providers[p->provider].name);
        else
            buf_str(notes, "it has no price, and a budget is set\n");
    }
}

void offers_make(struct plan *p, struct buf *notes)
{
    const struct config *c = p->config;
    p->tiers = arena_zalloc(&p->arena, (size_t)c->tier_count * sizeof *p->tiers);
    p->vision = arena_zalloc(&p->arena, (size_t)c->tier_count * sizeof *p->vision);
    for (int t = 0; t < c->tier_count; t++) {
        const struct config_tier *from = &c->tiers[t];
        struct plan_tier *to = &p->tiers[t];
        to->models = arena_zalloc(&p->arena, (size_t)from->model_count * sizeof *to->models);
        for (int i = 0; i < from->model_count; i++) {
            if (judge(p, from->models[i]) != IS_USED)
                continue;
            to->models[to->count++] = from->models[i];
            p->vision[t] |= c->models[from->models[i]].vision;
        }
    }
    note_models(p, notes);
}

/* A model of the tier that lacks nothing but a price; -1 = none. */
static int first_unpriced(const struct plan *p, int tier)
{
    const struct config_tier *t = &p->config->tiers[tier];
    for (int i = 0; i < t->model_count; i++) {
        if (judge(p, t->models[i]) == IS_UNPRICED)
            return t->models[i];
    }
    return -1;
}

enum status offers_refuse_route(const struct plan *p, int route, struct fail *fail)
{
    const struct config *c = p->config;
    const struct config_route *r = &c->routes[route];
    const char *tier = c->tiers[r->tier].name;
    const char *other = r->otherwise >= 0 ? c->tiers[r->otherwise].name : NULL;
    char both[160];
    snprintf(both, sizeof both, "tier %s%s%s", tier, other ? " and its otherwise, " : "",
             other ? other : "");
    int unpriced = first_unpriced(p, r->tier);
    if (unpriced < 0 && r->otherwise >= 0)
        unpriced = first_unpriced(p, r->otherwise);
    if (unpriced >= 0)
        return fail_set(
            fail, ST_CONFIG, 0,
            "rule %d (%s): %s: no model with a price%s%s, and a budget is set. Give "
            "models.%s.price, name an `otherwise` with a priced model, or run without a "
            "budget",
            route + 1, plan_route_label(p, route), both, p->provider >= 0 ? " at " : "",
            p->provider >= 0 ? c->providers[p->provider].name : "", c->models[unpriced].name);
    return fail_set(
        fail, ST_CONFIG, 0,
        "rule %d (%s): %s: no model at %s, the only provider to be used. Add one of its "
        "models to the tier, name an `otherwise` that has one, or drop only_provider",
        route + 1, plan_route_label(p, route), both, c->providers[p->provider].name);
}
