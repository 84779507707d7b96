/* Binary min-heap over an array of node pointers. Each node knows its index, so removal from the
 * middle costs O(log n); `order` counts insertions and breaks ties, which makes the order of
 * equal keys first come, first served.
 */
#include "base/heap.h"

#include <assert.h>

#include "base/mem.h"

void heap_init(struct heap *h)
{
    *h = (struct heap){.v = NULL};
}

void heap_deinit(struct heap *h)
{
    for (size_t i = 0; i < h->n; i++)
        h->v[i]->at = HEAP_OUT;
    mem_free(h->v);
    heap_init(h);
}

static bool before(const struct heap_node *a, const struct heap_node *b)
{
    return a->key < b->key || (a->key == b->key && a->order < b->order);
}

static void place(struct heap *h, size_t at, struct heap_node *node)
{
    h->v[at] = node;
    node->at = at;
}

/* Both move a hole from `at` towards where node belongs and put it there. */
static void sift_up(struct heap *h, size_t at, struct heap_node *node)
{
    while (at > 0 && before(node, h->v[(at - 1) / 2])) {
        place(h, at, h->v[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
    place(h, at, node);
}

static void sift_down(struct heap *h, size_t at, struct heap_node *node)
{
    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= h->n)
            break;
        if (child + 1 < h->n && before(h->v[child + 1], h->v[child]))
            child++;
        if (!before(h->v[child], node))
            break;
        place(h, at, h->v[child]);
        at = child;
    }
    place(h, at, node);
}

void heap_add(struct heap *h, struct heap_node *node, int64_t key)
{
    assert(node->at == HEAP_OUT);
    if (h->n == h->cap) {
        h->cap = h->cap ? h->cap * 2 : 16;
        h->v = mem_grow(h->v, h->cap, sizeof *h->v);
    }
    node->key = key;
    node->order = h->next_order++;
    sift_up(h, h->n++, node);
}

void heap_remove(struct heap *h, struct heap_node *node)
{
    size_t at = node->at;
    if (at == HEAP_OUT)
        return;
    assert(at < h->n && h->v[at] == node);
    node->at = HEAP_OUT;
    struct heap_node *last = h->v[--h->n];
    if (last == node)
        return;
    if (at > 0 && before(last, h->v[(at - 1) / 2]))
        sift_up(h, at, last);
    else
        sift_down(h, at, last);
}

struct heap_node *heap_min(const struct heap *h)
{
    return h->n ? h->v[0] : NULL;
}
