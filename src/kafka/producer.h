/* The output side: results, dead letters and the input's offsets, one Kafka transaction at a
 * time. Publisher thread only; every call blocks, none longer than its stated bound.
 *
 * With `publish: transactional` rows and offsets become visible together or not at all, and a
 * newer producer under the same transactional id shuts this one out for good (ST_FENCED).
 * With `publish: idempotent` rows are written first and offsets are committed after: a crash
 * between the two publishes rows twice, and nothing fences. That is weaker and exists for the
 * embedded broker.
 *
 * Rows go to the results or the dead letter topic by their kind, to the partition that Kafka's
 * own clients would choose for their key (murmur2; without a key any).
 */
#ifndef TICKETMILL_KAFKA_PRODUCER_H
#define TICKETMILL_KAFKA_PRODUCER_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "config/config.h"
#include "model/record.h"

#define KPRODUCER_METADATA_MAX 4096 /* bytes; more makes the broker refuse the whole commit */

struct kproducer;

struct commit_offset {
    const char *topic; /* of the input */
    int32_t partition;
    int64_t offset;       /* the next one to be read */
    const char *metadata; /* printable ASCII, ≤ KPRODUCER_METADATA_MAX bytes; NULL = none */
};

/* `max.message.bytes` of the two topics; 0 = Kafka's default of 1,048,588. One record may be as
 * large as the larger of them allows (the caller keeps each topic's own limit); a batch of several
 * stays within the smaller, because a broker refuses a too large batch whole. */
struct kproducer_limits {
    int64_t results_bytes, dead_bytes;
};

/* Allocates and checks the configuration; talks to nobody. ST_CONFIG: a property is refused or
 * unknown. */
MUST_CHECK enum status kproducer_open(const struct config_kafka *cfg, const char *transactional_id,
                                      struct kproducer_limits limits, struct kproducer **out,
                                      struct fail *fail);

/* init_transactions: finishes or aborts what an earlier holder of the id left behind and fences
 * it. Retries what passes (a coordinator still loading, brokers not up) until timeout_ms, then
 * ST_UNAVAILABLE and may be called again. ST_FENCED: a newer one was there at the same moment.
 * Once before the first publish. In idempotent mode only waits for a broker. */
MUST_CHECK enum status kproducer_init(struct kproducer *p, int timeout_ms, struct fail *fail);

/* What the group has committed, as the caller read it after kproducer_init (copied). Should this
 * producer have to be made anew before its first successful publish, it compares; see below. */
void kproducer_known(struct kproducer *p, const struct commit_offset *offs, size_t m);

/* ONE transaction with n rows and m offsets (either may be 0, not both). Takes ≤ 60 s, usually
 * milliseconds. Everything is borrowed for the call.
 *   ST_OK           committed.
 *   ST_UNAVAILABLE  aborted, or never begun: nothing of it will ever be visible. Call again later
 *                   with these or other rows.
 *   ST_AGAIN        the commit was sent and its outcome is not known yet. It is never aborted:
 *                   call again with the same rows and offsets until it is known.
 *   ST_FENCED       a newer producer holds the id (or the broker ended a transaction of ours that
 *                   stood open for 5 minutes). Whether this batch was committed is not known; the
 *                   committed metadata tells. Final: every later call gives ST_FENCED.
 *   ST_LIMIT        a row (kproducer_refused) is larger than the broker takes; aborted.
 *   ST_CONFIG       topic missing, not authorised, metadata refused …; aborted.
 *   ST_INTERNAL     librdkafka gave up for good; open a new producer.
 * After an abort the client is made anew under the same id, in this call or at the start of the
 * next one, whichever reaches the brokers: never after ST_FENCED, only once the abort was
 * acknowledged, and it goes on only when the committed offsets are still those of our last
 * transaction (else somebody else published in between: ST_FENCED). */
MUST_CHECK enum status kproducer_publish(struct kproducer *p, struct outrow *const *rows, size_t n,
                                         const struct commit_offset *offs, size_t m,
                                         struct fail *fail);

/* Index in `rows` of the row the last ST_LIMIT was about; n when it is not known. */
size_t kproducer_refused(const struct kproducer *p);

/* No broker is waited for any more, by this producer or anything else of this process: what is
 * under way ends at its next step, without success. Any thread. */
void kproducer_hurry(void);

void kproducer_close(
    struct kproducer *p); /* takes NULL; an open transaction is aborted if it can */

#endif
