/* Second opinions for people: how sure an agreement is stands beside it, because a few pairs prove
 * nothing.
 */
#include "report/routing_out.h"

#include <stdio.h>

#include "base/human.h"
#include "model/money_show.h"
#include "report/table.h"

#define COLUMNS(heads) (int)(sizeof(heads) / sizeof *(heads))
#define SHOWN          5 /* categories, and what was said instead */

static void share(const struct report_pairs *p, char out[32])
{
    snprintf(out, 32, "%.1f %%", p->pairs > 0 ? (double)p->agree * 100 / (double)p->pairs : 0);
}

static void interval(const struct report_pairs *p, char out[32])
{
    int64_t low, high;

    report_interval(p->agree, p->pairs, &low, &high);
    snprintf(out, 32, "%.1f to %.1f %%", (double)low / 1e4, (double)high / 1e4);
}

/* pairs, agree, interval */
static void agreement(struct table *t, const struct report_pairs *p)
{
    char text[32];

    table_count(t, p->pairs);
    share(p, text);
    table_cell(t, text);
    interval(p, text);
    table_cell(t, text);
}

/* Agreement, confidence and costs of both sides. */
static void sides(const struct report_pairs *p, const char *other, struct buf *out)
{
    char ours[MONEY_SHOW_SIZE], theirs[MONEY_SHOW_SIZE], more[MONEY_SHOW_SIZE];
    int64_t difference = p->cost_pusd - p->primary_pusd;
    char text[HUMAN_SIZE], agree[32], range[32];

    human_count(p->pairs, text);
    share(p, agree);
    interval(p, range);
    buf_fmt(out, "%s pairs\n    same category  %s (95 %% interval %s)\n", text, agree, range);
    buf_fmt(out, "    confidence     %+.3f on average (%s minus result)\n",
            p->pairs > 0 ? (double)p->confidence_ppm / 1e6 / (double)p->pairs : 0, other);
    if (p->priced == 0) {
        buf_str(out, "    USD per 1,000  not known of any pair\n");
        return;
    }
    money_show_per_1000(p->primary_pusd, p->priced, ours);
    money_show_per_1000(p->cost_pusd, p->priced, theirs);
    money_show_per_1000(difference < 0 ? -difference : difference, p->priced, more);
    buf_fmt(out, "    USD per 1,000  result %s, %s %s, difference %s%s\n", ours, other, theirs,
            difference < 0 ? "-" : "+", more);
}

static void categories(const struct report_routing *r, struct buf *out)
{
    static const char *const heads[] = {"category of the result", "pairs", "agree",
                                        "95 % interval"};
    struct table t;

    buf_str(out, "  Where they differ most\n");
    table_init(&t, heads, "lrrr", COLUMNS(heads));
    for (size_t i = 0; i < r->categories.count && i < SHOWN; i++) {
        table_cell(&t, r->categories.v[i].name);
        agreement(&t, &r->categories.v[i].of);
    }
    table_print(&t, out);
}

static void instead(const struct report_routing *r, struct buf *out)
{
    static const char *const heads[] = {"result", "shadow said", "pairs"};
    struct table t;

    if (r->instead.count == 0)
        return;
    table_init(&t, heads, "llr", COLUMNS(heads));
    for (size_t i = 0; i < r->instead.count && i < SHOWN; i++) {
        table_cell(&t, r->instead.v[i].name);
        table_cell(&t, r->instead.v[i].detail);
        table_count(&t, r->instead.v[i].of.pairs);
    }
    table_print(&t, out);
}

static void shadow(const struct report_routing *r, struct buf *out)
{
    if (r->shadows.count == 0)
        return;
    buf_str(out, "\nShadow: tickets that another tier was asked about too\n");
    for (size_t i = 0; i < r->shadows.count; i++) {
        const struct report_pairing *p = &r->shadows.v[i];
        buf_str(out, "  ");
        table_clean(out, p->name != NULL ? slice_str(p->name) : SLICE_LIT("?"));
        buf_str(out, " beside ");
        table_clean(out, p->detail != NULL ? slice_str(p->detail) : SLICE_LIT("?"));
        buf_str(out, ": ");
        sides(&p->of, "shadow", out);
    }
    categories(r, out);
    instead(r, out);
}

static void numbered(const struct report_pairings *all, const char *first, int64_t from,
                     struct buf *out)
{
    const char *heads[] = {first, "pairs", "agree", "95 % interval"};
    struct table t;

    if (all->count == 0)
        return;
    table_init(&t, heads, "rrrr", COLUMNS(heads));
    for (size_t i = 0; i < all->count; i++) {
        table_count(&t, all->v[i].number + from);
        agreement(&t, &all->v[i].of);
    }
    table_print(&t, out);
}

static void advice(const struct report_routing *r, struct buf *out)
{
    const struct report_pairs *p = &r->guard;

    if (p->agree * 100 < p->pairs * r->warn_below_percent)
        buf_fmt(out, "  WARNING: below guard.warn_below (%lld %%); smaller packs may be better\n",
                (long long)r->warn_below_percent);
    if (r->advised_size > 0)
        buf_fmt(out, "  Advised pack size: %lld, the largest that surely agrees in %lld %%\n",
                (long long)r->advised_size, (long long)r->warn_below_percent);
    else
        buf_fmt(out,
                "  Advised pack size: more data is needed (no size surely agrees in %lld %%)\n",
                (long long)r->warn_below_percent);
}

static void guard(const struct report_routing *r, struct buf *out)
{
    if (r->guard.pairs == 0)
        return;
    buf_str(out, "\nGuard: tickets of packs that were asked again alone\n  ");
    sides(&r->guard, "alone", out);
    advice(r, out);
    numbered(&r->sizes, "tickets in the pack", 0, out);
    numbered(&r->slots, "place in the pack", 1, out);
}

void pairs_text(const struct report *r, struct buf *out)
{
    char text[HUMAN_SIZE];

    shadow(&r->routing, out);
    guard(&r->routing, out);
    if (r->routing.without_result > 0) {
        human_count(r->routing.without_result, text);
        buf_fmt(out, "\n  %s second opinions are of tickets that have no result\n", text);
    }
}
