/* Comparing a ledger with the topics it published to: each of its records exactly once, byte for
 * byte what the ledger still has, and no ticket with two ends. Pure but for its memory: who reads
 * ledger and topics feeds it. */
#ifndef TICKETMILL_CLI_COMPARE_H
#define TICKETMILL_CLI_COMPARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/terminal.h"

struct compare;

#define COMPARE_SHOWN 20 /* findings of a kind that are told one by one */

/* What the ledger says of itself. */
struct compare_ledger {
    const char *id;
    int64_t last_seq, published_seq;
    bool rebuilt;         /* from the records of an earlier ledger, under numbers of its own */
    const char *campaign; /* "" = none; records of other campaigns are strangers */
    int64_t pruned_seq;   /* up to it the ledger may have forgotten tickets */
};

/* found gets one line a finding. */
struct compare *compare_new(const struct compare_ledger *ledger,
                            void (*found)(void *self, const char *line), void *self);
void compare_free(struct compare *c); /* takes NULL */

/* First all records of both topics. `partition` is the topic's, for what was deleted with time. */
void compare_record(struct compare *c, enum outrow_kind kind, const struct record *r);
/* A partition whose log no longer begins at its first record. */
void compare_trimmed(struct compare *c, enum outrow_kind kind, int32_t partition);

/* Then the ledger: its terminal tickets, and the rows of its outbox, in any order. */
void compare_ticket(struct compare *c, int64_t seq, enum outrow_kind kind, uint64_t place);
void compare_row(struct compare *c, int64_t seq, uint64_t bytes);

struct compared {
    int64_t records;   /* in both topics */
    int64_t own;       /* of this ledger */
    int64_t foreign;   /* of other ledgers: earlier ones, other shards */
    int64_t strangers; /* not ours at all */
    int64_t inherited; /* published under the number of an earlier ledger */
    int64_t newer;     /* of this ledger, published after it was read */
    int64_t aged;      /* published once, deleted by retention since */
    int64_t waiting;   /* not published yet */
    int64_t rows;      /* compared byte for byte */
    int64_t findings;  /* what does not agree */
};
struct compared compare_finish(struct compare *c);

#endif
