/* Budgets as walls: what may still be reserved. Amounts in picodollars. Pure but for the time zone
 * of the process. One thread.
 *
 * Every call reserves its upper bound against all caps that apply to it and is settled afterwards;
 * a call that may have been billed is settled at its reservation. Spent + reserved never passes a
 * cap by a reservation; only a bill above its reservation can do that, and then nothing more is
 * reserved there. A call belongs to the day and month of max(now, latest booked), so a clock that
 * is set back reopens nothing; it is settled in the day and month it was booked in.
 *
 * What counts where: every call against run, day and month; first calls, re-asks, solos and
 * escalations against their tier; shadow and guard calls against shadow instead.
 */
#ifndef TICKETMILL_ROUTE_BUDGET_H
#define TICKETMILL_ROUTE_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/zone.h"
#include "config/config.h"

enum wall { WALL_NONE, WALL_RUN, WALL_DAY, WALL_MONTH, WALL_TIER, WALL_SHADOW };

/* Spent before this process: settled costs and reservations of unknown calls, all ≥ 0. `run`,
 * `shadow` and `tiers`: by the killed or interrupted runs that this one continues. `day` and
 * `month`: of the day and month of max(now, latest_unix_us). */
struct budget_history {
    int64_t run_pusd, day_pusd, month_pusd, shadow_pusd;
    const int64_t *tier_pusd; /* per config->tiers; NULL = all 0 */
    int64_t latest_unix_us;   /* newest call booked; 0 = none */
};

struct budget;

/* What a call holds; kept by its owner until it is settled. */
struct budget_slip {
    int64_t reserved_pusd;
    int32_t day, month; /* of the calendar it was booked in */
    int tier;
    bool shadow, held;
};

/* run_cap_pusd: CONFIG_OFF = config->budget.run_pusd. The shard's fraction is applied to all caps
 * but an explicit run cap (rounded down). before: NULL = nothing was spent. */
struct budget *budget_new(const struct config *config, int64_t run_cap_pusd,
                          const struct budget_history *before, int64_t now_unix_us);
void budget_free(struct budget *b); /* takes NULL */

bool budget_capped(const struct budget *b); /* any cap at all */

/* Reserves; the wall that stands in the way, WALL_NONE = reserved. When several do, the widest one:
 * run, day, month, then tier or shadow. pusd ≥ 0, or PUSD_UNPRICED: what it costs is not known, so
 * it is let through only when nothing of its kind is capped, else refused by the first cap there is
 * (that of shadow calls counts for them alone).
 * tier ≥ 0, also of a shadow or guard call (`shadow`). *slip is set when reserved. */
enum wall budget_reserve(struct budget *b, int tier, bool shadow, int64_t pusd, int64_t now_unix_us,
                         struct budget_slip *slip);
/* cost ≥ 0: settled, or the reservation of an unknown call; may be above the reservation; 0 for a
 * call that was never sent; PUSD_UNPRICED counts nothing. A slip that holds nothing is left. */
void budget_settle(struct budget *b, struct budget_slip *slip, int64_t cost_pusd);

/* What is left below a wall's cap: cap − spent − reserved, never below 0; -1 = no such cap.
 * tier: for WALL_TIER. Day and month are those of the last reservation. */
int64_t budget_left(const struct budget *b, enum wall wall, int tier);
int64_t budget_cap(const struct budget *b, enum wall wall, int tier); /* -1 = none */
/* Settled so far, history included; counted for walls without a cap too. */
int64_t budget_spent(const struct budget *b, enum wall wall, int tier);
const char *wall_name(enum wall w); /* "none", "run", "day", "month", "tier", "shadow" */

#endif
