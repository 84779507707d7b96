/* What the simulated model thinks of a ticket: a fixed function of its text and of the categories
 * that the request offers. Neighbours, position, time and seed have no say. Pure.
 */
#ifndef TICKETMILL_SIM_VERDICT_H
#define TICKETMILL_SIM_VERDICT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/slice.h"

struct profile; /* categories of one prompt, with the words that speak for them */

/* The categories of a request: the enum of its answer schema if there is one, else the lines
 * `- name: definition` of the system message, else `fallback`. Definitions come from those lines
 * in either case. system is unescaped; format is raw JSON, SLICE_NONE = none. */
struct profile *profile_new(struct slice system, struct slice format, const char *const *fallback,
                            int fallback_count);
void profile_free(struct profile *p);
int profile_count(const struct profile *p); /* ≥ 1 */
const char *profile_category(const struct profile *p, int index);
int profile_find(const struct profile *p, struct slice name); /* -1 = none */

struct sim_verdict {
    int category;           /* index */
    int confidence_percent; /* 50 … 99 */
};

/* text_hash: 8 bytes of a good hash of text. */
struct sim_verdict verdict_of(const struct profile *p, struct slice text, uint64_t text_hash);

/* The first words of text on one line, at most max_bytes; returns how many. No NUL behind it. */
size_t verdict_summary(struct slice text, size_t max_bytes, char *line);

#endif
