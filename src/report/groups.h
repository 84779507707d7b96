/* Costs by day, week, month, category, model, provider, route, language or customer.
 *
 * Every grouping adds up to the ledgers' sums to the picodollar: costs are those of the tickets'
 * shares, and what belongs to no share stands in a group of its own. A day is the local date on
 * which a run began, a week that of ISO 8601, and a cost belongs to the run of its call.
 * Of pruned calls the UTC month, model and provider are known: other groupings have them as one.
 */
#ifndef TICKETMILL_REPORT_GROUPS_H
#define TICKETMILL_REPORT_GROUPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "ledger/query.h"

/* What a group is; the names are those of the command line. */
enum group_by {
    GROUP_DAY,
    GROUP_WEEK,
    GROUP_MONTH,
    GROUP_CATEGORY,
    GROUP_MODEL,
    GROUP_PROVIDER,
    GROUP_ROUTE,
    GROUP_LANGUAGE,
    GROUP_CUSTOMER
};
extern const char *const group_names[]; /* NULL ends */

#define GROUP_UNATTRIBUTED "(not attributed)" /* calls that no ticket has a share of */
#define GROUP_PRUNED       "(pruned)"         /* calls whose tickets the ledger has forgotten */

struct group_row {
    char *name;
    int64_t results, reused, dead; /* reused: of the results */
    int64_t calls;                 /* with a share of the group; one call may be in several */
    int64_t input_tokens, cached_tokens, output_tokens;
    int64_t cost_pusd;     /* settled, all purposes */
    int64_t repeated_pusd; /* of it: asked again, alone or in a further tier */
    int64_t compared_pusd; /* of it: shadow and guard */
    int64_t unknown_pusd;  /* reservations of calls that may have been billed; not in cost_pusd */
    int64_t unpriced;      /* shares of answered calls that had no price */
};

struct groups {
    enum group_by by;
    struct group_row *v; /* by name; times ascending */
    size_t count;
    struct group_row total; /* name NULL */
};

/* Days as "2026-11-24" in the zone of zone_use: from since on, before until; NULL = open. */
struct group_filter {
    const char *since, *until;
};

/* ST_OVERFLOW when a sum does not fit. groups_free. */
MUST_CHECK enum status groups_collect(struct ledger_reader *const *readers, size_t count,
                                      enum group_by by, const struct group_filter *filter,
                                      struct groups *out, struct fail *fail);
void groups_free(struct groups *g);

#endif
