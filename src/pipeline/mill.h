/* The run as a state machine on the loop thread: tickets in, terminal records out.
 *
 * The owner feeds it events (source woke, ledger answered, publisher reported, signal) and waits
 * for `finished`. Everything here belongs to the loop thread.
 */
#ifndef TICKETMILL_PIPELINE_MILL_H
#define TICKETMILL_PIPELINE_MILL_H

#include <stdbool.h>
#include <stdint.h>

#include "config/config.h"
#include "ledger/crumb.h"
#include "model/reason.h"
#include "pipeline/latency.h"
#include "pipeline/ports.h"
#include "route/budget.h"
#include "route/plan.h"

struct mill_partition {
    int32_t source, partition;
    const char *topic;
    int64_t start, end; /* done once everything below `end` has been delivered */
    bool replay;        /* records of the replay topic bypass reuse and keep their ids */
    bool by_content;    /* the source is named by its content: its records are what they were,
                           even when a setting has them read otherwise */
};

/* A model as the run uses it. */
struct mill_model {
    const struct config_model *config;
    struct llm_template *request;
    struct price *prices; /* price_count(config) sets of rates, with their versions */
};

struct mill_options {
    const struct config *config;
    struct ports ports;
    const char *run_id, *prompt_version, *system_message;
    const struct mill_model *models; /* one per config->models */
    const struct plan *plan;
    const struct redactor *redactor; /* NULL = no provider in the plan redacts */
    struct budget *budget;           /* lent: the state machine alone uses it while it runs */
    int64_t finish_unix_us;          /* run.finish_by; 0 = off */
    const struct mill_partition *partitions;
    size_t partition_count;
    const struct pos *suspects; /* tickets a crash is counted for */
    const int32_t *suspect_crashes;
    size_t suspect_count;
    int64_t lost;  /* records deleted upstream before they were read */
    int64_t limit; /* tickets to take at most; -1 = no limit */
    bool reuse;
    uint64_t seed;
    struct crumb *crumb;         /* NULL in tests */
    void (*finished)(void *arg); /* the state machine has come to its end */
    void *arg;
};

struct mill_stats {
    int64_t total;       /* records between start and end offsets at the start; an upper bound */
    int64_t read;        /* records taken in so far, skipped ones included */
    int64_t admitted;    /* tickets that wanted classification */
    int64_t done_before; /* had their terminal record already */
    int64_t results, dead, skipped, reused;
    int64_t dead_by_reason[REASON_COUNT];
    int64_t published_results, published_dead; /* of this run, at Kafka */
    int64_t published_earlier; /* left by earlier runs, brought to Kafka by this one */
    int64_t live;              /* taken in, without a terminal state yet */
    int64_t calls, calls_answered, calls_unknown, retries, throttled;
    int64_t in_flight;
    int64_t spent_pusd, unknown_pusd; /* this run's settled cost; reservations of unknown calls */
    int64_t unpriced_calls;
    int64_t endpoint_outages;    /* times an endpoint was left alone because its calls failed */
    int64_t comparisons_dropped; /* shadow and guard questions that were not asked */
    bool late;                   /* finish_by will not be met, or was not */
    int64_t lost;
    int64_t started_mono_us;
    struct latency_figures latency; /* of answered calls; filled in at the end */
};

struct mill;

struct mill *mill_new(const struct mill_options *o); /* options' pointers are borrowed */
void mill_free(struct mill *m);                      /* takes NULL */

void mill_start(struct mill *m);
void mill_source_woke(struct mill *m);
void mill_ledger_done(struct mill *m, struct queue_node *chain);    /* takes the commands */
void mill_published(struct mill *m, struct publish_report *report); /* takes report */
void mill_signal(struct mill *m); /* first: drain within shutdown_grace; the owner acts on more */

const struct mill_stats *mill_stats(const struct mill *m);

/* After `finished`: exit status by the contract's order of precedence, a word for what stopped
 * the run ("done", "limit", "signal", "stalled", …) and a sentence for people ("" = none). */
int mill_exit_code(const struct mill *m);
const char *mill_stopped_by(const struct mill *m);
const char *mill_stop_message(const struct mill *m);

#endif
