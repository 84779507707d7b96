/* The reading side of the kafka room against a real broker: the consumer's events, look-ups, and
 * reading whole topics.
 */
#include <librdkafka/rdkafka.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "kafka/consumer.h"
#include "kafka/writer.h"
#include "support/kafka_fixture.h"

enum { SOURCE = 7, WAIT_MS = 20000 };

static struct kafka_fixture f;

/* ---- a reactor for one descriptor ------------------------------------------------------------ */

static struct {
    int fd;
    void (*fn)(void *arg, int fd, int events);
    void *arg;
} watched;

static struct reactor_watch *watch(void *self, int fd, int events,
                                   void (*fn)(void *arg, int fd, int events), void *arg)
{
    assert_int_equal(events, REACTOR_READ);
    watched.fd = fd;
    watched.fn = fn;
    watched.arg = arg;
    return self;
}

static void unwatch(void *self, struct reactor_watch *w)
{
    (void)self;
    (void)w;
    watched.fd = -1;
}

static const struct reactor_ops ops = {.watch = watch, .unwatch = unwatch};
static int token;
static const struct reactor reactor = {.self = &token, .ops = &ops};

static int wakes;

static void on_wake(void *arg)
{
    assert_ptr_equal(arg, &f);
    wakes++;
}

/* Turns the loop until the doorbell rang. False after `timeout_ms`. */
static bool turn(int timeout_ms)
{
    struct pollfd p = {.fd = watched.fd, .events = POLLIN};
    if (poll(&p, 1, timeout_ms) <= 0)
        return false;
    int before = wakes;
    watched.fn(watched.arg, watched.fd, REACTOR_READ);
    assert_int_equal(wakes, before + 1);
    return true;
}

/* ---- helpers --------------------------------------------------------------------------------- */

static int set_up(void **state)
{
    (void)state;
    wakes = 0;
    return kafka_fixture_open(&f, 3) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    kafka_fixture_close(&f);
    return 0;
}

static struct kconsumer *consumer(void)
{
    struct kconsumer *c;
    struct fail fail;
    assert_int_equal(kconsumer_open(&f.cfg, &reactor, on_wake, &f, &c, &fail), ST_OK);
    return c;
}

static void assign(struct kconsumer *c, int32_t partition, int64_t offset)
{
    const struct kstart start = {SOURCE, f.input, partition, offset};
    struct fail fail;
    assert_int_equal(kconsumer_assign(c, &start, 1, &fail), ST_OK);
}

/* The next event that is not NONE; passing errors are skipped. */
static void next(struct kconsumer *c, struct kevent *e)
{
    int64_t until = clock_mono_us(&clock_system) + WAIT_MS * INT64_C(1000);
    do {
        kconsumer_poll(c, e);
        if (e->kind == KEVENT_ERROR && status_class(e->fail.code) == CLASS_RETRY)
            continue;
        if (e->kind != KEVENT_NONE)
            return;
        (void)turn(500);
    } while (clock_mono_us(&clock_system) < until);
    fail_msg("no event");
}

static void expect(struct kconsumer *c, enum kevent_kind kind, int32_t partition, int64_t offset)
{
    struct kevent e;
    next(c, &e);
    if (e.kind == KEVENT_ERROR)
        print_message("# %s\n", e.fail.text);
    assert_int_equal(e.kind, kind);
    assert_int_equal(e.record.pos.source, SOURCE);
    assert_int_equal(e.record.pos.partition, partition);
    assert_int_equal(e.record.pos.offset, offset);
}

static void ktool(const char *fmt, ...) PRINTF_LIKE(1, 2);
static void ktool(const char *fmt, ...)
{
    const char *path = getenv("KTOOL");
    if (!path)
        skip();
    char arguments[400], command[800];
    va_list args;
    va_start(args, fmt);
    vsnprintf(arguments, sizeof arguments, fmt, args);
    va_end(args);
    snprintf(command, sizeof command, "%s -b %s %s", path, f.cfg.brokers, arguments);
    assert_int_equal(system(command), 0);
}

/* ---- the consumer ---------------------------------------------------------------------------- */

static void records_arrive_with_every_field(void **state)
{
    (void)state;
    struct buf headers;
    buf_init(&headers, 1000);
    headers_add(&headers, SLICE_LIT("traceparent"), SLICE_LIT("00-ab"));
    headers_add(&headers, SLICE_LIT("none"), SLICE_NONE);
    const struct record full = {.timestamp_unix_ms = 1700000000123,
                                .key = SLICE_LIT("T-1"),
                                .value = SLICE_LIT("{\"a\":\"\xc3\xbc\"}\0x"),
                                .headers = buf_view(&headers)};
    const struct record tombstone = {.timestamp_unix_ms = 1700000000124, .key = SLICE_LIT("T-1")};
    const struct record empty = {.timestamp_unix_ms = 1700000000125, .value = SLICE_LIT("")};
    struct kwriter *w;
    struct fail fail;
    assert_int_equal(kwriter_open(&f.cfg, &w, &fail), ST_OK);
    assert_int_equal(kwriter_put(w, f.input, 2, &full, &fail), ST_OK);
    assert_int_equal(kwriter_put(w, f.input, 2, &tombstone, &fail), ST_OK);
    assert_int_equal(kwriter_put(w, f.input, 2, &empty, &fail), ST_OK);
    assert_int_equal(kwriter_flush(w, WAIT_MS, &fail), ST_OK);
    kwriter_close(w);

    struct kconsumer *c = consumer();
    assign(c, 2, 0);
    struct kevent e;
    next(c, &e);
    assert_int_equal(e.kind, KEVENT_RECORD);
    assert_int_equal(e.record.pos.source, SOURCE);
    assert_int_equal(e.record.pos.partition, 2);
    assert_int_equal(e.record.pos.offset, 0);
    assert_int_equal(e.record.timestamp_unix_ms, 1700000000123);
    assert_true(slice_eq(e.record.key, full.key));
    assert_true(slice_eq(e.record.value, full.value));
    assert_true(slice_eq(e.record.headers, full.headers));
    next(c, &e);
    assert_null(e.record.value.p);
    assert_int_equal(e.record.headers.n, 0);
    next(c, &e);
    assert_non_null(e.record.value.p);
    assert_int_equal(e.record.value.n, 0);
    assert_null(e.record.key.p);
    expect(c, KEVENT_EOF, 2, 3);
    kconsumer_close(c);
    buf_deinit(&headers);
}

static void end_lies_past_control_records(void **state)
{
    (void)state;
    f.cfg.results_topic = f.input; /* a transaction upstream */
    struct kproducer *p = kafka_fixture_producer(&f);
    struct outrow row = {.seq = 1, .timestamp_unix_ms = -1, .key = SLICE_LIT("k")};
    struct outrow *rows[] = {&row};
    struct fail fail;
    assert_int_equal(kproducer_publish(p, rows, 1, NULL, 0, &fail), ST_OK);
    kproducer_close(p);
    struct kconsumer *c = consumer();
    const struct kstart starts[] = {
        {SOURCE, f.input, 0, 0}, {SOURCE, f.input, 1, 0}, {SOURCE, f.input, 2, 0}};
    assert_int_equal(kconsumer_assign(c, starts, 3, &fail), ST_OK);
    int records = 0, ends = 0, past = 0;
    while (ends < 3) {
        struct kevent e;
        next(c, &e);
        records += e.kind == KEVENT_RECORD;
        if (e.kind == KEVENT_EOF) {
            struct kwatermarks w;
            int32_t partition = e.record.pos.partition;
            assert_int_equal(kadmin_watermarks(f.admin, f.input, partition, &w, &fail), ST_OK);
            if (w.high > 0 && e.record.pos.offset == 0)
                continue; /* before the commit's marker was written */
            assert_int_equal(e.record.pos.offset, w.high);
            ends++;
            past += e.record.pos.offset == 2; /* record 0, marker 1 */
        }
    }
    assert_int_equal(records, 1);
    assert_int_equal(past, 1);
    kconsumer_close(c);
}

static void doorbell_rings_for_what_comes_after_the_end(void **state)
{
    (void)state;
    struct kconsumer *c = consumer();
    assign(c, 0, 0);
    expect(c, KEVENT_EOF, 0, 0);
    struct kevent e;
    kconsumer_poll(c, &e);
    assert_int_equal(e.kind, KEVENT_NONE);
    while (turn(300)) {
        kconsumer_poll(c, &e);
        assert_int_equal(e.kind, KEVENT_NONE);
    }
    kafka_fixture_fill(&f, f.input, 0, 3);
    assert_true(turn(WAIT_MS));
    for (int i = 0; i < 3; i++)
        expect(c, KEVENT_RECORD, 0, i);
    expect(c, KEVENT_EOF, 0, 3);
    kconsumer_close(c);
}

static void new_assignment_delivers_nothing_of_the_old(void **state)
{
    (void)state;
    kafka_fixture_fill(&f, f.input, 0, 500);
    kafka_fixture_fill(&f, f.input, 1, 5);
    struct kconsumer *c = consumer();
    assign(c, 0, 0);
    for (int i = 0; i < 10; i++)
        expect(c, KEVENT_RECORD, 0, i);
    assign(c, 1, 3);
    expect(c, KEVENT_RECORD, 1, 3);
    expect(c, KEVENT_RECORD, 1, 4);
    expect(c, KEVENT_EOF, 1, 5);
    assign(c, 0, 498);
    expect(c, KEVENT_RECORD, 0, 498);
    kconsumer_unassign(c);
    struct kevent e;
    while (turn(300)) {
        kconsumer_poll(c, &e);
        assert_int_equal(e.kind, KEVENT_NONE);
    }
    kconsumer_close(c);
}

static void offset_above_the_end_is_lost_and_restarts_where_told(void **state)
{
    (void)state;
    kafka_fixture_fill(&f, f.input, 0, 5);
    struct kconsumer *c = consumer();
    assign(c, 0, 100);
    expect(c, KEVENT_LOST, 0, 100);
    struct fail fail;
    const struct pos pos = {SOURCE, 0, 100};
    assert_int_equal(kconsumer_restart(c, pos, 4, &fail), ST_OK);
    expect(c, KEVENT_RECORD, 0, 4);
    expect(c, KEVENT_EOF, 0, 5);
    kconsumer_close(c);
}

static void offset_below_the_log_is_lost_and_its_start_can_be_found(void **state)
{
    (void)state;
    kafka_fixture_fill(&f, f.input, 0, 10);
    kafka_fixture_fill(&f, f.input, 1, 4);
    ktool("delete-records %s 0 6", f.input);
    struct kconsumer *c = consumer();
    const struct kstart starts[] = {{SOURCE, f.input, 0, 2}, {SOURCE, f.input, 1, 0}};
    struct fail fail;
    assert_int_equal(kconsumer_assign(c, starts, 2, &fail), ST_OK);
    int64_t lost = -1, first = -1;
    int others = 0;
    while (first < 0 || others < 4) {
        struct kevent e;
        next(c, &e);
        if (e.kind == KEVENT_LOST) {
            assert_int_equal(e.record.pos.partition, 0);
            lost = e.record.pos.offset;
            assert_int_equal(kconsumer_restart(c, e.record.pos, -1, &fail), ST_OK);
        } else if (e.kind == KEVENT_RECORD && e.record.pos.partition == 1) {
            assert_int_equal(e.record.pos.offset, others);
            others++;
        } else if (e.kind == KEVENT_RECORD && first < 0) {
            first = e.record.pos.offset;
        }
    }
    assert_int_equal(lost, 2);
    assert_int_equal(first, 6);
    kconsumer_close(c);
}

static void records_of_an_open_transaction_are_beyond_the_end(void **state)
{
    (void)state;
    kafka_fixture_fill(&f, f.input, 0, 2);
    ktool("produce -f lines -p 0 -T %s-up:open %s /proc/version", f.group, f.input);
    kafka_fixture_fill(&f, f.input, 0, 2);
    struct kwatermarks w;
    struct fail fail;
    assert_int_equal(kadmin_watermarks(f.admin, f.input, 0, &w, &fail), ST_OK);
    assert_int_equal(w.low, 0);
    assert_int_equal(w.stable, 2);
    assert_int_equal(w.high, 5);
    struct kconsumer *c = consumer();
    assign(c, 0, 0);
    expect(c, KEVENT_RECORD, 0, 0);
    expect(c, KEVENT_RECORD, 0, 1);
    expect(c, KEVENT_EOF, 0, 2);
    kconsumer_close(c);
}

static void broker_restart_is_a_passing_error_and_reading_goes_on(void **state)
{
    (void)state;
    const char *dir = getenv("TICKETMILL_TEST_KAFKA_DIR");
    if (!dir)
        skip();
    char command[400];
    kafka_fixture_fill(&f, f.input, 0, 1);
    struct kconsumer *c = consumer();
    assign(c, 0, 0);
    expect(c, KEVENT_RECORD, 0, 0);
    expect(c, KEVENT_EOF, 0, 1);
    snprintf(command, sizeof command, "tests/support/kafka/kafka.sh stop %s", dir);
    assert_int_equal(system(command), 0);
    struct kevent e;
    do
        kconsumer_poll(c, &e);
    while (e.kind != KEVENT_ERROR && turn(WAIT_MS));
    assert_int_equal(e.kind, KEVENT_ERROR);
    assert_int_equal(e.fail.code, ST_UNAVAILABLE);
    snprintf(command, sizeof command, "tests/support/kafka/kafka.sh restart %s >/dev/null", dir);
    assert_int_equal(system(command), 0);
    kafka_fixture_fill(&f, f.input, 0, 1);
    do
        next(c, &e);
    while (e.kind == KEVENT_EOF); /* the end may be reported again on reconnecting */
    assert_int_equal(e.kind, KEVENT_RECORD);
    assert_int_equal(e.record.pos.offset, 1);
    kconsumer_close(c);
}

/* ---- look-ups -------------------------------------------------------------------------------- */

static void cluster_and_topics_are_described(void **state)
{
    (void)state;
    struct kcluster cluster;
    struct fail fail;
    assert_int_equal(kadmin_cluster(f.admin, &cluster, &fail), ST_OK);
    assert_int_equal(cluster.brokers, 1);
    assert_true(strlen(cluster.id) >= 20);
    int n = 0;
    assert_int_equal(kadmin_partitions(f.admin, f.input, &n, &fail), ST_OK);
    assert_int_equal(n, 3);
    char name[80];
    snprintf(name, sizeof name, "%s-set", f.input);
    const struct config_pair settings[] = {{"max.message.bytes", "4000000"},
                                           {"retention.ms", "86400000"},
                                           {"cleanup.policy", "compact,delete"}};
    assert_int_equal(kadmin_create(f.admin, name, 1, settings, 3, &fail), ST_OK);
    assert_int_equal(kadmin_create(f.admin, name, 1, settings, 3, &fail), ST_LOCKED);
    struct ktopic_settings s;
    assert_int_equal(kadmin_topic_settings(f.admin, name, &s, &fail), ST_OK);
    assert_int_equal(s.max_message_bytes, 4000000);
    assert_int_equal(s.retention_ms, 86400000);
    assert_int_equal(s.retention_bytes, -1);
    assert_true(s.compacted);
    assert_int_equal(kadmin_topic_settings(f.admin, f.input, &s, &fail), ST_OK);
    assert_int_equal(s.max_message_bytes, 1048588);
    assert_false(s.compacted);
    assert_int_equal(kadmin_delete(f.admin, name, &fail), ST_OK);
}

static void missing_topic_is_not_found_and_not_created(void **state)
{
    (void)state;
    int n;
    struct fail fail;
    for (int i = 0; i < 2; i++)
        assert_int_equal(kadmin_partitions(f.admin, "no-such-topic", &n, &fail), ST_NOT_FOUND);
    struct ktopic_settings s;
    assert_int_equal(kadmin_topic_settings(f.admin, "no-such-topic", &s, &fail), ST_NOT_FOUND);
}

static void partition_without_a_committed_offset_has_none(void **state)
{
    (void)state;
    char metadata[5000];
    assert_int_equal(kafka_fixture_committed(&f, metadata), -1);
    assert_string_equal(metadata, "");
}

/* A member as other people's programs are: subscribed. */
static rd_kafka_t *join(void)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    char why[200];
    assert_int_equal(rd_kafka_conf_set(conf, "bootstrap.servers", f.cfg.brokers, why, 200), 0);
    assert_int_equal(rd_kafka_conf_set(conf, "group.id", f.group, why, 200), 0);
    rd_kafka_t *rk = rd_kafka_new(RD_KAFKA_CONSUMER, conf, why, sizeof why);
    assert_non_null(rk);
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, f.input, RD_KAFKA_PARTITION_UA);
    assert_int_equal(rd_kafka_subscribe(rk, list), 0);
    rd_kafka_topic_partition_list_destroy(list);
    return rk;
}

static void members_of_a_group_are_counted_and_assigned_readers_are_none(void **state)
{
    (void)state;
    struct kgroup g;
    struct fail fail;
    assert_int_equal(kadmin_group(f.admin, f.group, &g, &fail), ST_OK);
    assert_int_equal(g.members, 0);
    struct kproducer *p = kafka_fixture_producer(&f);
    assert_int_equal(kafka_fixture_publish(&f, p, 1, "a", 0, "1;a"), ST_OK);
    struct kconsumer *c = consumer();
    assign(c, 0, 0);
    expect(c, KEVENT_EOF, 0, 0);
    assert_int_equal(kadmin_group(f.admin, f.group, &g, &fail), ST_OK);
    assert_int_equal(g.members, 0);
    assert_string_equal(g.state, "Empty");
    rd_kafka_t *member = join();
    for (int i = 0; i < 100 && g.members == 0; i++) {
        rd_kafka_message_t *m = rd_kafka_consumer_poll(member, 100);
        if (m)
            rd_kafka_message_destroy(m);
        assert_int_equal(kadmin_group(f.admin, f.group, &g, &fail), ST_OK);
    }
    assert_int_equal(g.members, 1);
    rd_kafka_destroy(member);
    kconsumer_close(c);
    kproducer_close(p);
}

static void one_record_is_found_by_its_offset(void **state)
{
    (void)state;
    kafka_fixture_fill(&f, f.input, 1, 5);
    ktool("produce -f lines -p 1 -T %s-up:abort %s /proc/version", f.group, f.input);
    kafka_fixture_fill(&f, f.input, 1, 1);
    ktool("delete-records %s 1 2", f.input);
    struct record *r;
    struct fail fail;
    const struct pos there = {SOURCE, 1, 3};
    assert_int_equal(kadmin_record(f.admin, f.input, there, &r, &fail), ST_OK);
    assert_true(pos_eq(r->pos, there));
    assert_true(slice_eq(r->value, SLICE_LIT("value-3")));
    assert_true(slice_eq(r->key, SLICE_LIT("key-3")));
    mem_free(r);
    static const struct {
        int64_t offset;
        const char *why;
    } missing[] = {{1, "deleted"},
                   {5, "aborted"},
                   {6, "a control record"},
                   {8, "the end"},
                   {900, "past the end"}};
    for (size_t i = 0; i < sizeof missing / sizeof *missing; i++) {
        const struct pos pos = {SOURCE, 1, missing[i].offset};
        if (kadmin_record(f.admin, f.input, pos, &r, &fail) != ST_NOT_FOUND)
            fail_msg("found %s", missing[i].why);
    }
}

static bool stop_at_third(void *self, const struct record *r)
{
    (void)r;
    int *n = self;
    return ++*n < 3;
}

static void whole_topic_is_read_from_every_partition(void **state)
{
    (void)state;
    kafka_fixture_fill(&f, f.input, 0, 100);
    kafka_fixture_fill(&f, f.input, 2, 50);
    ktool("produce -f lines -p 2 -T %s-up:abort %s /proc/version", f.group, f.input);
    ktool("delete-records %s 0 10", f.input);
    struct record **v;
    size_t n = kafka_fixture_read(&f, f.input, false, &v);
    assert_int_equal(n, 140);
    int64_t next_offset[3] = {10, 0, 0};
    for (size_t i = 0; i < n; i++) {
        int32_t p = v[i]->pos.partition;
        assert_int_equal(v[i]->pos.source, SOURCE);
        assert_int_equal(v[i]->pos.offset, next_offset[p]++);
    }
    kafka_fixture_free(v, n);
    assert_int_equal(kafka_fixture_count(&f, f.input, true), 141);
    assert_int_equal(kafka_fixture_count(&f, f.results, false), 0);

    int seen = 0;
    struct fail fail;
    const struct kscan some = {.topic = f.input, .record = stop_at_third, .self = &seen};
    assert_int_equal(kadmin_scan(f.admin, &some, &fail), ST_OK);
    assert_int_equal(seen, 3);
}

static void brokers_that_do_not_answer_are_unavailable_in_time(void **state)
{
    (void)state;
    const struct config_kafka nobody = {.brokers = "127.0.0.1:1", .group = "g"};
    struct kadmin *a;
    struct kcluster cluster;
    struct fail fail;
    assert_int_equal(kadmin_open(&nobody, 1000, &a, &fail), ST_OK);
    int64_t began = clock_mono_us(&clock_system);
    assert_int_equal(kadmin_cluster(a, &cluster, &fail), ST_UNAVAILABLE);
    assert_non_null(strstr(fail.text, "127.0.0.1:1"));
    assert_true(clock_mono_us(&clock_system) - began < 3000000);
    kadmin_close(a);
}

#define ON_BROKER(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    log_init(STDERR_FILENO, false, LOG_ERROR);
    if (!getenv("TICKETMILL_TEST_BROKERS")) {
        puts("no broker: TICKETMILL_TEST_BROKERS is not set");
        return 77;
    }
    const struct CMUnitTest tests[] = {
        ON_BROKER(records_arrive_with_every_field),
        ON_BROKER(end_lies_past_control_records),
        ON_BROKER(doorbell_rings_for_what_comes_after_the_end),
        ON_BROKER(new_assignment_delivers_nothing_of_the_old),
        ON_BROKER(offset_above_the_end_is_lost_and_restarts_where_told),
        ON_BROKER(offset_below_the_log_is_lost_and_its_start_can_be_found),
        ON_BROKER(records_of_an_open_transaction_are_beyond_the_end),
        ON_BROKER(broker_restart_is_a_passing_error_and_reading_goes_on),
        ON_BROKER(cluster_and_topics_are_described),
        ON_BROKER(missing_topic_is_not_found_and_not_created),
        ON_BROKER(partition_without_a_committed_offset_has_none),
        ON_BROKER(members_of_a_group_are_counted_and_assigned_readers_are_none),
        ON_BROKER(one_record_is_found_by_its_offset),
        ON_BROKER(whole_topic_is_read_from_every_partition),
        ON_BROKER(brokers_that_do_not_answer_are_unavailable_in_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
