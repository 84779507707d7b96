/* Producing: copies records into librdkafka's queue and gathers the delivery reports. Used by
 * the transactional producer and the plain writer. Bytes are copied because a record may stay in
 * the library longer than the call that queued it, until an abort gets through. Decides nothing
 * about what a failure means for the others.
 */
#include "kafka/delivery.h"

#include <stdint.h>

#include "kafka/errmap.h"

enum { MAX_VUS = 8, FULL_POLL_MS = 50, FLUSH_STEP_MS = 500 };

void kdelivery_reset(struct kdelivery *d)
{
    *d = (struct kdelivery){.index = KDELIVERY_NONE};
}

/* A broker refuses a batch whole, so many records may carry the error one of them earned: the
 * largest is the likeliest. And what was purged only shares another's fate. */
static bool tells_more(const struct kdelivery *d, rd_kafka_resp_err_t err, size_t bytes)
{
    if (d->err == RD_KAFKA_RESP_ERR_NO_ERROR)
        return true;
    enum status old = kafka_status(d->err), new = kafka_status(err);
    if (old == ST_LIMIT && new == ST_LIMIT)
        return bytes > d->bytes;
    return status_class(old) == CLASS_RETRY && status_class(new) != CLASS_RETRY;
}

static void on_report(rd_kafka_t *rk, const rd_kafka_message_t *m, void *opaque)
{
    (void)rk;
    struct kdelivery *d = opaque;
    if (m->err == RD_KAFKA_RESP_ERR_NO_ERROR)
        return;
    size_t bytes = m->len + m->key_len;
    d->failed++;
    if (!tells_more(d, m->err, bytes))
        return;
    d->err = m->err;
    d->index = (size_t)(uintptr_t)m->_private;
    d->bytes = bytes;
}

void kdelivery_conf(struct kconf *k)
{
    rd_kafka_conf_set_dr_msg_cb(k->conf, on_report);
}

static rd_kafka_error_t *produce(rd_kafka_t *rk, const struct kdelivery_record *r, size_t index,
                                 rd_kafka_headers_t *headers)
{
    rd_kafka_vu_t v[MAX_VUS];
    size_t n = 0;
    v[n++] = (rd_kafka_vu_t){.vtype = RD_KAFKA_VTYPE_TOPIC, .u.cstr = r->topic};
    v[n++] = (rd_kafka_vu_t){.vtype = RD_KAFKA_VTYPE_PARTITION, .u.i32 = r->partition};
    v[n++] = (rd_kafka_vu_t){.vtype = RD_KAFKA_VTYPE_MSGFLAGS, .u.i = RD_KAFKA_MSG_F_COPY};
    v[n++] = (rd_kafka_vu_t){.vtype = RD_KAFKA_VTYPE_OPAQUE, .u.ptr = (void *)(uintptr_t)index};
    v[n++] = (rd_kafka_vu_t){.vtype = RD_KAFKA_VTYPE_KEY,
                             .u.mem = {.ptr = (void *)(uintptr_t)r->key.p, .size = r->key.n}};
    v[n++] = (rd_kafka_vu_t){.vtype = RD_KAFKA_VTYPE_VALUE,
                             .u.mem = {.ptr = (void *)(uintptr_t)r->value.p, .size = r->value.n}};
    if (headers)
        v[n++] = (rd_kafka_vu_t){.vtype = RD_KAFKA_VTYPE_HEADERS, .u.headers = headers};
    if (r->timestamp_unix_ms >= 0)
        v[n++] = (rd_kafka_vu_t){.vtype = RD_KAFKA_VTYPE_TIMESTAMP, .u.i64 = r->timestamp_unix_ms};
    return rd_kafka_produceva(rk, v, n);
}

enum status kdelivery_put(rd_kafka_t *rk, const struct kdelivery_record *r, size_t index,
                          int64_t deadline_mono_us, struct fail *fail)
{
    rd_kafka_headers_t *headers = kclient_headers(r->headers);
    rd_kafka_error_t *e;
    while ((e = produce(rk, r, index, headers)) != NULL) {
        bool full = rd_kafka_error_code(e) == RD_KAFKA_RESP_ERR__QUEUE_FULL;
        if (!full || kclient_left_ms(deadline_mono_us) == 0)
            break;
        rd_kafka_error_destroy(e);
        rd_kafka_poll(rk, FULL_POLL_MS);
    }
    if (e && headers) /* taken over only on success */
        rd_kafka_headers_destroy(headers);
    return kafka_fail_error(fail, e, "producing");
}

enum status kdelivery_wait(rd_kafka_t *rk, const struct kdelivery *d, int64_t deadline_mono_us,
                           struct fail *fail)
{
    rd_kafka_resp_err_t err;
    do {
        int left = kclient_left_ms(deadline_mono_us);
        err = rd_kafka_flush(rk, left < FLUSH_STEP_MS ? left : FLUSH_STEP_MS);
    } while (err == RD_KAFKA_RESP_ERR__TIMED_OUT && kclient_left_ms(deadline_mono_us) > 0);
    if (d->failed > 0)
        err = d->err;
    return err ? kafka_fail(fail, err, "delivering records") : ST_OK;
}
