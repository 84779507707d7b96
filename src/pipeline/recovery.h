/* What a start does about each partition: the decision, without any I/O.
 *
 * Kafka holds the truth about what was published (committed offset and its metadata), the ledger
 * about what was paid for. This compares the two before anything is fenced or changed.
 */
#ifndef TICKETMILL_PIPELINE_RECOVERY_H
#define TICKETMILL_PIPELINE_RECOVERY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/random.h"
#include "base/slice.h"
#include "base/status.h"

/* Commit metadata: `1;<ledger id>;<I/N>;<transactional id>;<seq>;<done-set>`. */
struct commit_note {
    bool present; /* false: no metadata, or not in this form */
    char ledger_id[ID_SIZE];
    int shard, shards;
    char transactional_id[256];
    int64_t seq;
    struct slice done_set; /* borrowed from the text */
};

/* False, with present = false, when it is not ours to read. */
bool commit_note_parse(struct slice text, struct commit_note *out);

/* The ledger's side, the same for all partitions. */
struct recovery_ledger {
    const char *ledger_id;
    const char *rebuilt_from; /* "" = not a rebuilt one */
    int64_t rebuilt_seq;
    int64_t last_seq;
    bool empty; /* knows no ticket at all */
};

enum recovery_compare {
    COMPARE_NOTHING, /* the ledger knows no record of the partition that is still in the topic */
    COMPARE_EQUAL,
    COMPARE_DIFFERENT
};

struct recovery_partition {
    const char *topic;
    int32_t partition;
    int64_t low, high; /* watermarks; high = end of the log, open transactions included */
    int64_t committed; /* -1 = none */
    struct commit_note note;
    int64_t ledger_resume; /* ledger_resume_offset, -1 = the ledger does not know the partition */
    enum recovery_compare compare; /* only looked at when nothing is committed */
    int64_t from;                  /* --from as an offset, -1 = low watermark */
};

struct recovery_context {
    struct recovery_ledger ledger;
    int shard, shards;
    bool new_ledger; /* --new-ledger */
    bool drained;    /* every partition of the topic is committed up to its end */
};

struct recovery_plan {
    int64_t start;              /* offset to begin at */
    int64_t lost_from, lost_to; /* deleted upstream before they were read; equal = none */
    bool adopt;                 /* --new-ledger: offsets of the done-set are finished */
    bool fence;                 /* another owner: note.transactional_id is fenced first */
    int64_t published_seq;      /* of our own ledger, 0 = the note says nothing about it */
};

/* ST_OK and *out, or ST_LEDGER_STATE with a message that names the way out. */
MUST_CHECK enum status recovery_decide(const struct recovery_context *c,
                                       const struct recovery_partition *p,
                                       struct recovery_plan *out, struct fail *fail);

#endif
