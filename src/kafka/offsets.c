/* Offsets of the input on their way to the group, and the producer's memory of the last ones.
 * The memory is small: one entry for each partition of this shard.
 */
#include "kafka/offsets.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "kafka/errmap.h"

static struct koffset *entry(struct koffsets *k, const char *topic, int32_t partition)
{
    for (size_t i = 0; i < k->count; i++)
        if (k->v[i].partition == partition && strcmp(k->v[i].topic, topic) == 0)
            return &k->v[i];
    k->v = mem_grow(k->v, k->count + 1, sizeof *k->v);
    struct koffset *e = &k->v[k->count++];
    *e = (struct koffset){.topic = mem_str(topic), .partition = partition};
    return e;
}

void koffsets_put(struct koffsets *k, const struct commit_offset *offs, size_t m)
{
    for (size_t i = 0; i < m; i++) {
        struct koffset *e = entry(k, offs[i].topic, offs[i].partition);
        mem_free(e->metadata);
        e->metadata = mem_str(offs[i].metadata ? offs[i].metadata : "");
        e->offset = offs[i].offset;
    }
}

void koffsets_deinit(struct koffsets *k)
{
    for (size_t i = 0; i < k->count; i++) {
        mem_free(k->v[i].topic);
        mem_free(k->v[i].metadata);
    }
    mem_free(k->v);
    *k = (struct koffsets){0};
}

enum status koffsets_unmoved(const struct koffsets *k, struct kadmin *admin, bool *out,
                             struct fail *fail)
{
    struct kcommitted *now = mem_array(k->count, sizeof *now);
    for (size_t i = 0; i < k->count; i++)
        now[i] = (struct kcommitted){.topic = k->v[i].topic, .partition = k->v[i].partition};
    enum status s = k->count ? kadmin_committed(admin, now, k->count, fail) : ST_OK;
    bool same = true;
    for (size_t i = 0; s == ST_OK && i < k->count; i++) {
        same = same && now[i].offset == k->v[i].offset &&
               strcmp(now[i].metadata, k->v[i].metadata) == 0;
        mem_free(now[i].metadata);
    }
    mem_free(now);
    if (s == ST_OK)
        *out = same;
    return s;
}

rd_kafka_topic_partition_list_t *koffsets_list(const struct commit_offset *offs, size_t m)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)m);
    for (size_t i = 0; i < m; i++) {
        rd_kafka_topic_partition_t *p =
            rd_kafka_topic_partition_list_add(list, offs[i].topic, offs[i].partition);
        p->offset = offs[i].offset;
        if (!offs[i].metadata)
            continue;
        p->metadata_size = strlen(offs[i].metadata);
        assert(p->metadata_size <= KPRODUCER_METADATA_MAX);
        p->metadata = mem_str(offs[i].metadata); /* the list frees it with free(3) */
    }
    return list;
}

enum status koffsets_commit(rd_kafka_t *consumer, const rd_kafka_topic_partition_list_t *list,
                            int timeout_ms, struct fail *fail)
{
    if (list->cnt == 0)
        return ST_OK;
    rd_kafka_queue_t *answers = rd_kafka_queue_new(consumer);
    rd_kafka_resp_err_t err = rd_kafka_commit_queue(consumer, list, answers, NULL, NULL);
    if (!err) {
        rd_kafka_event_t *ev = rd_kafka_queue_poll(answers, timeout_ms);
        err = ev ? rd_kafka_event_error(ev) : RD_KAFKA_RESP_ERR__TIMED_OUT;
        if (ev)
            rd_kafka_event_destroy(ev);
    }
    rd_kafka_queue_destroy(answers);
    return err ? kafka_fail(fail, err, "committing offsets") : ST_OK;
}
