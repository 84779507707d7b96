/* Look-ups before and after a run: brokers, topics, offsets, groups, single records, whole
 * topics. Blocking; any one thread at a time, never the loop once it runs.
 *
 * Every call ends after the timeout given to kadmin_open with ST_UNAVAILABLE when brokers do not
 * answer (kadmin_scan: when nothing came for that long). Offsets and ends are those of a
 * read_committed reader unless said otherwise.
 *
 * The embedded broker knows neither topic settings nor group descriptions (the first hangs, the
 * second is missing): do not call kadmin_topic_settings, kadmin_group and kadmin_create there.
 */
#ifndef TICKETMILL_KAFKA_ADMIN_H
#define TICKETMILL_KAFKA_ADMIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "config/config.h"
#include "model/record.h"

struct kadmin;

/* Talks to nobody yet. */
MUST_CHECK enum status kadmin_open(const struct config_kafka *cfg, int timeout_ms,
                                   struct kadmin **out, struct fail *fail);
void kadmin_close(struct kadmin *a); /* takes NULL */

struct kcluster {
    int brokers;    /* alive as the answering one sees it */
    char id[64];    /* cluster id; "" when the broker gives none */
    char name[128]; /* host:port/id of the one that answered */
};
MUST_CHECK enum status kadmin_cluster(struct kadmin *a, struct kcluster *out, struct fail *fail);

/* ST_NOT_FOUND: the topic does not exist (asking does not create it). */
MUST_CHECK enum status kadmin_partitions(struct kadmin *a, const char *topic, int *out,
                                         struct fail *fail);

struct ktopic_settings {
    int64_t max_message_bytes; /* -1 = the broker did not say (each of these) */
    int64_t retention_ms;      /* -1 = unlimited too */
    int64_t retention_bytes;   /* of a partition; -1 = unlimited too */
    bool compacted;            /* cleanup.policy contains compact */
    bool append_time;          /* message.timestamp.type=LogAppendTime: the broker dates records */
};
MUST_CHECK enum status kadmin_topic_settings(struct kadmin *a, const char *topic,
                                             struct ktopic_settings *out, struct fail *fail);

struct kwatermarks {
    int64_t low;    /* first offset in the log */
    int64_t stable; /* end for a read_committed reader: an open transaction's records are beyond */
    int64_t high;   /* end of the log; > stable = a transaction is open upstream */
};
MUST_CHECK enum status kadmin_watermarks(struct kadmin *a, const char *topic, int32_t partition,
                                         struct kwatermarks *out, struct fail *fail);

/* Offset of the first record of that time or later, records' timestamps being what its producer or
 * the broker gave them; the log's end when there is none. */
MUST_CHECK enum status kadmin_offset_at(struct kadmin *a, const char *topic, int32_t partition,
                                        int64_t unix_ms, int64_t *out, struct fail *fail);

struct kcommitted {
    const char *topic; /* in: borrowed */
    int32_t partition; /* in */
    int64_t offset;    /* out: -1 = none committed */
    char *metadata;    /* out: mem_free; "" when there is none */
};
/* Committed offsets of the configured group. While a transaction that moves one of them is open,
 * waits for it to end (ST_UNAVAILABLE at the timeout). On error no metadata is left to free. */
MUST_CHECK enum status kadmin_committed(struct kadmin *a, struct kcommitted *v, size_t count,
                                        struct fail *fail);
/* The same without waiting: an open transaction has not moved anything yet. For a look before the
 * owner of such a transaction, dead perhaps, is fenced. */
MUST_CHECK enum status kadmin_committed_so_far(struct kadmin *a, struct kcommitted *v, size_t count,
                                               struct fail *fail);

struct kgroup {
    int members;    /* subscribed ones; -1 = some, but the broker does not say how many */
    char state[32]; /* "Empty", "Stable", …; "Dead" = unknown to the broker */
};
MUST_CHECK enum status kadmin_group(struct kadmin *a, const char *group, struct kgroup *out,
                                    struct fail *fail);

/* The record at exactly that offset. ST_NOT_FOUND: none there (deleted, compacted, aborted, a
 * control record, or past the end). *out: mem_free; its pos.source is `pos.source`. */
MUST_CHECK enum status kadmin_record(struct kadmin *a, const char *topic, struct pos pos,
                                     struct record **out, struct fail *fail);

struct kscan {
    const char *topic;
    int32_t source;   /* goes into pos.source */
    bool uncommitted; /* aborted and open transactions' records too */
    /* A part only: offsets from … until - 1, one of each for every partition of the topic; NULL =
     * from the log's start, to its end. */
    const int64_t *from, *until;
    /* Slices are borrowed for the call. False ends the scan early (ST_OK). */
    bool (*record)(void *self, const struct record *r);
    void *self;
};
/* All records of all partitions (or that part of them) from the log's start to the end it had at
 * the start of the call:
 * in order within a partition, mixed between them. For a reader of committed records that end is
 * the stable one, after waiting up to 5 s for transactions that are just being ended. */
MUST_CHECK enum status kadmin_scan(struct kadmin *a, const struct kscan *scan, struct fail *fail);

/* Shuts out whoever produces under that transactional id and aborts its open transaction. */
MUST_CHECK enum status kadmin_fence(const struct config_kafka *cfg, const char *transactional_id,
                                    int timeout_ms, struct fail *fail);

/* Creates a topic with the broker's default replication. `settings` are topic configs, NULL when
 * count is 0. ST_LOCKED: it exists already. Returns when every broker asked shows it. */
MUST_CHECK enum status kadmin_create(struct kadmin *a, const char *topic, int partitions,
                                     const struct config_pair *settings, int setting_count,
                                     struct fail *fail);
MUST_CHECK enum status kadmin_delete(struct kadmin *a, const char *topic, struct fail *fail);

#endif
