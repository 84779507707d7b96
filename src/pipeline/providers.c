/* Choosing where a call goes; the rules stand with providers_pick in the header.
 *
 * dispatch.c asks here before a call and judge.c changes what is remembered after it.
 */
#include "pipeline/providers.h"

#include "base/clock.h"
#include "base/mem.h"

#define AVOID_BIT(endpoint) (UINT64_C(1) << ((endpoint)->number % 64))

static void init_account(struct providers *p, int index, int64_t now)
{
    const struct config_provider *c = &p->config->providers[index];
    struct account *a = &p->accounts[index];
    struct breaker_rules rules = {c->breaker.window_us, c->breaker.min_calls,
                                  c->breaker.failed_percent, c->breaker.open_us,
                                  c->breaker.open_max_us};
    pace_init(&a->pace, c->requests_per_minute, c->tokens_per_minute, p->config->shard_fraction_ppm,
              now);
    a->max_in_flight = c->max_in_flight;
    a->endpoints = mem_array((size_t)c->endpoint_count, sizeof *a->endpoints);
    a->endpoint_count = c->endpoint_count;
    for (int i = 0; i < c->endpoint_count; i++) {
        a->endpoints[i] =
            (struct endpoint){.provider = index, .index = i, .number = p->endpoint_count++};
        breaker_init(&a->endpoints[i].breaker, &rules);
    }
}

static void init_offer(struct providers *p, int model)
{
    struct offer *o = &p->offers[model];
    o->provider = p->config->models[model].provider;
    struct account *a = &p->accounts[o->provider];
    o->bound_ppm = 1000000;
    token_scale_init(&o->scale);
    o->places = mem_array((size_t)a->endpoint_count, sizeof *o->places);
    for (int i = 0; i < a->endpoint_count; i++) {
        o->places[i].endpoint = &a->endpoints[i];
        gate_init(&o->places[i].gate, a->max_in_flight, p->config->shard_fraction_ppm);
    }
}

void providers_init(struct providers *p, const struct config *config, int64_t now_mono_us)
{
    *p = (struct providers){.config = config};
    p->accounts = mem_array((size_t)config->provider_count, sizeof *p->accounts);
    p->offers = mem_array((size_t)config->model_count, sizeof *p->offers);
    for (int i = 0; i < config->provider_count; i++)
        init_account(p, i, now_mono_us);
    for (int i = 0; i < config->model_count; i++)
        init_offer(p, i);
}

void providers_deinit(struct providers *p)
{
    for (int i = 0; p->accounts && i < p->config->provider_count; i++)
        mem_free(p->accounts[i].endpoints);
    for (int i = 0; p->offers && i < p->config->model_count; i++)
        mem_free(p->offers[i].places);
    mem_free(p->accounts);
    mem_free(p->offers);
}

bool providers_usable(const struct providers *p, int model)
{
    const struct offer *o = &p->offers[model];
    const struct account *a = &p->accounts[o->provider];
    if (o->off || a->off != FAIL_NONE)
        return false;
    for (int i = 0; i < a->endpoint_count; i++) {
        if (a->endpoints[i].off == FAIL_NONE)
            return true;
    }
    return false;
}

/* One look at the places of one offer. */
struct look {
    const struct pick *pick;
    int64_t now;
    int from, to;        /* of pick->models */
    bool last;           /* everything is down: probes may go, nothing is avoided */
    struct place *found; /* free, of the lowest order so far */
    bool busy;           /* a healthy one is full or paused … */
    int64_t busy_at;     /* … until then */
    int64_t down_at;     /* when the first of those that are down may be asked */
    int64_t order;
};

static bool is_down(struct look *l, const struct endpoint *e)
{
    if (!l->last && (l->pick->avoid & AVOID_BIT(e)))
        return true;
    int64_t at = e->parked_until_us;
    if (at <= l->now && breaker_admits(&e->breaker, l->last, l->now))
        return false;
    if (at <= l->now)
        at = breaker_admits_at(&e->breaker, l->last);
    l->down_at = clock_earlier(l->down_at, at);
    return true;
}

/* Of the free ones the one whose turn it is; providers_enter lets it pay. */
static void take_turn(const struct config_provider *c, struct offer *o, struct look *l,
                      const bool *free_places)
{
    int64_t most = 0;
    for (int i = 0; i < c->endpoint_count; i++) {
        int64_t credit = o->places[i].endpoint->credit + c->endpoints[i].weight;
        if (free_places[i] && (!l->found || credit > most)) {
            l->found = &o->places[i];
            most = credit;
        }
    }
}

/* The next order above `after` that an endpoint has; INT64_MAX = none. */
static int64_t next_order(const struct config_provider *c, int64_t after)
{
    int64_t order = INT64_MAX;
    for (int i = 0; i < c->endpoint_count; i++) {
        if (c->endpoints[i].order > after && c->endpoints[i].order < order)
            order = c->endpoints[i].order;
    }
    return order;
}

static void look_at_order(const struct config_provider *c, struct offer *o, struct look *l)
{
    bool free_places[64] = {false};
    for (int i = 0; i < c->endpoint_count; i++) {
        struct place *place = &o->places[i];
        if (c->endpoints[i].order != l->order || place->endpoint->off != FAIL_NONE ||
            is_down(l, place->endpoint))
            continue;
        int64_t wait = gate_wait_us(&place->gate, l->pick->tokens, l->now);
        free_places[i] = wait == 0;
        if (wait > 0) {
            l->busy = true;
            l->busy_at = clock_earlier(l->busy_at, wait == INT64_MAX ? INT64_MAX : l->now + wait);
        }
    }
    take_turn(c, o, l, free_places);
}

/* Is there room at the provider as a whole? Else *at is when. */
static bool account_has_room(const struct account *a, const struct look *l, int64_t *at)
{
    *at = INT64_MAX;
    if (a->in_flight >= a->max_in_flight)
        return false;
    int64_t wait = pace_wait_us(&a->pace, l->pick->tokens, l->now);
    *at = l->now + wait;
    return wait == 0;
}

static void look_at_offer(struct providers *p, int model, struct look *l)
{
    struct offer *o = &p->offers[model];
    const struct config_provider *c = &p->config->providers[o->provider];
    l->found = NULL;
    l->busy = false;
    l->busy_at = INT64_MAX;
    for (l->order = next_order(c, 0); l->order != INT64_MAX && !l->found && !l->busy;
         l->order = next_order(c, l->order))
        look_at_order(c, o, l);
    if (l->found && o->held) {
        l->found = NULL;
        l->busy = true;
    }
    int64_t at;
    if (l->found && !account_has_room(&p->accounts[o->provider], l, &at)) {
        l->found = NULL;
        l->busy = true;
        l->busy_at = at;
    }
}

static enum picked look_at_models(struct providers *p, struct look *l, struct picked_place *out,
                                  int64_t *at)
{
    bool usable = false;
    for (int i = l->from; i < l->to; i++) {
        int model = l->pick->models[i];
        if ((l->pick->skip >> i & 1) || !providers_usable(p, model))
            continue;
        usable = true;
        look_at_offer(p, model, l);
        if (l->found) {
            *out = (struct picked_place){model, l->found};
            return PICK_READY;
        }
        if (l->busy) {
            *at = l->busy_at;
            return PICK_WAIT;
        }
    }
    *at = l->down_at;
    return usable ? PICK_WAIT : PICK_NEVER;
}

/* Twice when everything that is usable in the range is down: then probes may go. */
static enum picked pick_range(struct providers *p, struct look l, struct picked_place *out,
                              int64_t *at)
{
    struct look again = l;
    enum picked result = look_at_models(p, &l, out, at);
    if (result != PICK_WAIT || l.busy)
        return result;
    again.last = true;
    return look_at_models(p, &again, out, at);
}

enum picked providers_pick(struct providers *p, const struct pick *pick, int64_t now_mono_us,
                           struct picked_place *out, int64_t *at)
{
    struct look l = {.pick = pick,
                     .now = now_mono_us,
                     .from = pick->first,
                     .to = pick->first_only ? pick->first + 1 : pick->count,
                     .down_at = INT64_MAX};
    enum picked result = pick_range(p, l, out, at);
    if (result == PICK_NEVER && !pick->first_only && pick->first > 0) {
        l.from = 0;
        l.to = pick->first;
        result = pick_range(p, l, out, at);
    }
    return result;
}

/* Smooth weighted round robin: each of the order earns its weight, the one that is used pays for
 * all. While some are down neither what they save up nor what the others owe exceeds one round. */
static void pay_turn(const struct config_provider *c, struct account *a, struct endpoint *used)
{
    int64_t order = c->endpoints[used->index].order, total = 0;
    for (int i = 0; i < a->endpoint_count; i++) {
        if (c->endpoints[i].order == order)
            total += c->endpoints[i].weight;
    }
    for (int i = 0; i < a->endpoint_count; i++) {
        int64_t credit = a->endpoints[i].credit + c->endpoints[i].weight;
        if (c->endpoints[i].order == order)
            a->endpoints[i].credit = credit < total ? credit : total;
    }
    used->credit = used->credit > 0 ? used->credit - total : -total;
}

void providers_enter(struct providers *p, const struct picked_place *at, int64_t tokens,
                     int64_t now_mono_us)
{
    struct offer *o = &p->offers[at->model];
    struct account *a = &p->accounts[o->provider];
    gate_enter(&at->place->gate, tokens, now_mono_us);
    pace_take(&a->pace, tokens, now_mono_us);
    breaker_sent(&at->place->endpoint->breaker, now_mono_us);
    pay_turn(&p->config->providers[o->provider], a, at->place->endpoint);
    a->in_flight++;
    o->in_flight++;
}

void providers_leave(struct providers *p, const struct picked_place *at, int64_t tokens,
                     int64_t used, int64_t now_mono_us)
{
    struct offer *o = &p->offers[at->model];
    struct account *a = &p->accounts[o->provider];
    gate_leave(&at->place->gate, tokens, used, now_mono_us);
    pace_settle(&a->pace, tokens, used, now_mono_us);
    a->in_flight--;
    if (--o->in_flight == 0)
        o->held = false;
}
