/* Reads each ledger's views in turn and adds them up into one report. Which rows mean what is in
 * collect_rows.c; here is the order of things: first the runs, which decide what is looked at,
 * then the breakdowns, then what can only be told at the end.
 */
#include "report/collect.h"

#include <stdlib.h>
#include <time.h>

#include "base/mem.h"
#include "base/zone.h"
#include "model/money.h"

#define USUAL_WARN_PERCENT 95

void report_date(int64_t unix_us, char out[REPORT_DATE_SIZE])
{
    time_t seconds = (time_t)(unix_us / 1000000);
    struct tm local;
    if (localtime_r(&seconds, &local) == NULL ||
        strftime(out, REPORT_DATE_SIZE, "%Y-%m-%d", &local) == 0)
        memcpy(out, "?", 2);
}

bool report_growth(const struct report_ledger *l, int64_t *bytes)
{
    int64_t nights = zone_day(l->last_unix_us).number - zone_day(l->first_unix_us).number;
    if (l->first_bytes == 0 || nights < 1)
        return false;
    *bytes = (l->last_bytes - l->first_bytes) / nights;
    return true;
}

void collect_add(struct collect *c, int64_t *sum, int64_t v)
{
    if (__builtin_add_overflow(*sum, v, sum))
        c->overflow = true;
}

struct report_group *collect_group(struct report_groups *g, struct slice name, struct slice detail)
{
    for (size_t i = 0; i < g->count; i++) {
        if (slice_eq(slice_str(g->v[i].name), name) && slice_eq(slice_str(g->v[i].detail), detail))
            return &g->v[i];
    }
    g->v = mem_grow(g->v, g->count + 1, sizeof *g->v);
    g->v[g->count] = (struct report_group){.name = mem_slice(name), .detail = mem_slice(detail)};
    return &g->v[g->count++];
}

struct report_group *collect_day(struct collect *c, int64_t run)
{
    for (size_t i = 0; i < c->run_count; i++) {
        if (c->runs[i].run == run)
            return collect_group(&c->report->days, slice_str(c->runs[i].date), SLICE_NONE);
    }
    return NULL;
}

/* Adds the runs of a ledger to the report; they come oldest first. */
static void add_runs(struct collect *c)
{
    struct report *r = c->report;
    const char *id = r->filter.run_id;

    if (id != NULL && strcmp(id, "last") == 0 && c->run_count > 1) {
        c->runs[0] = c->runs[c->run_count - 1];
        c->run_count = 1;
    }
    for (size_t i = 0; i < c->run_count; i++) {
        const struct seen_run *run = &c->runs[i];
        if (r->runs == 0 || run->started_unix_us < r->first_unix_us)
            r->first_unix_us = run->started_unix_us;
        if (r->runs == 0 || run->started_unix_us > r->last_unix_us)
            r->last_unix_us = run->started_unix_us;
        r->runs++;
        r->running += run->running;
        r->idempotent |= run->idempotent;
        collect_day(c, run->run)->runs++;
    }
}

/* The views tell of the runs that are looked at; of all there is when all are. */
static enum status choose(struct collect *c, struct ledger_reader *reader, struct fail *fail)
{
    const struct report_filter *f = &c->report->filter;
    if (f->run_id == NULL && f->day == NULL)
        return ledger_reader_choose(reader, NULL, 0, fail);
    int64_t *runs = mem_array(c->run_count + 1, sizeof *runs);
    for (size_t i = 0; i < c->run_count; i++)
        runs[i] = c->runs[i].run;
    enum status st = ledger_reader_choose(reader, runs, c->run_count, fail);
    mem_free(runs);
    return st;
}

static enum status read_ledger(struct collect *c, struct ledger_reader *reader, struct fail *fail)
{
    static const struct {
        enum ledger_view view;
        void (*row)(void *self, const struct ledger_row *row);
    } views[] = {
        {VIEW_TICKETS, collect_tickets},
        {VIEW_RUN_TICKETS, collect_run_tickets},
        {VIEW_TICKET_COSTS, collect_ticket_cost},
        {VIEW_CATEGORIES, collect_category},
        {VIEW_MODEL_RESULTS, collect_model_results},
        {VIEW_CALLS, collect_calls},
        {VIEW_LATENCIES, collect_latency},
        {VIEW_UNKNOWN_CALLS, collect_unknown_call},
        {VIEW_SHARES, collect_shares},
        {VIEW_REUSE, collect_reuse},
        {VIEW_REDACTED, collect_redacted},
    };
    const struct ledger_arg shown = ARG_I64(REPORT_UNKNOWN_SHOWN);
    enum status st;

    c->run_count = 0;
    st = ledger_read(reader, VIEW_META, NULL, collect_meta, c, fail);
    if (st == ST_OK)
        st = ledger_read(reader, VIEW_RUNS, NULL, collect_run, c, fail);
    add_runs(c);
    if (st == ST_OK)
        st = choose(c, reader, fail);
    for (size_t i = 0; st == ST_OK && i < sizeof views / sizeof *views; i++)
        st = ledger_read(reader, views[i].view, &shown, views[i].row, c, fail);
    if (st == ST_OK)
        st = accuracy_read(&c->report->accuracy, reader, fail);
    return st == ST_OK ? collect_routing(c, reader, fail) : st;
}

static int by_name(const void *a, const void *b)
{
    const struct report_group *x = a, *y = b;
    int order = strcmp(x->name, y->name);
    return order != 0 ? order : strcmp(x->detail ? x->detail : "", y->detail ? y->detail : "");
}

static int by_tickets(const void *a, const void *b)
{
    const struct report_group *x = a, *y = b;
    if (x->tickets != y->tickets)
        return x->tickets < y->tickets ? 1 : -1;
    return by_name(a, b);
}

static int by_cost(const void *a, const void *b)
{
    const struct report_group *x = a, *y = b;
    if (x->cost_pusd != y->cost_pusd)
        return x->cost_pusd < y->cost_pusd ? 1 : -1;
    return by_name(a, b);
}

static void sort(struct report_groups *g, int (*order)(const void *, const void *))
{
    if (g->count > 1)
        qsort(g->v, g->count, sizeof *g->v, order);
}

static enum status finish(struct collect *c, struct fail *fail)
{
    struct report *r = c->report;
    if (c->overflow)
        return fail_set(fail, ST_OVERFLOW, 0, "a sum over the ledgers does not fit 64 bits");
    if (r->runs == 0 && (r->filter.run_id != NULL || r->filter.day != NULL))
        return fail_set(fail, ST_NOT_FOUND, 0, "no run fits %s%s",
                        r->filter.run_id != NULL ? "--run " : "--day ",
                        r->filter.run_id != NULL ? r->filter.run_id : r->filter.day);
    r->ticket_cost = spread_work_out(&c->ticket_costs);
    r->latency_us = spread_work_out(&c->latencies);
    sort(&r->categories, by_tickets);
    sort(&r->models, by_cost);
    sort(&r->days, by_name);
    sort(&r->endings, by_name);
    sort(&r->purposes, by_name);
    sort(&r->redacted, by_tickets);
    sort(&r->routing.routes, by_tickets);
    sort(&r->routing.tiers, by_tickets);
    collect_endpoints_finish(c);
    collect_pairs_finish(c);
    collect_caps(c);
    accuracy_finish(&r->accuracy);
    return ST_OK;
}

static void begin(struct collect *c)
{
    const struct report_setting *s = c->setting;
    struct zone_period month = zone_month(s->now_unix_us);

    c->day_unix_us = zone_day(s->now_unix_us).start_unix_us;
    c->month_unix_us = month.start_unix_us;
    c->month_end_unix_us = month.end_unix_us;
    c->report->time_zone = s->time_zone;
    c->report->now_unix_us = s->now_unix_us;
    c->report->routing.warn_below_percent =
        s->config != NULL ? s->config->guard.warn_below : USUAL_WARN_PERCENT;
    spread_init(&c->ticket_costs);
    spread_init(&c->latencies);
}

static void end(struct collect *c)
{
    spread_deinit(&c->ticket_costs);
    spread_deinit(&c->latencies);
    mem_free(c->runs);
    for (size_t i = 0; i < c->report->routing.endpoint_count; i++) {
        spread_deinit(&c->endpoints[i].latencies);
        mem_free(c->endpoints[i].down);
    }
    mem_free(c->endpoints);
}

enum status report_collect(struct ledger_reader *const *readers, size_t count,
                           const struct report_filter *filter, const struct report_setting *setting,
                           struct report **out, struct fail *fail)
{
    struct report *r = mem_zalloc(sizeof *r);
    struct collect c = {.report = r, .setting = setting};
    enum status st = ST_OK;

    begin(&c);
    r->filter = *filter;
    r->ledgers = mem_array(count, sizeof *r->ledgers);
    r->ledger_count = count;
    for (size_t i = 0; st == ST_OK && i < count; i++) {
        c.ledger = &r->ledgers[i];
        c.ledger->path = ledger_reader_path(readers[i]);
        st = read_ledger(&c, readers[i], fail);
    }
    if (st == ST_OK)
        st = finish(&c, fail);
    end(&c);
    if (st == ST_OK)
        *out = r;
    else
        report_free(r);
    return st;
}

void collect_groups_free(struct report_groups *g)
{
    for (size_t i = 0; i < g->count; i++) {
        mem_free(g->v[i].name);
        mem_free(g->v[i].detail);
    }
    mem_free(g->v);
}

void report_free(struct report *r)
{
    if (r == NULL)
        return;
    for (size_t i = 0; i < r->ledger_count; i++)
        mem_free(r->ledgers[i].ledger_id);
    mem_free(r->ledgers);
    collect_groups_free(&r->categories);
    collect_groups_free(&r->models);
    collect_groups_free(&r->days);
    collect_groups_free(&r->endings);
    collect_groups_free(&r->purposes);
    collect_groups_free(&r->redacted);
    collect_routing_free(&r->routing);
    accuracy_deinit(&r->accuracy);
    for (size_t i = 0; i < r->unknown_count; i++) {
        mem_free(r->unknown[i].call_id);
        mem_free(r->unknown[i].model);
        mem_free(r->unknown[i].endpoint);
    }
    mem_free(r);
}
