/* Plain records into any topic: demo tickets, replays of dead letters, test input. Idempotent, no
 * transactions, no offsets. One thread at a time; blocking.
 */
#ifndef TICKETMILL_KAFKA_WRITER_H
#define TICKETMILL_KAFKA_WRITER_H

#include <stdint.h>

#include "base/status.h"
#include "config/config.h"
#include "model/record.h"

struct kwriter;

MUST_CHECK enum status kwriter_open(const struct config_kafka *cfg, struct kwriter **out,
                                    struct fail *fail);

/* Queues key, value, headers and timestamp of r (copied; -1 = now). partition -1 = by key.
 * Waits ≤ 30 s while the queue is full. ST_LIMIT: larger than
 * `message.max.bytes`. Failures of delivery surface in kwriter_flush. */
MUST_CHECK enum status kwriter_put(struct kwriter *w, const char *topic, int32_t partition,
                                   const struct record *r, struct fail *fail);

/* Until every record is acknowledged; the first failure of any since the last flush. */
MUST_CHECK enum status kwriter_flush(struct kwriter *w, int timeout_ms, struct fail *fail);

void kwriter_close(struct kwriter *w); /* takes NULL; does not wait: flush first */

#endif
