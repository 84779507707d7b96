/* From the configuration's tiers and routes to those this run can use, and the choice for a ticket.
 *
 * Made once at start; asked once for every ticket. Which models are left in a tier and what is said
 * about it is decided in plan_offers.c, a single condition in rules.c. What is up or has money at
 * the moment is none of its business: it knows the configuration only.
 */
#include "route/plan.h"

#include "base/mem.h"
#include "route/plan_parts.h"

static const char *tier_name(const struct plan *p, int tier)
{
    return p->config->tiers[tier].name;
}

static void note(struct buf *notes, const char *what, int rule, const struct plan *p, int tier)
{
    buf_str(notes, what);
    if (rule > 0)
        buf_fmt(notes, " of rule %d", rule);
    buf_fmt(notes, ": tier %s has no model left and is not used\n", tier_name(p, tier));
}

/* A tier that may be named, or -1. */
static int usable(const struct plan *p, int tier)
{
    return tier >= 0 && p->tiers[tier].count > 0 ? tier : -1;
}

static enum status make_route(struct plan *p, int i, struct buf *notes, struct fail *fail)
{
    const struct config_route *r = &p->config->routes[i];
    struct plan_route *out = &p->routes[i];
    *out = (struct plan_route){usable(p, r->tier), usable(p, r->otherwise), usable(p, r->escalate)};
    if (out->tier < 0 && out->otherwise < 0)
        return offers_refuse_route(p, i, fail);
    if (out->tier < 0)
        buf_fmt(notes, "rule %d: tier %s has no model left, so %s is used\n", i + 1,
                tier_name(p, r->tier), tier_name(p, out->otherwise));
    if (r->otherwise >= 0 && out->otherwise < 0)
        note(notes, "otherwise", i + 1, p, r->otherwise);
    if (r->escalate >= 0 && out->escalate < 0)
        note(notes, "escalate", i + 1, p, r->escalate);
    if (out->tier < 0) {
        out->tier = out->otherwise;
        out->otherwise = -1;
    }
    if (out->escalate == out->tier)
        out->escalate = -1;
    return ST_OK;
}

static int field_index(struct plan *p, const char *pointer)
{
    for (int i = 0; i < p->field_count; i++) {
        if (strcmp(p->fields[i], pointer) == 0)
            return i;
    }
    p->fields[p->field_count] = pointer;
    return p->field_count++;
}

static enum status make_rule(struct plan *p, int i, struct fail *fail)
{
    const struct config_route *r = &p->config->routes[i];
    struct buf label;
    int field = r->kind == WHEN_FIELD ? field_index(p, r->field) : -1;
    enum status st = rule_init(&p->rules[i], r, field, &p->arena, fail);
    if (st != ST_OK) {
        fail_context(fail, "rule %d: regex", i + 1);
        return st;
    }
    p->rule_count = i + 1;
    buf_init(&label, RULE_LABEL_MAX);
    rule_label(&p->rules[i], &label);
    p->labels[i] = arena_str(&p->arena, buf_view(&label));
    buf_deinit(&label);
    return ST_OK;
}

static enum status make_routes(struct plan *p, struct buf *notes, struct fail *fail)
{
    size_t count = (size_t)p->config->route_count;
    p->rules = arena_zalloc(&p->arena, count * sizeof *p->rules);
    p->routes = arena_zalloc(&p->arena, count * sizeof *p->routes);
    p->labels = arena_zalloc(&p->arena, count * sizeof *p->labels);
    p->fields = arena_zalloc(&p->arena, count * sizeof *p->fields);
    for (int i = 0; i < p->config->route_count; i++) {
        enum status st = make_rule(p, i, fail);
        if (st == ST_OK)
            st = make_route(p, i, notes, fail);
        if (st != ST_OK)
            return st;
    }
    return ST_OK;
}

static void make_shadow(struct plan *p, struct buf *notes)
{
    const struct config *c = p->config;
    p->shadow_from = p->shadow_to = -1;
    if (c->shadow.from < 0)
        return;
    p->shadow_from = usable(p, c->shadow.from);
    p->shadow_to = usable(p, c->shadow.to);
    if (p->shadow_from < 0)
        note(notes, "shadow.from", 0, p, c->shadow.from);
    if (p->shadow_to < 0)
        note(notes, "shadow.to", 0, p, c->shadow.to);
}

enum status plan_make(const struct config *config, int only_provider, bool capped,
                      struct plan **out, struct buf *notes, struct fail *fail)
{
    struct plan *p = mem_zalloc(sizeof *p);
    p->config = config;
    p->provider = only_provider >= 0 ? only_provider : config->only_provider;
    p->capped = capped;
    arena_init(&p->arena);
    offers_make(p, notes);
    enum status st = make_routes(p, notes, fail);
    if (st != ST_OK) {
        plan_free(p);
        return st;
    }
    make_shadow(p, notes);
    *out = p;
    return ST_OK;
}

void plan_free(struct plan *p)
{
    if (!p)
        return;
    for (int i = 0; i < p->rule_count; i++)
        rule_deinit(&p->rules[i]);
    arena_deinit(&p->arena);
    mem_free(p);
}

bool plan_is_capped(const struct config *config, int64_t run_cap_pusd)
{
    bool capped = run_cap_pusd != CONFIG_OFF || config->budget.run_pusd != CONFIG_OFF ||
                  config->budget.day_pusd != CONFIG_OFF || config->budget.month_pusd != CONFIG_OFF;
    for (int i = 0; i < config->tier_count; i++)
        capped |= config->tiers[i].budget_pusd != CONFIG_OFF;
    return capped;
}

bool *plan_providers(const struct plan *p)
{
    bool *used = mem_array((size_t)p->config->provider_count, sizeof *used);
    for (int t = 0; t < p->config->tier_count; t++) {
        for (int i = 0; i < p->tiers[t].count; i++)
            used[p->config->models[p->tiers[t].models[i]].provider] = true;
    }
    return used;
}

const struct plan_tier *plan_tier(const struct plan *p, int tier)
{
    return &p->tiers[tier];
}

const char *const *plan_fields(const struct plan *p, int *count)
{
    *count = p->field_count;
    return p->fields;
}

const char *plan_route_label(const struct plan *p, int route)
{
    return p->labels[route];
}

static int first_that_fits(const struct plan *p, const struct facts *facts)
{
    int i = 0;
    while (i + 1 < p->rule_count && !rule_fits(&p->rules[i], facts))
        i++;
    return i; /* the last one takes everything */
}

static bool sees(const struct plan *p, int tier)
{
    return tier >= 0 && p->vision[tier];
}

static int first_that_sees(const struct plan *p)
{
    for (int t = 0; t < p->config->tier_count; t++) {
        if (p->vision[t])
            return t;
    }
    return -1;
}

/* Where a ticket with an image goes; the text alone stays where it is. */
static void choose_vision(const struct plan *p, struct plan_choice *c)
{
    int tier = sees(p, c->tier)        ? c->tier
               : sees(p, c->otherwise) ? c->otherwise
                                       : first_that_sees(p);
    if (tier < 0)
        return;
    c->needs_vision = true;
    c->tier = tier;
    if (c->otherwise == tier || !sees(p, c->otherwise))
        c->otherwise = -1;
    if (c->escalate == tier || !sees(p, c->escalate))
        c->escalate = -1;
}

static void choose_replacement(const struct plan *p, struct plan_choice *c)
{
    if (!p->config->shadow.replace || p->shadow_to < 0 || c->tier != p->shadow_from)
        return;
    if (c->needs_vision && !sees(p, p->shadow_to))
        return;
    c->replaced = true;
    c->otherwise = c->tier;
    c->tier = p->shadow_to;
    if (c->escalate == c->tier)
        c->escalate = -1;
}

struct plan_choice plan_choose(const struct plan *p, const struct facts *facts, bool shadowed)
{
    int i = first_that_fits(p, facts);
    struct plan_choice c = {.route = i,
                            .tier = p->routes[i].tier,
                            .otherwise = p->routes[i].otherwise,
                            .escalate = p->routes[i].escalate};
    if (facts->has_image)
        choose_vision(p, &c);
    if (shadowed)
        choose_replacement(p, &c);
    return c;
}

bool plan_may_ask(const struct plan *p, const struct plan_choice *choice, int model)
{
    return !choice->needs_vision || p->config->models[model].vision;
}

int plan_mirror(const struct plan *p, const struct plan_choice *choice, bool shadowed)
{
    bool here = choice->tier == p->shadow_from && p->shadow_to >= 0 && !p->config->shadow.replace;
    bool seen = !choice->needs_vision || sees(p, p->shadow_to);
    return shadowed && here && seen ? p->shadow_to : -1;
}

void plan_why(const struct plan *p, const struct plan_choice *choice, const struct facts *facts,
              struct buf *out)
{
    int wanted = p->config->routes[choice->route].tier, tier = p->routes[choice->route].tier;
    int before = choice->replaced ? p->shadow_from : choice->tier;
    buf_fmt(out, "rule %d: ", choice->route + 1);
    rule_explain(&p->rules[choice->route], facts, out);
    if (tier != wanted)
        buf_fmt(out, "; %s has no model left, so %s", tier_name(p, wanted), tier_name(p, tier));
    if (before != tier)
        buf_fmt(out, "; an image, and %s has no model with vision, so %s", tier_name(p, tier),
                tier_name(p, before));
    if (facts->has_image && !choice->needs_vision)
        buf_str(out, "; no model with vision is left, so its text alone");
    if (choice->replaced)
        buf_fmt(out, "; chosen for comparison, so %s", tier_name(p, choice->tier));
}
