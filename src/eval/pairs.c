/* Comparing two lists of answers ticket by ticket, and drawing samples of one again.
 *
 * Two accuracies on the same tickets are not independent: only the tickets that one got right and
 * the other did not say anything about which is better.
 */
#include "eval/pairs.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/random.h"

#define Z80 0.8416212335729143 /* one side of 80 % of a normal distribution */

double pairs_p(int64_t gained, int64_t lost)
{
    int64_t n = gained + lost, fewer = gained < lost ? gained : lost;
    double tail = 0.0, logs = lgamma((double)n + 1) - (double)n * log(2.0);

    for (int64_t k = 0; k <= fewer; k++)
        tail += exp(logs - lgamma((double)k + 1) - lgamma((double)(n - k) + 1));
    return 2 * tail < 1.0 ? 2 * tail : 1.0;
}

static struct score_interval difference(int64_t gained, int64_t lost, int64_t count)
{
    double n = (double)count + 2, b = (double)gained + 0.5, c = (double)lost + 0.5;
    double d = (b - c) / n;
    double half = SCORE_Z95 * sqrt((b + c) / n - d * d) / sqrt(n);

    return (struct score_interval){fmax(d - half, -1.0), fmin(d + half, 1.0)};
}

struct pairs pairs_of(const struct score_item *here, const struct score_item *there, size_t count)
{
    struct pairs p = {.count = (int64_t)count};

    for (size_t i = 0; i < count; i++) {
        bool right = here[i].answer == here[i].truth;
        bool right_there = there[i].answer == there[i].truth;
        p.same += here[i].answer == there[i].answer;
        p.gained += right && !right_there;
        p.lost += !right && right_there;
    }
    double n = count > 0 ? (double)count : 1.0;
    double apart = fmax((double)(p.gained + p.lost), 1.0) / n;
    p.p = pairs_p(p.gained, p.lost);
    p.difference = (double)(p.gained - p.lost) / n;
    p.d95 = difference(p.gained, p.lost, p.count);
    p.detectable = fmin((SCORE_Z95 + Z80) * sqrt(apart / n), 1.0);
    return p;
}

static int ascending(const void *a, const void *b)
{
    const double *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

static double draw(struct random *random, const struct score_item *items, size_t count,
                   struct score_category *by, int categories)
{
    struct score s = {.by = by, .categories = categories};

    for (int c = 0; c < categories; c++)
        by[c] = (struct score_category){0};
    for (size_t i = 0; i < count; i++) {
        size_t at = (size_t)(((unsigned __int128)random_u64(random) * count) >> 64);
        const struct score_item *item = &items[at];
        by[item->truth].truth++;
        if (item->answer != SCORE_NONE)
            by[item->answer].answered++;
        by[item->truth].right += item->answer == item->truth;
    }
    return score_macro_f1(&s);
}

struct score_interval bootstrap_macro_f1(const struct score_item *items, size_t count,
                                         int categories, uint64_t seed)
{
    enum { OUTSIDE = BOOTSTRAP_SAMPLES / 40 };
    struct score_interval out = {0.0, 1.0};
    struct random random;

    if (count == 0)
        return out;
    double *values = mem_array(BOOTSTRAP_SAMPLES, sizeof *values);
    struct score_category *by = mem_array((size_t)categories, sizeof *by);
    random_seed(&random, seed);
    for (int i = 0; i < BOOTSTRAP_SAMPLES; i++)
        values[i] = draw(&random, items, count, by, categories);
    qsort(values, BOOTSTRAP_SAMPLES, sizeof *values, ascending);
    out = (struct score_interval){values[OUTSIDE], values[BOOTSTRAP_SAMPLES - 1 - OUTSIDE]};
    mem_free(by);
    mem_free(values);
    return out;
}
