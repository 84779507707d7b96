/* Latencies of a run's answered calls, for the summary at its end.
 *
 * Kept whole and sorted once: 200,000 calls are 800 KB, and no bucket ever blurs the p99.
 */
#include "pipeline/latency.h"

#include <stdlib.h>

#include "base/mem.h"

void latencies_init(struct latencies *l)
{
    *l = (struct latencies){NULL, 0, 0};
}

void latencies_deinit(struct latencies *l)
{
    mem_free(l->v);
}

void latencies_add(struct latencies *l, int64_t latency_us)
{
    if (l->n == l->cap) {
        l->cap = l->cap ? l->cap * 2 : 1024;
        l->v = mem_grow(l->v, l->cap, sizeof *l->v);
    }
    l->v[l->n++] = latency_us > INT32_MAX ? INT32_MAX : (int32_t)latency_us;
}

static int ascending(const void *a, const void *b)
{
    int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return (x > y) - (x < y);
}

/* Nearest rank: the smallest value with at least `percent` of all values at or below it. */
static int64_t at_percent(const struct latencies *l, size_t percent)
{
    size_t rank = (l->n * percent + 99) / 100;
    return l->v[rank > 0 ? rank - 1 : 0];
}

struct latency_figures latencies_figures(struct latencies *l)
{
    if (l->n == 0)
        return (struct latency_figures){-1, -1, -1, -1};
    qsort(l->v, l->n, sizeof *l->v, ascending);
    return (struct latency_figures){at_percent(l, 50), at_percent(l, 95), at_percent(l, 99),
                                    l->v[l->n - 1]};
}
