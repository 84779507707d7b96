/* How labelled results look: tables for people, one JSON member for programs. */
#include <stdio.h>

#include "report/accuracy.h"
#include "report/table.h"

#define COLUMNS(heads) ((int)(sizeof(heads) / sizeof *(heads)))
#define CONFUSED_SHOWN 10

/* --- for people ----------------------------------------------------------------------------- */

static void cell_percent(struct table *t, double share)
{
    char text[32];

    snprintf(text, sizeof text, "%.1f %%", share * 100);
    table_cell(t, text);
}

static void cell_interval(struct table *t, int64_t right, int64_t count)
{
    struct score_interval i = score_wilson(right, count);
    char text[64];

    snprintf(text, sizeof text, "%.1f to %.1f %%", i.low * 100, i.high * 100);
    table_cell(t, text);
}

static void head(const struct accuracy *a, struct buf *out)
{
    struct score_interval i = score_wilson(a->score.right, a->score.count);

    buf_fmt(out,
            "\nAccuracy against labels: %.1f %% of %lld tickets (95 %% interval %.1f to %.1f %%), "
            "macro F1 %.3f, kappa %.3f\n",
            score_accuracy(&a->score) * 100, (long long)a->score.count, i.low * 100, i.high * 100,
            score_macro_f1(&a->score), score_kappa(&a->score));
    buf_fmt(out,
            "  calibration error %.3f over ten bins, Brier score %.3f; labels %lld, without a "
            "ticket here %lld, without a result %lld\n",
            score_ece(&a->score), score_brier(&a->score), (long long)a->labels,
            (long long)a->strangers, (long long)a->unanswered);
}

static double part(int64_t some, int64_t all)
{
    return all > 0 ? (double)some / (double)all : 0.0;
}

static void review(const struct accuracy *a, struct buf *out)
{
    buf_fmt(out, "  wrong with needs_review %.1f %% of %lld, without %.1f %% of %lld\n",
            part(a->review.wrong, a->review.count) * 100, (long long)a->review.count,
            part(a->sure.wrong, a->sure.count) * 100, (long long)a->sure.count);
}

static void categories(const struct accuracy *a, struct buf *out)
{
    static const char *const heads[] = {"label",        "tickets",   "right", "recall",
                                        "95% interval", "precision", "F1"};
    char f1[32];
    struct table t;

    table_init(&t, heads, "lrrrrrr", COLUMNS(heads));
    for (int i = 0; i < a->name_count; i++) {
        const struct score_category *c = &a->score.by[i];
        table_cell(&t, a->names[i]);
        table_count(&t, c->truth);
        table_count(&t, c->right);
        cell_percent(&t, score_recall(c));
        cell_interval(&t, c->right, c->truth);
        cell_percent(&t, score_precision(c));
        snprintf(f1, sizeof f1, "%.3f", score_f1(c));
        table_cell(&t, f1);
    }
    table_print(&t, out);
}

static void weeks(const struct accuracy *a, struct buf *out)
{
    static const char *const heads[] = {"week", "tickets", "right", "95% interval", "calibration"};
    char ece[32];
    struct table t;

    buf_str(out, "\nAccuracy by week\n");
    table_init(&t, heads, "lrrrr", COLUMNS(heads));
    for (size_t i = 0; i < a->week_count; i++) {
        const struct score *s = &a->weeks[i].score;
        table_cell(&t, a->weeks[i].name);
        table_count(&t, s->count);
        cell_percent(&t, score_accuracy(s));
        cell_interval(&t, s->right, s->count);
        snprintf(ece, sizeof ece, "%.3f", score_ece(s));
        table_cell(&t, ece);
    }
    table_print(&t, out);
}

static void bins(const struct score *s, struct buf *out)
{
    static const char *const heads[] = {"confidence", "tickets", "stated", "right"};
    char text[32];
    struct table t;

    buf_str(out, "\nAccuracy by confidence\n");
    table_init(&t, heads, "lrrr", COLUMNS(heads));
    for (int i = 0; i < SCORE_BINS; i++) {
        const struct score_bin *b = &s->bins[i];
        if (b->count == 0)
            continue;
        snprintf(text, sizeof text, "%.1f to %.1f", i / 10.0, (i + 1) / 10.0);
        table_cell(&t, text);
        table_count(&t, b->count);
        cell_percent(&t, part(b->confidence_ppm, b->count) / SCORE_PPM);
        cell_percent(&t, part(b->right, b->count));
    }
    table_print(&t, out);
}

/* The next most frequent mistake after the one given (count, place); false = there is none. */
static bool next_mistake(const struct score *s, int64_t *count, int *place)
{
    int width = s->categories + 1, best = -1;
    int64_t most = 0;

    for (int i = 0; i < s->categories * width; i++) {
        int64_t n = s->matrix[i];
        bool later = n < *count || (n == *count && i > *place);
        if (i / width != i % width && n > most && later) {
            most = n;
            best = i;
        }
    }
    *count = most;
    *place = best;
    return best >= 0;
}

static void confused(const struct accuracy *a, struct buf *out)
{
    static const char *const heads[] = {"label", "answered", "tickets"};
    int64_t count = INT64_MAX;
    int place = -1, width = a->score.categories + 1;
    struct table t;

    if (a->score.right == a->score.count)
        return;
    buf_str(out, "\nMost frequent mistakes\n");
    table_init(&t, heads, "llr", COLUMNS(heads));
    for (int i = 0; i < CONFUSED_SHOWN && next_mistake(&a->score, &count, &place); i++) {
        table_cell(&t, a->names[place / width]);
        table_cell(&t, a->names[place % width]);
        table_count(&t, count);
    }
    table_print(&t, out);
}

void accuracy_text(const struct accuracy *a, struct buf *out)
{
    if (a->labels == 0)
        return;
    if (a->score.count == 0) {
        buf_fmt(out, "\nAccuracy: %lld labels, none of a ticket with a result looked at here\n",
                (long long)a->labels);
        return;
    }
    head(a, out);
    review(a, out);
    categories(a, out);
    weeks(a, out);
    bins(&a->score, out);
    confused(a, out);
}

/* --- for programs --------------------------------------------------------------------------- */

void accuracy_fraction(struct json_out *j, const char *key, double v)
{
    char text[32];

    snprintf(text, sizeof text, "%.6f", v);
    json_out_number(j, key, text);
}

static void json_interval(struct json_out *j, const char *key, int64_t right, int64_t count)
{
    struct score_interval i = score_wilson(right, count);

    json_out_open(j, key, '[');
    accuracy_fraction(j, NULL, i.low);
    accuracy_fraction(j, NULL, i.high);
    json_out_close(j, ']');
}

void accuracy_json_score(const struct score *s, struct json_out *j)
{
    json_out_i64(j, "tickets", s->count);
    json_out_i64(j, "answered", s->answered);
    json_out_i64(j, "right", s->right);
    accuracy_fraction(j, "accuracy", score_accuracy(s));
    json_interval(j, "accuracy_95", s->right, s->count);
    accuracy_fraction(j, "macro_f1", score_macro_f1(s));
    accuracy_fraction(j, "kappa", score_kappa(s));
    accuracy_fraction(j, "ece", score_ece(s));
    accuracy_fraction(j, "brier", score_brier(s));
}

static void json_categories(const struct score *s, const char *const *names, struct json_out *j)
{
    json_out_open(j, "by_category", '[');
    for (int i = 0; i < s->categories; i++) {
        const struct score_category *c = &s->by[i];
        json_out_open(j, NULL, '{');
        json_out_text(j, "category", slice_str(names[i]));
        json_out_i64(j, "labelled", c->truth);
        json_out_i64(j, "answered", c->answered);
        json_out_i64(j, "right", c->right);
        accuracy_fraction(j, "precision", score_precision(c));
        accuracy_fraction(j, "recall", score_recall(c));
        json_interval(j, "recall_95", c->right, c->truth);
        accuracy_fraction(j, "f1", score_f1(c));
        json_out_close(j, '}');
    }
    json_out_close(j, ']');
}

static void json_bins(const struct score *s, struct json_out *j)
{
    json_out_open(j, "reliability", '[');
    for (int i = 0; i < SCORE_BINS; i++) {
        const struct score_bin *b = &s->bins[i];
        json_out_open(j, NULL, '{');
        accuracy_fraction(j, "from", i / 10.0);
        accuracy_fraction(j, "to", (i + 1) / 10.0);
        json_out_i64(j, "tickets", b->count);
        json_out_i64(j, "right", b->right);
        accuracy_fraction(j, "mean_confidence", part(b->confidence_ppm, b->count) / SCORE_PPM);
        json_out_close(j, '}');
    }
    json_out_close(j, ']');
}

static void json_matrix(const struct score *s, const char *const *names, struct json_out *j)
{
    int width = s->categories + 1;

    json_out_open(j, "confusion", '[');
    for (int i = 0; i < s->categories * width; i++) {
        bool none = i % width == s->categories;
        if (s->matrix[i] == 0)
            continue;
        json_out_open(j, NULL, '{');
        json_out_text(j, "label", slice_str(names[i / width]));
        json_out_text(j, "answered", none ? SLICE_NONE : slice_str(names[i % width]));
        json_out_i64(j, "tickets", s->matrix[i]);
        json_out_close(j, '}');
    }
    json_out_close(j, ']');
}

void accuracy_json_detail(const struct score *s, const char *const *names, struct json_out *j)
{
    json_categories(s, names, j);
    json_bins(s, j);
    json_matrix(s, names, j);
}

static void json_review(const char *key, int64_t count, int64_t wrong, struct json_out *j)
{
    json_out_open(j, key, '{');
    json_out_i64(j, "tickets", count);
    json_out_i64(j, "wrong", wrong);
    json_out_close(j, '}');
}

void accuracy_json(const struct accuracy *a, struct json_out *j)
{
    json_out_open(j, "accuracy", '{');
    json_out_i64(j, "labels", a->labels);
    json_out_i64(j, "labels_without_ticket", a->strangers);
    json_out_i64(j, "labels_without_result", a->unanswered);
    accuracy_json_score(&a->score, j);
    json_review("needs_review", a->review.count, a->review.wrong, j);
    json_review("no_review", a->sure.count, a->sure.wrong, j);
    json_out_open(j, "by_week", '[');
    for (size_t i = 0; i < a->week_count; i++) {
        json_out_open(j, NULL, '{');
        json_out_text(j, "week", slice_str(a->weeks[i].name));
        accuracy_json_score(&a->weeks[i].score, j);
        json_out_close(j, '}');
    }
    json_out_close(j, ']');
    accuracy_json_detail(&a->score, (const char *const *)a->names, j);
    json_out_close(j, '}');
}
