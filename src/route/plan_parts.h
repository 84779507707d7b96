/* The plan's insides, for plan.c and plan_offers.c only. */
#ifndef TICKETMILL_ROUTE_PLAN_PARTS_H
#define TICKETMILL_ROUTE_PLAN_PARTS_H

#include "base/arena.h"
#include "route/plan.h"
#include "route/rules.h"

struct plan_route {
    int tier, otherwise, escalate; /* that have models; -1 = none */
};

struct plan {
    const struct config *config;
    int provider; /* the only one to be used; -1 = all */
    bool capped;
    struct arena arena;
    struct plan_tier *tiers; /* per config->tiers */
    bool *vision;            /* likewise: one of its models has vision */
    struct rule *rules;      /* per config->routes, as the rest */
    struct plan_route *routes;
    const char **labels;
    int rule_count; /* made so far */
    const char **fields;
    int field_count;
    int shadow_from, shadow_to; /* that have models; -1 = none */
};

/* Fills tiers and vision, with a note for each model that is passed over. */
void offers_make(struct plan *p, struct buf *notes);

/* ST_CONFIG with what to do about a route whose tiers are all empty. */
enum status offers_refuse_route(const struct plan *p, int route, struct fail *fail);

#endif
