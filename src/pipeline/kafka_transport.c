/* A run's two ends on Kafka.
 *
 * Start-up in the order that keeps a start which must not run from disturbing one that does: look,
 * decide, fence, look again, act. Waits for brokers up to run.stall_after. Afterwards only passes
 * on: which thread may call what stands with consumer and producer.
 */
#include "pipeline/kafka_transport.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/failpoint.h"
#include "base/log.h"
#include "base/mem.h"
#include "kafka/consumer.h"

enum { ADMIN_TIMEOUT_MS = 30000, INIT_TIMEOUT_MS = 60000, BROKER_WAIT_US = 2000000 };

/* Brokers may be slower to come up than we are: asked until run.stall_after has passed. */
static enum status look(struct kafka_transport *k, struct ledger *ledger, struct fail *fail)
{
    const struct config *c = k->o->config;
    struct startup_options so = {
        .config = c,
        .admin = k->admin,
        .ledger = ledger,
        .shard = k->o->shard,
        .shards = k->o->shards,
        .transactional_id = k->transactional_id,
        .new_ledger = k->o->new_ledger,
        .from = k->o->from,
        .from_unix_ms = k->o->from_unix_ms,
        .embedded = !c->kafka.transactional,
    };
    int64_t until = clock_mono_us(&clock_system) + c->run.stall_after_us;
    for (;;) {
        enum status st = startup_look(&so, &k->startup, fail);
        if (status_class(st) != CLASS_RETRY || clock_mono_us(&clock_system) >= until)
            return st;
        log_event(LOG_WARN, "brokers_unreachable", fail->text, L_STR("status", status_name(st)));
        usleep(BROKER_WAIT_US);
    }
}

/* What our producer must find committed should it have to be made anew. */
static void tell_known(struct kafka_transport *k)
{
    const struct startup *s = &k->startup;
    struct commit_offset *known = mem_array(s->count, sizeof *known);
    size_t n = 0;
    for (size_t i = 0; i < s->count; i++) {
        if (s->v[i].owned)
            known[n++] = (struct commit_offset){.topic = s->v[i].mill.topic,
                                                .partition = s->v[i].mill.partition,
                                                .offset = s->v[i].committed.offset,
                                                .metadata = s->v[i].committed.metadata};
    }
    kproducer_known(k->producer, known, n);
    mem_free(known);
}

static enum status take_over(struct kafka_transport *k, struct ledger *ledger, struct fail *fail)
{
    struct startup *s = &k->startup;
    const struct kproducer_limits limits = {s->max_result_bytes, s->max_dead_bytes};
    ledger_set_limits(ledger, s->max_result_bytes, s->max_dead_bytes);
    enum status st =
        kproducer_open(&k->o->config->kafka, k->transactional_id, limits, &k->producer, fail);
    if (st == ST_OK)
        st = startup_fence(s, fail);
    if (st == ST_OK)
        st = kproducer_init(k->producer, INIT_TIMEOUT_MS, fail);
    if (st != ST_OK)
        return st;
    failpoint(FP_AFTER_FENCING);
    st = startup_act(s, fail);
    if (st == ST_OK)
        tell_known(k);
    return st;
}

static void tell_grounds(struct kafka_transport *k, struct grounds *out)
{
    const struct startup *s = &k->startup;
    size_t n = 0;
    k->owned = mem_array(s->count, sizeof *k->owned);
    for (size_t i = 0; i < s->count; i++) {
        const struct startup_partition *p = &s->v[i];
        if (p->owned)
            k->owned[n++] = (struct run_partition){p->mill, p->published, p->published_count};
    }
    *out = (struct grounds){k->owned, n, s->published_seq, s->lost};
}

static enum status kafka_settle_in(void *self, struct ledger *ledger, struct grounds *out,
                                   struct fail *fail)
{
    struct kafka_transport *k = self;
    enum status st = kadmin_open(&k->o->config->kafka, ADMIN_TIMEOUT_MS, &k->admin, fail);
    if (st == ST_OK)
        st = look(k, ledger, fail);
    if (st == ST_OK)
        st = take_over(k, ledger, fail);
    kadmin_close(k->admin);
    k->admin = NULL;
    if (st == ST_OK)
        tell_grounds(k, out);
    return st;
}

static enum status kafka_open(void *self, const struct reactor *r, void (*wake)(void *arg),
                              void *arg, struct fail *fail)
{
    struct kafka_transport *k = self;
    const struct startup *s = &k->startup;
    struct kstart *starts = mem_array(s->count, sizeof *starts);
    size_t n = 0;
    enum status st = kconsumer_open(&k->o->config->kafka, r, wake, arg, &k->consumer, fail);
    for (size_t i = 0; i < s->count; i++) {
        if (s->v[i].owned)
            starts[n++] = (struct kstart){s->v[i].mill.source, s->v[i].mill.topic,
                                          s->v[i].mill.partition, s->v[i].mill.start};
    }
    if (st == ST_OK)
        st = kconsumer_assign(k->consumer, starts, n, fail);
    mem_free(starts);
    return st;
}

static void source_poll(void *self, struct kevent *out)
{
    kconsumer_poll(((struct kafka_transport *)self)->consumer, out);
}

static enum status source_restart(void *self, struct pos pos, int64_t offset, struct fail *fail)
{
    return kconsumer_restart(((struct kafka_transport *)self)->consumer, pos, offset, fail);
}

static enum status sink_publish(void *self, struct outrow *const *rows, size_t n,
                                const struct commit_offset *offs, size_t m, struct fail *fail)
{
    return kproducer_publish(((struct kafka_transport *)self)->producer, rows, n, offs, m, fail);
}

static struct source kafka_source(void *self)
{
    return (struct source){self, source_poll, source_restart};
}

static struct sink kafka_sink(void *self)
{
    return (struct sink){self, sink_publish};
}

static void kafka_hurry(void *self)
{
    (void)self;
    kproducer_hurry();
}

static void kafka_close_source(void *self)
{
    struct kafka_transport *k = self;
    kconsumer_close(k->consumer);
    k->consumer = NULL;
}

static const struct transport_ops ops = {
    .settle_in = kafka_settle_in,
    .open = kafka_open,
    .source = kafka_source,
    .sink = kafka_sink,
    .hurry = kafka_hurry,
    .close_source = kafka_close_source,
};

void kafka_transport_init(struct kafka_transport *k, const struct run_options *o)
{
    *k = (struct kafka_transport){.o = o};
    snprintf(k->transactional_id, sizeof k->transactional_id, "%s-%d", o->config->kafka.group,
             o->shard);
    k->port = (struct transport){
        .self = k,
        .ops = &ops,
        .publish = o->config->kafka.transactional ? "transactional" : "idempotent",
        .id = k->transactional_id,
    };
}

void kafka_transport_deinit(struct kafka_transport *k)
{
    kproducer_close(k->producer);
    startup_free(&k->startup);
    kadmin_close(k->admin);
    mem_free(k->owned);
}
