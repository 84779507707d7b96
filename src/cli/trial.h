/* `ticketmill compare`: variants (model × prompt × pack size) tried on labelled tickets. Inside of
 * cli/.
 *
 * Each variant is a run on a file with a ledger of its own in the folder, so that what was answered
 * stays answered however often the command is called or killed. One main thread.
 */
#ifndef TICKETMILL_CLI_TRIAL_H
#define TICKETMILL_CLI_TRIAL_H

#include "base/sha256.h"
#include "config/config.h"
#include "eval/pairs.h"
#include "file/format.h"
#include "pipeline/run.h"
#include "report/figures.h"

#define TRIAL_LEVEL  0.05            /* of McNemar's test */
#define TRIAL_MARGIN 0.02            /* a loss that nobody would mind */
#define TRIAL_NIGHT  INT64_C(200000) /* tickets */

/* The labelled tickets that take part. */
struct trial_sample {
    char *path;                   /* JSON lines in the folder */
    char source[RUN_SOURCE_SIZE]; /* its name in the ledgers */
    int *truths;                  /* number of the category, one a line */
    size_t count;
    int64_t records, unlabelled, unreadable; /* of the whole file */
};

struct trial_prompt {
    char *name; /* file, or "configured" */
    char *text; /* template */
};

struct trial_variant {
    int model;    /* index in the configuration */
    int prompt;   /* index in struct trial */
    int64_t pack; /* tickets a call */
    char version[SHA256_HEX_SIZE];
    char *ledger;

    int exit_code;     /* of its run; 0 when none was needed */
    char message[640]; /* why it is not complete */

    /* Over the tickets that are finished; from the ledger. */
    struct score_item *items; /* by line; truth -1 = not finished */
    size_t finished;
    int64_t dead;
    bool complete;
    bool priced; /* today, and each call when it was asked */
    struct score score;
    struct score_interval f1;
    int64_t input_tokens, cached_tokens, output_tokens, cost_pusd, unknown_pusd;
    struct report_spread latency_us;

    int alone;                                /* the same with one ticket a call; -1 = not tried */
    struct pairs against_alone, against_best; /* where both are complete */
};

struct trial {
    const struct config *config;
    const char *folder;
    const char **names; /* of the categories */
    struct trial_sample sample;
    struct trial_prompt *prompts;
    int prompt_count;
    struct trial_variant *v;
    int count;
    int64_t budget_pusd; /* CONFIG_OFF = none */
    int64_t spent_pusd;  /* in all ledgers of the folder */
    uint64_t seed;
    int best, advised; /* -1 = no variant is complete */
};

/* Reads, checks and draws; `size` 0 = all. Returns 0, or the exit status with everything told. */
MUST_CHECK int trial_sample_read(struct trial *t, const char *path, enum file_format format,
                                 const char *label, int64_t size);
MUST_CHECK int trial_prompt_add(struct trial *t, const char *path); /* NULL = configured */
void trial_variant_add(struct trial *t, int model, int prompt, int64_t pack);

/* Runs what is not complete yet, inside the budget; the exit status to end with. */
MUST_CHECK int trial_run(struct trial *t, const char *version);
/* Works out the figures, best and advised, of what trial_run has read. */
void trial_figures(struct trial *t);
/* What of a variant's tickets is finished; figures of the ledger alone. */
MUST_CHECK enum status trial_read(struct trial *t, struct trial_variant *v, struct fail *fail);
void trial_deinit(struct trial *t);

void trial_text(const struct trial *t, bool matrix, struct buf *out);
void trial_json(const struct trial *t, struct buf *out); /* ticketmill.compare/1 */
void trial_csv(const struct trial *t, struct buf *out);
void trial_md(const struct trial *t, struct buf *out);

/* Picodollars for so many tickets, rounded down; -1 = unpriced or nothing finished. */
int64_t trial_cost(const struct trial_variant *v, int64_t tickets);

#endif
