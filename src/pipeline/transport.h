/* What differs between a run on Kafka and a run on a file: where the tickets come from, what is
 * finished before it starts, and where the terminal records go. Everything else of a run is shared
 * (boot.c, run.c). kafka_transport.c and file_transport.c each make one.
 */
#ifndef TICKETMILL_PIPELINE_TRANSPORT_H
#define TICKETMILL_PIPELINE_TRANSPORT_H

#include "ledger/ledger.h"
#include "pipeline/mill.h"
#include "pipeline/publish.h"

struct run_outcome;

/* A partition that the run reads, and what of it is finished. */
struct run_partition {
    struct mill_partition mill;
    const int64_t *published; /* finished offsets ≥ mill.start, ascending; the transport's */
    size_t published_count;
};

/* Where a run begins. */
struct grounds {
    struct run_partition *v; /* the transport's, until it is closed */
    size_t count;
    int64_t published_seq; /* highest outbox sequence that is delivered */
    int64_t lost;          /* records deleted upstream before they were read */
};

struct transport_ops {
    /* Main thread, with the ledger open, blocking: finds partitions and starts, takes them over
     * from an earlier run, marks in the ledger what is delivered. */
    enum status (*settle_in)(void *self, struct ledger *ledger, struct grounds *out,
                             struct fail *fail);
    /* Main thread: the source is to be read from now on. `wake(arg)` on the loop when there may be
     * something to read again. */
    enum status (*open)(void *self, const struct reactor *r, void (*wake)(void *arg), void *arg,
                        struct fail *fail);
    struct source (*source)(void *self); /* for the loop, once open */
    struct sink (*sink)(void *self);     /* for the publisher's thread, once settled in */
    void (*hurry)(void *self);           /* nothing is waited for any more; any thread */
    void (*close_source)(void *self);    /* before the reactor goes; harmless twice */
    /* Main thread, after the run's own end in the books and its audit: what is to be handed over
     * once and whole. Sets figures and, on failure, exit status and message. NULL = nothing. */
    void (*deliver)(void *self, struct ledger *ledger, struct run_outcome *out);
};

struct transport {
    void *self; /* outlives the run; whoever made it ends it */
    const struct transport_ops *ops;
    const char *publish; /* how records are delivered, for the run's row in the books */
    const char *id;      /* the publisher's, in the commit metadata */
};

#endif
