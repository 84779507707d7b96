/* The money cap of a probe: every call takes its upper bound before it is sent. Pure; amounts in
 * picodollars. */
#ifndef TICKETMILL_PROBE_PURSE_H
#define TICKETMILL_PROBE_PURSE_H

#include <stdbool.h>
#include <stdint.h>

#include "llm/reply.h"
#include "model/call.h"

struct purse {
    int64_t cap_pusd;      /* of spent + unknown + reserved */
    int64_t max_calls;     /* -1 = any number */
    int64_t calls;         /* that took something */
    int64_t reserved_pusd; /* by calls under way */
    int64_t spent_pusd;    /* by usage; by the bound where none was told */
    int64_t unknown_pusd;  /* bounds of calls that may have been billed */
    int64_t unpriced_calls;
};

/* False: the cap or the number of calls stands in the way, nothing has changed. bound_pusd
 * PUSD_UNPRICED counts as a call only. */
bool purse_take(struct purse *p, int64_t bound_pusd);

/* Ends what purse_take began. */
void purse_settle(struct purse *p, int64_t bound_pusd, const struct llm_reply *reply,
                  const struct price *price);

/* How many calls of that bound may be taken at once; INT64_MAX = any number. */
int64_t purse_affords(const struct purse *p, int64_t bound_pusd);

int64_t purse_left(const struct purse *p); /* below the cap; never negative */

#endif
