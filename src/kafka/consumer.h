/* The input side: records of assigned partitions, one event at a time. Loop thread only.
 *
 * A consumer here never joins its group and never commits: partitions are assigned, offsets are
 * committed by the producer inside its transactions. It reads committed records only and never
 * jumps: an offset that is not there is an event (KEVENT_LOST), not a silent reset.
 *
 * Back-pressure is not polling: what is prefetched is bounded (20,000 records or 16 MiB, and one
 * fetch of 4 MiB beyond it), nothing is dropped, and there is no poll deadline. So there is no
 * pause and no resume. The library looks at a full queue once a second, which caps a steady
 * reader at about 25,000 records a second.
 */
#ifndef TICKETMILL_KAFKA_CONSUMER_H
#define TICKETMILL_KAFKA_CONSUMER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/reactor.h"
#include "base/status.h"
#include "config/config.h"
#include "model/reason.h"
#include "model/record.h"

struct kconsumer;

struct kstart {
    int32_t source;    /* the number given back in pos.source */
    const char *topic; /* copied */
    int32_t partition;
    int64_t offset; /* ≥ 0: the first one wanted */
};

enum kevent_kind {
    KEVENT_NONE,   /* nothing is waiting; wake() will be called */
    KEVENT_RECORD, /* record */
    KEVENT_EOF,    /* record.pos: all before pos.offset has been delivered. Control records and
                      aborted ones leave gaps, so this is often above the last record's offset + 1.
                      Comes again whenever the end is reached again */
    KEVENT_LOST,   /* record.pos: pos.offset is not in the log, below its start or above its end.
                      The partition stands still until kconsumer_restart */
    KEVENT_ERROR   /* fail; class CLASS_RETRY = the client goes on trying by itself (brokers down),
                      anything else: this consumer is finished. record.pos.partition is -1 unless
                      one partition is meant */
};

struct kevent {
    enum kevent_kind kind;
    struct record record; /* slices are borrowed until the next kconsumer_poll, assign or close */
    struct fail fail;     /* KEVENT_ERROR only; untouched otherwise */
    /* A record of a file that cannot be read as one: why, in a word and in a sentence. On Kafka
     * always REASON_NONE. */
    enum reason unreadable;
    const char *detail;
};

/* Connects in the background; brokers need not be there. `wake(arg)` is called on the loop
 * thread, through the reactor, when something came in after KEVENT_NONE; it may come without
 * cause. r is borrowed until close. ST_CONFIG: a property is refused or unknown. */
MUST_CHECK enum status kconsumer_open(const struct config_kafka *cfg, const struct reactor *r,
                                      void (*wake)(void *arg), void *arg, struct kconsumer **out,
                                      struct fail *fail);

/* Replaces the whole assignment; records prefetched for the old one are never delivered.
 * count = 0 is kconsumer_unassign. Does not wait for brokers. */
MUST_CHECK enum status kconsumer_assign(struct kconsumer *c, const struct kstart *starts,
                                        size_t count, struct fail *fail);
void kconsumer_unassign(struct kconsumer *c);

/* Never blocks. Poll until KEVENT_NONE, or stop earlier and poll again later unasked. */
void kconsumer_poll(struct kconsumer *c, struct kevent *out);

/* After KEVENT_LOST: goes on at `offset`, or at the log's start when offset is -1 (the first
 * record then tells where that is; a lower offset than the lost one means that the topic was
 * recreated). The other partitions go on where they were. pos.offset is ignored. */
MUST_CHECK enum status kconsumer_restart(struct kconsumer *c, struct pos pos, int64_t offset,
                                         struct fail *fail);

void kconsumer_close(struct kconsumer *c); /* takes NULL; up to a few seconds; leaves no member */

#endif
