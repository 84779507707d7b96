/* Records handed to a producer handle, and what became of them. Inside kafka/ only; the thread
 * that owns the handle.
 */
#ifndef TICKETMILL_KAFKA_DELIVERY_H
#define TICKETMILL_KAFKA_DELIVERY_H

#include <librdkafka/rdkafka.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "kafka/client.h"

/* Failures since the last reset. The opaque of the handle's configuration must be this struct. */
struct kdelivery {
    size_t failed;           /* records not written */
    rd_kafka_resp_err_t err; /* of the one that tells most (a purge tells nothing) */
    size_t index;            /* its index as given to kdelivery_put */
    size_t bytes;            /* its key and value */
};

#define KDELIVERY_NONE ((size_t)-1)

struct kdelivery_record {
    const char *topic;
    int32_t partition;         /* -1 = by key */
    int64_t timestamp_unix_ms; /* -1 = now */
    struct slice key, value, headers;
};

void kdelivery_reset(struct kdelivery *d);
void kdelivery_conf(struct kconf *k); /* sets the report callback */

/* Queues a copy; waits while the queue is full. ST_LIMIT: larger than message.max.bytes. */
MUST_CHECK enum status kdelivery_put(rd_kafka_t *rk, const struct kdelivery_record *r, size_t index,
                                     int64_t deadline_mono_us, struct fail *fail);

/* Until every queued record has its report; then the worst failure, if any. ST_UNAVAILABLE when
 * some are still under way at the deadline. */
MUST_CHECK enum status kdelivery_wait(rd_kafka_t *rk, const struct kdelivery *d,
                                      int64_t deadline_mono_us, struct fail *fail);

#endif
