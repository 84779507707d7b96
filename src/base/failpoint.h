/* Named places where a test can end the process as kill -9 would.
 *
 * TICKETMILL_FAILPOINT="name" or "name:n" (the n-th time it is passed, from 1) makes that
 * failpoint raise SIGKILL; "name:n:stop" raises SIGSTOP instead. Read once at start. Compiled
 * into every build so that the crash suite kills the very program that ships; unset, a failpoint
 * is one load and one branch. Any thread. */
#ifndef TICKETMILL_BASE_FAILPOINT_H
#define TICKETMILL_BASE_FAILPOINT_H

#include <stdbool.h>

#define FAILPOINT_LIST(X)                                                                          \
    X(FP_DECODING, "decoding")                   /* a record is being read: a crash suspect */     \
    X(FP_BEFORE_INTENT, "before_intent")         /* packed, intent not yet given to the ledger */  \
    X(FP_IN_FLIGHT, "in_flight")                 /* intent durable, request handed to HTTP */      \
    X(FP_CHECKING, "checking")                   /* an answer is being read: crash suspects */     \
    X(FP_ANSWERED, "answered")                   /* answer in memory, not committed */             \
    X(FP_COMMITTED, "committed")                 /* answer committed, not published */             \
    X(FP_IN_TRANSACTION, "in_transaction")       /* records produced, offsets not yet sent */      \
    X(FP_BEFORE_COMMIT, "before_commit")         /* offsets sent, transaction not committed */     \
    X(FP_AFTER_TRANSACTION, "after_transaction") /* committed at Kafka, not marked in ledger */    \
    X(FP_IN_RECOVERY, "in_recovery")             /* start-up decided, before it acts */            \
    X(FP_AFTER_FENCING, "after_fencing")         /* init_transactions done, nothing republished */

enum failpoint {
#define X(id, name) id,
    FAILPOINT_LIST(X)
#undef X
        FP_COUNT
};

extern bool failpoint_armed;
/* Reads the environment; a value it does not know is reported on stderr and ends with 64. */
void failpoint_init(void);
void failpoint_hit(enum failpoint fp);

static inline void failpoint(enum failpoint fp)
{
    if (__builtin_expect(failpoint_armed, 0))
        failpoint_hit(fp);
}

#endif
