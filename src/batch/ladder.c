/* The decisions, one short function for each kind of trouble, chosen by a table over outcomes.
 * Nothing here counts or remembers: the caller keeps a ticket's attempts and does what is said.
 */
#include "batch/ladder.h"

#include <assert.h>

enum ladder_outcome ladder_outcome(enum failure f, enum slot_state slot)
{
    static const enum ladder_outcome of_slot[] = {
        [SLOT_MISSING] = OUTCOME_MISSING,
        [SLOT_VALID] = OUTCOME_VALID,
        [SLOT_INVALID] = OUTCOME_INVALID,
        [SLOT_CONFLICT] = OUTCOME_CONFLICT,
    };
    static const enum ladder_outcome of_failure[FAIL_COUNT] = {
        [FAIL_NOT_SENT] = OUTCOME_NOT_TRIED,  [FAIL_TIMEOUT] = OUTCOME_UNKNOWN,
        [FAIL_RESET] = OUTCOME_UNKNOWN,       [FAIL_THROTTLED] = OUTCOME_NOT_TRIED,
        [FAIL_SERVER] = OUTCOME_NOT_TRIED,    [FAIL_GATEWAY] = OUTCOME_UNKNOWN,
        [FAIL_KEY] = OUTCOME_NOT_TRIED,       [FAIL_REGION] = OUTCOME_NOT_TRIED,
        [FAIL_MONEY] = OUTCOME_NOT_TRIED,     [FAIL_CONFIG] = OUTCOME_NOT_TRIED,
        [FAIL_OVERSIZE] = OUTCOME_OVERSIZE,   [FAIL_POLICY] = OUTCOME_POLICY,
        [FAIL_REJECTED] = OUTCOME_REJECTED,   [FAIL_BAD_ANSWER] = OUTCOME_BAD_ANSWER,
        [FAIL_REFUSED] = OUTCOME_REFUSED,     [FAIL_FILTERED] = OUTCOME_FILTERED,
        [FAIL_TRUNCATED] = OUTCOME_TRUNCATED, [FAIL_TOO_LARGE] = OUTCOME_UNKNOWN,
        [FAIL_CANCELLED] = OUTCOME_UNKNOWN,   [FAIL_CRASH] = OUTCOME_UNKNOWN,
    };
    assert((unsigned)f < FAIL_COUNT && slot <= SLOT_CONFLICT);
    if (f == FAIL_NONE)
        return of_slot[slot];
    /* What a paid answer holds is kept, however it ended. */
    if (slot == SLOT_VALID && failure_billing(f) == BILLED_USAGE)
        return OUTCOME_VALID;
    return of_failure[f];
}

static struct ladder_move dead(const struct ladder_ticket *t, enum reason reason)
{
    return (struct ladder_move){LADDER_DEAD, reason, t->last, 0};
}

/* A step that makes no call of its own. */
static struct ladder_move stay(const struct ladder_ticket *t, enum ladder_step step)
{
    return (struct ladder_move){step, REASON_NONE, t->last, 0};
}

static struct ladder_move alone(enum ladder_step step, enum call_purpose purpose)
{
    return (struct ladder_move){step, REASON_NONE, purpose, 1};
}

/* Alone on the model it is at: a ticket that was escalated stays so. */
static struct ladder_move solo(const struct ladder_ticket *t, enum ladder_step step)
{
    return alone(step, t->last == PURPOSE_ESCALATE ? PURPOSE_ESCALATE : PURPOSE_SOLO);
}

/* As before, by a call of the same kind. */
static struct ladder_move again(const struct ladder_ticket *t)
{
    return (struct ladder_move){LADDER_AGAIN, REASON_NONE, t->last, t->pack_size};
}

/* With others; tickets nobody has answered yet are still asked for the first time. */
static struct ladder_move together(const struct ladder_ticket *t, enum ladder_step step, size_t n)
{
    enum call_purpose purpose = t->paid == 0 ? PURPOSE_FIRST : PURPOSE_REASK;
    return (struct ladder_move){step, REASON_NONE, purpose, n};
}

static size_t half(const struct ladder_ticket *t)
{
    return (t->pack_size + 1) / 2;
}

static bool is_alone(const struct ladder_ticket *t)
{
    return t->pack_size <= 1;
}

/* Half the pack while at least two attempts are left behind that; then alone. */
static struct ladder_move smaller(const struct ladder_ticket *t, enum ladder_step step)
{
    return t->paid <= 1 ? together(t, step, half(t)) : solo(t, LADDER_SOLO);
}

/* The way down for an answer that did not serve this ticket. */
static struct ladder_move bad_answer(const struct ladder_ticket *t)
{
    if (t->paid >= LADDER_PAID_MAX)
        return dead(t, REASON_ATTEMPTS_EXHAUSTED);
    if (t->paid == LADDER_PAID_MAX - 1 && t->has_next_model)
        return alone(LADDER_ESCALATE, PURPOSE_ESCALATE);
    if (t->paid >= 2 || is_alone(t))
        return solo(t, LADDER_SOLO);
    return together(t, LADDER_REASK, t->pack_size);
}

static struct ladder_move truncated(const struct ladder_ticket *t)
{
    if (t->paid >= LADDER_PAID_MAX)
        return dead(t, REASON_ATTEMPTS_EXHAUSTED);
    if (!is_alone(t))
        return smaller(t, LADDER_HALVE);
    return t->cap_doubled ? bad_answer(t) : solo(t, LADDER_DOUBLE_CAP);
}

/* Refusals and filters: find the one that offends, ask elsewhere once, then give up on it. */
static struct ladder_move offended(const struct ladder_ticket *t, enum reason reason)
{
    if (t->paid >= LADDER_PAID_MAX)
        return dead(t, reason);
    if (!is_alone(t))
        return smaller(t, LADDER_BISECT);
    if (t->has_next_provider && !t->next_provider_tried)
        return alone(LADDER_NEXT_PROVIDER, PURPOSE_ESCALATE);
    return dead(t, reason);
}

static struct ladder_move refused(const struct ladder_ticket *t)
{
    return offended(t, REASON_REFUSED);
}

static struct ladder_move policy(const struct ladder_ticket *t)
{
    return offended(t, REASON_POLICY);
}

/* Free: a pack that was never answered is halved until the ticket is alone. */
static struct ladder_move oversize(const struct ladder_ticket *t)
{
    if (!is_alone(t))
        return smaller(t, LADDER_HALVE);
    return t->text_cut ? dead(t, REASON_TOO_LONG) : solo(t, LADDER_CUT_ONCE);
}

static struct ladder_move rejected(const struct ladder_ticket *t)
{
    if (!is_alone(t))
        return solo(t, LADDER_SOLO);
    if (t->rejected_alike)
        return stay(t, LADDER_STOP_MODEL);
    return t->endpoint_answers ? dead(t, REASON_REFUSED) : stay(t, LADDER_HOLD);
}

static struct ladder_move unknown(const struct ladder_ticket *t)
{
    if (t->unknowns >= LADDER_UNKNOWN_MAX && t->endpoint_answers)
        return dead(t, REASON_ATTEMPTS_EXHAUSTED);
    return t->unknowns >= LADDER_UNKNOWN_ALONE ? solo(t, LADDER_SOLO) : again(t);
}

static struct ladder_move valid(const struct ladder_ticket *t)
{
    return stay(t, LADDER_DONE);
}

static struct ladder_move not_tried(const struct ladder_ticket *t)
{
    return again(t);
}

struct ladder_move ladder_next(enum ladder_outcome o, const struct ladder_ticket *t)
{
    static struct ladder_move (*const next[OUTCOME_COUNT])(const struct ladder_ticket *) = {
        [OUTCOME_VALID] = valid,           [OUTCOME_MISSING] = bad_answer,
        [OUTCOME_INVALID] = bad_answer,    [OUTCOME_CONFLICT] = bad_answer,
        [OUTCOME_BAD_ANSWER] = bad_answer, [OUTCOME_TRUNCATED] = truncated,
        [OUTCOME_REFUSED] = refused,       [OUTCOME_FILTERED] = policy,
        [OUTCOME_POLICY] = policy,         [OUTCOME_OVERSIZE] = oversize,
        [OUTCOME_REJECTED] = rejected,     [OUTCOME_UNKNOWN] = unknown,
        [OUTCOME_NOT_TRIED] = not_tried,
    };
    assert((unsigned)o < OUTCOME_COUNT);
    return next[o](t);
}

const char *ladder_step_name(enum ladder_step s)
{
    static const char *const names[] = {
        [LADDER_DONE] = "done",
        [LADDER_AGAIN] = "again",
        [LADDER_REASK] = "reask",
        [LADDER_HALVE] = "halve",
        [LADDER_BISECT] = "bisect",
        [LADDER_SOLO] = "solo",
        [LADDER_DOUBLE_CAP] = "double_cap",
        [LADDER_CUT_ONCE] = "cut_once",
        [LADDER_NEXT_PROVIDER] = "next_provider",
        [LADDER_ESCALATE] = "escalate",
        [LADDER_HOLD] = "hold",
        [LADDER_STOP_MODEL] = "stop_model",
        [LADDER_DEAD] = "dead",
    };
    return (unsigned)s < sizeof(names) / sizeof(*names) ? names[s] : "unknown";
}
