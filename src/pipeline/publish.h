/* Publishing: committed outbox rows and finished input offsets, out to Kafka, one transaction
 * after the other, in the order of their sequence.
 *
 * Owns the commit frontier of every partition. Single-threaded and driven from outside: in a run
 * publisher.c gives it a thread of its own, since the sink blocks; tests turn it by hand.
 */
#ifndef TICKETMILL_PIPELINE_PUBLISH_H
#define TICKETMILL_PIPELINE_PUBLISH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/list.h"
#include "base/queue.h"
#include "base/status.h"
#include "kafka/producer.h"
#include "ledger/command.h"
#include "model/pos.h"
#include "model/record.h"

/* Where rows go: kproducer_publish and its statuses, or a file, or a fake. */
struct sink {
    void *self;
    enum status (*publish)(void *self, struct outrow *const *rows, size_t n,
                           const struct commit_offset *offs, size_t m, struct fail *fail);
};

struct delivered {
    struct pos pos;
    enum { DELIVERED_OPEN, DELIVERED_DONE, DELIVERED_EOF } state; /* EOF: pos.offset = EOF offset */
};

/* What one committed ledger command means for publishing. */
struct publish_item {
    struct queue_node node;
    struct list rows; /* struct outrow, in order of seq */
    bool finish;      /* no more items follow: publish all, commit every partition, report */
    size_t count;
    struct delivered delivered[]; /* in order of delivery */
};

/* Zeroed with room for `count` delivered records; mem_free once its rows are gone. */
struct publish_item *publish_item_new(size_t count);

/* What a committed command means for publishing: takes its rows, NULL when it means nothing. */
struct publish_item *publish_item_of(struct ledger_cmd *cmd);

/* What happened to one transaction. */
struct publish_report {
    struct queue_node node;
    enum status status; /* ST_OK: committed. CLASS_RETRY: it will be tried again. Anything else:
                           final, nothing more will be published */
    struct fail fail;
    int64_t published_seq; /* highest sequence at Kafka; 0 = none yet */
    size_t results, dead;  /* rows of this run in the transaction */
    size_t earlier;        /* rows that earlier runs had left */
    int64_t latency_us;    /* of the transaction */
    bool finished;         /* answer to `finish` */
};

struct publish_partition {
    int32_t source, partition;
    const char *topic;
    int64_t start_offset;     /* first offset that will be delivered */
    const int64_t *published; /* offsets ≥ start_offset published by earlier runs, ascending */
    size_t published_count;
};

struct publish_options {
    struct sink sink;
    const struct clock *clock;
    const char *ledger_id, *transactional_id;
    int shard, shards;
    int64_t
        window_tickets;    /* of the run; 0 = no matter: never wait for more rows than it lets in */
    int64_t published_seq; /* of earlier runs */
    int64_t earlier_seq;   /* rows up to this sequence were left by earlier runs */
    const struct publish_partition *partitions;
    size_t partition_count;
    struct queue *reports; /* where struct publish_report go; the taker frees them */
};

struct publish;

/* Everything in options is copied except clock, sink and queue, which must outlive it. */
struct publish *publish_new(const struct publish_options *o);
void publish_free(struct publish *p); /* takes NULL */

void publish_accept(struct publish *p, struct publish_item *item); /* takes */

/* How long until publish_step has something to do if nothing is accepted: 0 = now, -1 = never. */
int publish_wait_ms(const struct publish *p);

enum publish_next {
    PUBLISH_GO_ON, /* wait as publish_wait_ms says */
    PUBLISH_RETRY, /* the sink is in trouble: accept what comes, pause, step again */
    PUBLISH_OVER   /* finished, or failed for good; reported */
};

/* One transaction, if there is anything to commit. The first one is due at once: it re-commits
 * every partition. A transaction whose outcome is unknown is asked for again with the same content
 * until it is known. */
enum publish_next publish_step(struct publish *p);

#endif
