/* Topics and a group for one test of the kafka room on a real broker; see the header. */
#include "support/kafka_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/random.h"
#include "kafka/writer.h"

enum { TIMEOUT_MS = 20000 };

static void must(enum status s, const struct fail *fail)
{
    if (s != ST_OK)
        fail_msg("%s: %s", status_name(s), fail->text);
}

bool kafka_fixture_open(struct kafka_fixture *f, int partitions)
{
    const char *brokers = getenv("TICKETMILL_TEST_BROKERS");
    if (!brokers)
        return false;
    *f = (struct kafka_fixture){.admin = NULL};
    struct random r;
    char id[ID_SIZE];
    random_seed_system(&r);
    random_id(&r, clock_unix_us(&clock_system), id);
    snprintf(f->input, sizeof f->input, "in-%s", id);
    snprintf(f->results, sizeof f->results, "out-%s", id);
    snprintf(f->dead, sizeof f->dead, "dlq-%s", id);
    snprintf(f->group, sizeof f->group, "group-%s", id);
    snprintf(f->transactional_id, sizeof f->transactional_id, "txn-%s-0", id);
    f->cfg = (struct config_kafka){.brokers = brokers,
                                   .input_topic = f->input,
                                   .results_topic = f->results,
                                   .dead_letter_topic = f->dead,
                                   .group = f->group,
                                   .transactional = true};
    struct fail fail;
    must(kadmin_open(&f->cfg, TIMEOUT_MS, &f->admin, &fail), &fail);
    must(kadmin_create(f->admin, f->input, partitions, NULL, 0, &fail), &fail);
    must(kadmin_create(f->admin, f->results, partitions, NULL, 0, &fail), &fail);
    must(kadmin_create(f->admin, f->dead, partitions, NULL, 0, &fail), &fail);
    return true;
}

void kafka_fixture_close(struct kafka_fixture *f)
{
    kadmin_close(f->admin);
}

struct collection {
    struct record **v;
    size_t n;
};

static bool collect(void *self, const struct record *r)
{
    struct collection *c = self;
    c->v = mem_grow(c->v, c->n + 1, sizeof *c->v);
    c->v[c->n++] = record_new(r->pos, r->timestamp_unix_ms, r->key, r->value, r->headers);
    return true;
}

size_t kafka_fixture_read(struct kafka_fixture *f, const char *topic, bool uncommitted,
                          struct record ***out)
{
    struct collection c = {NULL, 0};
    const struct kscan scan = {
        .topic = topic, .source = 7, .uncommitted = uncommitted, .record = collect, .self = &c};
    struct fail fail;
    must(kadmin_scan(f->admin, &scan, &fail), &fail);
    *out = c.v;
    return c.n;
}

void kafka_fixture_free(struct record **v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        mem_free(v[i]);
    mem_free(v);
}

size_t kafka_fixture_count(struct kafka_fixture *f, const char *topic, bool uncommitted)
{
    struct record **v;
    size_t n = kafka_fixture_read(f, topic, uncommitted, &v);
    kafka_fixture_free(v, n);
    return n;
}

void kafka_fixture_fill(struct kafka_fixture *f, const char *topic, int32_t partition, int n)
{
    struct kwriter *w;
    struct fail fail;
    must(kwriter_open(&f->cfg, &w, &fail), &fail);
    for (int i = 0; i < n; i++) {
        char key[32], value[32];
        snprintf(key, sizeof key, "key-%d", i);
        snprintf(value, sizeof value, "value-%d", i);
        const struct record r = {
            .timestamp_unix_ms = -1, .key = slice_str(key), .value = slice_str(value)};
        must(kwriter_put(w, topic, partition, &r, &fail), &fail);
    }
    must(kwriter_flush(w, TIMEOUT_MS, &fail), &fail);
    kwriter_close(w);
}

struct kproducer *kafka_fixture_producer(struct kafka_fixture *f)
{
    struct kproducer *p;
    struct fail fail;
    must(kproducer_open(&f->cfg, f->transactional_id, (struct kproducer_limits){0}, &p, &fail),
         &fail);
    must(kproducer_init(p, TIMEOUT_MS, &fail), &fail);
    return p;
}

enum status kafka_fixture_publish(struct kafka_fixture *f, struct kproducer *p, int64_t seq,
                                  const char *value, int64_t next, const char *metadata)
{
    struct outrow row = {.seq = seq,
                         .kind = OUTROW_RESULT,
                         .timestamp_unix_ms = -1,
                         .key = slice_str(value),
                         .value = slice_str(value)};
    struct outrow *rows[] = {&row};
    const struct commit_offset off = {f->input, 0, next, metadata};
    struct fail fail;
    enum status s = kproducer_publish(p, rows, 1, &off, 1, &fail);
    if (s != ST_OK)
        print_message("# publish: %s: %s\n", status_name(s), fail.text);
    return s;
}

int64_t kafka_fixture_committed(struct kafka_fixture *f, char *metadata)
{
    struct kcommitted c = {.topic = f->input, .partition = 0};
    struct fail fail;
    must(kadmin_committed(f->admin, &c, 1, &fail), &fail);
    snprintf(metadata, 5000, "%s", c.metadata);
    mem_free(c.metadata);
    return c.offset;
}

void kafka_fixture_ktool(struct kafka_fixture *f, const char *fmt, ...)
{
    const char *path = getenv("KTOOL");
    if (!path)
        skip();
    char arguments[400], command[800];
    va_list args;
    va_start(args, fmt);
    vsnprintf(arguments, sizeof arguments, fmt, args);
    va_end(args);
    snprintf(command, sizeof command, "%s -b %s %s", path, f->cfg.brokers, arguments);
    assert_int_equal(system(command), 0);
}

static const char *broker_dir(void)
{
    const char *dir = getenv("TICKETMILL_TEST_KAFKA_DIR");
    if (!dir)
        skip();
    return dir;
}

void kafka_fixture_broker(const char *what)
{
    char command[600];
    snprintf(command, sizeof command, "tests/support/kafka/kafka.sh %s %s >/dev/null 2>&1", what,
             broker_dir());
    assert_int_equal(system(command), 0);
}

pid_t kafka_fixture_broker_returns(void)
{
    char script[700]; /* a busy machine may need a second try */
    snprintf(script, sizeof script,
             "{ sleep 2; r='tests/support/kafka/kafka.sh restart %s'; $r || $r; } >/dev/null 2>&1",
             broker_dir());
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        execl("/bin/sh", "sh", "-c", script, (char *)NULL);
        _exit(101);
    }
    return pid;
}
