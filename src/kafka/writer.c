/* A plain idempotent producer for records that belong to no run: the demo's tickets, replayed
 * dead letters, test input. Results and dead letters never come this way (see producer.c).
 */
#include "kafka/writer.h"

#include "base/mem.h"
#include "kafka/client.h"
#include "kafka/delivery.h"

enum { PUT_TIMEOUT_MS = 30000 };

struct kwriter {
    rd_kafka_t *rk;
    struct kdelivery delivery;
};

enum status kwriter_open(const struct config_kafka *cfg, struct kwriter **out, struct fail *fail)
{
    struct kwriter *w = mem_zalloc(sizeof *w);
    kdelivery_reset(&w->delivery);
    struct kconf k;
    kconf_init(&k, cfg, &w->delivery);
    kdelivery_conf(&k);
    kconf_set(&k, "linger.ms", "5");
    kconf_set(&k, "compression.type", "lz4");
    kconf_set(&k, "partitioner", "murmur2_random");
    kconf_set(&k, "message.timeout.ms", "30000");
    kconf_user(&k);
    kconf_set(&k, "enable.idempotence", "true");
    enum status s = kconf_start(&k, RD_KAFKA_PRODUCER, &w->rk, fail);
    if (s != ST_OK) {
        mem_free(w);
        return s;
    }
    *out = w;
    return ST_OK;
}

enum status kwriter_put(struct kwriter *w, const char *topic, int32_t partition,
                        const struct record *r, struct fail *fail)
{
    const struct kdelivery_record d = {.topic = topic,
                                       .partition = partition,
                                       .timestamp_unix_ms = r->timestamp_unix_ms,
                                       .key = r->key,
                                       .value = r->value,
                                       .headers = r->headers};
    enum status s = kdelivery_put(w->rk, &d, 0, kclient_deadline(PUT_TIMEOUT_MS), fail);
    rd_kafka_poll(w->rk, 0);
    return s;
}

enum status kwriter_flush(struct kwriter *w, int timeout_ms, struct fail *fail)
{
    enum status s = kdelivery_wait(w->rk, &w->delivery, kclient_deadline(timeout_ms), fail);
    kdelivery_reset(&w->delivery);
    return s;
}

void kwriter_close(struct kwriter *w)
{
    if (!w)
        return;
    rd_kafka_destroy(w->rk);
    mem_free(w);
}
