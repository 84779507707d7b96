/* Who is probed, when it is whose turn, and with whose money.
 *
 * The main phase runs for all endpoints side by side; the steps come when the last one is through.
 * The money is shared anew whenever one has come to an end. Endpoints move on from a timer, never
 * from inside a callback of their client.
 */
#include "probe/probe.h"

#include "base/mem.h"
#include "probe/target.h"
#include "route/price.h"

/* ---- who ---------------------------------------------------------------------------------- */

/* The first model of that provider in the order of the tiers; -1 = no tier leads to it. */
static int model_of(const struct config *c, int provider)
{
    for (int i = 0; i < c->tier_count; i++) {
        for (int k = 0; k < c->tiers[i].model_count; k++) {
            int model = c->tiers[i].models[k];
            if (c->models[model].provider == provider)
                return model;
        }
    }
    return -1;
}

/* A provider that was asked for by name need not be in a tier. */
static int any_model_of(const struct config *c, int provider)
{
    int model = model_of(c, provider);
    for (int i = 0; model < 0 && i < c->model_count; i++)
        if (c->models[i].provider == provider)
            model = i;
    return model;
}

static enum status add_endpoints(struct probe *p, int model, struct fail *fail)
{
    const struct config_provider *v = &p->config->providers[p->config->models[model].provider];
    const char *wanted = p->options.endpoint;
    enum status st = ST_OK;
    for (int i = 0; st == ST_OK && i < v->endpoint_count; i++) {
        if (wanted != NULL && strcmp(v->endpoints[i].name, wanted) != 0)
            continue;
        p->targets = mem_grow(p->targets, (size_t)p->count + 1, sizeof(struct target *));
        p->targets[p->count] = mem_zalloc(sizeof(struct target));
        st = target_init(p->targets[p->count++], p, model, i, fail);
    }
    return st;
}

static enum status check_price(const struct probe *p, int model, struct fail *fail)
{
    const struct config_model *m = &p->config->models[model];
    if (p->options.max_calls >= 0 || price_index(m, clock_unix_us(p->clock)) >= 0)
        return ST_OK;
    return fail_set(fail, ST_USAGE, 0,
                    "model %s has no price, so no money cap can hold; say how many calls may be "
                    "made with --max-calls N",
                    m->name);
}

static enum status check_body(const struct probe *p, int model, struct fail *fail)
{
    struct ask a = {.model = &p->config->models[model], .tokens = ASK_SHORT_TOKENS};
    struct buf body;
    buf_init(&body, SIZE_MAX);
    enum status st = ask_build(&a, &body, fail);
    buf_deinit(&body);
    return st;
}

static enum status add_model(struct probe *p, int model, struct fail *fail)
{
    enum status st = check_price(p, model, fail);
    if (st == ST_OK)
        st = check_body(p, model, fail);
    return st == ST_OK ? add_endpoints(p, model, fail) : st;
}

static enum status add_all(struct probe *p, struct fail *fail)
{
    const struct config *c = p->config;
    enum status st = ST_OK;
    if (p->options.model >= 0)
        return add_model(p, p->options.model, fail);
    if (p->options.provider >= 0) {
        int model = any_model_of(c, p->options.provider);
        return model >= 0 ? add_model(p, model, fail)
                          : fail_set(fail, ST_USAGE, 0, "provider %s has no model",
                                     c->providers[p->options.provider].name);
    }
    for (int i = 0; st == ST_OK && i < c->provider_count; i++) {
        int model = model_of(c, i);
        if (model >= 0)
            st = add_model(p, model, fail);
    }
    return st;
}

/* ---- money -------------------------------------------------------------------------------- */

static int64_t used_by(const struct purse *p)
{
    return p->spent_pusd + p->unknown_pusd + p->reserved_pusd;
}

static bool answers(const struct target *t)
{
    return t->seen.base.ended && probe_answered(t->seen.base.failure);
}

/* Has this one calls to make, now or when its turn comes? */
static bool needs_money(const struct probe *p, int i)
{
    const struct target *t = p->targets[i];
    return t->busy || (answers(t) && i >= p->turn);
}

/* What is left goes in equal parts to those that need it. */
static void share_money(struct probe *p)
{
    int64_t left = p->options.max_pusd, calls = p->options.max_calls, heads = 0;
    for (int i = 0; i < p->count; i++) {
        left -= used_by(&p->targets[i]->seen.purse);
        calls -= p->targets[i]->seen.purse.calls;
        heads += needs_money(p, i);
    }
    for (int i = 0; i < p->count; i++) {
        struct purse *purse = &p->targets[i]->seen.purse;
        bool counts = needs_money(p, i);
        purse->cap_pusd = used_by(purse) + (counts && left > 0 ? left / heads : 0);
        purse->max_calls = -1;
        if (p->options.max_calls >= 0)
            purse->max_calls = purse->calls + (counts && calls > 0 ? calls / heads : 0);
    }
}

/* ---- phases ------------------------------------------------------------------------------- */

static bool any_busy(const struct probe *p)
{
    for (int i = 0; i < p->count; i++)
        if (p->targets[i]->busy)
            return true;
    return false;
}

/* The next one whose turn it is to take its steps. */
static void begin_steps(struct probe *p)
{
    p->phase = PHASE_STEPS;
    while (p->turn < p->count && !answers(p->targets[p->turn]))
        p->turn++;
    if (p->turn < p->count) {
        share_money(p);
        target_begin(p->targets[p->turn++], STAGE_STEPS);
    } else {
        p->phase = PHASE_OVER;
    }
}

static void move_on(void *arg)
{
    struct probe *p = arg;
    share_money(p);
    while (!p->stopped && !any_busy(p) && p->phase != PHASE_OVER)
        begin_steps(p);
    if ((p->phase != PHASE_OVER && !p->stopped) || any_busy(p) || p->told)
        return;
    p->phase = PHASE_OVER;
    p->told = true;
    p->finished(p->arg);
}

void probe_look_on(struct probe *p)
{
    p->reactor->ops->timer_set(p->reactor->self, p->timer, 0);
}

void probe_start(struct probe *p, void (*finished)(void *arg), void *arg)
{
    p->finished = finished;
    p->arg = arg;
    for (int i = 0; i < p->count; i++)
        p->targets[i]->busy = true;
    share_money(p);
    for (int i = 0; i < p->count; i++)
        target_begin(p->targets[i], STAGE_REACH);
    probe_look_on(p);
}

void probe_stop(struct probe *p)
{
    if (p->stopped || p->phase == PHASE_OVER)
        return;
    p->stopped = true;
    for (int i = 0; i < p->count; i++)
        if (needs_money(p, i))
            target_stop(p->targets[i]);
    probe_look_on(p);
}

/* ---- from outside ------------------------------------------------------------------------- */

enum status probe_new(const struct config *config, const struct probe_options *options,
                      const struct reactor *reactor, const struct clock *clock, struct probe **out,
                      struct fail *fail)
{
    struct probe *p = mem_zalloc(sizeof *p);
    p->options = *options;
    p->config = config;
    p->reactor = reactor;
    p->clock = clock;
    random_seed_system(&p->random);
    p->timer = reactor->ops->timer(reactor->self, move_on, p);
    enum status st = add_all(p, fail);
    if (st == ST_OK && p->count == 0)
        st = fail_set(fail, ST_USAGE, 0, "no endpoint of that name, or no tier leads to one");
    if (st != ST_OK) {
        probe_free(p);
        return st;
    }
    *out = p;
    return ST_OK;
}

void probe_free(struct probe *p)
{
    if (p == NULL)
        return;
    for (int i = 0; i < p->count; i++) {
        target_deinit(p->targets[i]);
        mem_free(p->targets[i]);
    }
    p->reactor->ops->timer_free(p->reactor->self, p->timer);
    mem_free(p->targets);
    mem_free(p->seen);
    mem_free(p);
}

const struct probe_seen *probe_seen_of(const struct probe *p, int *count)
{
    struct probe *own = (struct probe *)(uintptr_t)p;
    own->seen = mem_grow(own->seen, (size_t)p->count, sizeof *own->seen);
    for (int i = 0; i < p->count; i++)
        own->seen[i] = p->targets[i]->seen;
    *count = p->count;
    return p->seen;
}

int probe_done(const struct probe *p)
{
    int done = 0;
    for (int i = 0; i < p->count; i++)
        done += p->phase == PHASE_OVER || !needs_money(p, i);
    return done;
}
