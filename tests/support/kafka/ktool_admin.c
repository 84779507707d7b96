/*
 * ktool: topics. Waits until the broker itself tells of the change, so that the next command, from
 * another process, sees it. Committed offsets are in ktool_group.c.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/json.h"
#include "support/kafka/ktool.h"

static int64_t number(const char *text, const char *what)
{
    int64_t value;
    if (slice_to_i64(slice_str(text), &value) != ST_OK)
        ktool_die("%s: %s is no number", what, text);
    return value;
}

static void need(int argc, int least, const char *what)
{
    if (argc < least)
        ktool_die("arguments: %s", what);
}

int ktool_ping(const struct ktool *k, int argc, char **argv)
{
    int timeout_ms = argc > 1 ? (int)number(argv[1], "ping") : 2000;
    const struct rd_kafka_metadata *metadata;
    rd_kafka_t *rk = ktool_client(k, RD_KAFKA_PRODUCER, NULL);
    rd_kafka_resp_err_t err = rd_kafka_metadata(rk, 0, NULL, &metadata, timeout_ms);
    bool up = !err && metadata->broker_cnt > 0;
    if (!err)
        rd_kafka_metadata_destroy(metadata);
    rd_kafka_destroy(rk);
    return up ? 0 : 1;
}

int ktool_topics(const struct ktool *k, int argc, char **argv)
{
    (void)argc, (void)argv;
    const struct rd_kafka_metadata *metadata;
    rd_kafka_t *rk = ktool_client(k, RD_KAFKA_PRODUCER, NULL);
    ktool_check(rd_kafka_metadata(rk, 1, NULL, &metadata, KTOOL_TIMEOUT_MS), "topics");
    for (int i = 0; i < metadata->topic_cnt; i++)
        printf("{\"topic\":\"%s\",\"partitions\":%d}\n", metadata->topics[i].topic,
               metadata->topics[i].partition_cnt);
    rd_kafka_metadata_destroy(metadata);
    rd_kafka_destroy(rk);
    return 0;
}

static void wait_for_event(rd_kafka_queue_t *queue, const char *what)
{
    rd_kafka_event_t *event = rd_kafka_queue_poll(queue, 2 * KTOOL_TIMEOUT_MS);
    if (!event)
        ktool_die("%s: no answer", what);
    if (rd_kafka_event_error(event))
        ktool_die("%s: %s", what, rd_kafka_event_error_string(event));
    size_t count = 0;
    const rd_kafka_topic_result_t **results = NULL;
    const rd_kafka_CreateTopics_result_t *created = rd_kafka_event_CreateTopics_result(event);
    const rd_kafka_DeleteTopics_result_t *deleted = rd_kafka_event_DeleteTopics_result(event);
    if (created)
        results = rd_kafka_CreateTopics_result_topics(created, &count);
    else if (deleted)
        results = rd_kafka_DeleteTopics_result_topics(deleted, &count);
    for (size_t i = 0; i < count; i++)
        if (rd_kafka_topic_result_error(results[i]))
            ktool_die("%s: %s", rd_kafka_topic_result_name(results[i]),
                      rd_kafka_err2name(rd_kafka_topic_result_error(results[i])));
    rd_kafka_event_destroy(event);
}

/* Partitions the broker tells of with a leader each; 0 = there is no such topic. */
static int ready_partitions(rd_kafka_t *rk, const char *topic)
{
    const struct rd_kafka_metadata *metadata;
    int ready = 0;
    if (rd_kafka_metadata(rk, 1, NULL, &metadata, KTOOL_TIMEOUT_MS))
        return -1;
    for (int i = 0; i < metadata->topic_cnt; i++) {
        const struct rd_kafka_metadata_topic *t = &metadata->topics[i];
        if (strcmp(t->topic, topic) != 0)
            continue;
        for (int p = 0; p < t->partition_cnt; p++)
            ready += t->partitions[p].leader >= 0;
    }
    rd_kafka_metadata_destroy(metadata);
    return ready;
}

static void wait_for_partitions(rd_kafka_t *rk, const char *topic, int wanted)
{
    for (int i = 0; i < 200; i++) {
        if (ready_partitions(rk, topic) == wanted)
            return;
        nanosleep(&(struct timespec){.tv_nsec = 50 * 1000 * 1000}, NULL);
    }
    ktool_die("%s: the broker does not show %d partitions", topic, wanted);
}

static void set_topic_property(rd_kafka_NewTopic_t *topic, const char *pair)
{
    const char *equals = strchr(pair, '=');
    if (!equals)
        ktool_die("%s: KEY=VALUE expected", pair);
    char *key = strndup(pair, (size_t)(equals - pair));
    ktool_check(rd_kafka_NewTopic_set_config(topic, key, equals + 1), pair);
    free(key);
}

int ktool_create(const struct ktool *k, int argc, char **argv)
{
    need(argc, 3, "TOPIC PARTITIONS [KEY=VALUE...]");
    char why[256];
    int partitions = (int)number(argv[2], "PARTITIONS");
    rd_kafka_t *rk = ktool_client(k, RD_KAFKA_PRODUCER, NULL);
    rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);
    rd_kafka_NewTopic_t *topic = rd_kafka_NewTopic_new(argv[1], partitions, 1, why, sizeof(why));
    if (!topic)
        ktool_die("%s", why);
    for (int i = 3; i < argc; i++)
        set_topic_property(topic, argv[i]);
    rd_kafka_CreateTopics(rk, &topic, 1, NULL, queue);
    wait_for_event(queue, "create");
    wait_for_partitions(rk, argv[1], partitions);
    rd_kafka_NewTopic_destroy(topic);
    rd_kafka_queue_destroy(queue);
    rd_kafka_destroy(rk);
    return 0;
}

int ktool_delete(const struct ktool *k, int argc, char **argv)
{
    need(argc, 2, "TOPIC...");
    rd_kafka_t *rk = ktool_client(k, RD_KAFKA_PRODUCER, NULL);
    rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);
    for (int i = 1; i < argc; i++) {
        rd_kafka_DeleteTopic_t *topic = rd_kafka_DeleteTopic_new(argv[i]);
        rd_kafka_DeleteTopics(rk, &topic, 1, NULL, queue);
        wait_for_event(queue, argv[i]);
        wait_for_partitions(rk, argv[i], 0);
        rd_kafka_DeleteTopic_destroy(topic);
    }
    rd_kafka_queue_destroy(queue);
    rd_kafka_destroy(rk);
    return 0;
}

int ktool_delete_records(const struct ktool *k, int argc, char **argv)
{
    need(argc, 4, "TOPIC PARTITION BEFORE_OFFSET");
    rd_kafka_t *rk = ktool_client(k, RD_KAFKA_PRODUCER, NULL);
    rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_t *at =
        rd_kafka_topic_partition_list_add(list, argv[1], (int32_t)number(argv[2], "PARTITION"));
    at->offset = number(argv[3], "BEFORE_OFFSET");
    rd_kafka_DeleteRecords_t *request = rd_kafka_DeleteRecords_new(list);
    rd_kafka_DeleteRecords(rk, &request, 1, NULL, queue);
    rd_kafka_event_t *event = rd_kafka_queue_poll(queue, 2 * KTOOL_TIMEOUT_MS);
    if (!event)
        ktool_die("delete-records: no answer");
    ktool_check(rd_kafka_event_error(event), "delete-records");
    const rd_kafka_topic_partition_list_t *done =
        rd_kafka_DeleteRecords_result_offsets(rd_kafka_event_DeleteRecords_result(event));
    ktool_check(done->elems[0].err, "delete-records");
    rd_kafka_event_destroy(event);
    rd_kafka_DeleteRecords_destroy(request);
    rd_kafka_topic_partition_list_destroy(list);
    rd_kafka_queue_destroy(queue);
    rd_kafka_destroy(rk);
    return 0;
}

int ktool_watermarks(const struct ktool *k, int argc, char **argv)
{
    need(argc, 2, "TOPIC");
    static const char *const all[] = {"isolation.level", "read_uncommitted", NULL};
    static const char *const stable_only[] = {"isolation.level", "read_committed", NULL};
    rd_kafka_t *rk = ktool_client(k, RD_KAFKA_CONSUMER, all);
    rd_kafka_t *rk_stable = ktool_client(k, RD_KAFKA_CONSUMER, stable_only);
    int count = ktool_partitions(rk, argv[1]);
    for (int p = 0; p < count; p++) {
        int64_t low, high, stable;
        ktool_check(rd_kafka_query_watermark_offsets(rk, argv[1], p, &low, &high, KTOOL_TIMEOUT_MS),
                    argv[1]);
        ktool_check(rd_kafka_query_watermark_offsets(rk_stable, argv[1], p, &low, &stable,
                                                     KTOOL_TIMEOUT_MS),
                    argv[1]);
        printf("{\"partition\":%d,\"low\":%" PRId64 ",\"high\":%" PRId64 ",\"stable\":%" PRId64
               "}\n",
               p, low, high, stable);
    }
    rd_kafka_destroy(rk);
    rd_kafka_destroy(rk_stable);
    return 0;
}
