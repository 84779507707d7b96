/* Look-ups and the reading of whole topics against a real broker. */
#include <librdkafka/rdkafka.h>
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
#include "support/kafka_fixture.h"

enum { SOURCE = 7 };

static struct kafka_fixture f;

static int set_up(void **state)
{
    (void)state;
    return kafka_fixture_open(&f, 3) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    kafka_fixture_close(&f);
    return 0;
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
                                           {"cleanup.policy", "compact,delete"},
                                           {"message.timestamp.type", "LogAppendTime"}};
    assert_int_equal(kadmin_create(f.admin, name, 1, settings, 4, &fail), ST_OK);
    assert_int_equal(kadmin_create(f.admin, name, 1, settings, 4, &fail), ST_LOCKED);
    struct ktopic_settings s;
    assert_int_equal(kadmin_topic_settings(f.admin, name, &s, &fail), ST_OK);
    assert_int_equal(s.max_message_bytes, 4000000);
    assert_int_equal(s.retention_ms, 86400000);
    assert_int_equal(s.retention_bytes, -1);
    assert_true(s.compacted);
    assert_true(s.append_time);
    assert_int_equal(kadmin_topic_settings(f.admin, f.input, &s, &fail), ST_OK);
    assert_int_equal(s.max_message_bytes, 1048588);
    assert_false(s.compacted);
    assert_false(s.append_time);
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

static void members_of_a_group_are_counted_and_readers_of_ours_are_none(void **state)
{
    (void)state;
    struct kgroup g;
    struct fail fail;
    assert_int_equal(kadmin_group(f.admin, f.group, &g, &fail), ST_OK);
    assert_int_equal(g.members, 0);
    struct kproducer *p = kafka_fixture_producer(&f);
    assert_int_equal(kafka_fixture_publish(&f, p, 1, "a", 0, "1;a"), ST_OK);
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
    kproducer_close(p);
}

static void one_record_is_found_by_its_offset(void **state)
{
    (void)state;
    kafka_fixture_fill(&f, f.input, 1, 5);
    kafka_fixture_ktool(&f, "produce -f lines -p 1 -T %s-up:abort %s /proc/version", f.group,
                        f.input);
    kafka_fixture_fill(&f, f.input, 1, 1);
    kafka_fixture_ktool(&f, "delete-records %s 1 2", f.input);
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
    kafka_fixture_ktool(&f, "produce -f lines -p 2 -T %s-up:abort %s /proc/version", f.group,
                        f.input);
    kafka_fixture_ktool(&f, "delete-records %s 0 10", f.input);
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

struct seen {
    int64_t count[3], first[3], last[3];
};

static bool note_offset(void *self, const struct record *r)
{
    struct seen *seen = self;
    int32_t p = r->pos.partition;
    if (seen->count[p]++ == 0)
        seen->first[p] = r->pos.offset;
    seen->last[p] = r->pos.offset;
    return true;
}

static void a_part_of_each_partition_can_be_read_alone(void **state)
{
    (void)state;
    struct fail fail;
    struct seen seen = {.count = {0}};
    const int64_t from[3] = {20, 0, -1}, until[3] = {30, 5, 7};
    const struct kscan part = {
        .topic = f.input, .from = from, .until = until, .record = note_offset, .self = &seen};
    kafka_fixture_fill(&f, f.input, 0, 100);
    kafka_fixture_fill(&f, f.input, 2, 50);
    assert_int_equal(kadmin_scan(f.admin, &part, &fail), ST_OK);
    assert_int_equal(seen.count[0], 10);
    assert_int_equal(seen.first[0], 20);
    assert_int_equal(seen.last[0], 29);
    assert_int_equal(seen.count[1], 0); /* empty */
    assert_int_equal(seen.count[2], 7); /* before the log's start = from its start */
    const int64_t nothing[3] = {100, 0, 50}, beyond[3] = {1000, 10, 50};
    const struct kscan none = {
        .topic = f.input, .from = nothing, .until = beyond, .record = note_offset, .self = &seen};
    assert_int_equal(kadmin_scan(f.admin, &none, &fail), ST_OK);
    assert_int_equal(seen.count[0] + seen.count[2], 17);
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
        ON_BROKER(cluster_and_topics_are_described),
        ON_BROKER(missing_topic_is_not_found_and_not_created),
        ON_BROKER(partition_without_a_committed_offset_has_none),
        ON_BROKER(members_of_a_group_are_counted_and_readers_of_ours_are_none),
        ON_BROKER(one_record_is_found_by_its_offset),
        ON_BROKER(whole_topic_is_read_from_every_partition),
        ON_BROKER(a_part_of_each_partition_can_be_read_alone),
        ON_BROKER(brokers_that_do_not_answer_are_unavailable_in_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
