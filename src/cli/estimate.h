/* `estimate`: what a run would cost and how long it would take, worked out without calling anyone.
 *
 * Tickets are decoded, routed and packed by the same functions as in a run; what only a provider
 * could tell (output, cached input, latency) is taken from earlier runs in the ledger, or assumed
 * and said. The steps: sample (estimate_sample.c; file or topic), observe (estimate_observed.c),
 * pack and sum (estimate_pack.c, estimate_sums.c), print (estimate_text.c, estimate_json.c).
 */
#ifndef TICKETMILL_CLI_ESTIMATE_H
#define TICKETMILL_CLI_ESTIMATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/map.h"
#include "base/sha256.h"
#include "config/config.h"
#include "model/call.h"
#include "model/language.h"
#include "model/reason.h"
#include "model/record.h"
#include "route/plan.h"

#define ESTIMATE_REASONS      11 /* numbers of enum reason */
#define ESTIMATE_ENOUGH_CALLS 20 /* of a model, for its observed figures to be used */

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
    bool needs_vision, alone, guarded;
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

/* ---- the estimate ------------------------------------------------------------------------ */

/* What goes to one model for one purpose. */
struct estimate_line {
    int tier, model;
    enum call_purpose purpose; /* first, shadow or guard */
    bool priced;               /* else the amounts mean nothing */
    int64_t calls, tickets, input_tokens, cached_tokens, output_tokens;
    int64_t cost_pusd;     /* expected */
    int64_t upper_pusd;    /* Σ reservations */
    int64_t uncached_pusd; /* the same if nothing were cached */
    int64_t solo_pusd;     /* … and every ticket had a call of its own */
    int64_t cache_pusd;    /* off uncached_pusd if every call found the system message cached */
};

struct estimate_other {
    int model;
    int64_t cost_pusd;
};

struct estimate_pace {
    int provider;
    int64_t calls, tokens, latency_us; /* latency: mean of a call */
    int64_t seconds;
    enum { PACE_IN_FLIGHT, PACE_REQUESTS, PACE_TOKENS } bound;
};

struct estimate {
    const struct config *config;
    const struct sample *sample;
    const struct observed *observed;
    int64_t start_unix_us;
    int64_t latency_us; /* of every call, as told; -1 = observed, or assumed by its output */

    int64_t tickets; /* pending, tombstones left out */
    int64_t dead, tombstones, copies, asked;
    int64_t copies_ppm;
    bool copies_observed;
    int64_t fed; /* tickets that went through the packer; < asked: sums were scaled */

    struct estimate_line *lines;
    size_t line_count;
    int64_t calls, input_tokens, cached_tokens, output_tokens;
    int64_t again_ppm; /* cost of asking again beside first calls, observed */
    int64_t again_pusd, first_pusd, shadow_pusd, guard_pusd;
    int64_t cost_pusd;  /* expected, of all priced lines and again_pusd */
    int64_t upper_pusd; /* of all priced lines */
    int64_t unpriced_calls, oversize_calls;
    int64_t uncached_pusd, solo_pusd, cache_pusd;
    struct estimate_other *others; /* every priced model: all first calls there */
    size_t other_count;
    struct estimate_pace *paces; /* of providers with calls */
    size_t pace_count;
    int64_t seconds;               /* of the slowest provider */
    int64_t price_changes_unix_us; /* first change of a price in use after the start; INT64_MAX */
    bool overflow;                 /* some amount does not fit: nothing here may be used */
};

struct estimate_options {
    int64_t start_unix_us;
    int64_t latency_us; /* -1 = not told */
};

/* Borrows sample and observed. ST_OVERFLOW when an amount does not fit. */
MUST_CHECK enum status estimate_make(const struct sample *s, const struct observed *o,
                                     const struct estimate_options *options, struct estimate *out,
                                     struct fail *fail);
void estimate_deinit(struct estimate *e);

/* Steps of estimate_make. */
void estimate_pack(struct estimate *e);
void estimate_add(struct estimate *e, int64_t *sum, int64_t v); /* sets overflow */

/* Expected output tokens of a ticket on a model, × 1,000, and whether earlier runs told. */
int64_t estimate_output_milli(const struct estimate *e, int model, enum language l, bool *told);

void estimate_text(const struct estimate *e, struct buf *out);
void estimate_json(const struct estimate *e, struct buf *out); /* ticketmill.estimate/1 */
/* How it came about, for the ledger: sample and lines as JSON. */
void estimate_basis(const struct estimate *e, struct buf *out);
/* What was not known and is taken for granted, one sentence a line. */
void estimate_assumptions(const struct estimate *e, struct buf *out);
/* Caps that the expected cost does not fit into, and hours it does not make; one a line. */
void estimate_warnings(const struct estimate *e, struct buf *out);

#endif
