/* What consumers, producers and look-ups have in common: settings, logs, and bytes between
 * librdkafka's messages and ours. Inside kafka/ only.
 */
#ifndef TICKETMILL_KAFKA_CLIENT_H
#define TICKETMILL_KAFKA_CLIENT_H

#include <librdkafka/rdkafka.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/status.h"
#include "config/config.h"
#include "model/record.h"

/* Settings being collected; the first mistake sticks and comes out of kconf_start. Order of use:
 * init, our tuning (kconf_set), kconf_user, then what carries a promise (kconf_set), start. */
struct kconf {
    rd_kafka_conf_t *conf;
    const struct config_kafka *cfg;
    struct fail fail; /* code ST_OK while nothing is wrong */
};

void kconf_init(struct kconf *k, const struct config_kafka *cfg, void *opaque);
void kconf_set(struct kconf *k, const char *name, const char *value);
void kconf_set_i64(struct kconf *k, const char *name, int64_t value);
void kconf_user(struct kconf *k); /* the configured properties, refusing the promise-carrying */

/* Ends k either way. */
MUST_CHECK enum status kconf_start(struct kconf *k, rd_kafka_type_t type, rd_kafka_t **out,
                                   struct fail *fail);

/* A consumer that assigns and never joins. Bounded prefetch, EOF events, no offset reset. */
struct kconsumer_options {
    bool uncommitted; /* isolation.level=read_uncommitted */
    void (*on_error)(rd_kafka_t *rk, int err, const char *reason, void *opaque); /* or NULL */
    void *opaque;
};
MUST_CHECK enum status kclient_consumer(const struct config_kafka *cfg,
                                        const struct kconsumer_options *o, rd_kafka_t **out,
                                        struct fail *fail);
void kclient_consumer_free(rd_kafka_t *rk); /* takes NULL */

/* Slices of *out borrow from m and, for headers, from `headers` (cleared first). */
void kclient_record(const rd_kafka_message_t *m, struct pos pos, struct buf *headers,
                    struct record *out);

/* NULL for an empty blob. */
rd_kafka_headers_t *kclient_headers(struct slice blob);

/* Milliseconds left until a monotonic deadline, 0 when it has passed; fits librdkafka's ints. */
int kclient_left_ms(int64_t deadline_mono_us);
int64_t kclient_deadline(int timeout_ms);
/* From here on every deadline has passed: calls that wait for brokers return at their next step.
 * For the end of a run whose brokers do not answer. Any thread. */
void kclient_hurry(void);

#endif
