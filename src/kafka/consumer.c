/* Records of the assigned partitions, handed out one event at a time: the first step of a
 * ticket's life. librdkafka fetches in threads of its own and rings an eventfd when its queue
 * stops being empty; the loop then polls. Offsets are never stored or committed here, groups
 * never joined, and no batch call is used (lossy in 2.0.2): the producer alone moves offsets.
 */
#include "kafka/consumer.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/mem.h"
#include "kafka/client.h"
#include "kafka/errmap.h"

struct part {
    char *topic;
    int32_t source, partition;
    int64_t next; /* the first offset not yet delivered */
};

struct kconsumer {
    rd_kafka_t *rk;
    rd_kafka_queue_t *queue;
    const struct reactor *reactor;
    struct reactor_watch *watch;
    int bell; /* eventfd, rung by librdkafka */
    void (*wake)(void *arg);
    void *arg;

    struct part *parts;
    size_t count;
    size_t recent; /* index of the partition seen last: records come in streaks */

    rd_kafka_message_t *held; /* the message whose bytes the caller may still be reading */
    struct buf headers;
    bool failed; /* `error` is to be reported */
    struct fail error;
};

static void on_bell(void *arg, int fd, int events)
{
    (void)events;
    struct kconsumer *c = arg;
    uint64_t rings;
    ssize_t ignored = read(fd, &rings, sizeof rings);
    (void)ignored;
    c->wake(c->arg);
}

/* Runs inside kconsumer_poll. Brokers that come and go are the library's business to retry; only
 * its own giving up is final. */
static void on_error(rd_kafka_t *rk, int err, const char *reason, void *opaque)
{
    struct kconsumer *c = opaque;
    if (err == RD_KAFKA_RESP_ERR__FATAL) {
        char text[256];
        rd_kafka_resp_err_t cause = rd_kafka_fatal_error(rk, text, sizeof text);
        (void)fail_set(&c->error, ST_INTERNAL, (int)cause, "kafka consumer gave up: %s (%s)", text,
                       rd_kafka_err2name(cause));
    } else {
        (void)fail_set(&c->error, ST_UNAVAILABLE, err, "kafka: %s", reason);
    }
    c->failed = true;
}

static enum status watch_queue(struct kconsumer *c, struct fail *fail)
{
    static const uint64_t one = 1;
    c->bell = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (c->bell < 0)
        return fail_set(fail, ST_SYSTEM, errno, "eventfd: %s", strerror(errno));
    c->watch = c->reactor->ops->watch(c->reactor->self, c->bell, REACTOR_READ, on_bell, c);
    c->queue = rd_kafka_queue_get_consumer(c->rk);
    rd_kafka_queue_io_event_enable(c->queue, c->bell, &one, sizeof one);
    return ST_OK;
}

enum status kconsumer_open(const struct config_kafka *cfg, const struct reactor *r,
                           void (*wake)(void *arg), void *arg, struct kconsumer **out,
                           struct fail *fail)
{
    struct kconsumer *c = mem_zalloc(sizeof *c);
    *c = (struct kconsumer){.reactor = r, .bell = -1, .wake = wake, .arg = arg};
    buf_init(&c->headers, SIZE_MAX / 2);
    const struct kconsumer_options o = {.on_error = on_error, .opaque = c};
    enum status s = kclient_consumer(cfg, &o, &c->rk, fail);
    if (s == ST_OK)
        s = watch_queue(c, fail);
    if (s != ST_OK) {
        kconsumer_close(c);
        return s;
    }
    *out = c;
    return ST_OK;
}

static void drop_held(struct kconsumer *c)
{
    if (c->held)
        rd_kafka_message_destroy(c->held);
    c->held = NULL;
}

static void forget_parts(struct kconsumer *c)
{
    for (size_t i = 0; i < c->count; i++)
        mem_free(c->parts[i].topic);
    mem_free(c->parts);
    c->parts = NULL;
    c->count = c->recent = 0;
}

/* Tells the library where every partition stands; what it had prefetched is dropped. */
static enum status assign_parts(struct kconsumer *c, struct fail *fail)
{
    drop_held(c);
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)c->count);
    for (size_t i = 0; i < c->count; i++)
        rd_kafka_topic_partition_list_add(list, c->parts[i].topic, c->parts[i].partition)->offset =
            c->parts[i].next;
    rd_kafka_resp_err_t err = rd_kafka_assign(c->rk, c->count ? list : NULL);
    rd_kafka_topic_partition_list_destroy(list);
    return err ? kafka_fail(fail, err, "assigning partitions") : ST_OK;
}

enum status kconsumer_assign(struct kconsumer *c, const struct kstart *starts, size_t count,
                             struct fail *fail)
{
    forget_parts(c);
    c->parts = mem_array(count, sizeof *c->parts);
    c->count = count;
    for (size_t i = 0; i < count; i++) {
        assert(starts[i].offset >= 0);
        c->parts[i] = (struct part){.topic = mem_str(starts[i].topic),
                                    .source = starts[i].source,
                                    .partition = starts[i].partition,
                                    .next = starts[i].offset};
    }
    return assign_parts(c, fail);
}

void kconsumer_unassign(struct kconsumer *c)
{
    struct fail ignored;
    forget_parts(c);
    (void)!assign_parts(c, &ignored); /* taking everything away is not refused */
}

static bool is_part(const struct part *p, const rd_kafka_message_t *m)
{
    return p->partition == m->partition && strcmp(p->topic, rd_kafka_topic_name(m->rkt)) == 0;
}

static struct part *part_of(struct kconsumer *c, const rd_kafka_message_t *m)
{
    if (!m->rkt)
        return NULL;
    if (c->recent < c->count && is_part(&c->parts[c->recent], m))
        return &c->parts[c->recent];
    for (size_t i = 0; i < c->count; i++)
        if (is_part(&c->parts[i], m)) {
            c->recent = i;
            return &c->parts[i];
        }
    return NULL;
}

static void report_error(const rd_kafka_message_t *m, struct kevent *out)
{
    out->kind = KEVENT_ERROR;
    enum status s = kafka_status(m->err);
    if (s == ST_AGAIN)
        s = ST_UNAVAILABLE;
    if (s == ST_NOT_FOUND) /* the topic went away under us */
        s = ST_CONFIG;
    (void)fail_set(&out->fail, s, (int)m->err, "reading %s [%d]: %s (%s)",
                   m->rkt ? rd_kafka_topic_name(m->rkt) : "topic", m->partition,
                   rd_kafka_message_errstr(m), rd_kafka_err2name(m->err));
}

static void report(struct kconsumer *c, rd_kafka_message_t *m, struct part *p, struct kevent *out)
{
    struct pos pos = {
        .source = p ? p->source : -1, .partition = p ? p->partition : -1, .offset = m->offset};
    out->record = (struct record){.pos = pos, .timestamp_unix_ms = -1};
    if (p && m->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        out->kind = KEVENT_RECORD;
        kclient_record(m, pos, &c->headers, &out->record);
        p->next = m->offset + 1;
    } else if (p && m->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
        out->kind = KEVENT_EOF;
        p->next = m->offset;
    } else if (p && kafka_status(m->err) == ST_LEDGER_STATE) {
        out->kind = KEVENT_LOST;
        out->record.pos.offset = p->next;
    } else {
        report_error(m, out);
    }
}

void kconsumer_poll(struct kconsumer *c, struct kevent *out)
{
    drop_held(c);
    for (;;) {
        rd_kafka_message_t *m = rd_kafka_consumer_poll(c->rk, 0);
        if (!m)
            break;
        struct part *p = part_of(c, m);
        if (!p && m->rkt) { /* of an assignment that is no more */
            rd_kafka_message_destroy(m);
            continue;
        }
        c->held = m;
        report(c, m, p, out);
        return;
    }
    out->kind = KEVENT_NONE;
    if (c->failed) {
        c->failed = false;
        out->kind = KEVENT_ERROR;
        out->record = (struct record){.pos = {-1, -1, -1}, .timestamp_unix_ms = -1};
        out->fail = c->error;
    }
}

enum status kconsumer_restart(struct kconsumer *c, struct pos pos, int64_t offset,
                              struct fail *fail)
{
    for (size_t i = 0; i < c->count; i++)
        if (c->parts[i].source == pos.source && c->parts[i].partition == pos.partition) {
            c->parts[i].next = offset < 0 ? RD_KAFKA_OFFSET_BEGINNING : offset;
            return assign_parts(c, fail);
        }
    assert(!"restart of a partition that is not assigned");
    return ST_INTERNAL;
}

void kconsumer_close(struct kconsumer *c)
{
    if (!c)
        return;
    drop_held(c);
    if (c->queue) {
        rd_kafka_queue_io_event_enable(c->queue, -1, NULL, 0);
        rd_kafka_queue_destroy(c->queue);
    }
    kclient_consumer_free(c->rk);
    if (c->watch)
        c->reactor->ops->unwatch(c->reactor->self, c->watch);
    if (c->bell >= 0)
        close(c->bell);
    forget_parts(c);
    buf_deinit(&c->headers);
    mem_free(c);
}
