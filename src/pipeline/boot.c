/* Before the loop: books opened, the ends settled in, the models prepared.
 *
 * In the order that keeps a start which must not run from disturbing one that does: the plan, the
 * ledger's lock, then the transport finds its place. Nothing is consumed, sent or published here.
 */
#include "pipeline/boot.h"

#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "batch/prompt.h"
#include "llm/request.h"
#include "pipeline/signals.h"
#include "route/price.h"

#define SYSTEM_MESSAGE_MAX ((size_t)4 << 20)

static enum status open_books(struct boot *b, struct fail *fail)
{
    struct ledger_options lo = {.create = true, .transport = "kafka", .clock = &clock_system};
    char *path = b->o->ledger_path ? mem_str(b->o->ledger_path)
                                   : config_ledger_path(b->config, b->o->shard, NULL);
    enum status st = ledger_open(path, &lo, &b->ledger, fail);
    if (st == ST_OK)
        st = crumb_open(path, &b->crumb, fail);
    mem_free(path);
    return st;
}

static void add_suspect(void *self, struct pos pos, int32_t crashes)
{
    struct suspects *s = self;
    s->v = mem_grow(s->v, s->n + 1, sizeof *s->v);
    s->crashes = mem_grow(s->crashes, s->n + 1, sizeof *s->crashes);
    s->v[s->n] = pos;
    s->crashes[s->n++] = crashes;
}

static enum status settle_crash(struct boot *b, struct fail *fail)
{
    struct pos left[CRUMB_MAX];
    size_t n = crumb_take(b->crumb, left);
    enum status st = ST_OK;
    int64_t calls = 0;
    for (size_t i = 0; st == ST_OK && i < n; i++) {
        int32_t crashes;
        st = ledger_suspect(b->ledger, left[i], &crashes, fail);
    }
    if (st == ST_OK)
        st = ledger_suspects(b->ledger, add_suspect, &b->suspects, fail);
    if (st == ST_OK)
        st = ledger_recover_calls(b->ledger, &calls, fail);
    if (st == ST_OK && calls > 0)
        log_event(LOG_WARN, "calls_recovered",
                  "calls in flight when the last run died may have been billed",
                  L_INT("calls", calls));
    return st;
}

static enum status prepare_prices(struct boot *b, struct mill_model *m, struct fail *fail)
{
    enum status st = ST_OK;
    int count = price_count(m->config);
    m->prices = mem_array((size_t)count + 1, sizeof *m->prices);
    for (int i = 0; st == ST_OK && i < count; i++) {
        int64_t from = m->config->prices[price_place(m->config, i).period].from_unix_us;
        m->prices[i] = price_at(m->config, i);
        st = ledger_price(b->ledger, m->config->name, from, &m->prices[i], fail);
    }
    return st;
}

static enum status prepare_models(struct boot *b, struct fail *fail)
{
    const struct config *c = b->config;
    enum status st = ST_OK;
    buf_init(&b->system_message, SYSTEM_MESSAGE_MAX);
    prompt_system(&c->classification, &b->system_message);
    prompt_version(buf_view(&b->system_message), b->prompt_version);
    b->models = mem_array((size_t)c->model_count, sizeof *b->models);
    for (int i = 0; st == ST_OK && i < c->model_count; i++) {
        struct mill_model *m = &b->models[i];
        m->config = &c->models[i];
        st = llm_template_new(c, i, buf_view(&b->system_message), &m->request, fail);
        if (st == ST_OK)
            st = prepare_prices(b, m, fail);
    }
    return st;
}

static enum status begin_run(struct boot *b, const struct transport *t, struct fail *fail)
{
    struct random random;
    struct ledger_info info;
    struct ledger_run run = {
        .started_unix_us = clock_unix_us(&clock_system),
        .prompt_version = b->prompt_version,
        .system_message = b->system_message.p,
        .version = b->o->version,
        .publish = t->publish,
        .campaign = b->o->campaign,
    };
    random_seed_system(&random);
    random_id(&random, run.started_unix_us, run.run_id);
    memcpy(b->run_id, run.run_id, sizeof run.run_id);
    enum status st = ledger_info(b->ledger, &info, fail);
    if (st != ST_OK)
        return st;
    memcpy(b->ledger_id, info.ledger_id, sizeof info.ledger_id);
    b->last_seq = info.last_seq;
    return ledger_begin_run(b->ledger, &run, fail);
}

enum status boot_up(struct boot *b, const struct run_options *o, const struct transport *t,
                    struct fail *fail)
{
    memset(b, 0, sizeof *b);
    signals_leave();
    b->o = o;
    b->config = o->config;
    enum status st = means_plan(&b->means, o, fail);
    if (st == ST_OK)
        st = open_books(b, fail);
    if (st == ST_OK)
        st = t->ops->settle_in(t->self, b->ledger, &b->grounds, fail);
    if (st == ST_OK)
        st = settle_crash(b, fail);
    if (st == ST_OK)
        st = means_money(&b->means, o, b->ledger, fail);
    if (st == ST_OK)
        st = prepare_models(b, fail);
    if (st == ST_OK)
        st = begin_run(b, t, fail);
    return st;
}

void boot_down(struct boot *b)
{
    for (int i = 0; b->models && i < b->config->model_count; i++) {
        llm_template_free(b->models[i].request);
        mem_free(b->models[i].prices);
    }
    mem_free(b->models);
    mem_free(b->suspects.v);
    mem_free(b->suspects.crashes);
    buf_deinit(&b->system_message);
    means_deinit(&b->means);
    crumb_close(b->crumb);
    ledger_close(b->ledger);
}
