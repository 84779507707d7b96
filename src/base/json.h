/* JSON, the one room that includes cJSON. Reading is guarded, writing is by hand into a buf.
 *
 * json_parse takes RFC 8259 and nothing more, and of that it refuses what cJSON would choke on:
 * NUL as \u0000, lone surrogates, numbers of more than 63 characters, more than `max_depth`
 * levels. Look-ups are case-sensitive. Numbers become doubles, which lose money: exact 64-bit
 * integers are read with json_raw_member and slice_to_i64.
 * A document belongs to the function that parsed it and is freed there (json_free).
 */
#ifndef TICKETMILL_BASE_JSON_H
#define TICKETMILL_BASE_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/slice.h"

#define JSON_MAX_DEPTH 32

struct cJSON; /* opaque outside base/json.c */
typedef struct cJSON json;

enum json_type { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

/* Whole `text` is one value (JSON white space around it allowed). ST_BAD_UTF8, ST_TOO_DEEP or
 * ST_BAD_JSON (also for the refusals above), whichever comes first in the text; *out untouched on
 * error. A scalar has depth 0, [] depth 1; max_depth above 512 counts as 512. `text` need not
 * outlive the document. */
MUST_CHECK enum status json_parse(struct slice text, int max_depth, json **out);
void json_free(json *doc); /* takes NULL */

/* All of these take NULL for `v` (absent) and give NULL/false/NONE back. */
enum json_type json_type(const json *v); /* NULL gives JSON_NULL */
bool json_is(const json *v, enum json_type t);
const json *json_get(const json *object, const char *key);  /* first one with that exact key */
size_t json_count_key(const json *object, const char *key); /* how often the key stands in it */
const json *json_first(const json *array_or_object);
const json *json_next(const json *v);
const char *json_key(const json *v); /* NULL in arrays */
size_t json_size(const json *array_or_object);
struct slice json_str(const json *v); /* SLICE_NONE unless a string; lives with the document */
bool json_bool(const json *v, bool fallback);

/* ST_NOT_FOUND when v is no number, ST_OVERFLOW when it is no integer of at most ±(2^53 − 1), up
 * to where a double is exact (1.0 and 1e3 are integers). For larger ones: json_raw_member. */
MUST_CHECK enum status json_i64(const json *v, int64_t *out);
/* ST_NOT_FOUND when v is no number, ST_OVERFLOW when it is too large for a double. */
MUST_CHECK enum status json_number(const json *v, double *out);

/* RFC 6901 pointer ("" = whole document, "/a/b/0"). NULL = absent. */
const json *json_pointer(const json *doc, const char *pointer);

/* Checks the text of a pointer: empty or starting with '/', '~' only as ~0 and ~1. */
bool json_pointer_valid(const char *pointer);

/* Finds the raw text of a top-level member without building a tree, e.g. a 64-bit integer that
 * must not pass through a double. SLICE_NONE when absent. `text` must have passed json_parse. */
struct slice json_raw_member(struct slice text, const char *key);
/* The same for the item of an array, from 0. */
struct slice json_raw_item(struct slice text, size_t index);

/* Compact text of v, appended. Strings re-escaped minimally, UTF-8 raw; numbers as the double they
 * were read into. NULL prints null. */
void json_print(struct buf *b, const json *v);

/* "…" with minimal escapes (", \, controls as \uXXXX or the short forms); UTF-8 passes raw. The
 * slice must be valid UTF-8; SLICE_NONE prints null. */
void json_quote(struct buf *b, struct slice s);

/* Everything json_parse decides, without building a tree: what passes here parses. Same codes. One
 * pass, no allocation. */
MUST_CHECK enum status json_guard(struct slice text, int max_depth);

#endif
