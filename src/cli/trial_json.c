/* Compared variants as one JSON object, ticketmill.compare/1: every figure of every variant, and
 * where its rows are, so that all of it can be worked out again.
 */
#include "cli/trial.h"
#include "report/accuracy.h"
#include "report/json_out.h"

static void interval(struct json_out *j, const char *key, const struct score_interval *i)
{
    json_out_open(j, key, '[');
    accuracy_fraction(j, NULL, i->low);
    accuracy_fraction(j, NULL, i->high);
    json_out_close(j, ']');
}

static void pairs(struct json_out *j, const char *key, const struct pairs *p)
{
    if (p->count == 0) {
        json_out_text(j, key, SLICE_NONE);
        return;
    }
    json_out_open(j, key, '{');
    json_out_i64(j, "tickets", p->count);
    json_out_i64(j, "same_answer", p->same);
    json_out_i64(j, "gained", p->gained);
    json_out_i64(j, "lost", p->lost);
    accuracy_fraction(j, "mcnemar_p", p->p);
    accuracy_fraction(j, "difference", p->difference);
    interval(j, "difference_95", &p->d95);
    accuracy_fraction(j, "detectable", p->detectable);
    json_out_close(j, '}');
}

static void money(const struct trial_variant *v, struct json_out *j)
{
    json_out_open(j, "tokens", '{');
    json_out_i64(j, "input", v->input_tokens);
    json_out_i64(j, "cached", v->cached_tokens);
    json_out_i64(j, "output", v->output_tokens);
    json_out_close(j, '}');
    json_out_usd(j, "cost", v->priced ? v->cost_pusd : -1);
    json_out_usd(j, "cost_unknown", v->unknown_pusd);
    json_out_usd(j, "cost_per_1000", trial_cost(v, 1000));
    json_out_usd(j, "cost_per_night", trial_cost(v, TRIAL_NIGHT));
    json_out_open(j, "calls", '{');
    json_out_i64(j, "answered", v->latency_us.count);
    json_out_known(j, "p50_us", v->latency_us.p50);
    json_out_known(j, "p99_us", v->latency_us.p99);
    json_out_close(j, '}');
}

static void variant(const struct trial *t, const struct trial_variant *v, struct json_out *j)
{
    json_out_open(j, NULL, '{');
    json_out_text(j, "model", slice_str(t->config->models[v->model].name));
    json_out_text(j, "prompt", slice_str(t->prompts[v->prompt].name));
    json_out_text(j, "prompt_version", slice_str(v->version));
    json_out_i64(j, "pack", v->pack);
    json_out_text(j, "ledger", slice_str(v->ledger));
    json_out_bool(j, "complete", v->complete);
    json_out_i64(j, "exit_code", v->exit_code);
    json_out_i64(j, "dead", v->dead);
    accuracy_json_score(&v->score, j);
    if (v->complete)
        interval(j, "macro_f1_95", &v->f1);
    else
        json_out_text(j, "macro_f1_95", SLICE_NONE);
    money(v, j);
    pairs(j, "against_alone", &v->against_alone);
    pairs(j, "against_best", &v->against_best);
    accuracy_json_detail(&v->score, t->names, j);
    json_out_close(j, '}');
}

static void advice(const struct trial *t, struct json_out *j)
{
    const struct trial_variant *v = t->advised >= 0 ? &t->v[t->advised] : NULL;

    json_out_known(j, "best", t->best);
    json_out_known(j, "advised", t->advised);
    json_out_bool(j, "sample_too_small",
                  v && t->advised != t->best && v->against_best.d95.low < -TRIAL_MARGIN);
}

void trial_json(const struct trial *t, struct buf *out)
{
    struct json_out j = {out, false};

    json_out_open(&j, NULL, '{');
    json_out_text(&j, "schema", SLICE_LIT("ticketmill.compare/1"));
    json_out_open(&j, "sample", '{');
    json_out_text(&j, "path", slice_str(t->sample.path));
    json_out_text(&j, "source", slice_str(t->sample.source));
    json_out_i64(&j, "tickets", (int64_t)t->sample.count);
    json_out_i64(&j, "records", t->sample.records);
    json_out_i64(&j, "unlabelled", t->sample.unlabelled);
    json_out_i64(&j, "unreadable", t->sample.unreadable);
    json_out_close(&j, '}');
    json_out_i64(&j, "seed", (int64_t)t->seed);
    json_out_i64(&j, "bootstrap_samples", BOOTSTRAP_SAMPLES);
    json_out_usd(&j, "budget", t->budget_pusd);
    json_out_usd(&j, "spent", t->spent_pusd);
    json_out_open(&j, "variants", '[');
    for (int i = 0; i < t->count; i++)
        variant(t, &t->v[i], &j);
    json_out_close(&j, ']');
    advice(t, &j);
    json_out_close(&j, '}');
    buf_char(out, '\n');
}
