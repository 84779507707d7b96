/* Before the loop: books opened, brokers asked, an older run fenced, the models prepared.
 *
 * In the order that keeps a start which must not run from disturbing one that does: lock, look,
 * decide, fence, look again, act. Waits for brokers up to run.stall_after; nothing is consumed,
 * sent or published here.
 */
#include "pipeline/boot.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/failpoint.h"
#include "base/log.h"
#include "base/mem.h"
#include "batch/prompt.h"
#include "llm/request.h"
#include "pipeline/signals.h"
#include "route/price.h"

enum { ADMIN_TIMEOUT_MS = 30000, INIT_TIMEOUT_MS = 60000, BROKER_WAIT_US = 2000000 };
#define SYSTEM_MESSAGE_MAX ((size_t)4 << 20)

static bool embedded(const struct boot *b)
{
    return !b->config->kafka.transactional;
}

static enum status open_books(struct boot *b, struct fail *fail)
{
    struct ledger_options lo = {.create = true, .transport = "kafka", .clock = &clock_system};
    char *path = config_ledger_path(b->config, b->o->shard, NULL);
    enum status st = ledger_open(path, &lo, &b->ledger, fail);
    if (st == ST_OK)
        st = crumb_open(path, &b->crumb, fail);
    mem_free(path);
    return st;
}

/* Brokers may be slower to come up than we are: asked until run.stall_after has passed. */
static enum status look(struct boot *b, struct fail *fail)
{
    struct startup_options so = {
        .config = b->config,
        .admin = b->admin,
        .ledger = b->ledger,
        .shard = b->o->shard,
        .shards = b->o->shards,
        .transactional_id = b->transactional_id,
        .new_ledger = b->o->new_ledger,
        .from = b->o->from,
        .embedded = embedded(b),
    };
    int64_t until = clock_mono_us(&clock_system) + b->config->run.stall_after_us;
    for (;;) {
        enum status st = startup_look(&so, &b->startup, fail);
        if (status_class(st) != CLASS_RETRY || clock_mono_us(&clock_system) >= until)
            return st;
        log_event(LOG_WARN, "brokers_unreachable", fail->text, L_STR("status", status_name(st)));
        usleep(BROKER_WAIT_US);
    }
}

/* What our producer must find committed should it have to be made anew. */
static void tell_known(struct boot *b)
{
    const struct startup *s = &b->startup;
    struct commit_offset *known = mem_array(s->count, sizeof *known);
    size_t n = 0;
    for (size_t i = 0; i < s->count; i++) {
        if (s->v[i].owned)
            known[n++] = (struct commit_offset){.topic = s->v[i].mill.topic,
                                                .partition = s->v[i].mill.partition,
                                                .offset = s->v[i].committed.offset,
                                                .metadata = s->v[i].committed.metadata};
    }
    kproducer_known(b->producer, known, n);
    mem_free(known);
}

static enum status take_over(struct boot *b, struct fail *fail)
{
    struct startup *s = &b->startup;
    const struct kproducer_limits limits = {s->max_result_bytes, s->max_dead_bytes};
    ledger_set_limits(b->ledger, s->max_result_bytes, s->max_dead_bytes);
    enum status st =
        kproducer_open(&b->config->kafka, b->transactional_id, limits, &b->producer, fail);
    if (st == ST_OK)
        st = startup_fence(s, fail);
    if (st == ST_OK)
        st = kproducer_init(b->producer, INIT_TIMEOUT_MS, fail);
    if (st != ST_OK)
        return st;
    failpoint(FP_AFTER_FENCING);
    st = startup_act(s, fail);
    if (st == ST_OK)
        tell_known(b);
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

static enum status begin_run(struct boot *b, struct fail *fail)
{
    struct random random;
    struct ledger_info info;
    struct ledger_run run = {
        .started_unix_us = clock_unix_us(&clock_system),
        .prompt_version = b->prompt_version,
        .system_message = b->system_message.p,
        .version = b->o->version,
        .publish = b->config->kafka.transactional ? "transactional" : "idempotent",
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

enum status boot_up(struct boot *b, const struct run_options *o, struct fail *fail)
{
    memset(b, 0, sizeof *b);
    signals_leave();
    b->o = o;
    b->config = o->config;
    snprintf(b->transactional_id, sizeof b->transactional_id, "%s-%d", b->config->kafka.group,
             b->o->shard);
    enum status st = means_plan(&b->means, o, fail);
    if (st == ST_OK)
        st = open_books(b, fail);
    if (st == ST_OK)
        st = kadmin_open(&b->config->kafka, ADMIN_TIMEOUT_MS, &b->admin, fail);
    if (st == ST_OK)
        st = look(b, fail);
    if (st == ST_OK)
        st = take_over(b, fail);
    kadmin_close(b->admin);
    b->admin = NULL;
    if (st == ST_OK)
        st = settle_crash(b, fail);
    if (st == ST_OK)
        st = means_money(&b->means, o, b->ledger, fail);
    if (st == ST_OK)
        st = prepare_models(b, fail);
    if (st == ST_OK)
        st = begin_run(b, fail);
    return st;
}

void boot_down(struct boot *b)
{
    kproducer_close(b->producer);
    for (int i = 0; b->models && i < b->config->model_count; i++) {
        llm_template_free(b->models[i].request);
        mem_free(b->models[i].prices);
    }
    mem_free(b->models);
    mem_free(b->suspects.v);
    mem_free(b->suspects.crashes);
    buf_deinit(&b->system_message);
    means_deinit(&b->means);
    startup_free(&b->startup);
    kadmin_close(b->admin);
    crumb_close(b->crumb);
    ledger_close(b->ledger);
}
