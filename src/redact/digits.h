/* Runs of digits in groups, as people write numbers: "4111 1111 1111 1111", "(030) 123-456".
 * Private to this room. */
#ifndef TICKETMILL_REDACT_DIGITS_H
#define TICKETMILL_REDACT_DIGITS_H

#include "redact/scan.h"

enum { DIGITS_GROUPS = 14, DIGITS_MAX = 40, SEPARATOR_MAX = 3 };

struct digits_group {
    size_t from, to;                /* characters of the folded text */
    char before[SEPARATOR_MAX + 1]; /* what stands between it and the group in front; "" = first */
};

/* A run as long as its separators are short (up to three of " -./()") and it has not too many
 * groups. Dates (2026-11-24, 24.11.2026) end it and stand in none. */
struct digits_run {
    struct digits_group v[DIGITS_GROUPS];
    int count;
};

/* The next run from *i on; moves *i behind it. False at the end. */
bool digits_next(const struct fold *f, size_t *i, struct digits_run *run);

/* Groups first … last of a run as plain digits. */
struct digits {
    char v[DIGITS_MAX + 1];
    int n; /* 0 = more than fit */
};
struct digits digits_of(const struct fold *f, const struct digits_run *run, int first, int last);

/* Do the groups have these lengths, "3-2-4", with separators out of `separators` between them? A
 * single group is "11". */
bool digits_shape(const struct digits_run *run, int first, const char *shape,
                  const char *separators);

#endif
