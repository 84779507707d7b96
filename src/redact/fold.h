/* A text as the scanners read it: one byte a character, forms of the same character made alike.
 *
 * Full-width forms, Arabic and Indic digits, dashes and spaces of all kinds become ASCII;
 * zero-width characters, soft hyphens and direction marks are left out; other letters become
 * FOLD_LETTER, or FOLD_SCRIPT in scripts that put no spaces between words; signs FOLD_SIGN. Pure.
 */
#ifndef TICKETMILL_REDACT_FOLD_H
#define TICKETMILL_REDACT_FOLD_H

#include <stdint.h>

#include "base/slice.h"

#define FOLD_LETTER ((char)0x80)
#define FOLD_SCRIPT ((char)0x81)
#define FOLD_SIGN   ((char)0x82)

struct folded {
    const char *s; /* the text itself when it is all ASCII */
    size_t n;
    uint32_t *place; /* n + 1 places in the text; NULL = the same ones */
    char *block;     /* memory of s; NULL = the text's */
};

void fold(struct slice text, struct folded *out); /* text: valid UTF-8, below 4 GiB */
void fold_deinit(struct folded *f);

static inline size_t fold_place(const struct folded *f, size_t i)
{
    return f->place ? f->place[i] : i;
}

#endif
