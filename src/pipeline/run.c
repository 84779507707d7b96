/* The assembly of a run: wiring, loop, orderly end. What its ends are, the transport knows.
 *
 * Threads: this one runs the loop; ledger/writer.h has one, publisher.h has one. What crosses
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
#include "ledger/writer.h"
#include "pipeline/boot.h"
#include "pipeline/edges.h"
#include "pipeline/ending.h"
#include "pipeline/file_transport.h"
#include "pipeline/kafka_transport.h"
#include "pipeline/loop.h"
#include "pipeline/publisher.h"
#include "pipeline/signals.h"

struct runner {
    const struct run_options *o;
    const struct config *config;
    const struct transport *transport;
    struct run_outcome *out;
    struct boot boot;
    struct edges edges;
    struct loop *loop;
    struct queue *ledger_done, *reports;
    struct reactor_wakeup *ledger_wakeup, *report_wakeup;
    struct reactor_timer *ticker;
    struct mill *mill;

    int signals;
};

/* --- between the threads ------------------------------------------------------------------- */

/* Ledger thread: first the publisher, then the loop learns what has become durable. */
static void on_committed(void *self, struct ledger_cmd *cmd)
{
    struct runner *r = self;
    struct publish_item *item = publish_item_of(cmd);
    if (item) {
        if (cmd->op == LOP_SETTLE)
            failpoint(FP_COMMITTED);
        publisher_post(r->edges.publisher, item);
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
    struct queue_node *chain = queue_take(r->ledger_done);
    if (chain)
        mill_ledger_done(r->mill, chain);
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
    publisher_post(r->edges.publisher, item);
}

static struct publisher *new_publisher(struct runner *r)
{
    const struct grounds *g = &r->boot.grounds;
    struct publish_partition *parts = mem_array(g->count, sizeof *parts);
    for (size_t i = 0; i < g->count; i++)
        parts[i] = (struct publish_partition){
            .source = g->v[i].mill.source,
            .partition = g->v[i].mill.partition,
            .topic = g->v[i].mill.topic,
            .start_offset = g->v[i].mill.start,
            .published = g->v[i].published,
            .published_count = g->v[i].published_count,
        };
    struct publisher *p = publisher_start(&(struct publish_options){
        .sink = r->transport->ops->sink(r->transport->self),
        .clock = &clock_system,
        .ledger_id = r->boot.ledger_id,
        .transactional_id = r->transport->id,
        .shard = r->o->shard,
        .shards = r->o->shards,
        .window_tickets = r->config->run.window_tickets,
        .published_seq = g->published_seq,
        .earlier_seq = r->boot.last_seq,
        .partitions = parts,
        .partition_count = g->count,
        .reports = r->reports,
    });
    mem_free(parts);
    return p;
}

static void new_mill(struct runner *r)
{
    const struct grounds *g = &r->boot.grounds;
    struct mill_partition *parts = mem_array(g->count, sizeof *parts);
    struct random random;
    for (size_t i = 0; i < g->count; i++)
        parts[i] = g->v[i].mill;
    random_seed_system(&random);
    r->mill = mill_new(&(struct mill_options){
        .config = r->config,
        .ports = {.source = r->transport->ops->source(r->transport->self),
                  .caller = edges_caller(&r->edges),
                  .books = edges_books(&r->edges),
                  .press = edges_press(&r->edges),
                  .clock = &clock_system,
                  .reactor = loop_reactor(r->loop)},
        .run_id = r->boot.run_id,
        .prompt_version = r->boot.prompt_version,
        .system_message = r->boot.system_message.p,
        .models = r->boot.models,
        .plan = r->boot.means.plan,
        .redactor = r->boot.means.redactor,
        .budget = r->boot.means.budget,
        .finish_unix_us = r->boot.means.finish_unix_us,
        .partitions = parts,
        .partition_count = g->count,
        .suspects = r->boot.suspects.v,
        .suspect_crashes = r->boot.suspects.crashes,
        .suspect_count = r->boot.suspects.n,
        .lost = g->lost,
        .limit = r->o->limit,
        .reuse = r->o->reuse,
        .seed = random_u64(&random),
        .crumb = r->boot.crumb,
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
        st = llm_client_new(&(struct llm_client_options){.config = r->config,
                                                         .used = r->boot.means.used,
                                                         .reactor = reactor,
                                                         .clock = &clock_system},
                            &r->edges.client, fail);
    if (st == ST_OK)
        st = r->transport->ops->open(r->transport->self, reactor, on_source, r, fail);
    if (st != ST_OK)
        return st;
    r->edges.publisher = new_publisher(r);
    st = ledger_unpublished(r->boot.ledger, copy_row, r, fail);
    if (st != ST_OK)
        return st;
    new_mill(r);
    r->edges.writer = ledger_writer_start(r->boot.ledger, on_committed, r);
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

/* The loop is over: without one a signal has nobody to tell, and nothing to save either. */
static void hand_signals_over(struct runner *r)
{
    struct fail ignored;
    sigset_t ours, before;
    sigemptyset(&ours);
    sigaddset(&ours, SIGTERM);
    sigaddset(&ours, SIGINT);
    sigaddset(&ours, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &ours, &before);
    (void)!loop_on_signal(r->loop, NULL, NULL, &ignored);
    if (ending_is_good(r->mill))
        signals_ignore();
    else
        signals_leave();
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* A publisher that has not finished by now waits for brokers that do not answer. */
static void stop_threads(struct runner *r)
{
    if (r->mill && !ending_is_good(r->mill))
        r->transport->ops->hurry(r->transport->self);
    ledger_writer_stop(r->edges.writer);
    publisher_stop(r->edges.publisher);
    r->edges.publisher = NULL;
    r->edges.writer = NULL;
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
    r->transport->ops->close_source(r->transport->self);
    llm_client_free(r->edges.client);
    mill_free(r->mill);
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
    boot_down(&r->boot);
}

/* It ended before its loop began. */
static void refuse(struct run_outcome *out, const struct fail *fail)
{
    out->exit_code = status_exit(fail->code);
    snprintf(out->stopped_by, sizeof out->stopped_by, "%s", status_text(fail->code));
    snprintf(out->message, sizeof out->message, "%s", fail->text);
}

static void run(const struct run_options *o, const struct transport *t, struct run_outcome *out)
{
    struct runner r = {.o = o, .config = o->config, .transport = t, .out = out};
    struct fail fail = {0};
    memset(out, 0, sizeof *out);
    signal(SIGPIPE, SIG_IGN);
    enum status st = boot_up(&r.boot, o, t, &fail);
    memcpy(out->run_id, r.boot.run_id, sizeof out->run_id);
    memcpy(out->ledger_id, r.boot.ledger_id, sizeof out->ledger_id);
    if (st == ST_OK)
        st = wire(&r, &fail);
    if (st == ST_OK) {
        work(&r);
        hand_signals_over(&r);
        stop_threads(&r);
        ending_conclude(&r.boot, r.mill, out);
        if (t->ops->deliver)
            t->ops->deliver(t->self, r.boot.ledger, out);
        ending_care(&r.boot, out);
    } else {
        refuse(out, &fail);
    }
    tear_down(&r);
}

void run_kafka(const struct run_options *o, struct run_outcome *out)
{
    struct kafka_transport k;
    kafka_transport_init(&k, o);
    run(o, &k.port, out);
    kafka_transport_deinit(&k);
}
void run_files(const struct run_options *o, const struct run_files *files, struct run_outcome *out)
{
    struct file_transport f;
    struct fail fail;
    signals_leave();
    if (file_transport_init(&f, o, files, &fail) == ST_OK) {
        run(o, &f.port, out);
    } else {
        memset(out, 0, sizeof *out);
        refuse(out, &fail);
    }
    file_transport_deinit(&f);
}
