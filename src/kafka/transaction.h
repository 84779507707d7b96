/* The steps of one Kafka transaction on one producer handle, each with a verdict on what may
 * follow. Inside kafka/ only; publisher thread.
 */
#ifndef TICKETMILL_KAFKA_TRANSACTION_H
#define TICKETMILL_KAFKA_TRANSACTION_H

#include <librdkafka/rdkafka.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "config/config.h"
#include "kafka/delivery.h"
#include "kafka/producer.h"

enum ktxn {
    KTXN_DONE,
    KTXN_LATER,  /* not settled by the deadline; the same step may be called again */
    KTXN_ABORT,  /* this transaction cannot be committed any more; ktxn_abort is next */
    KTXN_FENCED, /* a newer producer holds the id; nothing may be sent any more */
    KTXN_BROKEN  /* the handle is of no use any more */
};

struct ktxn_limits {
    int64_t record_bytes; /* of one record alone in its batch */
    int64_t batch_bytes;  /* of a batch of several */
};
/* From max.message.bytes of two topics, 0 = Kafka's default. Pure. */
struct ktxn_limits ktxn_limits_of(int64_t one_bytes, int64_t other_bytes);

/* A transactional producer handle that has talked to nobody. */
MUST_CHECK enum status ktxn_open(const struct config_kafka *cfg, const char *transactional_id,
                                 const struct ktxn_limits *limits, struct kdelivery *delivery,
                                 rd_kafka_t **out, struct fail *fail);

/* init_transactions, again and again while the reason passes. ST_UNAVAILABLE at the deadline. */
MUST_CHECK enum status ktxn_init(rd_kafka_t *rk, int64_t deadline_mono_us, struct fail *fail);

/* *fail is filled by all of these unless KTXN_DONE. */
MUST_CHECK enum ktxn ktxn_begin(rd_kafka_t *rk, struct fail *fail);
MUST_CHECK enum ktxn ktxn_offsets(rd_kafka_t *rk, const char *group,
                                  const rd_kafka_topic_partition_list_t *offsets,
                                  int64_t deadline_mono_us, struct fail *fail);
MUST_CHECK enum ktxn ktxn_commit(rd_kafka_t *rk, int64_t deadline_mono_us, struct fail *fail);
MUST_CHECK enum ktxn ktxn_abort(rd_kafka_t *rk, int64_t deadline_mono_us, struct fail *fail);

/* After a failed delivery or produce call (in *fail): is it the whole handle, or one transaction?
 */
MUST_CHECK enum ktxn ktxn_after_failure(rd_kafka_t *rk, struct fail *fail);

#endif
