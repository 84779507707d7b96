/* Is one of some words told shortly before a value? For forms that are too common by themselves.
 * Private to this room. */
#ifndef TICKETMILL_REDACT_NEAR_H
#define TICKETMILL_REDACT_NEAR_H

#include "redact/fold.h"

/* Words: lower case, in the original's UTF-8; ASCII ones must not stand within a longer word.
 * Looked for in the `bytes` before the character `at`, not beyond the end of a sentence or line. */
bool near_word(const struct fold *f, size_t at, size_t bytes, const char *const *words);

#endif
