/* Binary min-heap of intrusive nodes ordered by an int64 key (a time, mostly). Equal keys leave
 * in the order they came. Not thread-safe. */
#ifndef TICKETMILL_BASE_HEAP_H
#define TICKETMILL_BASE_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HEAP_OUT ((size_t)-1)

struct heap_node {
    int64_t key;
    uint64_t order; /* set by heap_add */
    size_t at;      /* index in the heap, HEAP_OUT when in none: set it before first use */
};

struct heap {
    struct heap_node **v;
    size_t n, cap;
    uint64_t next_order;
};

void heap_init(struct heap *h);
void heap_deinit(struct heap *h); /* nodes stay with their owner */
void heap_add(struct heap *h, struct heap_node *node, int64_t key);
void heap_remove(struct heap *h, struct heap_node *node); /* no-op when it is in none */
struct heap_node *heap_min(const struct heap *h);         /* NULL = empty */

#endif
