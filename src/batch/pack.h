/* Collects tickets into packs: which ones go to the model together, and when.
 *
 * A pack is homogeneous (route, language, attempt class) and bounded in tickets, estimated tokens
 * and bytes. First in, first out within a key. A pack is ready when another ticket would not fit
 * or it has waited `linger`; a solo ticket is ready at once. Time is an argument, nothing is
 * allocated per ticket, items are the caller's. Not thread-safe. */
#ifndef TICKETMILL_BATCH_PACK_H
#define TICKETMILL_BATCH_PACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/list.h"
#include "batch/ids.h"
#include "model/language.h"

struct pack_limits {
    int64_t max_tickets;       /* 1 … PACK_TICKETS_LIMIT */
    int64_t max_tokens;        /* Σ est_tokens; one ticket above it goes alone */
    int64_t max_bytes;         /* Σ bytes; likewise */
    int64_t linger_us;         /* 0 = ready at once */
    int64_t solo_above_tokens; /* est_tokens above this goes alone */
};

/* Embedded in the caller's ticket. Fill everything but node and added_mono_us. */
struct pack_item {
    struct list node; /* the packer's while inside */
    int64_t added_mono_us;
    int64_t est_tokens; /* corrected for the model */
    size_t bytes;
    int route; /* ≥ 0: tickets of different routes are never mixed */
    enum language language;
    int attempt_class; /* ≥ 0: tickets of different classes are never mixed (0 = first time) */
    bool solo;         /* goes alone in any case */
    void *ticket;
};

struct packer;

struct packer *packer_new(const struct pack_limits *limits); /* copied */
void packer_free(struct packer *p); /* takes NULL; items inside stay with their owner */

/* The item stays the caller's and must live until packer_next or packer_remove gives it back. */
void packer_add(struct packer *p, struct pack_item *item, int64_t now_mono_us);
void packer_remove(struct packer *p, struct pack_item *item); /* it must be inside */

/* The route's next ready pack: writes its items in order of arrival to out (room for max_tickets)
 * and returns how many; 0 = none is ready. flush: everything is ready. Solo tickets come first,
 * then the key whose oldest ticket has waited longest. */
size_t packer_next(struct packer *p, int route, int64_t now_mono_us, bool flush,
                   struct pack_item **out);

/* When packer_next will have something of that route if nothing is added: a time in the past when
 * it has now, INT64_MAX when nothing of the route is inside. */
int64_t packer_deadline(const struct packer *p, int route);

size_t packer_count(const struct packer *p); /* tickets inside */

#endif
