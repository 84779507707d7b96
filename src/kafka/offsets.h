/* Committed offsets with their metadata: as librdkafka's list, as memory of what was committed,
 * and the plain commit of idempotent mode. Inside kafka/ only.
 */
#ifndef TICKETMILL_KAFKA_OFFSETS_H
#define TICKETMILL_KAFKA_OFFSETS_H

#include <librdkafka/rdkafka.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "kafka/admin.h"
#include "kafka/producer.h"

/* Zeroed = empty. */
struct koffsets {
    struct koffset {
        char *topic, *metadata; /* metadata is never NULL */
        int32_t partition;
        int64_t offset;
    } * v;
    size_t count;
};

void koffsets_put(struct koffsets *k, const struct commit_offset *offs, size_t m); /* copies */
void koffsets_deinit(struct koffsets *k);

/* Does the group still have exactly these offsets and metadata? */
MUST_CHECK enum status koffsets_unmoved(const struct koffsets *k, struct kadmin *admin, bool *out,
                                        struct fail *fail);

/* rd_kafka_topic_partition_list_destroy ends it. */
rd_kafka_topic_partition_list_t *koffsets_list(const struct commit_offset *offs, size_t m);

/* Commits outside any transaction, as a consumer without a group generation. */
MUST_CHECK enum status koffsets_commit(rd_kafka_t *consumer,
                                       const rd_kafka_topic_partition_list_t *list, int timeout_ms,
                                       struct fail *fail);

#endif
