/* How good answers are, measured against the categories people chose. Pure.
 *
 * A ticket without an answer (dead letter, none yet) is wrong: it counts in every denominator and
 * is no one's prediction. Categories are numbers from 0; shares are fractions from 0 to 1.
 *
 * Sources. Interval of a share: E. B. Wilson, "Probable inference", JASA 22 (1927). F1 and its mean
 * over categories: Sokolova and Lapalme, Inf. Process. Manag. 45 (2009). Kappa: J. Cohen, Educ.
 * Psychol. Meas. 20 (1960). Expected calibration error over bins of equal width: Naeini et al.,
 * AAAI 2015; Guo et al., ICML 2017. Brier score of the one category that was answered: G. W. Brier,
 * Mon. Weather Rev. 78 (1950), with right = 1, wrong = 0.
 */
#ifndef TICKETMILL_EVAL_SCORE_H
#define TICKETMILL_EVAL_SCORE_H

#include <stddef.h>
#include <stdint.h>

#define SCORE_NONE (-1) /* no answer */
#define SCORE_BINS 10
#define SCORE_PPM  1000000
#define SCORE_Z95  1.959963984540054 /* both sides of 95 % of a normal distribution */

struct score_item {
    int truth;              /* 0 ≤ truth < categories */
    int answer;             /* likewise, or SCORE_NONE */
    int32_t confidence_ppm; /* 0 … 1,000,000; of an answer */
};

/* Answers of confidence [i/10, (i+1)/10), the last one up to 1. */
struct score_bin {
    int64_t count, right, confidence_ppm; /* the last is a sum */
};

struct score_category {
    int64_t truth, answered, right; /* labelled so; answered so; both */
};

struct score_interval {
    double low, high;
};

struct score {
    int64_t count, answered, right;
    struct score_bin bins[SCORE_BINS];
    double brier_sum;
    int categories;
    struct score_category *by; /* [categories] */
    int64_t *matrix;           /* [truth * (categories + 1) + answer]; last column: no answer */
};

void score_init(struct score *s, int categories);
void score_deinit(struct score *s);
void score_add(struct score *s, const struct score_item *item);

double score_accuracy(const struct score *s); /* 0 when there is none */
/* Wilson's 95 % interval; 0 … 1 of nothing. */
struct score_interval score_wilson(int64_t right, int64_t count);

/* 0 where the denominator is 0. */
double score_precision(const struct score_category *c);
double score_recall(const struct score_category *c);
double score_f1(const struct score_category *c);
/* Mean F1 of the categories that were labelled or answered at least once. */
double score_macro_f1(const struct score *s);
/* Agreement beyond chance; "no answer" is a category that no label has. 1 when chance alone would
 * agree always. */
double score_kappa(const struct score *s);
/* Of the answers alone: what has no confidence cannot be calibrated. 0 when there are none. */
double score_ece(const struct score *s);
double score_brier(const struct score *s);

#endif
