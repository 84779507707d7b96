/* Bump allocator: blocks that double in size, freed together. An allocation larger than the next
 * block gets a block of its own size. Nothing is ever given back singly.
 */
#include "base/arena.h"

#include <stdalign.h>

#include "base/mem.h"

#define ALIGN         16
#define FIRST_BLOCK   ((size_t)1000) /* what malloc serves from a cache of the thread */
#define LARGEST_BLOCK ((size_t)256 << 10)

struct arena_block {
    struct arena_block *older;
    alignas(ALIGN) char bytes[];
};

void arena_init(struct arena *a)
{
    *a = (struct arena){.blocks = NULL};
}

void arena_deinit(struct arena *a)
{
    while (a->blocks) {
        struct arena_block *b = a->blocks;
        a->blocks = b->older;
        mem_free(b);
    }
    arena_init(a);
}

static void add_block(struct arena *a, size_t n)
{
    size_t cap = a->cap ? a->cap * 2 : FIRST_BLOCK;
    if (cap > LARGEST_BLOCK)
        cap = LARGEST_BLOCK;
    if (cap < n)
        cap = n;
    struct arena_block *b = mem_alloc(sizeof *b + cap);
    b->older = a->blocks;
    a->blocks = b;
    a->used = 0;
    a->cap = cap;
    a->total += cap;
}

void *arena_alloc(struct arena *a, size_t n)
{
    /* Beyond this no allocator can serve it; asking mem_alloc ends the process as it should. */
    if (n > SIZE_MAX / 2)
        return mem_alloc(n);
    size_t rounded = (n + ALIGN - 1) & ~(size_t)(ALIGN - 1);
    if (!a->blocks || rounded > a->cap - a->used)
        add_block(a, rounded);
    void *p = a->blocks->bytes + a->used;
    a->used += rounded;
    return p;
}

void *arena_zalloc(struct arena *a, size_t n)
{
    return memset(arena_alloc(a, n), 0, n);
}

struct slice arena_copy(struct arena *a, struct slice s)
{
    return s.p ? slice_of(arena_str(a, s), s.n) : SLICE_NONE;
}

char *arena_str(struct arena *a, struct slice s)
{
    char *p = arena_alloc(a, s.n + 1);
    if (s.n > 0)
        memcpy(p, s.p, s.n);
    p[s.n] = '\0';
    return p;
}
