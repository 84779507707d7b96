/* Counting answers against labels, and the figures that follow from the counts.
 *
 * Everything but the Brier score is worked out from integers, so the order of the tickets makes no
 * difference. Whether one set of answers is better than another is pairs.c's question.
 */
#include "eval/score.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/mem.h"

void score_init(struct score *s, int categories)
{
    size_t n = (size_t)categories;

    *s = (struct score){.categories = categories};
    s->by = mem_array(n, sizeof *s->by);
    s->matrix = mem_array(n * (n + 1), sizeof *s->matrix);
}

void score_deinit(struct score *s)
{
    mem_free(s->by);
    mem_free(s->matrix);
}

static void add_confidence(struct score *s, const struct score_item *item)
{
    int bin = item->confidence_ppm / (SCORE_PPM / SCORE_BINS);
    double right = item->answer == item->truth ? 1.0 : 0.0;
    double off = (double)item->confidence_ppm / SCORE_PPM - right;
    struct score_bin *b = &s->bins[bin < SCORE_BINS ? bin : SCORE_BINS - 1];

    b->count++;
    b->right += item->answer == item->truth;
    b->confidence_ppm += item->confidence_ppm;
    s->brier_sum += off * off;
}

void score_add(struct score *s, const struct score_item *item)
{
    assert(item->truth >= 0 && item->truth < s->categories && item->answer < s->categories);
    assert(item->confidence_ppm >= 0 && item->confidence_ppm <= SCORE_PPM);
    int column = item->answer == SCORE_NONE ? s->categories : item->answer;

    s->count++;
    s->by[item->truth].truth++;
    s->matrix[item->truth * (s->categories + 1) + column]++;
    if (item->answer == SCORE_NONE)
        return;
    s->answered++;
    s->by[item->answer].answered++;
    add_confidence(s, item);
    if (item->answer == item->truth) {
        s->right++;
        s->by[item->truth].right++;
    }
}

static double share(int64_t part, int64_t whole)
{
    return whole > 0 ? (double)part / (double)whole : 0.0;
}

double score_accuracy(const struct score *s)
{
    return share(s->right, s->count);
}

struct score_interval score_wilson(int64_t right, int64_t count)
{
    double n = (double)count, z2 = SCORE_Z95 * SCORE_Z95;

    if (count == 0)
        return (struct score_interval){0.0, 1.0};
    double p = (double)right / n;
    double middle = (p + z2 / (2 * n)) / (1 + z2 / n);
    double half = SCORE_Z95 / (1 + z2 / n) * sqrt(p * (1 - p) / n + z2 / (4 * n * n));
    return (struct score_interval){right == 0 ? 0.0 : middle - half,
                                   right == count ? 1.0 : middle + half};
}

double score_precision(const struct score_category *c)
{
    return share(c->right, c->answered);
}

double score_recall(const struct score_category *c)
{
    return share(c->right, c->truth);
}

double score_f1(const struct score_category *c)
{
    return share(2 * c->right, c->truth + c->answered);
}

double score_macro_f1(const struct score *s)
{
    double sum = 0.0;
    int seen = 0;

    for (int i = 0; i < s->categories; i++) {
        if (s->by[i].truth + s->by[i].answered == 0)
            continue;
        sum += score_f1(&s->by[i]);
        seen++;
    }
    return seen > 0 ? sum / seen : 0.0;
}

double score_kappa(const struct score *s)
{
    double chance = 0.0, n = (double)s->count;

    if (s->count == 0)
        return 0.0;
    for (int i = 0; i < s->categories; i++)
        chance += (double)s->by[i].truth / n * ((double)s->by[i].answered / n);
    return chance < 1.0 ? (score_accuracy(s) - chance) / (1.0 - chance) : 1.0;
}

double score_ece(const struct score *s)
{
    double sum = 0.0;

    for (int i = 0; i < SCORE_BINS; i++)
        sum += fabs((double)s->bins[i].right - (double)s->bins[i].confidence_ppm / SCORE_PPM);
    return s->answered > 0 ? sum / (double)s->answered : 0.0;
}

double score_brier(const struct score *s)
{
    return s->answered > 0 ? s->brier_sum / (double)s->answered : 0.0;
}
