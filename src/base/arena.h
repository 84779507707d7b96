/* Many small allocations with one end: freed together. Not thread-safe. */
#ifndef TICKETMILL_BASE_ARENA_H
#define TICKETMILL_BASE_ARENA_H

#include <stddef.h>

#include "base/slice.h"

struct arena_block;
struct arena {
    struct arena_block *blocks;
    size_t used, cap; /* of the newest block */
    size_t total;     /* bytes held in all blocks */
};

void arena_init(struct arena *a); /* no allocation yet */
void arena_deinit(struct arena *a);
void *arena_alloc(struct arena *a, size_t n); /* 16-byte aligned, uninitialised */
void *arena_zalloc(struct arena *a, size_t n);
struct slice arena_copy(struct arena *a, struct slice s); /* with a NUL behind; NONE stays NONE */
char *arena_str(struct arena *a, struct slice s);         /* same bytes as a C string */

#endif
