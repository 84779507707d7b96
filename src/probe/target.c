/* One endpoint: its client, its purse, and its calls.
 *
 * What is asked in which order stands in stages.c and load.c; when which endpoint may go on is for
 * probe.c to say.
 */
#include "probe/target.h"

#include <assert.h>
#include <stdio.h>

#include "base/mem.h"
#include "probe/look.h"
#include "route/price.h"

/* ---- setting up --------------------------------------------------------------------------- */

/* A client of its own, so that one provider's missing key does not stop the others. Without a key
 * it is only good for connecting. */
static enum status open_client(struct target *t, struct fail *fail)
{
    struct config_provider *p = &t->providers[t->provider];
    for (int i = 0; i < t->seen.step_count; i++)
        if (p->max_in_flight < t->seen.steps[i].width)
            p->max_in_flight = t->seen.steps[i].width;
    struct fail why;
    if (config_key_check(p, &why) != ST_OK) {
        snprintf(t->seen.key_trouble, sizeof t->seen.key_trouble, "%.250s", why.text);
        p->key_env = p->key_file = NULL;
    }
    struct llm_client_options o = {
        .config = &t->config, .reactor = t->probe->reactor, .clock = t->probe->clock};
    return llm_client_new(&o, &t->client, fail);
}

enum status target_init(struct target *t, struct probe *p, int model, int endpoint,
                        struct fail *fail)
{
    const struct config *c = p->config;
    *t = (struct target){.probe = p,
                         .model = c->models[model],
                         .provider = c->models[model].provider,
                         .endpoint = endpoint};
    list_init(&t->calls);
    spread_init(&t->latencies);
    t->providers = mem_array((size_t)c->provider_count, sizeof *t->providers);
    memcpy(t->providers, c->providers, (size_t)c->provider_count * sizeof *t->providers);
    t->config = (struct config){.providers = t->providers,
                                .provider_count = c->provider_count,
                                .models = &t->model,
                                .model_count = 1};
    t->seen = (struct probe_seen){.provider = &c->providers[t->provider],
                                  .endpoint = &c->providers[t->provider].endpoints[endpoint],
                                  .model = &c->models[model],
                                  .retry_after_us = -1,
                                  .limits = {-1, -1, -1, -1, -1, -1}};
    t->seen.step_count = p->options.width_count;
    for (int i = 0; i < t->seen.step_count; i++)
        t->seen.steps[i].width = p->options.widths[i];
    t->timer = p->reactor->ops->timer(p->reactor->self, stage_run, t);
    return open_client(t, fail);
}

static void call_free(struct probe_call *c)
{
    list_remove(&c->node);
    buf_deinit(&c->body);
    stream_deinit(&c->stream);
    mem_free(c);
}

void target_deinit(struct target *t)
{
    llm_client_free(t->client);
    for (struct list *node; (node = list_pop(&t->calls)) != NULL;)
        call_free(LIST_ENTRY(node, struct probe_call, node));
    if (t->timer != NULL)
        t->probe->reactor->ops->timer_free(t->probe->reactor->self, t->timer);
    spread_deinit(&t->latencies);
    mem_free(t->providers);
}

/* ---- calls -------------------------------------------------------------------------------- */

static int64_t bound_of(const struct target *t, const struct ask *a, size_t body_bytes)
{
    int64_t now = clock_unix_us(t->probe->clock), bound = 0;
    struct price p = price_dearest(t->seen.model, now, now + t->seen.provider->timeout_us);
    if (price_bound(&p, a->model, (int64_t)body_bytes, ask_token_cap(a->model, a->tokens),
                    &bound) != ST_OK)
        return INT64_MAX;
    return bound;
}

/* At the rates of the time at which it was sent. */
static void settle(struct probe_call *c, const struct llm_reply *reply)
{
    const struct config_model *m = c->target->seen.model;
    int index = price_index(m, reply->sent_at_unix_us);
    struct price p = {.priced = false};
    if (index >= 0)
        p = price_at(m, index);
    purse_settle(&c->target->seen.purse, c->bound_pusd, reply, &p);
}

/* The body was built once when the probe began, so it can be built. */
static void build(const struct ask *a, struct buf *out)
{
    struct fail fail;
    enum status st;
    buf_init(out, SIZE_MAX);
    st = ask_build(a, out, &fail);
    assert(st == ST_OK);
    (void)st;
}

int64_t target_bound(struct target *t, const struct ask *a)
{
    struct buf body;
    build(a, &body);
    int64_t bound = bound_of(t, a, body.n);
    buf_deinit(&body);
    return bound;
}

static void on_done(void *arg, const struct llm_reply *reply)
{
    struct probe_call *c = arg;
    struct target *t = c->target;
    settle(c, reply);
    look_at_limits(reply, &t->seen);
    list_remove(&c->node);
    if (!t->probe->stopped)
        c->done(c, reply);
    else if (list_empty(&t->calls))
        target_idle(t);
    call_free(c);
}

bool target_send(struct target *t, const struct ask *a,
                 void (*done)(struct probe_call *c, const struct llm_reply *reply))
{
    struct purse *purse = &t->seen.purse;
    struct probe_call *c = mem_zalloc(sizeof *c);
    char id[ID_SIZE];
    list_init(&c->node);
    build(a, &c->body);
    stream_init(&c->stream, (size_t)t->providers[t->provider].max_response_bytes);
    c->target = t;
    c->done = done;
    c->streams = a->stream;
    c->token_cap = ask_token_cap(a->model, a->tokens);
    c->bound_pusd = bound_of(t, a, c->body.n);
    if (!purse_take(purse, c->bound_pusd)) {
        bool calls = purse->max_calls >= 0 && purse->calls >= purse->max_calls;
        t->seen.stop = calls ? STOP_CALLS : STOP_MONEY;
        call_free(c);
        return false;
    }
    list_push(&t->calls, &c->node);
    c->sent_mono_us = clock_mono_us(t->probe->clock);
    random_id(&t->probe->random, clock_unix_us(t->probe->clock), id);
    struct llm_call call = {.endpoint = t->endpoint,
                            .call_id = id,
                            .body = buf_view(&c->body),
                            .timeout_us = t->providers[t->provider].timeout_us,
                            .stream = a->stream ? &c->stream : NULL,
                            .done = on_done,
                            .arg = c};
    c->flight = llm_client_send(t->client, &call);
    return true;
}

void target_stop(struct target *t)
{
    const struct reactor *r = t->probe->reactor;
    r->ops->timer_off(r->self, t->timer);
    t->seen.stop = STOP_SIGNAL;
    load_stop(t);
    LIST_EACH(n, &t->calls)
    llm_client_cancel(t->client, LIST_ENTRY(n, struct probe_call, node)->flight);
    if (list_empty(&t->calls))
        t->busy = false;
}

void target_wait(struct target *t, int64_t us)
{
    const struct reactor *r = t->probe->reactor;
    r->ops->timer_set(r->self, t->timer, us);
}

void target_idle(struct target *t)
{
    t->busy = false;
    probe_look_on(t->probe);
}
