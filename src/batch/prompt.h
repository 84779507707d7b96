/* The two messages of a call and the cap on its answer.
 *
 * The system message depends on the configuration only and is byte-identical for every call of a
 * prompt version; everything that changes is in the user message. Pure. */
#ifndef TICKETMILL_BATCH_PROMPT_H
#define TICKETMILL_BATCH_PROMPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/sha256.h"
#include "base/slice.h"
#include "batch/ids.h"
#include "config/config.h"

/* Fills the template of the configuration:
 * {{categories}}  a line "- name: definition" for each, in order
 * {{summary}}     what to put under "summary", by summary_chars
 * {{example}}     a request with two tickets and its answer, in the format of the contract
 * Any other {{…}} stays as it is. */
void prompt_system(const struct config_classification *c, struct buf *out);

/* The version of a prompt: SHA-256 of its system message, in hex. */
void prompt_version(struct slice system, char out[SHA256_HEX_SIZE]);

/* Appends {"tickets":[{"id":"k7q","text":"…"}]}, compact, raw UTF-8; the same form for one ticket.
 * In texts (valid UTF-8) "<|" and "</think>" get a space after '<', so that they mean nothing to a
 * chat template; control characters other than TAB and LF become a space. */
void prompt_user(struct buf *out, const char ids[][SHORT_ID_SIZE], const struct slice *texts,
                 size_t n);

#define TOKEN_CAP_FLOOR 128

struct token_cap_input {
    size_t tickets;        /* N ≥ 1 */
    bool cjk;              /* the pack's language is Chinese, Japanese or Korean */
    bool doubled;          /* once more with twice the cap (LADDER_DOUBLE_CAP) */
    int64_t prompt_tokens; /* estimate of both messages */
    int64_t p99_tokens;    /* output tokens a ticket, 99th percentile for this model and language,
                              once 200 calls have been seen; 0 = not yet */
};

/* The token cap: ceil(1.25 (24 + N (18 + L + S))), L = tokens of the longest category name, S =
 * summary_chars × 0.35, × 1.2 for CJK; with p99_tokens ceil(1.25 N p99); doubled if asked; at
 * least TOKEN_CAP_FLOOR; at most the model's output limit and what the prompt leaves of its
 * context. 0 = the prompt leaves less than TOKEN_CAP_FLOOR: treat the call as oversize. */
int64_t prompt_token_cap(const struct config_model *m, const struct config_classification *c,
                         const struct token_cap_input *in);

#endif
