/* A broker inside this process for `ticketmill demo`: librdkafka's mock cluster on loopback.
 *
 * It cannot show exactly-once: transactional offsets are discarded, aborted records stay visible,
 * nobody is fenced. So `publish: idempotent` with it. It keeps the last 5 MiB of each partition
 * and drops older batches silently: size the topics with kembedded_fits, check afterwards with
 * kembedded_dropped.
 */
#ifndef TICKETMILL_KAFKA_EMBEDDED_H
#define TICKETMILL_KAFKA_EMBEDDED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"

#define KEMBEDDED_PARTITION_BYTES (5 * 1024 * 1024)

struct kembedded;

struct kembedded_topic {
    const char *name;
    int partitions; /* ≥ 1 */
};

/* Any thread; threads of its own until stop. */
MUST_CHECK enum status kembedded_start(int brokers, const struct kembedded_topic *topics,
                                       int topic_count, struct kembedded **out, struct fail *fail);
const char *kembedded_brokers(const struct kembedded *e); /* "127.0.0.1:…,…"; lives as long as e */

/* Would that many records of that size each, spread evenly, stay within three quarters of every
 * partition (keys spread unevenly)? */
bool kembedded_fits(int partitions, int64_t records, int64_t record_bytes);

/* Records that were dropped from the fronts of a topic's partitions. ≤ 10 s. */
MUST_CHECK enum status kembedded_dropped(const struct kembedded *e, const char *topic,
                                         int partitions, int64_t *out, struct fail *fail);

void kembedded_stop(struct kembedded *e); /* takes NULL; close every client first */

#endif
