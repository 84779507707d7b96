/* One run from lock to audit, on Kafka or on a file: plugs the real edges into the state machine.
 *
 * Main thread; starts the ledger thread and the publisher thread and ends them. Signals SIGTERM
 * and SIGINT are its own while it runs.
 */
#ifndef TICKETMILL_PIPELINE_RUN_H
#define TICKETMILL_PIPELINE_RUN_H

#include "config/config.h"
#include "file/format.h"
#include "ledger/audit.h"
#include "observe/summary.h"
#include "pipeline/mill.h"

#define RUN_SOURCE_SIZE 300

struct run_options {
    const struct config *config;
    int shard, shards;    /* 0 ≤ shard < shards */
    int64_t limit;        /* tickets; -1 = none */
    int64_t from;         /* offset where nothing is committed; -1 = the log's start … */
    int64_t from_unix_ms; /* … or the first record of that time or later; -1 = not so */
    bool new_ledger;
    bool reuse;
    int only_provider;       /* index; -1 = as configured */
    int64_t budget_pusd;     /* cap of this run; CONFIG_OFF = as configured */
    bool budget_is_left;     /* it is what is left: of an interrupted run's money nothing is taken
                              * off once more */
    int64_t spent_pusd;      /* what a lost ledger had spent this day and month; -1 = not said */
    const char *version;     /* of the program */
    const char *ledger_path; /* NULL = the configuration's */
    const char *campaign;    /* NULL = the regular run */
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

    /* Of run_files. */
    int64_t left;                      /* records not yet finished, read or not */
    int64_t output_rows, rejects_rows; /* written; -1 = no such file was asked for */
    char source[RUN_SOURCE_SIZE];      /* name of the source in the ledger */
};

/* Fills *out whatever happens. */
void run_kafka(const struct run_options *o, struct run_outcome *out);

/* A run on a file instead of Kafka. All texts are borrowed for the call. */
struct run_files {
    const char *input; /* "-" = standard input, which is spooled */
    enum file_format input_format;
    const char *output; /* "-" = standard output; NULL = results stay in the ledger alone */
    enum file_format output_format;
    const char *rejects; /* dead letters as JSON lines; NULL = they stay in the ledger */
    /* Keeps runs over the same input apart in one ledger: part of the source's name behind a '#'.
     * [A-Za-z0-9._-]{1,200}; NULL = none. Results of one variant are reused in another one only
     * where prompt version and tier's name are the same (options.reuse = false: never). */
    const char *variant;
};

/* The ledger is options.ledger_path, which must be set; shard 0 of 1; `from`, `new_ledger` and
 * `spent_pusd` have no meaning. The source is "file:<SHA-256 of the content>[#variant]", partition
 * 0, offset = number of the line (JSON lines) or record (CSV), from 1. What an earlier run over the
 * same content and variant finished in that ledger is not asked again. Output and rejects are
 * written whole from the ledger at the end of every run that ran, however it ended (unless its
 * audit failed), each to a temporary file beside it that is renamed. May be called several times by
 * a process, one after the other. ST_USAGE (64): input missing or no table of tickets, output =
 * input; 73: output cannot be written; 65: the input changed while it was read. */
void run_files(const struct run_options *o, const struct run_files *files, struct run_outcome *out);

#endif
