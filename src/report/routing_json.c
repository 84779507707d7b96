/* Routing, second opinions and budget in the JSON report: every figure exact. Shares and
 * confidences are millionths.
 */
#include "report/routing_out.h"

#include <math.h>

/* A whole number that may be negative; json_out_usd takes that for "not known". */
static void signed_pusd(struct json_out *j, const char *key, bool known, int64_t v)
{
    if (known)
        json_out_i64(j, key, v);
    else
        json_out_number(j, key, "null");
}

static void tiers(const struct report_routing *r, struct json_out *j)
{
    json_out_open(j, "tiers", '[');
    for (size_t i = 0; i < r->tiers.count; i++) {
        const struct report_group *g = &r->tiers.v[i];
        bool priced = g->answered == 0 || g->unpriced < g->answered;
        json_out_open(j, NULL, '{');
        json_out_text(j, "tier", slice_str(g->name));
        json_out_i64(j, "results", g->tickets);
        json_out_i64(j, "calls", g->calls);
        json_out_i64(j, "answered", g->answered);
        json_out_i64(j, "failed", g->failed);
        json_out_i64(j, "unknown", g->unknown);
        json_out_i64(j, "unpriced_calls", g->unpriced);
        json_out_usd(j, "cost", priced ? g->cost_pusd : -1);
        json_out_usd(j, "possibly_billed", g->unknown_pusd);
        json_out_i64(j, "shadow_and_guard_calls", g->extra_calls);
        json_out_usd(j, "shadow_and_guard", g->extra_pusd);
        json_out_close(j, '}');
    }
    json_out_close(j, ']');
}

static void routes(const struct report_routing *r, struct json_out *j)
{
    json_out_open(j, "routes", '[');
    for (size_t i = 0; i < r->routes.count; i++) {
        const struct report_group *g = &r->routes.v[i];
        bool priced = g->unpriced < g->tickets;
        json_out_open(j, NULL, '{');
        json_out_text(j, "route", slice_str(g->name));
        json_out_i64(j, "results", g->tickets);
        json_out_i64(j, "reused", g->reused);
        json_out_i64(j, "needs_review", g->needs_review);
        json_out_i64(j, "unpriced", g->unpriced);
        json_out_i64(j, "dead", g->dead);
        json_out_i64(j, "pending", g->pending);
        json_out_known(j, "mean_confidence_ppm",
                       g->tickets > 0 ? g->confidence_ppm / g->tickets : -1);
        json_out_i64(j, "input_tokens", g->input_tokens);
        json_out_i64(j, "output_tokens", g->output_tokens);
        json_out_usd(j, "cost", priced ? g->cost_pusd : -1);
        json_out_close(j, '}');
    }
    json_out_close(j, ']');
}

static void causes(const struct report_groups *all, struct json_out *j)
{
    json_out_open(j, "without_answer", '[');
    for (size_t i = 0; i < all->count; i++) {
        json_out_open(j, NULL, '{');
        json_out_text(j, "state", slice_str(all->v[i].detail));
        json_out_text(j, "cause", slice_str(all->v[i].name));
        json_out_i64(j, "calls", all->v[i].calls);
        json_out_close(j, '}');
    }
    json_out_close(j, ']');
}

static void endpoints(const struct report_routing *r, struct json_out *j)
{
    json_out_open(j, "endpoints", '[');
    for (size_t i = 0; i < r->endpoint_count; i++) {
        const struct report_endpoint *e = &r->endpoints[i];
        json_out_open(j, NULL, '{');
        json_out_text(j, "provider", slice_str(e->provider));
        json_out_text(j, "endpoint", slice_str(e->name));
        json_out_i64(j, "calls", e->calls);
        json_out_i64(j, "answered", e->answered);
        json_out_i64(j, "failed", e->failed);
        json_out_i64(j, "unknown", e->unknown);
        causes(&e->causes, j);
        json_out_open(j, "latency_us", '{');
        json_out_known(j, "p50", e->latency_us.p50);
        json_out_known(j, "p95", e->latency_us.p95);
        json_out_known(j, "p99", e->latency_us.p99);
        json_out_known(j, "max", e->latency_us.max);
        json_out_i64(j, "target_p99", e->target_p99_us);
        json_out_close(j, '}');
        json_out_i64(j, "down_this_month_us", e->down_us);
        json_out_i64(j, "allowed_down_us", e->allowed_us);
        json_out_close(j, '}');
    }
    json_out_close(j, ']');
}

static void outages(const struct report_routing *r, struct json_out *j)
{
    json_out_open(j, "outages", '[');
    for (size_t i = 0; i < r->outage_count; i++) {
        const struct report_outage *o = &r->outages[i];
        json_out_open(j, NULL, '{');
        json_out_text(j, "provider", slice_str(o->provider));
        json_out_text(j, "endpoint", slice_str(o->endpoint));
        json_out_text(j, "cause", slice_str(o->cause));
        json_out_text(j, "run_id", slice_str(o->run_id));
        json_out_time(j, "from", o->from_unix_us);
        json_out_time(j, "to", o->open ? 0 : o->to_unix_us);
        json_out_i64(j, "at_least_us", o->to_unix_us - o->from_unix_us);
        json_out_close(j, '}');
    }
    json_out_close(j, ']');
}

void routing_json(const struct report *r, struct json_out *j)
{
    tiers(&r->routing, j);
    routes(&r->routing, j);
    endpoints(&r->routing, j);
    outages(&r->routing, j);
}

/* --- second opinions ------------------------------------------------------------------------- */

static void pairs(const struct report_pairs *p, struct json_out *j)
{
    int64_t low, high;

    report_interval(p->agree, p->pairs, &low, &high);
    json_out_i64(j, "pairs", p->pairs);
    json_out_i64(j, "agree", p->agree);
    json_out_i64(j, "agreement_low_ppm", low);
    json_out_i64(j, "agreement_high_ppm", high);
    signed_pusd(j, "mean_confidence_difference_ppm", p->pairs > 0,
                p->pairs > 0 ? llround((double)p->confidence_ppm / (double)p->pairs) : 0);
    json_out_i64(j, "priced_pairs", p->priced);
    json_out_usd(j, "result_cost", p->priced > 0 ? p->primary_pusd : -1);
    json_out_usd(j, "compared_cost", p->priced > 0 ? p->cost_pusd : -1);
    signed_pusd(j, "difference_pusd", p->priced > 0, p->cost_pusd - p->primary_pusd);
}

static void list(const struct report_pairings *all, const char *key, const char *name,
                 const char *detail, struct json_out *j)
{
    json_out_open(j, key, '[');
    for (size_t i = 0; i < all->count; i++) {
        json_out_open(j, NULL, '{');
        json_out_text(j, name, slice_str(all->v[i].name));
        if (detail != NULL)
            json_out_text(j, detail, slice_str(all->v[i].detail));
        pairs(&all->v[i].of, j);
        json_out_close(j, '}');
    }
    json_out_close(j, ']');
}

static void numbered(const struct report_pairings *all, const char *key, const char *name,
                     struct json_out *j)
{
    json_out_open(j, key, '[');
    for (size_t i = 0; i < all->count; i++) {
        json_out_open(j, NULL, '{');
        json_out_i64(j, name, all->v[i].number);
        pairs(&all->v[i].of, j);
        json_out_close(j, '}');
    }
    json_out_close(j, ']');
}

void pairs_json(const struct report *r, struct json_out *j)
{
    const struct report_routing *o = &r->routing;

    json_out_open(j, "shadow", '{');
    list(&o->shadows, "tiers", "result_tier", "compared_tier", j);
    list(&o->categories, "categories", "category", NULL, j);
    list(&o->instead, "instead", "result", "compared", j);
    json_out_close(j, '}');
    json_out_open(j, "guard", '{');
    pairs(&o->guard, j);
    numbered(&o->sizes, "by_pack_size", "tickets", j);
    numbered(&o->slots, "by_slot", "slot", j);
    json_out_i64(j, "warn_below_percent", o->warn_below_percent);
    json_out_bool(j, "warning", o->guard.agree * 100 < o->guard.pairs * o->warn_below_percent);
    json_out_known(j, "advised_pack_size", o->advised_size > 0 ? o->advised_size : -1);
    json_out_close(j, '}');
    json_out_i64(j, "compared_without_result", o->without_result);
}
