/* What an estimate starts from: tickets of a file or a topic, and what earlier runs showed.
 *
 * Main thread. Nothing here calls a provider, moves an offset or writes a ledger.
 */
#ifndef TICKETMILL_CLI_ESTIMATE_SAMPLE_H
#define TICKETMILL_CLI_ESTIMATE_SAMPLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/map.h"
#include "base/sha256.h"
#include "config/config.h"
#include "model/language.h"
#include "model/reason.h"
#include "model/record.h"
#include "route/plan.h"

#define ESTIMATE_REASONS 11 /* numbers of enum reason */

/* ---- what earlier runs showed ------------------------------------------------------------ */

struct observed_model {
    int64_t calls, tickets; /* answered first calls of this prompt; 0 = nothing is known */
    int64_t input_tokens, cached_tokens, output_tokens, latency_us;
    int64_t language_tickets[LANG_COUNT], language_output[LANG_COUNT];
};

struct observed {
    struct observed_model *models;  /* one per config->models */
    int64_t results, reused;        /* recent ones */
    int64_t first_pusd, again_pusd; /* first calls; reask, solo and escalate calls */
    int ledgers;                    /* how many were read */
};

/* Reads the configured ledgers that exist. What cannot be read is told on stderr and left out. */
void observe(const struct config *config, const char *prompt_version, struct observed *out);
void observed_deinit(struct observed *o);

/* ---- the sample -------------------------------------------------------------------------- */

/* All that packing and money need of a ticket; its text is gone. */
struct sampled {
    enum language language;
    int tier, model; /* model: the first of the tier that may serve it */
    int mirror_tier,
        mirror; /* where a mirror of it is asked too, and by which model; -1 = nowhere */
    bool alone, guarded;
    int64_t est_tokens;    /* of its text, as the packer counts */
    int64_t prompt_tokens; /* of its part of the user message */
    int64_t body_bytes;    /* of the same within a request */
    int64_t text_bytes;
};

struct sample {
    const struct config *config;
    const struct plan *plan;
    struct slice system;
    char prompt_version[SHA256_HEX_SIZE];
    int64_t system_tokens;
    int64_t *frame_bytes; /* per model: of a request without tickets and with a cap of one digit */

    struct sampled *v; /* tickets to be asked for; copies of them are left out */
    size_t count, cap;
    int64_t records, tombstones, copies, dead, by_reason[ESTIMATE_REASONS];
    int64_t offsets; /* that the records stood in; ≥ records. File: lines */
    int64_t pending; /* offsets that a run would work off; file: = offsets */
    const char *source;
    int partitions; /* 0 = a file */

    struct map *seen; /* reuse keys */
    struct buf user, quoted;
};

/* ST_CONFIG when a model's request cannot be made. system: borrowed. */
MUST_CHECK enum status sample_init(struct sample *s, const struct config *config,
                                   const struct plan *plan, struct slice system, struct fail *fail);
void sample_deinit(struct sample *s);
void sample_take(struct sample *s, const struct record *r, const char *topic);

/* All lines of a file ("-" = stdin). ST_SYSTEM when it cannot be read. */
MUST_CHECK enum status sample_file(struct sample *s, const char *path, struct fail *fail);
/* About `wanted` records of what is pending in the input topics, each partition in proportion,
 * from several places of it. Moves no offset. ST_CONFIG: the topic does not exist. */
MUST_CHECK enum status sample_topic(struct sample *s, int64_t wanted, struct fail *fail);

#endif
