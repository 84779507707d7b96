/* Look-ups by plain client calls: cluster, partitions, watermarks, committed offsets, and the
 * fencing of another run's producer. Used at start-up, by `check` and by recovery; what needs the
 * broker's admin interface is in admin_ops.c, reading records in scan.c.
 */
#include "kafka/admin.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "kafka/admin_impl.h"
#include "kafka/client.h"
#include "kafka/errmap.h"
#include "kafka/transaction.h"

enum { FENCE_MESSAGE_BYTES = 1000000 };

static void on_error(rd_kafka_t *rk, int err, const char *reason, void *opaque)
{
    (void)rk;
    struct kadmin *a = opaque;
    if (err == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN && a->error != 0)
        return; /* a consequence; keep the cause */
    a->error = err;
    snprintf(a->reason, sizeof a->reason, "%s", reason);
}

enum status kadmin_open(const struct config_kafka *cfg, int timeout_ms, struct kadmin **out,
                        struct fail *fail)
{
    struct kadmin *a = mem_zalloc(sizeof *a);
    *a = (struct kadmin){.cfg = cfg, .timeout_ms = timeout_ms};
    const struct kconsumer_options o = {.on_error = on_error, .opaque = a};
    enum status s = kclient_consumer(cfg, &o, &a->rk, fail);
    if (s != ST_OK) {
        mem_free(a);
        return s;
    }
    *out = a;
    return ST_OK;
}

void kadmin_close(struct kadmin *a)
{
    if (!a)
        return;
    kclient_consumer_free(a->rk);
    kclient_consumer_free(a->uncommitted);
    mem_free(a);
}

enum status kadmin_handle(struct kadmin *a, bool uncommitted, rd_kafka_t **out, struct fail *fail)
{
    if (uncommitted && !a->uncommitted) {
        const struct kconsumer_options o = {.uncommitted = true, .on_error = on_error, .opaque = a};
        enum status s = kclient_consumer(a->cfg, &o, &a->uncommitted, fail);
        if (s != ST_OK)
            return s;
    }
    *out = uncommitted ? a->uncommitted : a->rk;
    return ST_OK;
}

enum status kadmin_fail(struct kadmin *a, struct fail *fail, rd_kafka_resp_err_t err,
                        const char *what)
{
    enum status s = kafka_status(err);
    if (s == ST_AGAIN)
        s = ST_UNAVAILABLE;
    if (s != ST_UNAVAILABLE)
        return kafka_fail(fail, err, what);
    rd_kafka_message_t *m = rd_kafka_consumer_poll(a->rk, 0); /* lets on_error be called */
    if (m)
        rd_kafka_message_destroy(m);
    if (a->error == RD_KAFKA_RESP_ERR__AUTHENTICATION || a->error == RD_KAFKA_RESP_ERR__SSL)
        s = ST_CONFIG;
    return fail_set(fail, s, (int)err, "%s: %s (%s)%s%s", what, rd_kafka_err2str(err),
                    rd_kafka_err2name(err), a->error ? ": " : "", a->error ? a->reason : "");
}

enum status kadmin_cluster(struct kadmin *a, struct kcluster *out, struct fail *fail)
{
    const struct rd_kafka_metadata *md;
    rd_kafka_resp_err_t err = rd_kafka_metadata(a->rk, 0, NULL, &md, a->timeout_ms);
    if (err)
        return kadmin_fail(a, fail, err, "reaching the brokers");
    *out = (struct kcluster){.brokers = md->broker_cnt};
    snprintf(out->name, sizeof out->name, "%s", md->orig_broker_name ? md->orig_broker_name : "");
    rd_kafka_metadata_destroy(md);
    char *id = rd_kafka_clusterid(a->rk, a->timeout_ms);
    snprintf(out->id, sizeof out->id, "%s", id ? id : "");
    if (id)
        rd_kafka_mem_free(a->rk, id);
    return ST_OK;
}

static rd_kafka_resp_err_t count_partitions(struct kadmin *a, const char *topic, int timeout_ms,
                                            int *out)
{
    rd_kafka_topic_t *t = rd_kafka_topic_new(a->rk, topic, NULL);
    if (!t)
        return rd_kafka_last_error();
    const struct rd_kafka_metadata *md;
    rd_kafka_resp_err_t err = rd_kafka_metadata(a->rk, 0, t, &md, timeout_ms);
    rd_kafka_topic_destroy(t);
    if (err)
        return err;
    err = md->topic_cnt == 1 ? md->topics[0].err : RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
    if (!err)
        *out = md->topics[0].partition_cnt;
    rd_kafka_metadata_destroy(md);
    return err;
}

enum status kadmin_partitions(struct kadmin *a, const char *topic, int *out, struct fail *fail)
{
    char what[300];
    snprintf(what, sizeof what, "topic %s", topic);
    rd_kafka_resp_err_t err = count_partitions(a, topic, a->timeout_ms, out);
    return err ? kadmin_fail(a, fail, err, what) : ST_OK;
}

static enum status query(struct kadmin *a, bool uncommitted, const char *topic, int32_t partition,
                         struct kwatermarks *out, struct fail *fail)
{
    rd_kafka_t *rk;
    enum status s = kadmin_handle(a, uncommitted, &rk, fail);
    if (s != ST_OK)
        return s;
    char what[300];
    snprintf(what, sizeof what, "offsets of %s [%d]", topic, partition);
    rd_kafka_resp_err_t err = rd_kafka_query_watermark_offsets(
        rk, topic, partition, &out->low, uncommitted ? &out->high : &out->stable, a->timeout_ms);
    return err ? kadmin_fail(a, fail, err, what) : ST_OK;
}

enum status kadmin_watermarks(struct kadmin *a, const char *topic, int32_t partition,
                              struct kwatermarks *out, struct fail *fail)
{
    struct kwatermarks w;
    /* The stable end first: it only grows, so it is never above the high one. */
    enum status s = query(a, false, topic, partition, &w, fail);
    if (s == ST_OK)
        s = query(a, true, topic, partition, &w, fail);
    if (s == ST_OK)
        *out = w;
    return s;
}

static rd_kafka_resp_err_t first_error(const rd_kafka_topic_partition_list_t *list)
{
    for (int i = 0; i < list->cnt; i++)
        if (list->elems[i].err)
            return list->elems[i].err;
    return RD_KAFKA_RESP_ERR_NO_ERROR;
}

enum status kadmin_offset_at(struct kadmin *a, const char *topic, int32_t partition,
                             int64_t unix_ms, int64_t *out, struct fail *fail)
{
    struct kwatermarks marks;
    char what[300];
    snprintf(what, sizeof what, "offset by time of %s [%d]", topic, partition);
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, topic, partition)->offset = unix_ms;
    rd_kafka_resp_err_t err = rd_kafka_offsets_for_times(a->rk, list, a->timeout_ms);
    if (!err)
        err = first_error(list);
    int64_t found = list->elems[0].offset;
    rd_kafka_topic_partition_list_destroy(list);
    if (err)
        return kadmin_fail(a, fail, err, what);
    enum status s = ST_OK;
    if (found < 0) {
        s = kadmin_watermarks(a, topic, partition, &marks, fail);
        found = marks.high;
    }
    if (s == ST_OK)
        *out = found;
    return s;
}

/* A read_uncommitted client asks the broker not to hold the answer back. */
static enum status committed(struct kadmin *a, bool uncommitted, struct kcommitted *v, size_t count,
                             struct fail *fail)
{
    rd_kafka_t *rk;
    enum status s = kadmin_handle(a, uncommitted, &rk, fail);
    if (s != ST_OK)
        return s;
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)count);
    for (size_t i = 0; i < count; i++)
        rd_kafka_topic_partition_list_add(list, v[i].topic, v[i].partition);
    rd_kafka_resp_err_t err = rd_kafka_committed(rk, list, a->timeout_ms);
    if (!err)
        err = first_error(list);
    for (size_t i = 0; !err && i < count; i++) {
        const rd_kafka_topic_partition_t *p = &list->elems[i];
        v[i].offset = p->offset < 0 ? -1 : p->offset;
        v[i].metadata = mem_slice(slice_of(p->metadata ? p->metadata : "", p->metadata_size));
    }
    rd_kafka_topic_partition_list_destroy(list);
    return err ? kadmin_fail(a, fail, err, "committed offsets") : ST_OK;
}

enum status kadmin_committed(struct kadmin *a, struct kcommitted *v, size_t count,
                             struct fail *fail)
{
    return committed(a, false, v, count, fail);
}

enum status kadmin_committed_so_far(struct kadmin *a, struct kcommitted *v, size_t count,
                                    struct fail *fail)
{
    return committed(a, true, v, count, fail);
}

enum status kadmin_fence(const struct config_kafka *cfg, const char *transactional_id,
                         int timeout_ms, struct fail *fail)
{
    struct kdelivery unused;
    kdelivery_reset(&unused);
    rd_kafka_t *rk;
    const struct ktxn_limits limits = {FENCE_MESSAGE_BYTES, FENCE_MESSAGE_BYTES};
    enum status s = ktxn_open(cfg, transactional_id, &limits, &unused, &rk, fail);
    if (s != ST_OK)
        return s;
    s = ktxn_init(rk, kclient_deadline(timeout_ms), fail);
    rd_kafka_destroy(rk);
    return s;
}
