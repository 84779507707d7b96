/* The probe as one JSON object: every figure that the tables round, and the checklist.
 */
#include <stdio.h>

#include "probe/show.h"
#include "report/json_out.h"

static const char *const verdicts[] = {
    [VERDICT_PASS] = "pass",
    [VERDICT_FAILED] = "failed",
    [VERDICT_UNMEASURED] = "incomplete",
    [VERDICT_STOPPED] = "stopped",
    [VERDICT_NO_MONEY] = "no_money",
    [VERDICT_NOWHERE] = "unreachable",
    [VERDICT_KEYS] = "keys_refused",
    [VERDICT_NO_KEY] = "no_key",
};

static const char *const stops[] = {[STOP_NONE] = NULL,
                                    [STOP_MONEY] = "max_usd",
                                    [STOP_CALLS] = "max_calls",
                                    [STOP_SIGNAL] = "signal"};

static void text(struct json_out *j, const char *key, const char *s)
{
    json_out_text(j, key, s != NULL && s[0] != '\0' ? slice_str(s) : SLICE_NONE);
}

static void spread(struct json_out *j, const struct report_spread *v, bool known)
{
    json_out_open(j, "latency_us", '{');
    json_out_known(j, "p50", known ? v->p50 : -1);
    json_out_known(j, "p95", known ? v->p95 : -1);
    json_out_known(j, "p99", known ? v->p99 : -1);
    json_out_known(j, "max", known ? v->max : -1);
    json_out_close(j, '}');
}

static void add_checks(struct json_out *j, const struct findings *f)
{
    json_out_open(j, "checks", '[');
    for (int i = 0; i < CHECK_COUNT; i++) {
        json_out_open(j, NULL, '{');
        text(j, "check", check_name((enum probe_check)i));
        text(j, "result", result_name(f->v[i].result));
        text(j, "reason", f->v[i].text);
        json_out_close(j, '}');
    }
    json_out_close(j, ']');
}

static void add_reach(struct json_out *j, const struct probe_seen *s)
{
    const struct llm_reached *r = &s->reached;
    json_out_open(j, "reach", '{');
    json_out_bool(j, "ok", r->ok);
    text(j, "address", r->address);
    json_out_known(j, "dns_us", s->reach_tried ? r->dns_us : -1);
    json_out_known(j, "connect_us", s->reach_tried ? r->connect_us : -1);
    json_out_known(j, "tls_us", s->reach_tried ? r->tls_us : -1);
    json_out_close(j, '}');
}

static void add_limits(struct json_out *j, const struct probe_seen *s)
{
    const struct llm_limits *l = &s->limits;
    json_out_open(j, "limits", '{');
    json_out_known(j, "requests_limit", l->requests_limit);
    json_out_known(j, "requests_left", l->requests_left);
    json_out_known(j, "requests_reset_us", l->requests_reset_us);
    json_out_known(j, "tokens_limit", l->tokens_limit);
    json_out_known(j, "tokens_left", l->tokens_left);
    json_out_known(j, "tokens_reset_us", l->tokens_reset_us);
    json_out_known(j, "retry_after_us", s->retry_after_us);
    json_out_close(j, '}');
}

static void add_stream(struct json_out *j, const struct probe_seen *s)
{
    json_out_open(j, "stream", '{');
    json_out_i64(j, "calls", s->stream_count);
    json_out_known(j, "first_token_us", judge_first_token_us(s));
    json_out_known(j, "tokens_per_s", judge_tokens_per_s(s));
    json_out_close(j, '}');
}

static void add_load(struct json_out *j, const struct probe_seen *s)
{
    const struct probe_load *l = &s->load;
    json_out_open(j, "load", '{');
    json_out_i64(j, "calls", l->calls);
    json_out_i64(j, "answered", l->answered);
    json_out_i64(j, "throttled", l->throttled);
    json_out_i64(j, "failed", l->failed);
    json_out_i64(j, "took_us", l->calls > 0 ? l->to_mono_us - l->from_mono_us : 0);
    json_out_i64(j, "output_tokens", l->output_tokens);
    json_out_known(j, "availability_ppm", judge_availability_ppm(l));
    json_out_i64(j, "target_availability_ppm", s->provider->target.availability_ppm);
    json_out_i64(j, "target_p99_us", s->provider->target.p99_us);
    spread(j, &l->latency_us, l->answered > 0);
    json_out_close(j, '}');
}

static void add_steps(struct json_out *j, const struct probe_seen *s)
{
    json_out_open(j, "concurrency", '[');
    for (int i = 0; i < s->step_count; i++) {
        const struct probe_step *step = &s->steps[i];
        json_out_open(j, NULL, '{');
        json_out_i64(j, "in_flight", step->width);
        json_out_bool(j, "tried", step->asked);
        json_out_i64(j, "answered", step->answered);
        json_out_i64(j, "throttled", step->throttled);
        json_out_i64(j, "failed", step->failed);
        json_out_known(j, "took_us", step->asked ? step->took_us : -1);
        json_out_i64(j, "output_tokens", step->output_tokens);
        spread(j, &step->latency_us, step->answered > 0);
        json_out_close(j, '}');
    }
    json_out_close(j, ']');
}

static void add_money(struct json_out *j, const struct purse *p)
{
    json_out_i64(j, "calls", p->calls);
    json_out_i64(j, "unpriced_calls", p->unpriced_calls);
    json_out_usd(j, "spent", p->spent_pusd);
    json_out_usd(j, "unknown", p->unknown_pusd);
}

static void add_endpoint(struct json_out *j, const struct probe_seen *s, const struct findings *f)
{
    json_out_open(j, NULL, '{');
    text(j, "provider", s->provider->name);
    text(j, "endpoint", s->endpoint->name);
    text(j, "url", s->endpoint->url);
    text(j, "model", s->model->name);
    text(j, "served_model", s->base.served_model);
    text(j, "request_id", s->base.request_id);
    text(j, "incomplete_because", stops[s->stop]);
    add_checks(j, f);
    add_reach(j, s);
    add_limits(j, s);
    add_stream(j, s);
    add_load(j, s);
    add_steps(j, s);
    json_out_open(j, "money", '{');
    add_money(j, &s->purse);
    json_out_close(j, '}');
    json_out_close(j, '}');
}

static struct purse sum_of(const struct probe_outcome *o)
{
    struct purse sum = {.max_calls = -1};
    for (int i = 0; i < o->count; i++) {
        const struct purse *p = &o->seen[i].purse;
        sum.calls += p->calls;
        sum.unpriced_calls += p->unpriced_calls;
        sum.spent_pusd += p->spent_pusd;
        sum.unknown_pusd += p->unknown_pusd;
    }
    return sum;
}

void show_json(const struct probe_outcome *o, struct buf *out)
{
    struct json_out j = {.out = out};
    struct purse sum = sum_of(o);
    json_out_open(&j, NULL, '{');
    text(&j, "schema", "ticketmill.probe/1");
    text(&j, "verdict", verdicts[o->verdict]);
    json_out_i64(&j, "exit_status", verdict_exit(o->verdict));
    json_out_time(&j, "began_at", o->began_unix_us);
    json_out_time(&j, "ended_at", o->ended_unix_us);
    json_out_i64(&j, "duration_us", o->options->duration_us);
    json_out_i64(&j, "tokens", o->options->tokens);
    json_out_open(&j, "money", '{');
    json_out_usd(&j, "cap", o->options->max_pusd);
    json_out_known(&j, "max_calls", o->options->max_calls);
    add_money(&j, &sum);
    json_out_close(&j, '}');
    json_out_open(&j, "endpoints", '[');
    for (int i = 0; i < o->count; i++)
        add_endpoint(&j, &o->seen[i], &o->findings[i]);
    json_out_close(&j, ']');
    json_out_close(&j, '}');
    buf_char(out, '\n');
}
