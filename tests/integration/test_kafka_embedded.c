/* The embedded broker with the weaker way of publishing, as the demo uses them. Needs no Kafka. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/random.h"
#include "kafka/admin.h"
#include "kafka/embedded.h"
#include "kafka/producer.h"
#include "kafka/writer.h"

enum { TIMEOUT_MS = 10000, FLOOD_RECORDS = 700, FLOOD_BYTES = 10000 };

static struct kembedded *broker;
static struct config_kafka cfg;

static int set_up(void **state)
{
    (void)state;
    static const struct kembedded_topic topics[] = {{"in", 2}, {"out", 1}, {"dlq", 1}};
    struct fail fail;
    if (kembedded_start(1, topics, 3, &broker, &fail) != ST_OK)
        return -1;
    cfg = (struct config_kafka){.brokers = kembedded_brokers(broker),
                                .input_topic = "in",
                                .results_topic = "out",
                                .dead_letter_topic = "dlq",
                                .group = "demo",
                                .transactional = false};
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    kembedded_stop(broker);
    return 0;
}

static bool count(void *self, const struct record *r)
{
    (void)r;
    ++*(int *)self;
    return true;
}

static int records_in(struct kadmin *a, const char *topic)
{
    int n = 0;
    const struct kscan scan = {.topic = topic, .record = count, .self = &n};
    struct fail fail = {.text = ""};
    if (kadmin_scan(a, &scan, &fail) != ST_OK)
        fail_msg("%s", fail.text);
    return n;
}

static void rows_and_offsets_are_published_without_a_transaction(void **state)
{
    (void)state;
    struct fail fail = {.text = ""};
    struct kproducer *p;
    struct kadmin *a;
    assert_int_equal(kproducer_open(&cfg, "demo-0", (struct kproducer_limits){0}, &p, &fail),
                     ST_OK);
    assert_int_equal(kproducer_init(p, TIMEOUT_MS, &fail), ST_OK);
    assert_int_equal(kadmin_open(&cfg, TIMEOUT_MS, &a, &fail), ST_OK);
    struct outrow result = {.seq = 1, .timestamp_unix_ms = -1, .key = SLICE_LIT("k")};
    struct outrow dead = {.seq = 2, .kind = OUTROW_DEAD, .timestamp_unix_ms = -1};
    struct outrow *rows[] = {&result, &dead};
    const struct commit_offset offs[] = {{"in", 0, 3, "1;demo"}, {"in", 1, 9, NULL}};
    for (int64_t i = 1; i <= 3; i++) {
        if (kproducer_publish(p, rows, 2, offs, 2, &fail) != ST_OK)
            fail_msg("%s", fail.text);
        assert_int_equal(records_in(a, "out"), i);
        assert_int_equal(records_in(a, "dlq"), i);
    }
    assert_int_equal(kproducer_publish(p, NULL, 0, offs, 1, &fail), ST_OK);
    struct kcommitted c[] = {{.topic = "in", .partition = 0}, {.topic = "in", .partition = 1}};
    assert_int_equal(kadmin_committed(a, c, 2, &fail), ST_OK);
    assert_int_equal(c[0].offset, 3);
    assert_string_equal(c[0].metadata, "1;demo");
    assert_int_equal(c[1].offset, 9);
    mem_free(c[0].metadata);
    mem_free(c[1].metadata);
    kadmin_close(a);
    kproducer_close(p);
}

static void dropped_records_are_noticed(void **state)
{
    (void)state;
    struct fail fail;
    int64_t lost = -1;
    assert_int_equal(kembedded_dropped(broker, "in", 2, &lost, &fail), ST_OK);
    assert_int_equal(lost, 0);
    assert_false(kembedded_fits(1, FLOOD_RECORDS, FLOOD_BYTES));
    char value[FLOOD_BYTES];
    const struct record r = {.timestamp_unix_ms = -1, .value = slice_of(value, sizeof value)};
    struct kwriter *w;
    assert_int_equal(kwriter_open(&cfg, &w, &fail), ST_OK);
    for (int i = 0; i < FLOOD_RECORDS; i++) {
        random_bytes(value, sizeof value); /* does not compress */
        assert_int_equal(kwriter_put(w, "in", 0, &r, &fail), ST_OK);
    }
    assert_int_equal(kwriter_flush(w, TIMEOUT_MS, &fail), ST_OK);
    kwriter_close(w);
    assert_int_equal(kembedded_dropped(broker, "in", 2, &lost, &fail), ST_OK);
    assert_true(lost > 0);
}

static void partitions_are_those_asked_for(void **state)
{
    (void)state;
    struct fail fail;
    struct kadmin *a;
    int n = 0;
    assert_int_equal(kadmin_open(&cfg, TIMEOUT_MS, &a, &fail), ST_OK);
    assert_int_equal(kadmin_partitions(a, "in", &n, &fail), ST_OK);
    assert_int_equal(n, 2);
    kadmin_close(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(rows_and_offsets_are_published_without_a_transaction,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(dropped_records_are_noticed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(partitions_are_those_asked_for, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
