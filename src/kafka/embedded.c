/* librdkafka's mock cluster as a broker for the demo. The cluster hangs on a client handle that
 * is otherwise idle. Only what the demo needs: start, sizes, what was dropped, stop.
 */
#include "kafka/embedded.h"

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <stdio.h>

#include "base/mem.h"
#include "config/config.h"
#include "kafka/admin.h"
#include "kafka/client.h"
#include "kafka/errmap.h"

enum { LOOK_MS = 10000, BATCH_OVERHEAD_BYTES = 80 };

struct kembedded {
    rd_kafka_t *rk;
    rd_kafka_mock_cluster_t *cluster;
};

enum status kembedded_start(int brokers, const struct kembedded_topic *topics, int topic_count,
                            struct kembedded **out, struct fail *fail)
{
    struct kembedded *e = mem_zalloc(sizeof *e);
    const struct config_kafka nobody = {.brokers = "127.0.0.1:1"};
    struct kconf k;
    kconf_init(&k, &nobody, NULL);
    enum status s = kconf_start(&k, RD_KAFKA_PRODUCER, &e->rk, fail);
    if (s != ST_OK) {
        mem_free(e);
        return s;
    }
    e->cluster = rd_kafka_mock_cluster_new(e->rk, brokers);
    if (!e->cluster) {
        kembedded_stop(e);
        return fail_set(fail, ST_SYSTEM, 0, "the embedded broker did not start");
    }
    for (int i = 0; i < topic_count; i++) {
        rd_kafka_resp_err_t err =
            rd_kafka_mock_topic_create(e->cluster, topics[i].name, topics[i].partitions, 1);
        if (err) {
            kembedded_stop(e);
            return kafka_fail(fail, err, topics[i].name);
        }
    }
    *out = e;
    return ST_OK;
}

const char *kembedded_brokers(const struct kembedded *e)
{
    return rd_kafka_mock_cluster_bootstraps(e->cluster);
}

bool kembedded_fits(int partitions, int64_t records, int64_t record_bytes)
{
    int64_t each, room;
    if (partitions < 1 || __builtin_add_overflow(record_bytes, BATCH_OVERHEAD_BYTES, &each) ||
        __builtin_mul_overflow(each, records, &each))
        return false;
    room = (int64_t)partitions * (KEMBEDDED_PARTITION_BYTES / 4 * 3);
    return each <= room;
}

enum status kembedded_dropped(const struct kembedded *e, const char *topic, int partitions,
                              int64_t *out, struct fail *fail)
{
    const struct config_kafka cfg = {.brokers = kembedded_brokers(e), .group = "look"};
    struct kadmin *a;
    enum status s = kadmin_open(&cfg, LOOK_MS, &a, fail);
    if (s != ST_OK)
        return s;
    int64_t lost = 0;
    for (int i = 0; i < partitions && s == ST_OK; i++) {
        struct kwatermarks w;
        s = kadmin_watermarks(a, topic, i, &w, fail);
        if (s == ST_OK)
            lost += w.low;
    }
    kadmin_close(a);
    if (s == ST_OK)
        *out = lost;
    return s;
}

void kembedded_stop(struct kembedded *e)
{
    if (!e)
        return;
    if (e->cluster)
        rd_kafka_mock_cluster_destroy(e->cluster);
    rd_kafka_destroy(e->rk);
    mem_free(e);
}
