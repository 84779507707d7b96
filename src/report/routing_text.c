/* Where tickets went and how the endpoints kept up, as tables that fit 80 columns. */
#include "report/routing_out.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/human.h"
#include "report/table.h"

#define COLUMNS(heads) (int)(sizeof(heads) / sizeof *(heads))

static void percent(struct table *t, int64_t part, int64_t whole)
{
    char text[HUMAN_SIZE];

    snprintf(text, sizeof text, "%.1f %%", whole > 0 ? (double)part * 100 / (double)whole : 0);
    table_cell(t, text);
}

static void minutes(struct table *t, int64_t us)
{
    char text[HUMAN_SIZE];

    snprintf(text, sizeof text, "%.1f min", (double)us / 60e6);
    table_cell(t, text);
}

static void latency(struct table *t, int64_t us)
{
    char text[HUMAN_SIZE];

    human_latency(us, text);
    table_cell(t, text);
}

static void place(struct table *t, const char *provider, const char *endpoint)
{
    struct buf name;

    buf_init(&name, SIZE_MAX);
    buf_fmt(&name, "%s/%s", provider, endpoint);
    buf_char(&name, '\0');
    table_cell(t, name.p);
    buf_deinit(&name);
}

static void tiers(const struct report_routing *r, struct buf *out)
{
    static const char *const heads[] = {"tier",    "results", "calls",     "failed",
                                        "unknown", "USD",     "per 1,000", "extra USD"};
    struct table t;

    if (r->tiers.count == 0)
        return;
    buf_str(out, "\nBy tier (extra: shadow and guard, in none of the other columns)\n");
    table_init(&t, heads, "lrrrrrrr", COLUMNS(heads));
    for (size_t i = 0; i < r->tiers.count; i++) {
        const struct report_group *g = &r->tiers.v[i];
        bool unpriced = g->answered > 0 && g->unpriced == g->answered;
        table_cell(&t, g->name);
        table_count(&t, g->tickets);
        table_count(&t, g->calls);
        table_count(&t, g->failed);
        table_count(&t, g->unknown);
        table_usd(&t, unpriced ? -1 : g->cost_pusd);
        table_usd_per_1000(&t, unpriced ? -1 : g->cost_pusd, g->tickets);
        table_usd(&t, g->extra_pusd);
    }
    table_print(&t, out);
}

static void routes(const struct report *r, struct buf *out)
{
    static const char *const heads[] = {"route > tier", "results", "share",    "review",
                                        "dead",         "open",    "per 1,000"};
    const struct report_groups *all = &r->routing.routes;
    struct table t;

    if (all->count == 0)
        return;
    buf_str(out, "\nBy route\n");
    table_init(&t, heads, "lrrrrrr", COLUMNS(heads));
    for (size_t i = 0; i < all->count; i++) {
        const struct report_group *g = &all->v[i];
        int64_t priced = g->tickets - g->unpriced;
        table_cell(&t, g->name != NULL ? g->name : "none");
        table_count(&t, g->tickets);
        percent(&t, g->tickets, r->tickets.results);
        table_count(&t, g->needs_review);
        table_count(&t, g->dead);
        table_count(&t, g->pending);
        table_usd_per_1000(&t, priced > 0 || g->tickets == 0 ? g->cost_pusd : -1, priced);
    }
    table_print(&t, out);
}

static void endpoint_calls(const struct report_routing *r, struct buf *out)
{
    static const char *const heads[] = {"endpoint", "answered", "failed", "unknown",
                                        "p50",      "p95",      "p99",    "max"};
    struct table t;

    buf_str(out, "\nBy endpoint, with the latency of answered calls\n");
    table_init(&t, heads, "lrrrrrrr", COLUMNS(heads));
    for (size_t i = 0; i < r->endpoint_count; i++) {
        const struct report_endpoint *e = &r->endpoints[i];
        place(&t, e->provider, e->name);
        table_count(&t, e->answered);
        table_count(&t, e->failed);
        table_count(&t, e->unknown);
        latency(&t, e->latency_us.p50);
        latency(&t, e->latency_us.p95);
        latency(&t, e->latency_us.p99);
        latency(&t, e->latency_us.max);
    }
    table_print(&t, out);
}

static void endpoint_causes(const struct report_routing *r, struct buf *out)
{
    static const char *const heads[] = {"endpoint", "state", "cause", "calls"};
    struct table t;
    size_t rows = 0;

    for (size_t i = 0; i < r->endpoint_count; i++)
        rows += r->endpoints[i].causes.count;
    if (rows == 0)
        return;
    buf_str(out, "\nCalls without an answer, by endpoint\n");
    table_init(&t, heads, "lllr", COLUMNS(heads));
    for (size_t i = 0; i < r->endpoint_count; i++) {
        const struct report_endpoint *e = &r->endpoints[i];
        for (size_t k = 0; k < e->causes.count; k++) {
            place(&t, e->provider, e->name);
            table_cell(&t, e->causes.v[k].detail);
            table_cell(&t, e->causes.v[k].name);
            table_count(&t, e->causes.v[k].calls);
        }
    }
    table_print(&t, out);
}

static void targets(const struct report_routing *r, struct buf *out)
{
    static const char *const heads[] = {"endpoint", "p99", "target", "", "down", "allowed", ""};
    struct table t;

    buf_str(out, "\nAgainst the targets (down: this month, seen by runs; allowed: of 30 days)\n");
    table_init(&t, heads, "lrrlrrl", COLUMNS(heads));
    for (size_t i = 0; i < r->endpoint_count; i++) {
        const struct report_endpoint *e = &r->endpoints[i];
        place(&t, e->provider, e->name);
        latency(&t, e->latency_us.p99);
        latency(&t, e->target_p99_us);
        table_cell(&t, e->latency_us.count == 0                ? "no answer"
                       : e->latency_us.p99 <= e->target_p99_us ? "kept"
                                                               : "MISSED");
        minutes(&t, e->down_us);
        minutes(&t, e->allowed_us);
        table_cell(&t, e->down_us <= e->allowed_us ? "kept" : "MISSED");
    }
    table_print(&t, out);
}

static void moment(struct table *t, int64_t unix_us)
{
    char text[CLOCK_ISO_SIZE];

    clock_iso_ms(unix_us, text);
    memcpy(text + 19, "Z", 2); /* whole seconds are enough */
    table_cell(t, text);
}

static void outages(const struct report_routing *r, struct buf *out)
{
    static const char *const heads[] = {"endpoint", "cause", "from (UTC)", "for", ""};
    char span[HUMAN_SIZE];
    struct table t;
    size_t first =
        r->outage_count > REPORT_OUTAGES_SHOWN ? r->outage_count - REPORT_OUTAGES_SHOWN : 0;

    if (r->outage_count == 0)
        return;
    buf_str(out, "\nOutages");
    if (first > 0)
        buf_fmt(out, " (the latest %d of %zu)", REPORT_OUTAGES_SHOWN, r->outage_count);
    buf_char(out, '\n');
    table_init(&t, heads, "lllrl", COLUMNS(heads));
    for (size_t i = first; i < r->outage_count; i++) {
        const struct report_outage *o = &r->outages[i];
        place(&t, o->provider, o->endpoint);
        table_cell(&t, o->cause);
        moment(&t, o->from_unix_us);
        human_span((o->to_unix_us - o->from_unix_us + 500000) / 1000000, span);
        table_cell(&t, span);
        table_cell(&t, o->open ? "or longer" : "");
    }
    table_print(&t, out);
}

void routing_text(const struct report *r, struct buf *out)
{
    tiers(&r->routing, out);
    routes(r, out);
    if (r->routing.endpoint_count > 0) {
        endpoint_calls(&r->routing, out);
        endpoint_causes(&r->routing, out);
        targets(&r->routing, out);
    }
    outages(&r->routing, out);
}
