/* Start-up on Kafka: what is owned, where it begins, and what the last run left behind.
 *
 * Two steps, with the fencing of an older run between them: startup_look only reads, so that a
 * start that must not run disturbs nobody; startup_act reads again and writes the ledger. Main
 * thread, before the loop; blocks.
 */
#ifndef TICKETMILL_PIPELINE_STARTUP_H
#define TICKETMILL_PIPELINE_STARTUP_H

#include "config/config.h"
#include "kafka/admin.h"
#include "kafka/consumer.h"
#include "ledger/ledger.h"
#include "pipeline/mill.h"
#include "pipeline/publish.h"
#include "pipeline/recovery.h"

struct startup_options {
    const struct config *config;
    struct kadmin *admin;
    struct ledger *ledger;
    int shard, shards;
    const char *transactional_id;
    bool new_ledger;
    int64_t from;         /* first offset where nothing is committed; -1 = low watermark … */
    int64_t from_unix_ms; /* … or where that time begins; -1 = not so */
    bool embedded;        /* no group or topic look-ups: the embedded broker has none */
};

struct startup_partition {
    struct mill_partition mill;
    struct kwatermarks marks;
    struct commit_note note;
    struct kcommitted committed;
    bool owned;
    struct recovery_plan plan;
    int64_t *published; /* finished offsets ≥ plan.start, ascending */
    size_t published_count;
};

struct startup {
    struct startup_options o;
    struct startup_partition *v; /* every partition of the input topics */
    size_t count;
    int32_t input_source, replay_source; /* replay_source 0 = the topic does not exist */
    char cluster_id[64];
    int64_t max_result_bytes, max_dead_bytes;
    int64_t published_seq; /* known after startup_act */
    int64_t lost;
};

/* Brokers, topics, group members, committed offsets, decisions. ST_CONFIG for a missing topic (with
 * the command that creates it), ST_LOCKED when the group has members, ST_LEDGER_STATE by the
 * start-up table, ST_UNAVAILABLE. */
MUST_CHECK enum status startup_look(const struct startup_options *o, struct startup *out,
                                    struct fail *fail);

/* Fences owners of other transactional ids whose partitions are taken over. */
MUST_CHECK enum status startup_fence(struct startup *s, struct fail *fail);

/* After our own id is fenced: reads committed offsets again, decides again, then marks, adopts and
 * binds in the ledger. */
MUST_CHECK enum status startup_act(struct startup *s, struct fail *fail);

void startup_free(struct startup *s);

#endif
