/* How each endpoint kept up: its calls and their latencies, and how long it was out.
 *
 * Outages are known from runs only, and several shards may see the same one: their times are laid
 * over each other before they are counted.
 */
#include "report/collect.h"

#include <stdlib.h>

#include "base/mem.h"
#include "model/call.h"
#include "model/failure.h"

#define MONTH_US     (INT64_C(30) * 86400 * 1000000) /* of the allowance */
#define USUAL_P99_US 2000000
#define USUAL_PPM    999000
#define MILLION      1000000

static const struct config_provider *provider_of(const struct collect *c, const char *name)
{
    const struct config *config = c->setting->config;

    for (int i = 0; config != NULL && i < config->provider_count; i++) {
        if (strcmp(config->providers[i].name, name) == 0)
            return &config->providers[i];
    }
    return NULL;
}

size_t collect_endpoint(struct collect *c, struct slice provider, struct slice name)
{
    struct report_routing *r = &c->report->routing;
    size_t n = r->endpoint_count;

    for (size_t i = 0; i < n; i++) {
        if (slice_eq(slice_str(r->endpoints[i].provider), provider) &&
            slice_eq(slice_str(r->endpoints[i].name), name))
            return i;
    }
    r->endpoints = mem_grow(r->endpoints, n + 1, sizeof *r->endpoints);
    c->endpoints = mem_grow(c->endpoints, n + 1, sizeof *c->endpoints);
    r->endpoints[n] =
        (struct report_endpoint){.provider = mem_slice(provider), .name = mem_slice(name)};
    c->endpoints[n] = (struct seen_endpoint){.down = NULL};
    spread_init(&c->endpoints[n].latencies);
    const struct config_provider *p = provider_of(c, r->endpoints[n].provider);
    int64_t ppm = p != NULL ? p->target.availability_ppm : USUAL_PPM;
    r->endpoints[n].target_p99_us = p != NULL ? p->target.p99_us : USUAL_P99_US;
    r->endpoints[n].allowed_us = MONTH_US / MILLION * (MILLION - ppm);
    return r->endpoint_count++;
}

void collect_endpoint_calls(struct collect *c, const struct ledger_row *row)
{
    size_t at = collect_endpoint(c, ledger_row_text(row, 2), ledger_row_text(row, 18));
    struct report_endpoint *e = &c->report->routing.endpoints[at];
    enum call_state state = (enum call_state)ledger_row_i64(row, 3);
    int64_t calls = ledger_row_i64(row, 6);

    collect_add(c, &e->calls, calls);
    if (state == CALL_ANSWERED) {
        collect_add(c, &e->answered, calls);
        return;
    }
    if (state == CALL_SENT)
        return;
    collect_add(c, state == CALL_FAILED ? &e->failed : &e->unknown, calls);
    struct slice cause = slice_str(failure_name((enum failure)ledger_row_i64(row, 4)));
    collect_add(c, &collect_group(&e->causes, cause, slice_str(call_state_name(state)))->calls,
                calls);
}

void collect_latency(void *self, const struct ledger_row *row)
{
    struct collect *c = self;
    int64_t us = ledger_row_i64(row, 0), calls = ledger_row_i64(row, 1);
    size_t at = collect_endpoint(c, ledger_row_text(row, 2), ledger_row_text(row, 3));

    spread_add(&c->latencies, us, calls);
    spread_add(&c->endpoints[at].latencies, us, calls);
}

static bool is_providers(struct slice cause)
{
    return !slice_eq(cause, SLICE_LIT("key")) && !slice_eq(cause, SLICE_LIT("money"));
}

static void note_down(struct collect *c, const struct ledger_row *row, int64_t from, int64_t to)
{
    size_t at = collect_endpoint(c, ledger_row_text(row, 0), ledger_row_text(row, 1));
    struct seen_endpoint *e = &c->endpoints[at];

    if (from < c->month_unix_us)
        from = c->month_unix_us;
    if (to > c->month_end_unix_us)
        to = c->month_end_unix_us;
    if (to <= from)
        return;
    e->down = mem_grow(e->down, e->down_count + 1, sizeof *e->down);
    e->down[e->down_count++] = (struct down){from, to};
}

void collect_outage(void *self, const struct ledger_row *row)
{
    struct collect *c = self;
    struct report_routing *r = &c->report->routing;
    bool open = ledger_row_null(row, 4);
    int64_t from = ledger_row_i64(row, 3), to = ledger_row_i64(row, open ? 5 : 4);

    if (to < from)
        to = from;
    if (is_providers(ledger_row_text(row, 2)))
        note_down(c, row, from, to);
    if (ledger_row_i64(row, 7) == 0)
        return;
    r->outages = mem_grow(r->outages, r->outage_count + 1, sizeof *r->outages);
    r->outages[r->outage_count++] = (struct report_outage){
        .provider = mem_slice(ledger_row_text(row, 0)),
        .endpoint = mem_slice(ledger_row_text(row, 1)),
        .cause = mem_slice(ledger_row_text(row, 2)),
        .run_id = mem_slice(ledger_row_text(row, 6)),
        .from_unix_us = from,
        .to_unix_us = to,
        .open = open,
    };
}

static int by_start(const void *a, const void *b)
{
    const struct down *x = a, *y = b;
    return (x->from_unix_us > y->from_unix_us) - (x->from_unix_us < y->from_unix_us);
}

static int64_t time_down(struct seen_endpoint *e)
{
    int64_t sum = 0, end = INT64_MIN;

    if (e->down_count > 1)
        qsort(e->down, e->down_count, sizeof *e->down, by_start);
    for (size_t i = 0; i < e->down_count; i++) {
        int64_t from = e->down[i].from_unix_us > end ? e->down[i].from_unix_us : end;
        if (e->down[i].to_unix_us <= from)
            continue;
        sum += e->down[i].to_unix_us - from;
        end = e->down[i].to_unix_us;
    }
    return sum;
}

static int by_place(const void *a, const void *b)
{
    const struct report_endpoint *x = a, *y = b;
    int order = strcmp(x->provider, y->provider);
    return order != 0 ? order : strcmp(x->name, y->name);
}

static int by_outage(const void *a, const void *b)
{
    const struct report_outage *x = a, *y = b;
    return (x->from_unix_us > y->from_unix_us) - (x->from_unix_us < y->from_unix_us);
}

static int by_calls(const void *a, const void *b)
{
    const struct report_group *x = a, *y = b;
    if (x->calls != y->calls)
        return x->calls < y->calls ? 1 : -1;
    int order = strcmp(x->detail, y->detail);
    return order != 0 ? order : strcmp(x->name, y->name);
}

void collect_endpoints_finish(struct collect *c)
{
    struct report_routing *r = &c->report->routing;

    for (size_t i = 0; i < r->endpoint_count; i++) {
        r->endpoints[i].latency_us = spread_work_out(&c->endpoints[i].latencies);
        r->endpoints[i].down_us = time_down(&c->endpoints[i]);
        if (r->endpoints[i].causes.count > 1)
            qsort(r->endpoints[i].causes.v, r->endpoints[i].causes.count,
                  sizeof *r->endpoints[i].causes.v, by_calls);
    }
    if (r->endpoint_count > 1)
        qsort(r->endpoints, r->endpoint_count, sizeof *r->endpoints, by_place);
    if (r->outage_count > 1)
        qsort(r->outages, r->outage_count, sizeof *r->outages, by_outage);
}
