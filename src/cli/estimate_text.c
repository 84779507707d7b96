/* `estimate` for people: tickets, tiers and models, cost, saving, other models, time, and what was
 * taken for granted.
 */
#include <stdio.h>

#include "base/human.h"
#include "cli/estimate.h"
#include "model/money_show.h"
#include "report/table.h"

#define COLUMNS(heads) (int)(sizeof(heads) / sizeof *(heads))

static const char *number(int64_t n, char out[HUMAN_SIZE])
{
    human_count(n, out);
    return out;
}

static const char *amount(int64_t pusd, char out[MONEY_SHOW_SIZE])
{
    money_show_digits(pusd, out);
    return out;
}

static void percent(struct buf *out, int64_t ppm)
{
    buf_fmt(out, "%lld.%lld %%", (long long)(ppm / 10000), (long long)(ppm / 1000 % 10));
}

static void tickets(const struct estimate *e, struct buf *out)
{
    const struct sample *s = e->sample;
    char a[HUMAN_SIZE], b[HUMAN_SIZE];
    buf_str(out, "Estimate for ");
    table_clean(out, slice_str(s->source));
    if (s->partitions > 0)
        buf_fmt(out, ": %s records pending, from a sample of %s\n\n", number(s->pending, a),
                number(s->records, b));
    else
        buf_fmt(out, ": %s lines\n\n", number(s->pending, a));
    buf_fmt(out, "Tickets\n  to classify   %12s\n", number(e->tickets, a));
    buf_fmt(out, "  copies        %12s   ", number(e->copies, a));
    percent(out, e->copies_ppm);
    buf_fmt(out, ", cost nothing (%s)\n",
            e->copies_observed ? "as in earlier runs" : "as found here");
    buf_fmt(out, "  dead letters  %12s", number(e->dead, a));
    for (int i = 1; i < ESTIMATE_REASONS; i++) {
        if (s->by_reason[i] > 0)
            buf_fmt(out, "   %s", reason_name((enum reason)i));
    }
    buf_fmt(out, "\n  tombstones    %12s\n", number(e->tombstones, a));
}

static void add_money(struct table *t, const struct estimate_line *l, int64_t pusd)
{
    table_usd(t, l->priced ? pusd : -1);
}

static void lines(const struct estimate *e, struct buf *out)
{
    static const char *const heads[] = {"tier",    "model",        "provider",    "for",
                                        "tickets", "calls",        "input",       "cached",
                                        "output",  "expected USD", "at most USD", "per 1,000"};
    struct table t;
    table_init(&t, heads, "llllrrrrrrrr", COLUMNS(heads));
    for (size_t i = 0; i < e->line_count; i++) {
        const struct estimate_line *l = &e->lines[i];
        const struct config_model *m = &e->config->models[l->model];
        table_cell(&t, e->config->tiers[l->tier].name);
        table_cell(&t, m->name);
        table_cell(&t, e->config->providers[m->provider].name);
        table_cell(&t, purpose_name(l->purpose));
        table_count(&t, l->tickets);
        table_count(&t, l->calls);
        table_count(&t, l->input_tokens);
        table_count(&t, l->cached_tokens);
        table_count(&t, l->output_tokens);
        add_money(&t, l, l->cost_pusd);
        add_money(&t, l, l->upper_pusd);
        if (l->priced)
            table_usd_per_1000(&t, l->cost_pusd, l->tickets);
        else
            table_cell(&t, "-");
    }
    buf_str(out, "\nBy tier and model (tokens)\n");
    table_print(&t, out);
}

static void cost(const struct estimate *e, struct buf *out)
{
    char a[MONEY_SHOW_SIZE], b[HUMAN_SIZE];
    buf_fmt(out, "\nCost (USD)\n  expected      %12s", amount(e->cost_pusd, a));
    money_show_per_1000(e->cost_pusd, e->tickets, a);
    buf_fmt(out, "   %s per 1,000 tickets", a);
    if (e->again_pusd > 0)
        buf_fmt(out, "; %s of it for asking again, as in earlier runs", amount(e->again_pusd, a));
    buf_fmt(out, "\n  at most       %12s   what would be reserved if each were asked once\n",
            amount(e->upper_pusd, a));
    if (e->shadow_pusd > 0)
        buf_fmt(out, "  shadow        %12s   of the expected\n", amount(e->shadow_pusd, a));
    if (e->guard_pusd > 0)
        buf_fmt(out, "  guard         %12s   of the expected\n", amount(e->guard_pusd, a));
    if (e->unpriced_calls > 0)
        buf_fmt(out,
                "  unpriced      %12s calls, in none of these sums: give "
                "models.<name>.price\n",
                number(e->unpriced_calls, b));
}

static void saving(const struct estimate *e, struct buf *out)
{
    char a[MONEY_SHOW_SIZE];
    buf_fmt(out,
            "\nSaving (USD)\n  one a call    %12s   each ticket in a call of its own, nothing "
            "cached\n",
            amount(e->solo_pusd, a));
    buf_fmt(out, "  packing       %12s   taken off that\n",
            amount(e->solo_pusd - e->uncached_pusd, a));
    buf_fmt(out, "  caching       %12s   ", amount(e->uncached_pusd - e->first_pusd, a));
    if (e->cached_tokens > 0)
        buf_str(out, "taken off, at the part of input that was cached in earlier runs\n");
    else
        buf_fmt(out, "not counted on; %s if every call found the system message cached\n",
                amount(e->cache_pusd, a));
}

static void others(const struct estimate *e, struct buf *out)
{
    static const char *const heads[] = {"model", "provider", "USD", "of the expected"};
    struct table t;
    char text[48];
    if (e->other_count == 0)
        return;
    table_init(&t, heads, "llrr", COLUMNS(heads));
    for (size_t i = 0; i < e->other_count; i++) {
        const struct estimate_other *o = &e->others[i];
        const struct config_model *m = &e->config->models[o->model];
        int64_t tenths =
            e->first_pusd > 0 ? (int64_t)((__int128)o->cost_pusd * 10 / e->first_pusd) : -1;
        table_cell(&t, m->name);
        table_cell(&t, e->config->providers[m->provider].name);
        table_usd(&t, o->cost_pusd);
        snprintf(text, sizeof text, "%lld.%lld x", (long long)(tenths / 10),
                 (long long)(tenths % 10));
        table_cell(&t, tenths < 0 ? "-" : text);
    }
    buf_str(out, "\nAll of it on one model, nothing cached\n");
    table_print(&t, out);
}

static void pace(const struct estimate *e, struct buf *out)
{
    static const char *const bounds[] = {"calls in flight", "requests a minute", "tokens a minute"};
    char a[HUMAN_SIZE], b[HUMAN_SIZE];
    human_span(e->seconds, a);
    buf_fmt(out, "\nTime\n  about         %12s\n", e->calls > 0 ? a : "-");
    for (size_t i = 0; i < e->pace_count; i++) {
        const struct estimate_pace *p = &e->paces[i];
        const struct config_provider *c = &e->config->providers[p->provider];
        human_span(p->seconds, a);
        human_latency(p->latency_us, b);
        buf_fmt(out, "  %-13s %12s   %s a call, bound by %s", c->name, a, b, bounds[p->bound]);
        buf_fmt(out, " (%s in flight", number(c->max_in_flight, a));
        if (c->requests_per_minute > 0)
            buf_fmt(out, ", %s requests a minute", number(c->requests_per_minute, a));
        if (c->tokens_per_minute > 0)
            buf_fmt(out, ", %s tokens a minute", number(c->tokens_per_minute, a));
        buf_str(out, ")\n");
    }
}

/* Each line of `from` as an item of a list. */
static void list(const char *head, const struct buf *from, struct buf *out)
{
    if (from->n == 0)
        return;
    buf_fmt(out, "\n%s\n  ", head);
    for (size_t i = 0; i < from->n; i++) {
        buf_char(out, from->p[i]);
        if (from->p[i] == '\n' && i + 1 < from->n)
            buf_str(out, "  ");
    }
}

void estimate_text(const struct estimate *e, struct buf *out)
{
    struct buf said;
    buf_init(&said, SIZE_MAX);
    tickets(e, out);
    if (e->line_count > 0) {
        lines(e, out);
        cost(e, out);
        saving(e, out);
        others(e, out);
        pace(e, out);
    }
    estimate_warnings(e, &said);
    list("Look at", &said, out);
    buf_clear(&said);
    estimate_assumptions(e, &said);
    list("Taken for granted", &said, out);
    buf_deinit(&said);
}
