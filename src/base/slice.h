/* Bytes that belong to somebody else: a pointer and a length, never NUL-terminated by promise. */
#ifndef TICKETMILL_BASE_SLICE_H
#define TICKETMILL_BASE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/status.h"

struct slice {
    const char *p; /* NULL = absent (differs from present and empty) */
    size_t n;      /* bytes */
};

#define SLICE_NONE   ((struct slice){NULL, 0})
#define SLICE_LIT(s) ((struct slice){"" s, sizeof(s) - 1})
#define SLICE_FMT    "%.*s"
#define SLICE_ARG(s) (int)(s).n, (s).p

static inline struct slice slice_of(const void *p, size_t n)
{
    return (struct slice){(const char *)p, n};
}

static inline struct slice slice_str(const char *s)
{
    return (struct slice){s, s ? strlen(s) : 0};
}

static inline bool slice_eq(struct slice a, struct slice b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

/* Without leading and trailing space, tab, CR and LF. */
struct slice slice_trim(struct slice s);

/* ASCII only; bytes above 0x7f must be equal. */
bool slice_eq_nocase(struct slice a, struct slice b);

/* Offset of the first `needle` in `hay`, or -1. An empty needle is found at 0. */
ptrdiff_t slice_find(struct slice hay, struct slice needle);

/* The whole slice as a decimal int64 (optional leading '-', no blanks, no '+').
 * ST_BAD_JSON when it is not one, ST_OVERFLOW when it does not fit. The one int64 parser. */
MUST_CHECK enum status slice_to_i64(struct slice s, int64_t *out);

#endif
