/* Amounts as people read them. Exact figures for machines: money_text. Pure. */
#ifndef TICKETMILL_MODEL_MONEY_SHOW_H
#define TICKETMILL_MODEL_MONEY_SHOW_H

#include <stdint.h>

#define MONEY_SHOW_SIZE 40

/* A total in USD: "1,234.57", two places, rounded half up; "<0.01" for an amount too small for
 * them (never "0.00" unless it is nothing); "unpriced" for PUSD_UNPRICED. */
void money_show(int64_t pusd, char out[MONEY_SHOW_SIZE]);

/* Three significant digits in USD: "0.0265", "12.3", "1,240"; "0", "unpriced". */
void money_show_digits(int64_t pusd, char out[MONEY_SHOW_SIZE]);

/* `pusd` spread over `count` tickets, for each 1,000 of them, three significant digits; "-" when
 * count is 0. */
void money_show_per_1000(int64_t pusd, int64_t count, char out[MONEY_SHOW_SIZE]);

#endif
