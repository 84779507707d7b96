/* Money of a probe: taken before a call, settled after it.
 *
 * What a call may have cost without telling (a time-out after sending) stays taken at its bound;
 * so does an answer that tells no usage. A provider that bills above the bound is booked with
 * what it billed: the cap then stops the next call, not this one.
 */
#include "probe/purse.h"

#include <assert.h>

#include "batch/shares.h"

int64_t purse_left(const struct purse *p)
{
    int64_t used, left;
    if (!money_add(p->spent_pusd, p->unknown_pusd, &used) ||
        !money_add(used, p->reserved_pusd, &used) || used >= p->cap_pusd)
        return 0;
    left = p->cap_pusd - used;
    return left;
}

int64_t purse_affords(const struct purse *p, int64_t bound_pusd)
{
    int64_t calls = p->max_calls < 0 ? INT64_MAX : p->max_calls - p->calls;
    if (bound_pusd > 0 && purse_left(p) / bound_pusd < calls)
        calls = purse_left(p) / bound_pusd;
    return calls > 0 ? calls : 0;
}

bool purse_take(struct purse *p, int64_t bound_pusd)
{
    if (purse_affords(p, bound_pusd) < 1)
        return false;
    p->calls++;
    if (bound_pusd == PUSD_UNPRICED)
        p->unpriced_calls++;
    else
        p->reserved_pusd += bound_pusd; /* within the cap, so it fits */
    return true;
}

static void add(int64_t *sum, int64_t pusd)
{
    if (!money_add(*sum, pusd, sum))
        *sum = INT64_MAX;
}

void purse_settle(struct purse *p, int64_t bound_pusd, const struct llm_reply *reply,
                  const struct price *price)
{
    int64_t cost = bound_pusd;
    if (bound_pusd == PUSD_UNPRICED)
        return;
    assert(p->reserved_pusd >= bound_pusd);
    p->reserved_pusd -= bound_pusd;
    switch (failure_billing(reply->failure)) {
    case BILLED_NOTHING:
        return;
    case BILLED_UNKNOWN:
        add(&p->unknown_pusd, bound_pusd);
        return;
    case BILLED_USAGE:
        if (reply->usage.present && shares_call_cost(&reply->usage, price, &cost) != ST_OK)
            cost = INT64_MAX;
        add(&p->spent_pusd, cost);
        return;
    }
}
