/* Dead ends: work that no model is left for, or that no budget has room for.
 *
 * Its tickets go to the other tier that their route names, or with the answer that was kept for
 * them; else they stay pending and the run stops with the reason: at once when it concerns
 * everything or the configuration, else when nothing else is left to do.
 */
#include <stdio.h>

#include "base/mem.h"
#include "model/money_show.h"
#include "pipeline/state.h"

#define STRANDED_US                                                                                \
    INT64_C(30000000) /* until a ticket that fits no model in use is looked at again */

/* Why a tier has no usable model: one bit for each cause. */
enum { GONE_CONFIG = 1, GONE_KEY = 2, GONE_MONEY = 4, GONE_REGION = 8 };

static unsigned causes_of(const struct mill *m, int tier)
{
    const struct plan_tier *t = plan_tier(m->o.plan, tier);
    unsigned causes = 0;
    for (int i = 0; i < t->count; i++) {
        const struct offer *o = &m->providers.offers[t->models[i]];
        enum failure off = m->providers.accounts[o->provider].off;
        if (o->off)
            causes |= GONE_CONFIG;
        else if (off == FAIL_KEY)
            causes |= GONE_KEY;
        else if (off == FAIL_MONEY)
            causes |= GONE_MONEY;
        else
            causes |= GONE_REGION;
    }
    return causes;
}

static void stop_for(struct mill *m, int tier, unsigned causes)
{
    char text[400];
    const char *name = m->config->tiers[tier].name;
    if (causes & GONE_CONFIG) {
        snprintf(text, sizeof text, "no model of tier %s can be used: the provider answered \"%s\"",
                 name, m->refusal);
        drain_stop(m, ST_CONFIG, text);
    }
    if (causes & GONE_KEY) {
        snprintf(text, sizeof text,
                 "no provider of tier %s takes its key (401): check key_env or key_file", name);
        drain_stop(m, ST_KEY_REFUSED, text);
    }
    if (causes & GONE_MONEY) {
        snprintf(text, sizeof text, "no money left on the account at any provider of tier %s",
                 name);
        drain_stop(m, ST_NO_MONEY, text);
    }
}

/* Is any tier still served that tickets are routed to, those not yet read included? */
static bool any_tier_left(const struct mill *m)
{
    const struct config *c = m->config;
    for (int i = 0; i < c->route_count; i++) {
        const struct config_route *r = &c->routes[i];
        if (tier_usable(m, r->tier, false) ||
            (r->otherwise >= 0 && tier_usable(m, r->otherwise, false)))
            return true;
    }
    return false;
}

/* The other tier that the route names, if it can serve the ticket. */
static bool move_to_otherwise(struct mill *m, struct ticket *t)
{
    int tier = t->choice.otherwise;
    if (tier < 0 || tier == t->tier || !tier_usable(m, tier, t->choice.needs_vision))
        return false;
    t->tier = tier;
    t->step = 0;
    t->choice.otherwise = -1;
    return true;
}

static struct ask *ask_like(struct mill *m, const struct ask *a, struct ticket **v, size_t n)
{
    struct ask *like = ask_new(m, v, n, a->purpose);
    like->attempt = a->attempt;
    return like;
}

/* Tickets of one line may come by several routes; each goes where its own leads. Those that have
 * no other tier go to `stay`. */
static void part_ways(struct mill *m, struct ask *a, struct list *stay)
{
    struct ticket **others = mem_array(a->n, sizeof *others);
    size_t left = 0;
    for (size_t i = 0; i < a->n; i++) {
        struct ticket *t = a->tickets[i];
        if (move_to_otherwise(m, t))
            ask_wait(m, ask_like(m, a, &t, 1), 0);
        else
            others[left++] = t;
    }
    if (left > 0)
        list_push(stay, &ask_like(m, a, others, left)->ready);
    mem_free(others);
    ask_free(m, a);
}

static bool same_way(const struct ask *a)
{
    for (size_t i = 1; i < a->n; i++) {
        if (a->tickets[i]->choice.otherwise != a->tickets[0]->choice.otherwise)
            return false;
    }
    return true;
}

static void move_ask(struct mill *m, struct ask *a, struct list *stay)
{
    bool moved = true;
    if (!same_way(a)) {
        part_ways(m, a, stay);
        return;
    }
    for (size_t i = 0; i < a->n; i++)
        moved &= move_to_otherwise(m, a->tickets[i]);
    if (!moved) {
        list_push(stay, &a->ready);
        return;
    }
    ask_wait(m, ask_like(m, a, a->tickets, a->n), 0);
    ask_free(m, a);
}

/* Off its line, or to `stay`. */
static void ask_leaves(struct mill *m, struct ask *a, struct list *stay)
{
    if (a->line->compared) {
        opinion_drop(m, a);
    } else if (a->tickets[0]->kept.call_no) {
        kept_publish(m, a->tickets, a->n);
        ask_free(m, a);
    } else {
        move_ask(m, a, stay);
    }
}

void dead_end_line(struct mill *m, int line)
{
    struct line *l = m->lines[line];
    struct list stay;
    list_init(&stay);
    for (struct ask *a; (a = line_next(m, line, mill_now(m), true));)
        ask_leaves(m, a, &stay);
    if (list_empty(&stay))
        return;
    l->never = true;
    for (struct list *n; (n = list_pop(&stay));)
        list_push(&l->ready, n);
    unsigned causes = causes_of(m, l->tier);
    if ((causes & GONE_CONFIG) || !any_tier_left(m))
        stop_for(m, l->tier, causes);
}

void dead_end_ask(struct mill *m, struct ask *a)
{
    struct list stay;
    list_init(&stay);
    ask_leaves(m, a, &stay);
    for (struct list *n; (n = list_pop(&stay));) {
        struct ask *left = LIST_ENTRY(n, struct ask, ready);
        left->stranded = true;
        ask_wait(m, left, STRANDED_US);
    }
}

static void stop_at_wall(struct mill *m, const struct line *l)
{
    char cap[MONEY_SHOW_SIZE], text[300];
    money_show_digits(budget_cap(m->o.budget, l->wall, l->tier), cap);
    snprintf(text, sizeof text,
             "the %s budget of USD %s leaves no room for another call; the rest stays pending for "
             "the next run",
             l->wall == WALL_TIER ? m->config->tiers[l->tier].name : wall_name(l->wall), cap);
    drain_stop(m, ST_BUDGET, text);
}

/* A window that is full of what is only not published yet opens again. */
static bool more_to_read(const struct mill *m)
{
    return !intake_over(m) && (intake_window_open(m) || m->window_tickets > m->stats.live);
}

/* Does anything wait for its time that may be answered then? */
static bool any_due(const struct mill *m)
{
    LIST_EACH(n, &m->asks)
    {
        const struct ask *a = LIST_ENTRY(n, struct ask, node);
        if (a->due.at != HEAP_OUT && !a->stranded)
            return true;
    }
    return false;
}

static void stop_for_stranded(struct mill *m)
{
    static const struct {
        unsigned cause;
        enum status status;
        const char *why;
    } stops[] = {{GONE_CONFIG, ST_CONFIG, "the provider refuses what is configured for it"},
                 {GONE_KEY, ST_KEY_REFUSED, "the key is refused (401)"},
                 {GONE_MONEY, ST_NO_MONEY, "no money is left on the account"}};
    LIST_EACH(n, &m->asks)
    {
        const struct ask *a = LIST_ENTRY(n, struct ask, node);
        unsigned causes = a->stranded ? causes_of(m, a->line->tier) : 0;
        char text[300];
        for (size_t i = 0; i < sizeof stops / sizeof *stops; i++) {
            if (!(causes & stops[i].cause))
                continue;
            snprintf(text, sizeof text, "what is left of tier %s fits only a model that is off: %s",
                     m->config->tiers[a->line->tier].name, stops[i].why);
            drain_stop(m, stops[i].status, text);
        }
    }
}

void dead_end_check(struct mill *m)
{
    bool work = false;
    if (m->stats.in_flight > 0 || m->commands > 0 || more_to_read(m) || any_due(m))
        return;
    for (int i = 0; i < m->line_count; i++) {
        const struct line *l = m->lines[i];
        if (!line_has_work(m, i, INT64_MAX - 1) || l->compared)
            continue;
        if (l->wall == WALL_NONE && !l->never)
            return;
        work = true;
    }
    for (int i = 0; work && i < m->line_count; i++) {
        const struct line *l = m->lines[i];
        if (l->compared || !line_has_work(m, i, INT64_MAX - 1))
            continue;
        if (l->wall != WALL_NONE)
            stop_at_wall(m, l);
        else
            stop_for(m, l->tier, causes_of(m, l->tier));
    }
    stop_for_stranded(m);
}
