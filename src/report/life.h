/* One ticket's life as the ledger knows it: every call it was in, what came of it, where it went.
 *
 * Texts and raw answers are in it: it is for the person who asks about this ticket, not for logs.
 */
#ifndef TICKETMILL_REPORT_LIFE_H
#define TICKETMILL_REPORT_LIFE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "ledger/query.h"

struct life_call {
    struct slice call_id, model, provider, endpoint, tier, prompt_version, run_id;
    struct slice finish_reason, served_model, request_id, provider_code, message;
    int purpose, state, cause;
    int64_t attempt, pack;            /* which try of its pack; tickets in it */
    int64_t sent_unix_us, latency_us; /* latency: -1 = none */
    int64_t http_status;              /* 0 = none came */
    uint32_t flags;
    int64_t cost_pusd; /* of the whole call; PUSD_UNPRICED */
    bool shared;       /* the rest is known: the call has ended */
    int outcome;       /* enum share_outcome */
    int64_t input_tokens, cached_tokens, output_tokens, share_pusd; /* this ticket's part */
    struct slice raw_item;
    int64_t slot; /* its place in the pack, from 0; -1 = not known */
    /* Shadow and guard: what was said, and the result it was held against (NONE: there is none).
     */
    bool compared;
    struct slice said, result;
    int32_t said_ppm;
};

struct life {
    const char *ledger_path; /* the reader's */
    struct slice topic;
    int64_t partition, offset;
    struct slice ticket_id, language, content_hash, value_hash, run_id; /* hashes: raw bytes */
    struct slice route;     /* "label > tier"; NONE = not known */
    int state;              /* enum ticket_state */
    int64_t record_unix_ms; /* -1 = not known */
    uint32_t flags;
    int64_t attempts, unknowns;
    int reason;
    int64_t seq; /* 0 = no terminal record */
    bool published;
    int64_t input_tokens, cached_tokens, output_tokens, cost_pusd, cost_unknown_pusd;

    bool has_result;
    struct slice category, summary, call_id, model, provider, tier, prompt_version;
    int32_t confidence_ppm;
    uint32_t result_flags;
    bool needs_review;
    int64_t classified_unix_us;
    bool reused; /* the answer is another ticket's */
    struct slice original_topic, original_id;
    int64_t original_partition, original_offset;

    struct life_call *calls; /* in the order they were sent */
    size_t call_count;
};

struct lives {
    struct arena arena; /* holds everything */
    struct life *v;
    size_t count;
};

/* All tickets of that id in these ledgers (copies share an id); when there is none, the one at
 * `topic/partition/offset`. ST_NOT_FOUND. The readers are borrowed as long as *out lives. */
MUST_CHECK enum status lives_find(struct ledger_reader *const *readers, size_t count,
                                  struct slice name, struct lives *out, struct fail *fail);
void lives_deinit(struct lives *l);

void lives_text(const struct lives *l, struct buf *out);
/* {"schema":"ticketmill.show/1","tickets":[…]} */
void lives_json(const struct lives *l, struct buf *out);

const char *life_state_name(int state);
const char *life_outcome_name(int share_outcome);
bool life_unpriced(const struct life *t); /* its cost is not known, or not all of it */

#endif
