/*
 * ktool: the committed offsets of a consumer group. Reads and writes them without ever becoming a
 * member of the group.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "support/kafka/ktool.h"

static rd_kafka_t *group_client(const struct ktool *k, const char *group)
{
    const char *const pairs[] = {"group.id", group, "enable.auto.commit", "false", NULL};
    return ktool_client(k, RD_KAFKA_CONSUMER, pairs);
}

static void print_offsets(const rd_kafka_topic_partition_list_t *list)
{
    struct buf line;
    buf_init(&line, 1 << 20);
    for (int i = 0; i < list->cnt; i++) {
        const rd_kafka_topic_partition_t *at = &list->elems[i];
        if (at->offset < 0)
            continue;
        buf_clear(&line);
        buf_fmt(&line, "{\"topic\":\"%s\",\"partition\":%d,\"offset\":%" PRId64 ",\"metadata\":",
                at->topic, at->partition, at->offset);
        json_quote(&line, slice_of(at->metadata ? at->metadata : "", at->metadata_size));
        buf_char(&line, '}');
        puts(line.p);
    }
    buf_deinit(&line);
}

/* Asks for every partition of every topic, so that it also works where the group's own list does
 * not tell (a broker that only knows the older request). */
static rd_kafka_topic_partition_list_t *every_partition(rd_kafka_t *rk)
{
    const struct rd_kafka_metadata *metadata;
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(64);
    ktool_check(rd_kafka_metadata(rk, 1, NULL, &metadata, KTOOL_TIMEOUT_MS), "offsets");
    for (int t = 0; t < metadata->topic_cnt; t++)
        for (int p = 0; p < metadata->topics[t].partition_cnt; p++)
            rd_kafka_topic_partition_list_add(list, metadata->topics[t].topic, p);
    rd_kafka_metadata_destroy(metadata);
    rd_kafka_topic_partition_list_sort(list, NULL, NULL);
    return list;
}

int ktool_offsets(const struct ktool *k, int argc, char **argv)
{
    if (argc != 2)
        ktool_die("offsets: GROUP");
    rd_kafka_t *rk = group_client(k, argv[1]);
    rd_kafka_topic_partition_list_t *list = every_partition(rk);
    ktool_check(rd_kafka_committed(rk, list, KTOOL_TIMEOUT_MS), "offsets");
    print_offsets(list);
    rd_kafka_topic_partition_list_destroy(list);
    rd_kafka_destroy(rk);
    return 0;
}

int ktool_commit(const struct ktool *k, int argc, char **argv)
{
    int64_t partition = 0, offset = 0;
    if (argc < 5 || slice_to_i64(slice_str(argv[3]), &partition) != ST_OK ||
        slice_to_i64(slice_str(argv[4]), &offset) != ST_OK)
        ktool_die("commit: GROUP TOPIC PARTITION OFFSET [METADATA]");
    rd_kafka_t *rk = group_client(k, argv[1]);
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_t *at =
        rd_kafka_topic_partition_list_add(list, argv[2], (int32_t)partition);
    at->offset = offset;
    if (argc > 5) {
        at->metadata_size = strlen(argv[5]);
        at->metadata = strdup(argv[5]);
    }
    ktool_check(rd_kafka_commit(rk, list, 0), "commit");
    rd_kafka_topic_partition_list_destroy(list);
    rd_kafka_destroy(rk);
    return 0;
}

static void check_groups(rd_kafka_queue_t *queue, const char *what)
{
    size_t count = 0;
    const rd_kafka_group_result_t **results = NULL;
    rd_kafka_event_t *event = rd_kafka_queue_poll(queue, 2 * KTOOL_TIMEOUT_MS);
    if (!event)
        ktool_die("%s: no answer", what);
    ktool_check(rd_kafka_event_error(event), what);
    if (rd_kafka_event_DeleteGroups_result(event))
        results =
            rd_kafka_DeleteGroups_result_groups(rd_kafka_event_DeleteGroups_result(event), &count);
    else if (rd_kafka_event_DeleteConsumerGroupOffsets_result(event))
        results = rd_kafka_DeleteConsumerGroupOffsets_result_groups(
            rd_kafka_event_DeleteConsumerGroupOffsets_result(event), &count);
    for (size_t i = 0; i < count; i++) {
        const rd_kafka_error_t *error = rd_kafka_group_result_error(results[i]);
        if (error)
            ktool_die("%s: %s", what, rd_kafka_error_string(error));
    }
    rd_kafka_event_destroy(event);
}

int ktool_delete_offsets(const struct ktool *k, int argc, char **argv)
{
    if (argc < 3)
        ktool_die("delete-offsets: GROUP TOPIC...");
    rd_kafka_t *rk = ktool_client(k, RD_KAFKA_PRODUCER, NULL);
    rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(16);
    for (int i = 2; i < argc; i++) {
        int count = ktool_partitions(rk, argv[i]);
        rd_kafka_topic_partition_list_add_range(list, argv[i], 0, count - 1);
    }
    rd_kafka_DeleteConsumerGroupOffsets_t *request =
        rd_kafka_DeleteConsumerGroupOffsets_new(argv[1], list);
    rd_kafka_DeleteConsumerGroupOffsets(rk, &request, 1, NULL, queue);
    check_groups(queue, "delete-offsets");
    rd_kafka_DeleteConsumerGroupOffsets_destroy(request);
    rd_kafka_topic_partition_list_destroy(list);
    rd_kafka_queue_destroy(queue);
    rd_kafka_destroy(rk);
    return 0;
}

int ktool_delete_group(const struct ktool *k, int argc, char **argv)
{
    if (argc < 2)
        ktool_die("delete-group: GROUP...");
    rd_kafka_t *rk = ktool_client(k, RD_KAFKA_PRODUCER, NULL);
    rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);
    for (int i = 1; i < argc; i++) {
        rd_kafka_DeleteGroup_t *request = rd_kafka_DeleteGroup_new(argv[i]);
        rd_kafka_DeleteGroups(rk, &request, 1, NULL, queue);
        check_groups(queue, argv[i]);
        rd_kafka_DeleteGroup_destroy(request);
    }
    rd_kafka_queue_destroy(queue);
    rd_kafka_destroy(rk);
    return 0;
}
