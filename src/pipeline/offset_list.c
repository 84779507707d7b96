/* Keeps what the ledger's and the done-set's callbacks tell, in their order. Knows nothing of what
 * an offset means.
 */
#include "pipeline/offset_list.h"

#include "base/mem.h"

void offset_list_add(void *list, int64_t offset)
{
    struct offset_list *l = list;
    if (l->n == l->cap) {
        l->cap = l->cap ? l->cap * 2 : 256;
        l->v = mem_grow(l->v, l->cap, sizeof *l->v);
    }
    l->v[l->n++] = offset;
}
