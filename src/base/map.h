/* Hash map from bytes to a pointer. Keys are copied; values are borrowed. SipHash with a
 * per-process random key, so ticket authors cannot make it slow. Not thread-safe. */
#ifndef TICKETMILL_BASE_MAP_H
#define TICKETMILL_BASE_MAP_H

#include "base/slice.h"

struct map;

struct map *map_new(void);
void map_free(struct map *m); /* keys only; values stay with their owner; takes NULL */
void *map_get(const struct map *m, struct slice key);        /* NULL = absent */
void *map_put(struct map *m, struct slice key, void *value); /* old value or NULL */
void *map_remove(struct map *m, struct slice key);           /* removed value or NULL */
size_t map_count(const struct map *m);
/* Calls fn for every entry in no particular order; fn must not change the map. */
void map_each(const struct map *m, void (*fn)(void *self, struct slice key, void *value),
              void *self);

#endif
