/* A text as the scanners see it: one byte a character. Private to this room.
 *
 * ASCII stays; full-width forms, digits of other scripts, special spaces and dashes become what
 * they look like; invisible characters are left out; other letters of Latin script are FOLD_LATIN,
 * everything else is FOLD_OTHER. */
#ifndef TICKETMILL_REDACT_FOLD_H
#define TICKETMILL_REDACT_FOLD_H

#include <stdint.h>

#include "base/slice.h"

#define FOLD_LATIN '\1'
#define FOLD_OTHER '\2'

struct fold {
    struct slice text; /* the original */
    char *c;           /* n characters and a NUL */
    size_t n;
    uint32_t *at; /* where each stands in the text; at[n] = its length */
};

void fold_init(struct fold *f, struct slice text); /* text.n < 4 GiB; valid UTF-8, borrowed */
void fold_deinit(struct fold *f);

static inline bool fold_digit(char c)
{
    return c >= '0' && c <= '9';
}

static inline bool fold_ascii_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static inline bool fold_letter(char c)
{
    return fold_ascii_letter(c) || c == FOLD_LATIN;
}

static inline bool fold_word(char c)
{
    return fold_digit(c) || fold_letter(c);
}

static inline char fold_upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

/* No letter or digit stands beside it. */
static inline bool fold_free(const struct fold *f, size_t from, size_t to)
{
    return (from == 0 || !fold_word(f->c[from - 1])) && (to == f->n || !fold_word(f->c[to]));
}

/* Does the word (ASCII, lower case) stand at i, in any case of letters? */
bool fold_is(const struct fold *f, size_t i, const char *word);

#endif
