/* Getting an answer out of a body that is no valid JSON. Pure. */
#ifndef TICKETMILL_LLM_SALVAGE_H
#define TICKETMILL_LLM_SALVAGE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/slice.h"

/* A copy of `body` in which everything a strict reader chokes on inside of strings is replaced by
 * U+FFFD: lone surrogates, NUL, control characters, bad escapes, bytes that are no UTF-8. */
void salvage_clean(struct slice body, struct buf *out);

/* For a body that breaks off: the text of the first choice's content as far as it goes, still
 * escaped. `body` must be clean. SLICE_NONE = none. */
struct slice salvage_content(struct slice body);

/* The object behind the first "key", whole; SLICE_NONE = none. */
struct slice salvage_object(struct slice body, const char *quoted_key);

#endif
