/* Results set beside the categories people chose: how often they agree, and whether confidence and
 * `needs_review` tell where they do not.
 *
 * A ticket counts when it has a label and a result; of several results of one id the newest. A
 * week is that of ISO 8601 in the time zone in force, of the time of the result. What the figures
 * mean and where they come from: eval/score.h.
 */
#ifndef TICKETMILL_REPORT_ACCURACY_H
#define TICKETMILL_REPORT_ACCURACY_H

#include "base/buf.h"
#include "eval/score.h"
#include "ledger/query.h"
#include "report/json_out.h"

#define ACCURACY_WEEK_SIZE 9 /* "2026-W48" */

struct accuracy_week {
    char name[ACCURACY_WEEK_SIZE];
    struct score score;
};

struct accuracy_row {
    struct score_item item;
    bool review;
    char week[ACCURACY_WEEK_SIZE];
};

struct accuracy {
    char **names; /* of the categories, labelled or answered */
    int name_count;
    struct accuracy_row *rows;
    size_t row_count;
    int64_t labels, strangers, unanswered; /* all; of no ticket here; of one without a result */

    /* Once all ledgers are read. */
    struct score score;
    struct accuracy_week *weeks; /* ascending */
    size_t week_count;
    struct {
        int64_t count, wrong;
    } review, sure; /* with and without needs_review */
};

MUST_CHECK enum status accuracy_read(struct accuracy *a, struct ledger_reader *reader,
                                     struct fail *fail);
void accuracy_finish(struct accuracy *a);
void accuracy_deinit(struct accuracy *a);

/* Nothing without labels. */
void accuracy_text(const struct accuracy *a, struct buf *out);
void accuracy_json(const struct accuracy *a, struct json_out *j); /* member "accuracy" */

/* Parts that other tables of the same kind have too; *j stands inside an object. */
void accuracy_json_score(const struct score *s, struct json_out *j);
void accuracy_json_detail(const struct score *s, const char *const *names, struct json_out *j);
void accuracy_fraction(struct json_out *j, const char *key, double v); /* 6 places */

#endif
