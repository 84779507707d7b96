/* How compared variants look to people: one table in three forms, and the advice in words. */
#include <stdio.h>

#include "base/human.h"
#include "cli/trial.h"
#include "file/csv.h"
#include "model/money.h"
#include "model/money_show.h"
#include "report/table.h"

enum { CELLS = 13, CELL_SIZE = 64 };

static const char *const heads[CELLS] = {
    "model", "prompt", "pack",      "tickets", "accuracy", "95% interval", "macro F1",
    "ECE",   "Brier",  "USD/1,000", "p50",     "p99",      "as alone"};

struct cells {
    char v[CELLS][CELL_SIZE];
};

static void percent(char out[CELL_SIZE], double share)
{
    snprintf(out, CELL_SIZE, "%.1f %%", share * 100);
}

static void fill(const struct trial *t, const struct trial_variant *v, struct cells *c)
{
    const struct score *s = &v->score;
    struct score_interval w = score_wilson(s->right, s->count);
    int64_t cost = trial_cost(v, 1000);

    snprintf(c->v[0], CELL_SIZE, "%s", t->config->models[v->model].name);
    snprintf(c->v[1], CELL_SIZE, "%.8s", v->version);
    snprintf(c->v[2], CELL_SIZE, "%lld", (long long)v->pack);
    snprintf(c->v[3], CELL_SIZE, "%zu%s", v->finished, v->complete ? "" : " (of more)");
    percent(c->v[4], score_accuracy(s));
    snprintf(c->v[5], CELL_SIZE, "%.1f to %.1f %%", w.low * 100, w.high * 100);
    snprintf(c->v[6], CELL_SIZE, "%.3f (%.3f to %.3f)", score_macro_f1(s), v->f1.low, v->f1.high);
    if (!v->complete)
        snprintf(c->v[6], CELL_SIZE, "%.3f", score_macro_f1(s));
    snprintf(c->v[7], CELL_SIZE, "%.3f", score_ece(s));
    snprintf(c->v[8], CELL_SIZE, "%.3f", score_brier(s));
    money_show_digits(cost, c->v[9]);
    if (v->finished == 0)
        snprintf(c->v[9], CELL_SIZE, "-");
    human_latency(v->latency_us.p50, c->v[10]);
    human_latency(v->latency_us.p99, c->v[11]);
    snprintf(c->v[12], CELL_SIZE, "-");
    if (v->against_alone.count > 0)
        percent(c->v[12], (double)v->against_alone.same / (double)v->against_alone.count);
}

/* --- words ----------------------------------------------------------------------------------- */

static void name(const struct trial *t, const struct trial_variant *v, struct buf *out)
{
    buf_fmt(out, "%s, prompt %.8s, %lld a call", t->config->models[v->model].name, v->version,
            (long long)v->pack);
}

static void money(const struct trial *t, const struct trial_variant *v, struct buf *out)
{
    const struct trial_variant *best = &t->v[t->best];
    int64_t thousand = trial_cost(v, 1000), night = trial_cost(v, TRIAL_NIGHT);
    char a[MONEY_SHOW_SIZE], b[MONEY_SHOW_SIZE];

    money_show_digits(thousand, a);
    money_show_digits(night, b);
    buf_fmt(out, "  costs USD %s per 1,000 tickets, %s a night of 200,000", a, b);
    if (v != best && best->priced && v->priced) {
        money_show_digits(trial_cost(best, 1000) - thousand, a);
        money_show_digits(trial_cost(best, TRIAL_NIGHT) - night, b);
        buf_fmt(out, "; saves %s and %s against the most accurate one", a, b);
    }
    buf_char(out, '\n');
}

static void advice(const struct trial *t, struct buf *out)
{
    const struct trial_variant *v, *best;

    if (t->best < 0) {
        buf_str(out, "\nNo variant is complete; call again to go on.\n");
        return;
    }
    v = &t->v[t->advised];
    best = &t->v[t->best];
    const struct pairs *p = &v->against_best;
    buf_str(out, "\nMost accurate: ");
    name(t, best, out);
    buf_fmt(out, " (%.1f %%)\nAdvised: ", score_accuracy(&best->score) * 100);
    name(t, v, out);
    buf_char(out, '\n');
    money(t, v, out);
    if (v != best)
        buf_fmt(out,
                "  accuracy %+.1f points against the most accurate (95 %% interval %+.1f to %+.1f, "
                "McNemar p = %.3f): no difference that is more than luck\n",
                p->difference * 100, p->d95.low * 100, p->d95.high * 100, p->p);
    if (v != best && p->d95.low < -TRIAL_MARGIN)
        buf_fmt(out,
                "  the sample is too small to rule out a loss of more than %.0f points: it shows "
                "differences from about %.1f points on\n",
                TRIAL_MARGIN * 100, p->detectable * 100);
}

static void notes(const struct trial *t, struct buf *out)
{
    char spent[MONEY_SHOW_SIZE];
    const struct trial_sample *s = &t->sample;

    money_show_digits(t->spent_pusd, spent);
    buf_fmt(out,
            "\nTickets without an answer count as wrong. ECE over %d bins of equal width; interval "
            "of macro F1 from %d bootstrap samples, seed %llu.\n",
            SCORE_BINS, BOOTSTRAP_SAMPLES, (unsigned long long)t->seed);
    buf_fmt(out,
            "Sample: %zu of %lld records (%lld without a label, %lld unreadable). Spent so far in "
            "%s: USD %s\n",
            s->count, (long long)s->records, (long long)s->unlabelled, (long long)s->unreadable,
            t->folder, spent);
}

/* --- tables ---------------------------------------------------------------------------------- */

static void matrix(const struct trial *t, const struct trial_variant *v, struct buf *out)
{
    static const char *const columns[] = {"label", "answered", "tickets"};
    int width = v->score.categories + 1;
    struct table table;

    buf_str(out, "\nConfusion of ");
    name(t, v, out);
    buf_char(out, '\n');
    table_init(&table, columns, "llr", 3);
    for (int i = 0; i < v->score.categories * width; i++) {
        if (v->score.matrix[i] == 0)
            continue;
        table_cell(&table, t->names[i / width]);
        table_cell(&table, i % width == width - 1 ? "(none)" : t->names[i % width]);
        table_count(&table, v->score.matrix[i]);
    }
    table_print(&table, out);
}

static void reliability(const struct trial *t, const struct trial_variant *v, struct buf *out)
{
    buf_str(out, "\nConfidence of ");
    name(t, v, out);
    buf_str(out, ": stated, right, tickets\n");
    for (int i = 0; i < SCORE_BINS; i++) {
        const struct score_bin *b = &v->score.bins[i];
        if (b->count > 0)
            buf_fmt(out, "  %.1f to %.1f  %5.1f %%  %5.1f %%  %lld\n", i / 10.0, (i + 1) / 10.0,
                    (double)b->confidence_ppm / (double)b->count / 1e4,
                    (double)b->right / (double)b->count * 100, (long long)b->count);
    }
}

void trial_text(const struct trial *t, bool with_matrix, struct buf *out)
{
    struct cells c;
    struct table table;

    table_init(&table, heads, "llrrrrrrrrrrr", CELLS);
    for (int i = 0; i < t->count; i++) {
        fill(t, &t->v[i], &c);
        for (int k = 0; k < CELLS; k++)
            table_cell(&table, c.v[k]);
    }
    table_print(&table, out);
    advice(t, out);
    if (t->advised >= 0)
        reliability(t, &t->v[t->advised], out);
    for (int i = 0; with_matrix && i < t->count; i++)
        matrix(t, &t->v[i], out);
    notes(t, out);
}

void trial_md(const struct trial *t, struct buf *out)
{
    struct cells c;

    for (int k = 0; k < CELLS; k++)
        buf_fmt(out, "| %s ", heads[k]);
    buf_str(out, "|\n");
    for (int k = 0; k < CELLS; k++)
        buf_str(out, k < 2 ? "|---" : "|---:");
    buf_str(out, "|\n");
    for (int i = 0; i < t->count; i++) {
        fill(t, &t->v[i], &c);
        for (int k = 0; k < CELLS; k++)
            buf_fmt(out, "| %s ", c.v[k]);
        buf_str(out, "|\n");
    }
    advice(t, out);
    notes(t, out);
}

/* Names of models hold no quotes (contract: names of the configuration), so quoting them is enough
 * of RFC 4180; all else is numbers. */
void trial_csv(const struct trial *t, struct buf *out)
{
    buf_str(out, "model,prompt_version,pack,complete,tickets,right,accuracy,accuracy_low,"
                 "accuracy_high,macro_f1,macro_f1_low,macro_f1_high,kappa,ece,brier,input_tokens,"
                 "cached_tokens,output_tokens,cost_usd,cost_per_1000_usd,latency_p50_us,"
                 "latency_p99_us,advised\n");
    for (int i = 0; i < t->count; i++) {
        const struct trial_variant *v = &t->v[i];
        const struct score *s = &v->score;
        struct score_interval w = score_wilson(s->right, s->count);
        char cost[MONEY_TEXT_SIZE] = "", thousand[MONEY_TEXT_SIZE] = "";
        if (trial_cost(v, 1000) >= 0) {
            money_text(v->cost_pusd, cost);
            money_text(trial_cost(v, 1000), thousand);
        }
        buf_fmt(out, "\"%s\",%s,%lld,%s,%lld,%lld,%.6f,%.6f,%.6f,",
                t->config->models[v->model].name, v->version, (long long)v->pack,
                v->complete ? "true" : "false", (long long)s->count, (long long)s->right,
                score_accuracy(s), w.low, w.high);
        buf_fmt(out, "%.6f,%.6f,%.6f,%.6f,%.6f,%.6f,", score_macro_f1(s), v->f1.low, v->f1.high,
                score_kappa(s), score_ece(s), score_brier(s));
        buf_fmt(out, "%lld,%lld,%lld,%s,%s,%lld,%lld,%s\n", (long long)v->input_tokens,
                (long long)v->cached_tokens, (long long)v->output_tokens, cost, thousand,
                (long long)v->latency_us.p50, (long long)v->latency_us.p99,
                i == t->advised ? "true" : "false");
    }
}
