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
 * there is none: broken, cut, or nested too deeply; *at is then where the grammar stopped to hold.
 */
bool skim_value(struct slice text, size_t *at, struct slice *value);

/* Walks an array or object that begins at text.p[0]: *at = 0 to start, the next element or member
 * each time, false at its end or where it breaks. `key` is NONE in arrays, else raw with its
 * quotes; it is set too when only the value behind it is broken. */
bool skim_next(struct slice container, size_t *at, struct slice *key, struct slice *value);

#endif
