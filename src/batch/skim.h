/* Where JSON values begin and end in bytes that may be anything. Builds nothing.
 *
 * Checks the grammar but not the contents of strings: invalid UTF-8 and lone surrogates pass, so
 * that they cost only the value that is later read (json_parse refuses it), never its neighbours.
 * Deeper than JSON_MAX_DEPTH counts as broken. Pure; internal to the room. */
#ifndef TICKETMILL_BATCH_SKIM_H
#define TICKETMILL_BATCH_SKIM_H

#include <stdbool.h>

#include "base/slice.h"

/* The complete value that begins at *at, blanks before it skipped; *at moves behind it. False when
 * there is none: broken, cut, or nested too deeply; *at is then untouched. */
bool skim_value(struct slice text, size_t *at, struct slice *value);

/* Walks a complete array or object (as given by skim_value): *at = 0 to start, the next element or
 * member each time, false at the end. `key` is NONE in arrays, else raw with its quotes. */
bool skim_next(struct slice container, size_t *at, struct slice *key, struct slice *value);

#endif
