/* How many tokens a text will be, before any tokenizer has seen it.
 *
 * An estimate for packing and pace only; money is reserved from bytes (an upper bound) and settled
 * from usage. Rates by script, in characters a token: Latin 4, Cyrillic and Greek 2.5, Arabic,
 * Hebrew, Thai and Indic 2, Chinese, Japanese and Korean 1.3, anything else 1; runs of digits 3;
 * punctuation 2. Then corrected per model by what providers report. Pure. */
#ifndef TICKETMILL_TICKET_TOKENS_H
#define TICKETMILL_TICKET_TOKENS_H

#include <stdint.h>

#include "base/slice.h"

int64_t tokens_estimate(struct slice text); /* ≥ 1 unless empty; invalid UTF-8 counts by bytes */

/* Correction of one model: reported ÷ estimated input tokens, in millionths, smoothed. */
struct token_scale {
    int64_t ratio_ppm; /* TOKEN_SCALE_MIN … TOKEN_SCALE_MAX */
    int64_t samples;
};
#define TOKEN_SCALE_ONE INT64_C(1000000)
#define TOKEN_SCALE_MIN INT64_C(250000)
#define TOKEN_SCALE_MAX INT64_C(4000000)

void token_scale_init(struct token_scale *s); /* ratio 1 */
/* A settled call: the plain mean of the first 16 samples, then 1/16 of each new one; a sample
 * outside the bounds counts as the bound. Ignored unless both are positive. */
void token_scale_learn(struct token_scale *s, int64_t estimated, int64_t reported);
int64_t token_scale_apply(const struct token_scale *s, int64_t estimated); /* rounded up */

#endif
