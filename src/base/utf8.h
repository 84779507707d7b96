/* UTF-8 by RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF. Pure. */
#ifndef TICKETMILL_BASE_UTF8_H
#define TICKETMILL_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"

bool utf8_valid(struct slice s);

/* Bytes (1–4) of the well-formed sequence at p, of which n may be read; 0 = there is none. */
size_t utf8_sequence(const char *p, size_t n);

/* Decodes the code point at s.p[*at] and moves *at past it. s must be valid, *at < s.n. */
uint32_t utf8_next(struct slice s, size_t *at);

/* Appends-style encode: writes 1–4 bytes to out, returns how many (0 = not a scalar value). */
size_t utf8_encode(uint32_t cp, char out[4]);

/* Code unit of the four hex digits at p, as behind JSON's \u; -1 when they are none, or not all
 * before end. */
int32_t utf8_hex4(const char *p, const char *end);

size_t utf8_length(struct slice s);                     /* code points; s must be valid */
size_t utf8_floor(struct slice s, size_t at);           /* largest boundary ≤ at */
size_t utf8_ceil(struct slice s, size_t at);            /* smallest boundary ≥ at, ≤ s.n */
size_t utf8_prefix(struct slice s, size_t code_points); /* bytes of the first code points */
size_t utf8_cut(struct slice s); /* bytes left without a sequence cut off at the very end */

#endif
