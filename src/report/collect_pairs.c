/* Second opinions: how often a shadow or the guard says the same as the result, and what that
 * says about packs.
 */
#include "report/collect.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "model/call.h"

#define MILLION 1000000

void report_interval(int64_t hits, int64_t of, int64_t *low_ppm, int64_t *high_ppm)
{
    const double z = 1.959963984540054;

    *low_ppm = 0;
    *high_ppm = MILLION;
    if (of <= 0)
        return;
    double n = (double)of, p = (double)hits / n;
    double middle = p + z * z / (2 * n);
    double half = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n));
    double scale = 1 + z * z / n;
    int64_t low = (int64_t)floor((middle - half) / scale * MILLION + 0.5);
    int64_t high = (int64_t)floor((middle + half) / scale * MILLION + 0.5);
    *low_ppm = low > 0 ? low : 0;
    *high_ppm = high < MILLION ? high : MILLION;
}

static struct report_pairs *pairing(struct report_pairings *all, struct slice name,
                                    struct slice detail, int64_t number)
{
    for (size_t i = 0; i < all->count; i++) {
        struct report_pairing *p = &all->v[i];
        if (p->number == number && slice_eq(slice_str(p->name), name) &&
            slice_eq(slice_str(p->detail), detail))
            return &p->of;
    }
    all->v = mem_grow(all->v, all->count + 1, sizeof *all->v);
    all->v[all->count] = (struct report_pairing){
        .name = mem_slice(name), .detail = mem_slice(detail), .number = number};
    return &all->v[all->count++].of;
}

static void add(struct collect *c, struct report_pairs *p, const struct ledger_row *row)
{
    int64_t pairs = ledger_row_i64(row, 7);

    collect_add(c, &p->pairs, pairs);
    if (slice_eq(ledger_row_text(row, 3), ledger_row_text(row, 4)))
        collect_add(c, &p->agree, pairs);
    collect_add(c, &p->confidence_ppm, ledger_row_i64(row, 8));
    collect_add(c, &p->priced, ledger_row_i64(row, 9));
    collect_add(c, &p->cost_pusd, ledger_row_i64(row, 10));
    collect_add(c, &p->primary_pusd, ledger_row_i64(row, 11));
}

static void add_shadow(struct collect *c, const struct ledger_row *row)
{
    struct report_routing *r = &c->report->routing;
    struct slice said = ledger_row_text(row, 3), instead = ledger_row_text(row, 4);

    add(c, pairing(&r->shadows, ledger_row_text(row, 1), ledger_row_text(row, 2), 0), row);
    add(c, pairing(&r->categories, said, SLICE_NONE, 0), row);
    if (!slice_eq(said, instead))
        add(c, pairing(&r->instead, said, instead, 0), row);
}

static void add_guard(struct collect *c, const struct ledger_row *row)
{
    struct report_routing *r = &c->report->routing;

    add(c, &r->guard, row);
    if (!ledger_row_null(row, 5))
        add(c, pairing(&r->sizes, SLICE_NONE, SLICE_NONE, ledger_row_i64(row, 5)), row);
    if (!ledger_row_null(row, 6))
        add(c, pairing(&r->slots, SLICE_NONE, SLICE_NONE, ledger_row_i64(row, 6)), row);
}

void collect_pair(void *self, const struct ledger_row *row)
{
    struct collect *c = self;

    if (ledger_row_null(row, 3))
        collect_add(c, &c->report->routing.without_result, ledger_row_i64(row, 7));
    else if (ledger_row_i64(row, 0) == PURPOSE_GUARD)
        add_guard(c, row);
    else
        add_shadow(c, row);
}

/* --- order and advice ------------------------------------------------------------------------ */

static int by_name(const struct report_pairing *x, const struct report_pairing *y)
{
    int order = strcmp(x->name ? x->name : "", y->name ? y->name : "");
    return order != 0 ? order : strcmp(x->detail ? x->detail : "", y->detail ? y->detail : "");
}

static int by_pairs(const void *a, const void *b)
{
    const struct report_pairing *x = a, *y = b;
    if (x->of.pairs != y->of.pairs)
        return x->of.pairs < y->of.pairs ? 1 : -1;
    return by_name(x, y);
}

static int by_number(const void *a, const void *b)
{
    const struct report_pairing *x = a, *y = b;
    return (x->number > y->number) - (x->number < y->number);
}

/* Most tickets on which they differ first. */
static int by_difference(const void *a, const void *b)
{
    const struct report_pairing *x = a, *y = b;
    int64_t dx = x->of.pairs - x->of.agree, dy = y->of.pairs - y->of.agree;
    if (dx != dy)
        return dx < dy ? 1 : -1;
    return by_name(x, y);
}

static void sort(struct report_pairings *p, int (*order)(const void *, const void *))
{
    if (p->count > 1)
        qsort(p->v, p->count, sizeof *p->v, order);
}

void collect_pairs_finish(struct collect *c)
{
    struct report_routing *r = &c->report->routing;

    sort(&r->shadows, by_pairs);
    sort(&r->categories, by_difference);
    sort(&r->instead, by_pairs);
    sort(&r->sizes, by_number);
    sort(&r->slots, by_number);
    for (size_t i = 0; i < r->sizes.count; i++) {
        const struct report_pairs *p = &r->sizes.v[i].of;
        int64_t low, high;
        report_interval(p->agree, p->pairs, &low, &high);
        if (low >= r->warn_below_percent * (MILLION / 100))
            r->advised_size = r->sizes.v[i].number;
    }
}
