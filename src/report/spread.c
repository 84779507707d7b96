/* Percentiles by nearest rank: of n values in order, the p-th is number ceil(p·n/100). Several
 * ledgers add to one spread; their pairs are sorted together at the end.
 */
#include "report/spread.h"

#include <stdlib.h>

#include "base/mem.h"

void spread_init(struct spread *s)
{
    *s = (struct spread){NULL, 0, 0};
}

void spread_deinit(struct spread *s)
{
    mem_free(s->v);
    spread_init(s);
}

void spread_add(struct spread *s, int64_t value, int64_t times)
{
    if (times <= 0)
        return;
    if (s->count == s->cap) {
        s->cap = s->cap > 0 ? s->cap * 2 : 64;
        s->v = mem_grow(s->v, s->cap, sizeof *s->v);
    }
    s->v[s->count++] = (struct spread_pair){value, times};
}

static int by_value(const void *a, const void *b)
{
    const struct spread_pair *x = a, *y = b;
    return (x->value > y->value) - (x->value < y->value);
}

static int64_t percentile(const struct spread *s, int64_t total, int percent)
{
    /* ceil(total * percent / 100) without overflow */
    int64_t rank = total / 100 * percent + (total % 100 * percent + 99) / 100;
    int64_t seen = 0;
    for (size_t i = 0; i < s->count; i++) {
        seen += s->v[i].times;
        if (seen >= rank)
            return s->v[i].value;
    }
    return s->v[s->count - 1].value;
}

struct report_spread spread_work_out(struct spread *s)
{
    struct report_spread out = {.count = 0, .p50 = -1, .p95 = -1, .p99 = -1, .max = -1};
    if (s->count == 0)
        return out;
    qsort(s->v, s->count, sizeof *s->v, by_value);
    for (size_t i = 0; i < s->count; i++)
        out.count += s->v[i].times;
    out.p50 = percentile(s, out.count, 50);
    out.p95 = percentile(s, out.count, 95);
    out.p99 = percentile(s, out.count, 99);
    out.max = s->v[s->count - 1].value;
    return out;
}
