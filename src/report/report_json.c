/* The report as one JSON object, for machines and later comparison: every figure exact, amounts as
 * integers and as strings of 12 places, what has no value as null. Its names are part of the
 * schema ticketmill.report/1.
 */
#include "model/failure.h"
#include "model/reason.h"
#include "report/json_out.h"
#include "report/routing_out.h"

static void head(const struct report *r, struct json_out *j)
{
    int64_t growth;
    json_out_text(j, "schema", SLICE_LIT("ticketmill.report/1"));
    json_out_text(j, "time_zone", slice_str(r->time_zone));
    json_out_text(j, "run", slice_str(r->filter.run_id));
    json_out_text(j, "day", slice_str(r->filter.day));
    json_out_open(j, "ledgers", '[');
    for (size_t i = 0; i < r->ledger_count; i++) {
        json_out_open(j, NULL, '{');
        json_out_text(j, "path", slice_str(r->ledgers[i].path));
        json_out_text(j, "ledger_id", slice_str(r->ledgers[i].ledger_id));
        json_out_i64(j, "shard", r->ledgers[i].shard);
        json_out_i64(j, "shards", r->ledgers[i].shards);
        json_out_known(j, "bytes", r->ledgers[i].last_bytes > 0 ? r->ledgers[i].last_bytes : -1);
        if (report_growth(&r->ledgers[i], &growth))
            json_out_i64(j, "bytes_a_night", growth);
        else
            json_out_number(j, "bytes_a_night", "null");
        json_out_close(j, '}');
    }
    json_out_close(j, ']');
    json_out_open(j, "runs", '{');
    json_out_i64(j, "count", r->runs);
    json_out_i64(j, "without_end", r->running);
    json_out_time(j, "first_started_at", r->first_unix_us);
    json_out_time(j, "last_started_at", r->last_unix_us);
    json_out_text(j, "publish",
                  r->idempotent ? SLICE_LIT("idempotent (weaker than transactional)")
                                : SLICE_LIT("transactional"));
    json_out_close(j, '}');
}

static void tickets(const struct report *r, struct json_out *j)
{
    json_out_open(j, "tickets", '{');
    json_out_i64(j, "results", r->tickets.results);
    json_out_i64(j, "reused", r->tickets.reused);
    json_out_i64(j, "needs_review", r->tickets.needs_review);
    json_out_i64(j, "unpriced", r->tickets.unpriced);
    json_out_i64(j, "dead", r->tickets.dead);
    json_out_open(j, "dead_by_reason", '{');
    for (int i = 0; i < REPORT_REASONS; i++) {
        const char *name = i == REASON_NONE ? "unknown" : reason_name((enum reason)i);
        if (r->tickets.by_reason[i] > 0)
            json_out_i64(j, name, r->tickets.by_reason[i]);
    }
    json_out_close(j, '}');
    json_out_i64(j, "skipped", r->tickets.skipped);
    json_out_i64(j, "pending", r->tickets.pending);
    json_out_i64(j, "adopted", r->tickets.adopted);
    json_out_i64(j, "not_yet_published", r->tickets.unpublished);
    json_out_close(j, '}');
}

/* Whole picodollars, rounded down; -1 without a count. */
static int64_t each(int64_t pusd, int64_t count)
{
    return count > 0 ? pusd / count : -1;
}

static int64_t per_1000(int64_t pusd, int64_t count)
{
    if (count <= 0)
        return -1;
    __int128 v = (__int128)pusd * 1000 / count;
    return v > INT64_MAX ? -1 : (int64_t)v;
}

static void cost(const struct report *r, struct json_out *j)
{
    const struct report_spread *s = &r->ticket_cost;
    json_out_open(j, "cost", '{');
    json_out_usd(j, "spent", r->spent_pusd);
    json_out_usd(j, "possibly_billed", r->waste.unknown_pusd);
    json_out_i64(j, "unpriced_calls", r->unpriced_calls);
    json_out_usd(j, "dead_letters", r->dead_pusd);
    json_out_open(j, "per_ticket", '{');
    json_out_i64(j, "tickets", s->count);
    json_out_usd(j, "sum", r->ticket_cost_pusd);
    json_out_usd(j, "mean", each(r->ticket_cost_pusd, s->count));
    json_out_usd(j, "mean_per_1000", per_1000(r->ticket_cost_pusd, s->count));
    json_out_usd(j, "median", s->p50);
    json_out_usd(j, "p95", s->p95);
    json_out_usd(j, "p99", s->p99);
    json_out_usd(j, "max", s->max);
    json_out_close(j, '}');
    json_out_usd(j, "all_spent_per_1000_results", per_1000(r->spent_pusd, r->tickets.results));
    json_out_open(j, "told_by_provider", '{');
    json_out_i64(j, "calls", r->provider.calls);
    json_out_usd(j, "theirs", r->provider.calls > 0 ? r->provider.told_pusd : -1);
    json_out_usd(j, "ours", r->provider.calls > 0 ? r->provider.ours_pusd : -1);
    json_out_close(j, '}');
    json_out_close(j, '}');
}

static void usage(const struct report *r, struct json_out *j)
{
    json_out_open(j, "tokens", '{');
    json_out_i64(j, "input", r->tokens.input);
    json_out_i64(j, "input_uncached", r->tokens.input - r->tokens.cached - r->tokens.cache_write);
    json_out_i64(j, "input_cached", r->tokens.cached);
    json_out_i64(j, "input_cache_write", r->tokens.cache_write);
    json_out_i64(j, "output", r->tokens.output);
    json_out_i64(j, "output_reasoning", r->tokens.reasoning);
    json_out_close(j, '}');
    json_out_open(j, "latency_us", '{');
    json_out_i64(j, "calls", r->latency_us.count);
    json_out_known(j, "p50", r->latency_us.p50);
    json_out_known(j, "p95", r->latency_us.p95);
    json_out_known(j, "p99", r->latency_us.p99);
    json_out_known(j, "max", r->latency_us.max);
    json_out_close(j, '}');
    json_out_open(j, "waste", '{');
    json_out_i64(j, "failed_calls", r->waste.failed_calls);
    json_out_i64(j, "unknown_calls", r->waste.unknown_calls);
    json_out_usd(j, "unknown", r->waste.unknown_pusd);
    json_out_i64(j, "useless_shares", r->waste.useless_shares);
    json_out_usd(j, "useless", r->waste.useless_pusd);
    json_out_i64(j, "asked_again_calls", r->waste.again_calls);
    json_out_usd(j, "asked_again", r->waste.again_pusd);
    json_out_i64(j, "doubted_shares", r->waste.doubted_shares);
    json_out_usd(j, "doubted", r->waste.doubted_pusd);
    json_out_i64(j, "shadow_and_guard_calls", r->waste.extra_calls);
    json_out_usd(j, "shadow_and_guard", r->waste.extra_pusd);
    json_out_close(j, '}');
    json_out_open(j, "reuse", '{');
    json_out_i64(j, "tickets", r->reuse.tickets);
    json_out_usd(j, "saved", r->reuse.saved_pusd);
    json_out_close(j, '}');
}

static void categories(const struct report *r, struct json_out *j)
{
    json_out_open(j, "categories", '[');
    for (size_t i = 0; i < r->categories.count; i++) {
        const struct report_group *g = &r->categories.v[i];
        bool priced = g->unpriced < g->tickets;
        json_out_open(j, NULL, '{');
        json_out_text(j, "category", slice_str(g->name));
        json_out_i64(j, "tickets", g->tickets);
        json_out_i64(j, "reused", g->reused);
        json_out_i64(j, "needs_review", g->needs_review);
        json_out_i64(j, "unpriced", g->unpriced);
        json_out_known(j, "mean_confidence_ppm", each(g->confidence_ppm, g->tickets));
        json_out_i64(j, "input_tokens", g->input_tokens);
        json_out_i64(j, "cached_tokens", g->cached_tokens);
        json_out_i64(j, "output_tokens", g->output_tokens);
        json_out_usd(j, "cost", priced ? g->cost_pusd : -1);
        json_out_usd(j, "per_1000", priced ? per_1000(g->cost_pusd, g->tickets - g->unpriced) : -1);
        json_out_close(j, '}');
    }
    json_out_close(j, ']');
}

/* Models, days, endings and purposes: the same figures under other names. */
static void calls_of(const struct report_groups *groups, const char *key, const char *name,
                     const char *detail, struct json_out *j)
{
    json_out_open(j, key, '[');
    for (size_t i = 0; i < groups->count; i++) {
        const struct report_group *g = &groups->v[i];
        bool priced = g->answered == 0 || g->unpriced < g->answered;
        json_out_open(j, NULL, '{');
        json_out_text(j, name, slice_str(g->name));
        if (detail != NULL)
            json_out_text(j, detail, slice_str(g->detail));
        if (strcmp(key, "days") == 0) {
            json_out_i64(j, "runs", g->runs);
            json_out_i64(j, "reused", g->reused);
            json_out_i64(j, "dead", g->dead);
        }
        if (strcmp(key, "days") == 0 || strcmp(key, "models") == 0) {
            json_out_i64(j, "results", g->tickets);
            json_out_usd(j, "per_1000", priced ? per_1000(g->cost_pusd, g->tickets) : -1);
        }
        json_out_i64(j, "calls", g->calls);
        json_out_i64(j, "answered", g->answered);
        json_out_i64(j, "failed", g->failed);
        json_out_i64(j, "unknown", g->unknown);
        json_out_i64(j, "unpriced_calls", g->unpriced);
        json_out_i64(j, "input_tokens", g->input_tokens);
        json_out_i64(j, "cached_tokens", g->cached_tokens);
        json_out_i64(j, "output_tokens", g->output_tokens);
        json_out_usd(j, "cost", priced ? g->cost_pusd : -1);
        json_out_usd(j, "possibly_billed", g->unknown_pusd);
        json_out_close(j, '}');
    }
    json_out_close(j, ']');
}

static void unknown_calls(const struct report *r, struct json_out *j)
{
    json_out_open(j, "unknown_calls", '[');
    for (size_t i = 0; i < r->unknown_count; i++) {
        const struct report_unknown *u = &r->unknown[i];
        json_out_open(j, NULL, '{');
        json_out_text(j, "call_id", slice_str(u->call_id));
        json_out_time(j, "sent_at", u->sent_unix_us);
        json_out_text(j, "cause", slice_str(failure_name((enum failure)u->cause)));
        json_out_i64(j, "tickets", u->tickets);
        json_out_text(j, "model", slice_str(u->model));
        json_out_text(j, "endpoint", slice_str(u->endpoint));
        json_out_usd(j, "reserved", u->reserved_pusd);
        json_out_close(j, '}');
    }
    json_out_close(j, ']');
}

void report_json(const struct report *r, struct buf *out)
{
    struct json_out j = {out, false};
    json_out_open(&j, NULL, '{');
    head(r, &j);
    tickets(r, &j);
    cost(r, &j);
    usage(r, &j);
    json_out_open(&j, "calls", '{');
    json_out_i64(&j, "answered", r->calls.answered);
    json_out_i64(&j, "failed", r->calls.failed);
    json_out_i64(&j, "unknown", r->calls.unknown);
    json_out_i64(&j, "in_flight", r->calls.sent);
    calls_of(&r->endings, "by_outcome", "state", "cause", &j);
    calls_of(&r->purposes, "by_purpose", "purpose", NULL, &j);
    json_out_close(&j, '}');
    categories(r, &j);
    calls_of(&r->models, "models", "model", "provider", &j);
    calls_of(&r->days, "days", "date", NULL, &j);
    unknown_calls(r, &j);
    routing_json(r, &j);
    pairs_json(r, &j);
    redacted_json(r, &j);
    budget_json(r, &j);
    if (r->accuracy.labels > 0)
        accuracy_json(&r->accuracy, &j);
    json_out_close(&j, '}');
    buf_char(out, '\n');
}
