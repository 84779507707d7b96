/* Reading outside a run: one record for a comparison, or a whole topic for `ledger rebuild`,
 * `ledger verify` and `dlq`. Borrows the look-up handle, assigns what is to be read and takes the
 * assignment away again; moves no offset and joins nothing.
 */
#include "kafka/admin_impl.h"

#include <poll.h>
#include <string.h>

#include "base/mem.h"
#include "kafka/admin.h"
#include "kafka/client.h"
#include "kafka/errmap.h"

enum { POLL_MS = 200, SETTLE_MS = 5000, SETTLE_POLL_MS = 20 };

/* ---- one record ------------------------------------------------------------------------------ */

enum found { FOUND, MISSING, WAIT, FAILED };

static enum found look_at(const rd_kafka_message_t *m, struct pos pos, struct record **out)
{
    if (m->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        if (m->offset != pos.offset)
            return MISSING;
        struct buf headers;
        buf_init(&headers, SIZE_MAX / 2);
        struct record r;
        kclient_record(m, pos, &headers, &r);
        *out = record_new(pos, r.timestamp_unix_ms, r.key, r.value, r.headers);
        buf_deinit(&headers);
        return FOUND;
    }
    if (m->err == RD_KAFKA_RESP_ERR__PARTITION_EOF || kafka_status(m->err) == ST_LEDGER_STATE)
        return MISSING;
    return status_class(kafka_status(m->err)) == CLASS_RETRY ? WAIT : FAILED;
}

static enum status assign(rd_kafka_t *rk, const rd_kafka_topic_partition_list_t *list,
                          struct fail *fail)
{
    rd_kafka_resp_err_t err = rd_kafka_assign(rk, list);
    return err ? kafka_fail(fail, err, "assigning partitions") : ST_OK;
}

static enum status await_record(struct kadmin *a, struct pos pos, struct record **out,
                                struct fail *fail)
{
    int64_t deadline = kclient_deadline(a->timeout_ms);
    while (kclient_left_ms(deadline) > 0) {
        rd_kafka_message_t *m = rd_kafka_consumer_poll(a->rk, POLL_MS);
        if (!m)
            continue;
        enum found f = look_at(m, pos, out);
        rd_kafka_resp_err_t err = m->err;
        rd_kafka_message_destroy(m);
        if (f == FOUND)
            return ST_OK;
        if (f == MISSING)
            return fail_set(fail, ST_NOT_FOUND, (int)err, "no record at offset %lld",
                            (long long)pos.offset);
        if (f == FAILED)
            return kadmin_fail(a, fail, err, "reading a record");
    }
    return kadmin_fail(a, fail, RD_KAFKA_RESP_ERR__TIMED_OUT, "reading a record");
}

enum status kadmin_record(struct kadmin *a, const char *topic, struct pos pos, struct record **out,
                          struct fail *fail)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, topic, pos.partition)->offset = pos.offset;
    enum status s = assign(a->rk, list, fail);
    if (s == ST_OK)
        s = await_record(a, pos, out, fail);
    (void)rd_kafka_assign(a->rk, NULL);
    rd_kafka_topic_partition_list_destroy(list);
    if (s != ST_OK)
        fail_context(fail, "%s [%d]", topic, pos.partition);
    return s;
}

/* ---- a whole topic --------------------------------------------------------------------------- */

struct reading {
    const struct kscan *scan;
    int64_t *ends; /* per partition; -1 = done or never begun */
    int partitions, open;
    bool stopped; /* by the callback */
    struct buf headers;
};

/* A commit returns before its markers are in the log, so the stable end lags a moment behind. An
 * open transaction holds it back for longer than anyone waits here. */
static enum status settled_watermarks(struct kadmin *a, const char *topic, int32_t partition,
                                      int64_t deadline, struct kwatermarks *out, struct fail *fail)
{
    enum status s = kadmin_watermarks(a, topic, partition, out, fail);
    int64_t wanted = s == ST_OK ? out->high : 0;
    while (s == ST_OK && out->stable < wanted && kclient_left_ms(deadline) > 0) {
        (void)poll(NULL, 0, SETTLE_POLL_MS);
        s = kadmin_watermarks(a, topic, partition, out, fail);
    }
    return s;
}

/* Where every partition starts and ends now. Empty ones are not assigned. */
static enum status plan(struct kadmin *a, struct reading *r, rd_kafka_topic_partition_list_t *list,
                        struct fail *fail)
{
    int64_t deadline = kclient_deadline(r->scan->uncommitted ? 0 : SETTLE_MS);
    for (int i = 0; i < r->partitions; i++) {
        struct kwatermarks w;
        enum status s = settled_watermarks(a, r->scan->topic, i, deadline, &w, fail);
        if (s != ST_OK)
            return s;
        int64_t end = r->scan->uncommitted ? w.high : w.stable, start = w.low;
        if (r->scan->from && r->scan->from[i] > start)
            start = r->scan->from[i];
        if (r->scan->until && r->scan->until[i] < end)
            end = r->scan->until[i];
        r->ends[i] = end > start ? end : -1;
        if (r->ends[i] < 0)
            continue;
        rd_kafka_topic_partition_list_add(list, r->scan->topic, i)->offset = start;
        r->open++;
    }
    return ST_OK;
}

/* `next`: everything before it has been seen. */
static void advance(struct reading *r, int32_t partition, int64_t next)
{
    if (r->ends[partition] >= 0 && next >= r->ends[partition]) {
        r->ends[partition] = -1;
        r->open--;
    }
}

static void take_record(struct reading *r, const rd_kafka_message_t *m)
{
    if (m->offset >= r->ends[m->partition]) { /* newer than the call, or partition is done */
        advance(r, m->partition, m->offset);
        return;
    }
    const struct pos pos = {r->scan->source, m->partition, m->offset};
    struct record record;
    kclient_record(m, pos, &r->headers, &record);
    r->stopped = !r->scan->record(r->scan->self, &record);
    advance(r, m->partition, m->offset + 1);
}

/* An error that does not pass is left in m->err for the caller. */
static bool take(struct reading *r, const rd_kafka_message_t *m)
{
    bool ours = m->rkt && m->partition >= 0 && m->partition < r->partitions &&
                strcmp(rd_kafka_topic_name(m->rkt), r->scan->topic) == 0;
    if (ours && m->err == RD_KAFKA_RESP_ERR_NO_ERROR)
        take_record(r, m);
    else if (ours && m->err == RD_KAFKA_RESP_ERR__PARTITION_EOF)
        advance(r, m->partition, m->offset);
    else if (m->err)
        return status_class(kafka_status(m->err)) == CLASS_RETRY;
    return true;
}

static enum status read_all(struct kadmin *a, rd_kafka_t *rk, struct reading *r, struct fail *fail)
{
    int64_t deadline = kclient_deadline(a->timeout_ms);
    while (r->open > 0 && !r->stopped) {
        rd_kafka_message_t *m = rd_kafka_consumer_poll(rk, POLL_MS);
        if (!m && kclient_left_ms(deadline) == 0)
            return kadmin_fail(a, fail, RD_KAFKA_RESP_ERR__TIMED_OUT, "reading a topic");
        if (!m)
            continue;
        bool good = take(r, m);
        rd_kafka_resp_err_t err = m->err;
        rd_kafka_message_destroy(m);
        if (!good)
            return kadmin_fail(a, fail, err, "reading a topic");
        if (!err)
            deadline = kclient_deadline(a->timeout_ms);
    }
    return ST_OK;
}

enum status kadmin_scan(struct kadmin *a, const struct kscan *scan, struct fail *fail)
{
    struct reading r = {.scan = scan};
    enum status s = kadmin_partitions(a, scan->topic, &r.partitions, fail);
    if (s != ST_OK)
        return s;
    rd_kafka_t *rk;
    s = kadmin_handle(a, scan->uncommitted, &rk, fail);
    if (s != ST_OK)
        return s;
    r.ends = mem_array((size_t)r.partitions, sizeof *r.ends);
    buf_init(&r.headers, SIZE_MAX / 2);
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(r.partitions);
    s = plan(a, &r, list, fail);
    if (s == ST_OK && list->cnt > 0) {
        s = assign(rk, list, fail);
        if (s == ST_OK)
            s = read_all(a, rk, &r, fail);
        (void)rd_kafka_assign(rk, NULL);
    }
    if (s != ST_OK)
        fail_context(fail, "%s", scan->topic);
    rd_kafka_topic_partition_list_destroy(list);
    buf_deinit(&r.headers);
    mem_free(r.ends);
    return s;
}
