/* Exact percentiles of many values that come as (value, how often) pairs in any order. */
#ifndef TICKETMILL_REPORT_SPREAD_H
#define TICKETMILL_REPORT_SPREAD_H

#include "report/report.h"

struct spread {
    struct spread_pair {
        int64_t value, times;
    } * v;
    size_t count, cap;
};

void spread_init(struct spread *s);
void spread_deinit(struct spread *s);
void spread_add(struct spread *s, int64_t value, int64_t times); /* times ≥ 0 */
struct report_spread spread_work_out(struct spread *s);          /* sorts what was added */

#endif
