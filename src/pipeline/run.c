/* The assembly of a run on Kafka: start-up, wiring, loop, orderly end.
 *
 * Threads: this one runs the loop; ledger/writer.h has one, publish.h has one. What crosses
 * between them are whole structs in queues: committed commands and publish reports to the loop,
 * committed rows to the publisher. No decision about tickets is made here.
 */
#include "pipeline/run.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/failpoint.h"
#include "base/log.h"
#include "base/mem.h"
#include "batch/prompt.h"
#include "kafka/producer.h"
#include "ledger/writer.h"
#include "llm/request.h"
#include "pipeline/audit.h"
#include "pipeline/loop.h"
#include "pipeline/startup.h"
#include "route/price.h"

enum { ADMIN_TIMEOUT_MS = 30000, INIT_TIMEOUT_MS = 60000, BROKER_WAIT_US = 2000000 };
#define SYSTEM_MESSAGE_MAX ((size_t)4 << 20)

struct suspects {
    struct pos *v;
    int32_t *crashes;
    size_t n;
};

struct runner {
    const struct run_options *o;
    const struct config *config;
    struct run_outcome *out;

    struct crumb *crumb;
    struct ledger *ledger;
    struct kadmin *admin;
    struct startup startup;
    struct kproducer *producer;
    struct kconsumer *consumer;
    struct llm_client *client;
    struct loop *loop;
    struct ledger_writer *writer;
    struct publisher *publisher;
    struct queue *ledger_done, *reports;
    struct reactor_wakeup *ledger_wakeup, *report_wakeup;
    struct reactor_timer *ticker;
    struct mill *mill;

    char transactional_id[300];
    struct buf system_message;
    char prompt_version[SHA256_HEX_SIZE];
    struct mill_model *models;
    struct suspects suspects;
    int64_t recovered_rows;
    int signals;
};

/* --- start-up ---------------------------------------------------------------------------- */

static bool embedded(const struct runner *r)
{
    return !r->config->kafka.transactional;
}

static enum status open_books(struct runner *r, struct fail *fail)
{
    struct ledger_options lo = {.create = true, .transport = "kafka", .clock = &clock_system};
    char *path = config_ledger_path(r->config, r->o->shard, NULL);
    enum status st = ledger_open(path, &lo, &r->ledger, fail);
    if (st == ST_OK)
        st = crumb_open(path, &r->crumb, fail);
    mem_free(path);
    return st;
}

/* Brokers may be slower to come up than we are: asked until run.stall_after has passed. */
static enum status look(struct runner *r, struct fail *fail)
{
    struct startup_options so = {
        .config = r->config,
        .admin = r->admin,
        .ledger = r->ledger,
        .shard = r->o->shard,
        .shards = r->o->shards,
        .transactional_id = r->transactional_id,
        .new_ledger = r->o->new_ledger,
        .from = r->o->from,
        .embedded = embedded(r),
    };
    int64_t until = clock_mono_us(&clock_system) + r->config->run.stall_after_us;
    for (;;) {
        enum status st = startup_look(&so, &r->startup, fail);
        if (status_class(st) != CLASS_RETRY || clock_mono_us(&clock_system) >= until)
            return st;
        log_event(LOG_WARN, "brokers_unreachable", fail->text, L_STR("status", status_name(st)));
        usleep(BROKER_WAIT_US);
    }
}

/* What our producer must find committed should it have to be made anew. */
static void tell_known(struct runner *r)
{
    const struct startup *s = &r->startup;
    struct commit_offset *known = mem_array(s->count, sizeof *known);
    size_t n = 0;
    for (size_t i = 0; i < s->count; i++) {
        if (s->v[i].owned)
            known[n++] = (struct commit_offset){.topic = s->v[i].mill.topic,
                                                .partition = s->v[i].mill.partition,
                                                .offset = s->v[i].committed.offset,
                                                .metadata = s->v[i].committed.metadata};
    }
    kproducer_known(r->producer, known, n);
    mem_free(known);
}

static enum status take_over(struct runner *r, struct fail *fail)
{
    struct startup *s = &r->startup;
    int64_t max = s->max_result_bytes;
    if (s->max_dead_bytes > 0 && (max == 0 || s->max_dead_bytes < max))
        max = s->max_dead_bytes;
    ledger_set_limits(r->ledger, s->max_result_bytes, s->max_dead_bytes);
    enum status st =
        kproducer_open(&r->config->kafka, r->transactional_id, max, &r->producer, fail);
    if (st == ST_OK)
        st = startup_fence(s, fail);
    if (st == ST_OK)
        st = kproducer_init(r->producer, INIT_TIMEOUT_MS, fail);
    if (st != ST_OK)
        return st;
    failpoint(FP_AFTER_FENCING);
    st = startup_act(s, fail);
    if (st == ST_OK)
        tell_known(r);
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

static enum status settle_crash(struct runner *r, struct fail *fail)
{
    struct pos left[CRUMB_MAX];
    size_t n = crumb_take(r->crumb, left);
    enum status st = ST_OK;
    int64_t calls = 0;
    for (size_t i = 0; st == ST_OK && i < n; i++) {
        int32_t crashes;
        st = ledger_suspect(r->ledger, left[i], &crashes, fail);
    }
    if (st == ST_OK)
        st = ledger_suspects(r->ledger, add_suspect, &r->suspects, fail);
    if (st == ST_OK)
        st = ledger_recover_calls(r->ledger, &calls, fail);
    if (st == ST_OK && calls > 0)
        log_event(LOG_WARN, "calls_recovered",
                  "calls in flight when the last run died may have been billed",
                  L_INT("calls", calls));
    return st;
}

static enum status prepare_models(struct runner *r, struct fail *fail)
{
    const struct config *c = r->config;
    enum status st = ST_OK;
    int64_t now = clock_unix_us(&clock_system);
    buf_init(&r->system_message, SYSTEM_MESSAGE_MAX);
    prompt_system(&c->classification, &r->system_message);
    prompt_version(buf_view(&r->system_message), r->prompt_version);
    r->models = mem_array((size_t)c->model_count, sizeof *r->models);
    for (int i = 0; st == ST_OK && i < c->model_count; i++) {
        struct mill_model *m = &r->models[i];
        int64_t from = INT64_MIN;
        m->config = &c->models[i];
        m->price = price_at(m->config, now, &from);
        st = llm_template_new(c, i, buf_view(&r->system_message), &m->request, fail);
        if (st == ST_OK && m->price.priced)
            st = ledger_price(r->ledger, m->config->name, from, &m->price, fail);
    }
    return st;
}

static enum status begin_run(struct runner *r, struct fail *fail)
{
    struct random random;
    struct ledger_info info;
    struct ledger_run run = {
        .started_unix_us = clock_unix_us(&clock_system),
        .prompt_version = r->prompt_version,
        .system_message = r->system_message.p,
        .version = r->o->version,
        .publish = r->config->kafka.transactional ? "transactional" : "idempotent",
    };
    random_seed_system(&random);
    random_id(&random, run.started_unix_us, run.run_id);
    memcpy(r->out->run_id, run.run_id, sizeof run.run_id);
    enum status st = ledger_info(r->ledger, &info, fail);
    if (st != ST_OK)
        return st;
    memcpy(r->out->ledger_id, info.ledger_id, sizeof info.ledger_id);
    return ledger_begin_run(r->ledger, &run, fail);
}

static enum status start_up(struct runner *r, struct fail *fail)
{
    snprintf(r->transactional_id, sizeof r->transactional_id, "%s-%d", r->config->kafka.group,
             r->o->shard);
    enum status st = open_books(r, fail);
    if (st == ST_OK)
        st = kadmin_open(&r->config->kafka, ADMIN_TIMEOUT_MS, &r->admin, fail);
    if (st == ST_OK)
        st = look(r, fail);
    if (st == ST_OK)
        st = take_over(r, fail);
    kadmin_close(r->admin);
    r->admin = NULL;
    if (st == ST_OK)
        st = settle_crash(r, fail);
    if (st == ST_OK)
        st = prepare_models(r, fail);
    if (st == ST_OK)
        st = begin_run(r, fail);
    return st;
}

/* --- ports --------------------------------------------------------------------------------- */

static void source_poll(void *self, struct kevent *out)
{
    kconsumer_poll(((struct runner *)self)->consumer, out);
}

static enum status source_restart(void *self, struct pos pos, int64_t offset, struct fail *fail)
{
    return kconsumer_restart(((struct runner *)self)->consumer, pos, offset, fail);
}

static struct llm_flight *caller_send(void *self, const struct llm_call *call)
{
    return llm_client_send(((struct runner *)self)->client, call);
}

static void caller_cancel(void *self, struct llm_flight *flight)
{
    llm_client_cancel(((struct runner *)self)->client, flight);
}

static bool caller_reload_key(void *self, int provider)
{
    return llm_client_reload_key(((struct runner *)self)->client, provider);
}

static void books_submit(void *self, struct ledger_cmd *cmd)
{
    ledger_writer_submit(((struct runner *)self)->writer, cmd);
}

static void press_finish(void *self)
{
    struct publish_item *item = publish_item_new(0);
    item->finish = true;
    publisher_post(((struct runner *)self)->publisher, item);
}

static enum status sink_publish(void *self, struct outrow *const *rows, size_t n,
                                const struct commit_offset *offs, size_t m, struct fail *fail)
{
    return kproducer_publish(((struct runner *)self)->producer, rows, n, offs, m, fail);
}

/* --- between the threads ------------------------------------------------------------------- */

/* Ledger thread: first the publisher, then the loop learns what has become durable. */
static void on_committed(void *self, struct ledger_cmd *cmd)
{
    struct runner *r = self;
    struct publish_item *item = publish_item_of(cmd);
    if (item) {
        if (cmd->op == LOP_SETTLE)
            failpoint(FP_COMMITTED);
        publisher_post(r->publisher, item);
    }
    queue_push(r->ledger_done, &cmd->node);
}

static void wake_for_ledger(void *self)
{
    struct runner *r = self;
    const struct reactor *reactor = loop_reactor(r->loop);
    reactor->ops->wake(reactor->self, r->ledger_wakeup);
}

static void wake_for_reports(void *self)
{
    struct runner *r = self;
    const struct reactor *reactor = loop_reactor(r->loop);
    reactor->ops->wake(reactor->self, r->report_wakeup);
}

static void on_ledger_done(void *self)
{
    struct runner *r = self;
    for (struct queue_node *n = queue_take(r->ledger_done), *next; n; n = next) {
        next = n->next;
        mill_ledger_done(r->mill, (struct ledger_cmd *)(void *)n);
    }
}

static void on_reports(void *self)
{
    struct runner *r = self;
    for (struct queue_node *n = queue_take(r->reports), *next; n; n = next) {
        next = n->next;
        mill_published(r->mill, (struct publish_report *)(void *)n);
    }
}

static void on_source(void *self)
{
    struct runner *r = self;
    if (r->mill)
        mill_source_woke(r->mill);
}

static void on_signal(void *self, int signo)
{
    struct runner *r = self;
    (void)signo;
    if (++r->signals > 1)
        _exit(5);
    mill_signal(r->mill);
}

static void on_finished(void *self)
{
    loop_stop(((struct runner *)self)->loop);
}

static void on_tick(void *self)
{
    struct runner *r = self;
    const struct reactor *reactor = loop_reactor(r->loop);
    r->o->tick(r->o->arg, mill_stats(r->mill));
    reactor->ops->timer_set(reactor->self, r->ticker, r->o->tick_ms * 1000);
}

/* --- wiring -------------------------------------------------------------------------------- */

static void copy_row(void *self, const struct outrow *row)
{
    struct runner *r = self;
    struct publish_item *item = publish_item_new(0);
    list_push(&item->rows, &outrow_new(row)->node);
    r->recovered_rows++;
    publisher_post(r->publisher, item);
}

static struct publisher *new_publisher(struct runner *r)
{
    const struct startup *s = &r->startup;
    struct publish_partition *parts = mem_array(s->count, sizeof *parts);
    size_t n = 0;
    for (size_t i = 0; i < s->count; i++) {
        const struct startup_partition *p = &s->v[i];
        if (p->owned)
            parts[n++] = (struct publish_partition){
                .source = p->mill.source,
                .partition = p->mill.partition,
                .topic = p->mill.topic,
                .start_offset = p->mill.start,
                .published = p->published,
                .published_count = p->published_count,
            };
    }
    struct publisher *p = publisher_start(&(struct publish_options){
        .sink = {r, sink_publish},
        .clock = &clock_system,
        .ledger_id = r->out->ledger_id,
        .transactional_id = r->transactional_id,
        .shard = r->o->shard,
        .shards = r->o->shards,
        .published_seq = s->published_seq,
        .partitions = parts,
        .partition_count = n,
        .reports = r->reports,
    });
    mem_free(parts);
    return p;
}

static enum status start_source(struct runner *r, struct fail *fail)
{
    const struct startup *s = &r->startup;
    struct kstart *starts = mem_array(s->count, sizeof *starts);
    size_t n = 0;
    enum status st = kconsumer_open(&r->config->kafka, loop_reactor(r->loop), on_source, r,
                                    &r->consumer, fail);
    for (size_t i = 0; i < s->count; i++) {
        if (s->v[i].owned)
            starts[n++] = (struct kstart){s->v[i].mill.source, s->v[i].mill.topic,
                                          s->v[i].mill.partition, s->v[i].mill.start};
    }
    if (st == ST_OK)
        st = kconsumer_assign(r->consumer, starts, n, fail);
    mem_free(starts);
    return st;
}

static void new_mill(struct runner *r)
{
    const struct startup *s = &r->startup;
    struct mill_partition *parts = mem_array(s->count, sizeof *parts);
    struct random random;
    size_t n = 0;
    for (size_t i = 0; i < s->count; i++) {
        if (s->v[i].owned)
            parts[n++] = s->v[i].mill;
    }
    random_seed_system(&random);
    r->mill = mill_new(&(struct mill_options){
        .config = r->config,
        .ports = {.source = {r, source_poll, source_restart},
                  .caller = {r, caller_send, caller_cancel, caller_reload_key},
                  .books = {r, books_submit},
                  .press = {r, press_finish},
                  .clock = &clock_system,
                  .reactor = loop_reactor(r->loop)},
        .run_id = r->out->run_id,
        .prompt_version = r->prompt_version,
        .system_message = r->system_message.p,
        .models = r->models,
        .partitions = parts,
        .partition_count = n,
        .suspects = r->suspects.v,
        .suspect_crashes = r->suspects.crashes,
        .suspect_count = r->suspects.n,
        .recovered_rows = r->recovered_rows,
        .lost = s->lost,
        .limit = r->o->limit,
        .reuse = r->o->reuse,
        .seed = random_u64(&random),
        .crumb = r->crumb,
        .finished = on_finished,
        .arg = r,
    });
    mem_free(parts);
}

static enum status wire(struct runner *r, struct fail *fail)
{
    enum status st = loop_new(&r->loop, fail);
    if (st != ST_OK)
        return st;
    const struct reactor *reactor = loop_reactor(r->loop);
    r->ledger_done = queue_new(wake_for_ledger, r);
    r->reports = queue_new(wake_for_reports, r);
    r->ledger_wakeup = reactor->ops->wakeup(reactor->self, on_ledger_done, r);
    r->report_wakeup = reactor->ops->wakeup(reactor->self, on_reports, r);
    r->ticker = reactor->ops->timer(reactor->self, on_tick, r);
    st = loop_on_signal(r->loop, on_signal, r, fail);
    if (st == ST_OK)
        st = llm_client_new(r->config, reactor, &clock_system, &r->client, fail);
    if (st == ST_OK)
        st = start_source(r, fail);
    if (st != ST_OK)
        return st;
    r->publisher = new_publisher(r);
    st = ledger_unpublished(r->ledger, copy_row, r, fail);
    if (st != ST_OK)
        return st;
    new_mill(r);
    r->writer = ledger_writer_start(r->ledger, on_committed, r);
    return ST_OK;
}

static void work(struct runner *r)
{
    const struct reactor *reactor = loop_reactor(r->loop);
    int64_t start = clock_mono_us(&clock_system);
    if (r->o->tick)
        reactor->ops->timer_set(reactor->self, r->ticker, 0);
    mill_start(r->mill);
    loop_run(r->loop);
    r->out->duration_us = clock_mono_us(&clock_system) - start;
}

/* --- end ------------------------------------------------------------------------------------- */

static void stop_threads(struct runner *r)
{
    publisher_stop(r->publisher);
    ledger_writer_stop(r->writer);
    r->publisher = NULL;
    r->writer = NULL;
}

static void conclude(struct runner *r)
{
    struct run_outcome *out = r->out;
    struct fail fail;
    out->ran = true;
    out->stats = *mill_stats(r->mill);
    out->exit_code = mill_exit_code(r->mill);
    snprintf(out->stopped_by, sizeof out->stopped_by, "%s", mill_stopped_by(r->mill));
    snprintf(out->message, sizeof out->message, "%s", mill_stop_message(r->mill));
    bool complete = out->exit_code == 0 || out->exit_code == 3;
    if (ledger_audit(r->ledger, &out->audit, &fail) != ST_OK) {
        snprintf(out->audit_message, sizeof out->audit_message, "%.200s", fail.text);
        return;
    }
    out->audit_ok = audit_check(&out->audit, &out->stats, complete, r->recovered_rows,
                                out->audit_message, sizeof out->audit_message);
    if (!out->audit_ok)
        out->exit_code = status_exit(ST_AUDIT);
}

static void free_undelivered(struct runner *r)
{
    struct queue_node *next;
    for (struct queue_node *n = r->ledger_done ? queue_take(r->ledger_done) : NULL; n; n = next) {
        next = n->next;
        ledger_cmd_free((struct ledger_cmd *)(void *)n);
    }
    for (struct queue_node *n = r->reports ? queue_take(r->reports) : NULL; n; n = next) {
        next = n->next;
        mem_free(n);
    }
    queue_free(r->ledger_done);
    queue_free(r->reports);
}

static void tear_down(struct runner *r)
{
    stop_threads(r);
    kconsumer_close(r->consumer);
    llm_client_free(r->client);
    mill_free(r->mill);
    kproducer_close(r->producer);
    if (r->loop) {
        const struct reactor *reactor = loop_reactor(r->loop);
        if (r->ticker)
            reactor->ops->timer_free(reactor->self, r->ticker);
        if (r->ledger_wakeup)
            reactor->ops->wakeup_free(reactor->self, r->ledger_wakeup);
        if (r->report_wakeup)
            reactor->ops->wakeup_free(reactor->self, r->report_wakeup);
    }
    loop_free(r->loop);
    free_undelivered(r);
    for (int i = 0; r->models && i < r->config->model_count; i++)
        llm_template_free(r->models[i].request);
    mem_free(r->models);
    mem_free(r->suspects.v);
    mem_free(r->suspects.crashes);
    buf_deinit(&r->system_message);
    startup_free(&r->startup);
    kadmin_close(r->admin);
    crumb_close(r->crumb);
    ledger_close(r->ledger);
}

void run_kafka(const struct run_options *o, struct run_outcome *out)
{
    struct runner r = {.o = o, .config = o->config, .out = out};
    struct fail fail = {0};
    memset(out, 0, sizeof *out);
    signal(SIGPIPE, SIG_IGN);
    enum status st = start_up(&r, &fail);
    if (st == ST_OK)
        st = wire(&r, &fail);
    if (st == ST_OK) {
        work(&r);
        stop_threads(&r);
        conclude(&r);
    } else {
        out->exit_code = status_exit(st);
        snprintf(out->stopped_by, sizeof out->stopped_by, "%s", status_text(st));
        snprintf(out->message, sizeof out->message, "%s", fail.text);
    }
    tear_down(&r);
}
