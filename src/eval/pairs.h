/* Is one set of answers better than another on the same tickets, or is it luck? Pure.
 *
 * Sources. Exact test: Q. McNemar, Psychometrika 12 (1947), with the binomial in place of its
 * approximation. Interval of the difference: Agresti and Min, Biometrics 61 (2005): Wald's after
 * half a pair has been added to each of the four cells. What could be seen at all: Connor,
 * Biometrics 43 (1987). Interval of the macro F1: percentiles of the bootstrap, Efron and
 * Tibshirani, "An Introduction to the Bootstrap" (1993), ch. 13.
 */
#ifndef TICKETMILL_EVAL_PAIRS_H
#define TICKETMILL_EVAL_PAIRS_H

#include "eval/score.h"

struct pairs {
    int64_t count;
    int64_t same;              /* the same answer, right or wrong; none of either is the same */
    int64_t gained, lost;      /* right here and wrong there; the reverse */
    double p;                  /* of McNemar's exact test, both sides */
    double difference;         /* of the accuracies, here less there */
    struct score_interval d95; /* of the difference */
    double detectable;         /* smallest difference that 80 % of such samples would show */
};

/* Both lists are of the same tickets in the same order. */
struct pairs pairs_of(const struct score_item *here, const struct score_item *there, size_t count);

double pairs_p(int64_t gained, int64_t lost); /* 1 when both are 0 */

#define BOOTSTRAP_SAMPLES 1000

/* 95 % interval of the macro F1 from BOOTSTRAP_SAMPLES samples of `count` tickets drawn with
 * replacement: sample after sample, ticket after ticket, index = high 64 bits of (random_u64 ×
 * count), generator seeded with `seed`; the 26th lowest and 26th highest value. */
struct score_interval bootstrap_macro_f1(const struct score_item *items, size_t count,
                                         int categories, uint64_t seed);

#endif
