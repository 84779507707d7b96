/* Placeholders: their names, and those that a text already holds. Inside of this room only. */
#ifndef TICKETMILL_REDACT_LABEL_H
#define TICKETMILL_REDACT_LABEL_H

#include "config/config.h"

#define LABEL_FAR 900000 /* of the text itself; ours count on from those below */

struct label {
    const char *name; /* as configured, borrowed */
    char *upper;      /* as in the placeholder */
    int first;        /* the first kind with the same `upper`: it counts for all of them */
};

struct labels {
    struct label *v;
    int count; /* built-in kinds, then patterns */
};

void labels_init(struct labels *l, const struct config_pair *patterns, int count);
void labels_deinit(struct labels *l);

struct label_use {
    size_t from, to; /* of "[EMAIL_1]" in the text */
};

struct label_uses {
    struct label_use *v; /* ascending */
    size_t count, cap;
    int *highest;    /* number per kind, of those below LABEL_FAR; 0 = none */
    struct map *far; /* placeholders with higher numbers; NULL = none */
};

void labels_used(const struct labels *l, struct slice text, struct label_uses *out);
void label_write(const struct label *l, int number, struct buf *out); /* appends "[EMAIL_1]" */
/* Does the text hold that placeholder, its number being LABEL_FAR or more? */
bool label_is_used(const struct label_uses *u, const struct label *l, int number);
void label_uses_deinit(struct label_uses *u);

#endif
