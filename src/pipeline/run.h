/* One run on Kafka from lock to audit: plugs the real edges into the state machine.
 *
 * Main thread; starts the ledger thread and the publisher thread and ends them. Signals SIGTERM
 * and SIGINT are its own while it runs.
 */
#ifndef TICKETMILL_PIPELINE_RUN_H
#define TICKETMILL_PIPELINE_RUN_H

#include "config/config.h"
#include "ledger/ledger.h"
#include "observe/summary.h"
#include "pipeline/mill.h"

struct run_options {
    const struct config *config;
    int shard, shards; /* 0 ≤ shard < shards */
    int64_t limit;     /* tickets; -1 = none */
    int64_t from;      /* offset where nothing is committed; -1 = the log's start */
    bool new_ledger;
    bool reuse;
    int only_provider;   /* index; -1 = as configured */
    int64_t budget_pusd; /* cap of this run; CONFIG_OFF = as configured */
    int64_t spent_pusd;  /* what a lost ledger had spent this day and month; -1 = not said */
    const char *version; /* of the program */
    /* Called on the loop thread about every tick_ms with the figures so far; NULL = never. */
    void (*tick)(void *arg, const struct mill_stats *stats);
    void *arg;
    int64_t tick_ms;
};

struct run_outcome {
    char run_id[ID_SIZE], ledger_id[ID_SIZE];
    int exit_code;
    char stopped_by[64];
    char message[512]; /* what to do about it; "" = nothing */
    bool ran;          /* false: it ended in start-up, the figures below are empty */
    struct mill_stats stats;
    struct ledger_audit audit;
    struct summary_cap caps[3]; /* budgets of run, day and month that were set */
    int cap_count;
    bool audit_ok;
    char audit_message[256]; /* which figures do not agree; "" when they do */
    int64_t duration_us;
};

/* Fills *out whatever happens. */
void run_kafka(const struct run_options *o, struct run_outcome *out);

#endif
