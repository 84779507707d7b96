/* A keyed hash of the ticket's id, cut into a hundred parts. The keys are fixed, so that the choice
 * is the same on every machine and every night; they differ, so that neither choice tells
 * anything about the other.
 */
#include "route/chosen.h"

#include "base/siphash.h"

static const struct siphash_key shadow_key = {UINT64_C(0x736861646f772d31),
                                              UINT64_C(0x9d0c5b1f6e2a7c43)};
static const struct siphash_key guard_key = {UINT64_C(0x67756172642d3031),
                                             UINT64_C(0x42e8a93d17f5b60c)};

static bool chosen(struct siphash_key key, struct slice ticket_id, int64_t percent)
{
    uint64_t part = (siphash_1_3(key, ticket_id) >> 32) * 100 >> 32; /* 0 … 99 */
    return (int64_t)part < percent;
}

bool chosen_for_shadow(struct slice ticket_id, int64_t percent)
{
    return chosen(shadow_key, ticket_id, percent);
}

bool chosen_for_guard(struct slice ticket_id, int64_t percent)
{
    return chosen(guard_key, ticket_id, percent);
}
