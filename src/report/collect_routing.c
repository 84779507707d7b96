/* Routes, what is left of the budget and of the topic's time, and what was expected of the runs.
 * Endpoints are collect_endpoints.c, second opinions collect_pairs.c.
 */
#include "report/collect.h"

#include <stdio.h>

#include "base/mem.h"

#define MILLION 1000000

static void collect_route(void *self, const struct ledger_row *row)
{
    struct collect *c = self;
    struct report_group *g =
        collect_group(&c->report->routing.routes, ledger_row_text(row, 0), SLICE_NONE);

    collect_add(c, &g->tickets, ledger_row_i64(row, 1));
    collect_add(c, &g->reused, ledger_row_i64(row, 2));
    collect_add(c, &g->needs_review, ledger_row_i64(row, 3));
    collect_add(c, &g->unpriced, ledger_row_i64(row, 4));
    collect_add(c, &g->confidence_ppm, ledger_row_i64(row, 5));
    collect_add(c, &g->cost_pusd, ledger_row_i64(row, 6));
    collect_add(c, &g->dead, ledger_row_i64(row, 7));
    collect_add(c, &g->pending, ledger_row_i64(row, 8));
    collect_add(c, &g->input_tokens, ledger_row_i64(row, 9));
    collect_add(c, &g->output_tokens, ledger_row_i64(row, 10));
}

static void collect_spent(void *self, const struct ledger_row *row)
{
    struct collect *c = self;

    collect_add(c, &c->report->routing.day_pusd, ledger_row_i64(row, 0));
    collect_add(c, &c->report->routing.month_pusd, ledger_row_i64(row, 1));
}

static struct report_waiting *waiting_of(struct report_routing *r, struct slice topic)
{
    for (size_t i = 0; i < r->waiting_count; i++) {
        if (slice_eq(slice_str(r->waiting[i].topic), topic))
            return &r->waiting[i];
    }
    r->waiting = mem_grow(r->waiting, r->waiting_count + 1, sizeof *r->waiting);
    r->waiting[r->waiting_count] = (struct report_waiting){
        .topic = mem_slice(topic), .oldest_unix_ms = -1, .retention_ms = -1, .leaves_unix_us = -1};
    return &r->waiting[r->waiting_count++];
}

static void collect_waiting(void *self, const struct ledger_row *row)
{
    struct collect *c = self;
    struct report_waiting *w = waiting_of(&c->report->routing, ledger_row_text(row, 0));
    int64_t oldest = ledger_row_null(row, 2) ? -1 : ledger_row_i64(row, 2);

    collect_add(c, &w->tickets, ledger_row_i64(row, 1));
    if (oldest >= 0 && (w->oldest_unix_ms < 0 || oldest < w->oldest_unix_ms))
        w->oldest_unix_ms = oldest;
    if (!ledger_row_null(row, 3)) {
        w->retention_known = true;
        w->retention_ms = ledger_row_i64(row, 3);
    }
    int64_t leaves_ms;
    if (w->retention_known && w->retention_ms >= 0 && w->oldest_unix_ms >= 0 &&
        !__builtin_add_overflow(w->oldest_unix_ms, w->retention_ms, &leaves_ms) &&
        !__builtin_mul_overflow(leaves_ms, 1000, &w->leaves_unix_us))
        return;
    w->leaves_unix_us = -1;
}

static void collect_estimate(void *self, const struct ledger_row *row)
{
    struct collect *c = self;
    struct report_routing *r = &c->report->routing;
    int64_t started = ledger_row_i64(row, 1);

    r->estimates = mem_grow(r->estimates, r->estimate_count + 1, sizeof *r->estimates);
    r->estimates[r->estimate_count++] = (struct report_estimate){
        .run_id = mem_slice(ledger_row_text(row, 0)),
        .started_unix_us = started,
        .made_unix_us = ledger_row_i64(row, 3),
        .tickets = ledger_row_i64(row, 4),
        .calls = ledger_row_i64(row, 5),
        .cost_pusd = ledger_row_pusd(row, 6),
        .upper_pusd = ledger_row_pusd(row, 7),
        .seconds = ledger_row_i64(row, 8),
        .came_tickets = ledger_row_i64(row, 9),
        .came_calls = ledger_row_i64(row, 10),
        .came_pusd = ledger_row_i64(row, 11),
        .came_unknown_pusd = ledger_row_i64(row, 12),
        .came_unpriced = ledger_row_i64(row, 13),
        .came_seconds = ledger_row_null(row, 2) ? -1 : (ledger_row_i64(row, 2) - started) / MILLION,
    };
}

enum status collect_routing(struct collect *c, struct ledger_reader *reader, struct fail *fail)
{
    const struct ledger_arg month[] = {ARG_I64(c->month_unix_us), ARG_I64(c->month_end_unix_us)};
    const struct ledger_arg since[] = {ARG_I64(c->day_unix_us), ARG_I64(c->month_unix_us)};
    enum status st = ledger_read(reader, VIEW_ROUTES, NULL, collect_route, c, fail);

    if (st == ST_OK)
        st = ledger_read(reader, VIEW_OUTAGES, month, collect_outage, c, fail);
    if (st == ST_OK)
        st = ledger_read(reader, VIEW_COMPARISONS, NULL, collect_pair, c, fail);
    if (st == ST_OK)
        st = ledger_read(reader, VIEW_SPENT, since, collect_spent, c, fail);
    if (st == ST_OK)
        st = ledger_read(reader, VIEW_WAITING, NULL, collect_waiting, c, fail);
    if (st == ST_OK)
        st = ledger_read(reader, VIEW_ESTIMATES, NULL, collect_estimate, c, fail);
    return st;
}

/* --- caps ------------------------------------------------------------------------------------ */

/* One shard alone has its part of a cap; all shards together have the whole. */
static int64_t part_of(const struct collect *c, int64_t cap_pusd)
{
    const struct report *r = c->report;
    bool alone = r->ledger_count == 1 && r->ledgers[0].shards > 1;

    if (cap_pusd == CONFIG_OFF || !alone)
        return cap_pusd;
    return (int64_t)((__int128)cap_pusd * c->setting->config->shard_fraction_ppm / MILLION);
}

static void add_cap(struct collect *c, const char *name, int64_t cap_pusd, int64_t spent_pusd)
{
    struct report_routing *r = &c->report->routing;

    if (cap_pusd == CONFIG_OFF)
        return;
    r->caps = mem_grow(r->caps, r->cap_count + 1, sizeof *r->caps);
    r->caps[r->cap_count++] = (struct report_cap){mem_str(name), part_of(c, cap_pusd), spent_pusd};
}

void collect_caps(struct collect *c)
{
    const struct config *config = c->setting->config;
    struct report_routing *r = &c->report->routing;
    char name[128];

    r->configured = config != NULL;
    if (config == NULL)
        return;
    add_cap(c, "day", config->budget.day_pusd, r->day_pusd);
    add_cap(c, "month", config->budget.month_pusd, r->month_pusd);
    add_cap(c, "run", config->budget.run_pusd, -1);
    add_cap(c, "shadow", config->budget.shadow_pusd, -1);
    for (int i = 0; i < config->tier_count; i++) {
        snprintf(name, sizeof name, "tier %s", config->tiers[i].name);
        add_cap(c, name, config->tiers[i].budget_pusd, -1);
    }
}

/* --- freeing --------------------------------------------------------------------------------- */

static void free_pairings(struct report_pairings *p)
{
    for (size_t i = 0; i < p->count; i++) {
        mem_free(p->v[i].name);
        mem_free(p->v[i].detail);
    }
    mem_free(p->v);
}

static void free_endpoints(struct report_routing *r)
{
    for (size_t i = 0; i < r->endpoint_count; i++) {
        mem_free(r->endpoints[i].provider);
        mem_free(r->endpoints[i].name);
        collect_groups_free(&r->endpoints[i].causes);
    }
    mem_free(r->endpoints);
    for (size_t i = 0; i < r->outage_count; i++) {
        mem_free(r->outages[i].provider);
        mem_free(r->outages[i].endpoint);
        mem_free(r->outages[i].cause);
        mem_free(r->outages[i].run_id);
    }
    mem_free(r->outages);
}

void collect_routing_free(struct report_routing *r)
{
    collect_groups_free(&r->routes);
    collect_groups_free(&r->tiers);
    free_endpoints(r);
    free_pairings(&r->shadows);
    free_pairings(&r->categories);
    free_pairings(&r->instead);
    free_pairings(&r->sizes);
    free_pairings(&r->slots);
    for (size_t i = 0; i < r->cap_count; i++)
        mem_free(r->caps[i].name);
    mem_free(r->caps);
    for (size_t i = 0; i < r->waiting_count; i++)
        mem_free(r->waiting[i].topic);
    mem_free(r->waiting);
    for (size_t i = 0; i < r->estimate_count; i++)
        mem_free(r->estimates[i].run_id);
    mem_free(r->estimates);
}
