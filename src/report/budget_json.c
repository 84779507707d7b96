/* Budget, pending tickets and estimates in the JSON report. */
#include "report/routing_out.h"

#include "model/money.h"

static void caps(const struct report_routing *r, struct json_out *j)
{
    json_out_open(j, "caps", '[');
    for (size_t i = 0; i < r->cap_count; i++) {
        const struct report_cap *c = &r->caps[i];
        int64_t left = c->cap_pusd > c->spent_pusd ? c->cap_pusd - c->spent_pusd : 0;
        json_out_open(j, NULL, '{');
        json_out_text(j, "of", slice_str(c->name));
        json_out_usd(j, "cap", c->cap_pusd);
        json_out_usd(j, "spent", c->spent_pusd);
        json_out_usd(j, "left", c->spent_pusd >= 0 ? left : -1);
        json_out_close(j, '}');
    }
    json_out_close(j, ']');
}

static void waiting(const struct report_routing *r, struct json_out *j)
{
    json_out_open(j, "pending", '[');
    for (size_t i = 0; i < r->waiting_count; i++) {
        const struct report_waiting *w = &r->waiting[i];
        json_out_open(j, NULL, '{');
        json_out_text(j, "topic", slice_str(w->topic));
        json_out_i64(j, "tickets", w->tickets);
        json_out_time(j, "oldest", w->oldest_unix_ms >= 0 ? w->oldest_unix_ms * 1000 : 0);
        json_out_bool(j, "retention_known", w->retention_known);
        json_out_known(j, "retention_ms", w->retention_ms);
        json_out_time(j, "leaves_topic_at", w->leaves_unix_us >= 0 ? w->leaves_unix_us : 0);
        json_out_close(j, '}');
    }
    json_out_close(j, ']');
}

static void estimates(const struct report_routing *r, struct json_out *j)
{
    json_out_open(j, "estimates", '[');
    for (size_t i = 0; i < r->estimate_count; i++) {
        const struct report_estimate *e = &r->estimates[i];
        json_out_open(j, NULL, '{');
        json_out_text(j, "run_id", slice_str(e->run_id));
        json_out_time(j, "started_at", e->started_unix_us);
        json_out_open(j, "estimated", '{');
        json_out_time(j, "made_at", e->made_unix_us);
        json_out_i64(j, "tickets", e->tickets);
        json_out_i64(j, "calls", e->calls);
        json_out_usd(j, "cost", e->cost_pusd);
        json_out_usd(j, "upper_bound", e->upper_pusd);
        json_out_i64(j, "seconds", e->seconds);
        json_out_close(j, '}');
        json_out_open(j, "came", '{');
        json_out_i64(j, "tickets", e->came_tickets);
        json_out_i64(j, "calls", e->came_calls);
        json_out_usd(j, "cost", e->came_pusd);
        json_out_usd(j, "unknown", e->came_unknown_pusd);
        json_out_i64(j, "unpriced_calls", e->came_unpriced);
        json_out_known(j, "seconds", e->came_seconds);
        json_out_close(j, '}');
        json_out_close(j, '}');
    }
    json_out_close(j, ']');
}

void budget_json(const struct report *r, struct json_out *j)
{
    json_out_open(j, "budget", '{');
    json_out_bool(j, "caps_known", r->routing.configured);
    json_out_usd(j, "day_spent", r->routing.day_pusd);
    json_out_usd(j, "month_spent", r->routing.month_pusd);
    caps(&r->routing, j);
    json_out_close(j, '}');
    waiting(&r->routing, j);
    estimates(&r->routing, j);
}
