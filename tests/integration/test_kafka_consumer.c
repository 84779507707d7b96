/* The consumer's events against a real broker. */
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
    kafka_fixture_ktool(&f, "delete-records %s 0 6", f.input);
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
    kafka_fixture_ktool(&f, "produce -f lines -p 0 -T %s-up:open %s /proc/version", f.group,
                        f.input);
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
    kafka_fixture_fill(&f, f.input, 0, 1);
    struct kconsumer *c = consumer();
    assign(c, 0, 0);
    expect(c, KEVENT_RECORD, 0, 0);
    expect(c, KEVENT_EOF, 0, 1);
    kafka_fixture_broker("stop");
    struct kevent e;
    do
        kconsumer_poll(c, &e);
    while (e.kind != KEVENT_ERROR && turn(WAIT_MS));
    assert_int_equal(e.kind, KEVENT_ERROR);
    assert_int_equal(e.fail.code, ST_UNAVAILABLE);
    kafka_fixture_broker("restart");
    kafka_fixture_fill(&f, f.input, 0, 1);
    do
        next(c, &e);
    while (e.kind == KEVENT_EOF); /* the end may be reported again on reconnecting */
    assert_int_equal(e.kind, KEVENT_RECORD);
    assert_int_equal(e.record.pos.offset, 1);
    kconsumer_close(c);
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
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
