/* The one read-write connection to the ledger, and what a run needs of it at its start.
 *
 * Not thread-safe: used by one thread at a time. At start that is the main thread; from
 * ledger_writer_start on it is the writer's thread alone.
 */
#ifndef TICKETMILL_LEDGER_LEDGER_H
#define TICKETMILL_LEDGER_LEDGER_H

#include "base/clock.h"
#include "ledger/command.h"

struct ledger;

struct ledger_options {
    bool create;               /* make a new file when there is none */
    bool archive;              /* an archive is meant (or a new file); else it is refused */
    const char *transport;     /* "kafka" */
    const struct clock *clock; /* borrowed for the ledger's life */
    /* Largest record the topics take (max.message.bytes); 0 = unknown: 1,000,000 is assumed. */
    int64_t max_result_bytes, max_dead_bytes;
};

/* Locks (flock on the file beside it), refuses network file systems and other programs' files,
 * opens, checks after an unclean end, migrates, switches to WAL + FULL.
 * ST_LOCKED, ST_LEDGER_STATE (damaged, newer schema, not ours, missing without create, readable
 * by others), ST_LEDGER_IO (cannot be written, network file system, no room for the reserve). */
MUST_CHECK enum status ledger_open(const char *path, const struct ledger_options *o,
                                   struct ledger **out, struct fail *fail);
/* Checkpoints, marks the end as clean, unlocks. Takes NULL. */
void ledger_close(struct ledger *l);

struct ledger_info {
    char ledger_id[ID_SIZE];
    char rebuilt_from[ID_SIZE];      /* ledger whose metadata this one may take over; "" = none */
    int64_t rebuilt_seq;             /* … up to this sequence */
    char cluster_id[64], group[256]; /* "" = not yet bound */
    int32_t shard, shards;           /* 0/0 = not yet bound */
    int64_t last_seq;                /* highest ever given out; survives pruning */
    int64_t published_seq;           /* highest known to be at Kafka */
    bool empty;                      /* no ticket, adopted ones left out */
};
MUST_CHECK enum status ledger_info(struct ledger *l, struct ledger_info *out, struct fail *fail);

/* Fixes what the ledger belongs to. ST_LEDGER_STATE when it is bound to something else; with
 * `may_reshard` (every partition is worked off) another shard I/N replaces the old one. An empty
 * cluster id (embedded broker) is not compared. */
struct ledger_binding {
    const char *cluster_id, *group;
    int shard, shards;
};
MUST_CHECK enum status ledger_bind(struct ledger *l, const struct ledger_binding *to,
                                   bool may_reshard, struct fail *fail);

/* Largest records the topics take, once known (replaces those of ledger_options). */
void ledger_set_limits(struct ledger *l, int64_t max_result_bytes, int64_t max_dead_bytes);

/* Number of a topic or file, made when new. */
MUST_CHECK enum status ledger_source(struct ledger *l, const char *name, int32_t *id,
                                     struct fail *fail);

/* How long the topic keeps records, for the report; -1 = for good. */
MUST_CHECK enum status ledger_set_retention(struct ledger *l, const char *source, int64_t ms,
                                            struct fail *fail);

/* In which form a file is read ("csv"), kept from the first time on: its records are numbered by
 * it. ST_USAGE when it was another one. */
MUST_CHECK enum status ledger_source_form(struct ledger *l, const char *source, const char *form,
                                          struct fail *fail);

/* A model's price as of now: finds or adds the row, sets price->version. */
MUST_CHECK enum status ledger_price(struct ledger *l, const char *model, int64_t from_unix_us,
                                    struct price *price, struct fail *fail);

struct ledger_run {
    char run_id[ID_SIZE];
    int64_t started_unix_us;
    const char *prompt_version, *system_message, *version; /* of the program */
    const char *publish;                                   /* "transactional", "idempotent" */
    const char *campaign; /* its name stands in every record's headers; NULL = none */
};
/* Adds the run; its results carry run_id. */
MUST_CHECK enum status ledger_begin_run(struct ledger *l, const struct ledger_run *run,
                                        struct fail *fail);

/* Calls still `sent` become unknown(crash) with their shares of the reservation. */
MUST_CHECK enum status ledger_recover_calls(struct ledger *l, int64_t *count, struct fail *fail);

/* Everything up to seq is at Kafka; what a start-up learned from the committed metadata.
 * ST_LEDGER_STATE when the ledger never made that many records: it is an older copy. */
MUST_CHECK enum status ledger_mark(struct ledger *l, int64_t published_seq, struct fail *fail);

/* Outbox rows above published_seq, in order, given to fn (borrowed for the call). */
MUST_CHECK enum status ledger_unpublished(struct ledger *l,
                                          void (*fn)(void *self, const struct outrow *row),
                                          void *self, struct fail *fail);

/* Offsets ≥ from that need nothing published any more, ascending: skipped, adopted, or with a
 * terminal record of seq ≤ published_seq. */
MUST_CHECK enum status ledger_published(struct ledger *l, struct pos from,
                                        void (*fn)(void *self, int64_t offset), void *self,
                                        struct fail *fail);

/* What the ledger remembers of a partition, to tell an expired offset from a recreated topic. */
struct ledger_sample {
    int64_t offset, record_unix_ms;
    uint8_t value_hash[LEDGER_HASH_SIZE];
};
/* The first, last and up to `max`-2 evenly spread records with offset ≥ from; *count 0 = none. */
MUST_CHECK enum status ledger_samples(struct ledger *l, struct pos from, struct ledger_sample *out,
                                      size_t max, size_t *count, struct fail *fail);

/* Lowest offset of the partition without a published terminal record, looking only at rows the
 * ledger has; highest known offset + 1 when there is none; -1 when it knows no record. */
MUST_CHECK enum status ledger_resume_offset(struct ledger *l, int32_t source, int32_t partition,
                                            int64_t *offset, struct fail *fail);

/* A new ledger that takes over another's published records: these offsets are terminal. */
MUST_CHECK enum status ledger_adopt(struct ledger *l, int32_t source, int32_t partition,
                                    const int64_t *offsets, size_t count, struct fail *fail);

/* Crash suspects: counts a crash on this ticket, known or not. */
MUST_CHECK enum status ledger_suspect(struct ledger *l, struct pos pos, int32_t *crashes,
                                      struct fail *fail);
/* Tickets without a terminal state that a crash is counted for. */
MUST_CHECK enum status ledger_suspects(struct ledger *l,
                                       void (*fn)(void *self, struct pos pos, int32_t crashes),
                                       void *self, struct fail *fail);

/* Applies a chain of commands as one durable transaction, setting each one's status and rows.
 * ST_LEDGER_IO (damage found: ST_LEDGER_STATE): the transaction could not be committed; every
 * command has that status and the ledger takes no more (a failed fsync is never retried).
 * A full disk comes in two steps: first the reserve file is given up and only ADMIT and INTENT
 * come back with ST_LEDGER_IO, so that answers and the run's end can still be written; only when
 * that space is used up too does the ledger end as above. */
enum status ledger_apply(struct ledger *l, struct queue_node *chain, struct fail *fail);

#endif
