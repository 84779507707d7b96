/* The ladder's table, row by row, and what must hold in every state it can be asked in. */
#include "batch/ladder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define ALONE .pack_size = 1
#define PACK  .pack_size = 10

struct row {
    enum ladder_outcome outcome;
    struct ladder_ticket t;
    enum ladder_step step;
    enum reason reason;
    enum call_purpose purpose;
    size_t limit;
};

static void check_rows(const struct row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct ladder_move m = ladder_next(rows[i].outcome, &rows[i].t);
        if (m.step != rows[i].step || m.reason != rows[i].reason || m.purpose != rows[i].purpose ||
            m.pack_limit != rows[i].limit)
            fail_msg("row %zu: %s, reason '%s', purpose %s, at most %zu", i,
                     ladder_step_name(m.step), reason_name(m.reason), purpose_name(m.purpose),
                     m.pack_limit);
    }
}
#define CHECK(rows) check_rows(rows, sizeof(rows) / sizeof(*(rows)))

static void bad_answers_go_together_then_alone_then_elsewhere_then_dead(void **state)
{
    (void)state;
    static const enum ladder_outcome bad[] = {OUTCOME_MISSING, OUTCOME_INVALID, OUTCOME_CONFLICT,
                                              OUTCOME_BAD_ANSWER};
    for (size_t b = 0; b < sizeof bad / sizeof *bad; b++) {
        const struct row rows[] = {
            {bad[b], {.paid = 1, PACK}, LADDER_REASK, 0, PURPOSE_REASK, 10},
            {bad[b], {.paid = 1, ALONE}, LADDER_SOLO, 0, PURPOSE_SOLO, 1},
            {bad[b], {.paid = 2, PACK}, LADDER_SOLO, 0, PURPOSE_SOLO, 1},
            {bad[b], {.paid = 2, ALONE}, LADDER_SOLO, 0, PURPOSE_SOLO, 1},
            {bad[b],
             {.paid = 3, ALONE, .has_next_model = true},
             LADDER_ESCALATE,
             0,
             PURPOSE_ESCALATE,
             1},
            {bad[b], {.paid = 3, ALONE}, LADDER_SOLO, 0, PURPOSE_SOLO, 1},
            {bad[b], {.paid = 3, PACK}, LADDER_SOLO, 0, PURPOSE_SOLO, 1},
            {bad[b],
             {.paid = 2, ALONE, .last = PURPOSE_ESCALATE},
             LADDER_SOLO,
             0,
             PURPOSE_ESCALATE,
             1},
            {bad[b],
             {.paid = 4, ALONE, .has_next_model = true},
             LADDER_DEAD,
             REASON_ATTEMPTS_EXHAUSTED,
             0,
             0},
            {bad[b], {.paid = 5, PACK}, LADDER_DEAD, REASON_ATTEMPTS_EXHAUSTED, 0, 0},
        };
        CHECK(rows);
    }
}

static void truncation_halves_once_then_doubles_the_cap_once(void **state)
{
    (void)state;
    static const enum ladder_outcome o = OUTCOME_TRUNCATED;
    const struct row rows[] = {
        {o, {.paid = 1, PACK}, LADDER_HALVE, 0, PURPOSE_REASK, 5},
        {o, {.paid = 1, .pack_size = 3}, LADDER_HALVE, 0, PURPOSE_REASK, 2},
        {o, {.paid = 2, PACK}, LADDER_SOLO, 0, PURPOSE_SOLO, 1},
        {o, {.paid = 1, ALONE}, LADDER_DOUBLE_CAP, 0, PURPOSE_SOLO, 1},
        {o, {.paid = 3, ALONE, .has_next_model = true}, LADDER_DOUBLE_CAP, 0, PURPOSE_SOLO, 1},
        {o, {.paid = 2, ALONE, .cap_doubled = true}, LADDER_SOLO, 0, PURPOSE_SOLO, 1},
        {o,
         {.paid = 3, ALONE, .cap_doubled = true, .has_next_model = true},
         LADDER_ESCALATE,
         0,
         PURPOSE_ESCALATE,
         1},
        {o, {.paid = 4, ALONE}, LADDER_DEAD, REASON_ATTEMPTS_EXHAUSTED, 0, 0},
    };
    CHECK(rows);
}

static void refusals_are_bisected_then_asked_elsewhere_once(void **state)
{
    (void)state;
    static const struct {
        enum ladder_outcome outcome;
        enum reason reason;
    } kinds[] = {{OUTCOME_REFUSED, REASON_REFUSED},
                 {OUTCOME_FILTERED, REASON_POLICY},
                 {OUTCOME_POLICY, REASON_POLICY}};
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        enum ladder_outcome o = kinds[k].outcome;
        const struct row rows[] = {
            {o, {.paid = 0, PACK}, LADDER_BISECT, 0, PURPOSE_FIRST, 5},
            {o, {.paid = 1, PACK}, LADDER_BISECT, 0, PURPOSE_REASK, 5},
            {o, {.paid = 2, PACK}, LADDER_SOLO, 0, PURPOSE_SOLO, 1},
            {o,
             {.paid = 1, ALONE, .has_next_provider = true},
             LADDER_NEXT_PROVIDER,
             0,
             PURPOSE_ESCALATE,
             1},
            {o,
             {.paid = 1, ALONE, .has_next_provider = true, .next_provider_tried = true},
             LADDER_DEAD,
             kinds[k].reason,
             0,
             0},
            {o, {.paid = 1, ALONE, .has_next_model = true}, LADDER_DEAD, kinds[k].reason, 0, 0},
            {o, {.paid = 4, ALONE, .has_next_provider = true}, LADDER_DEAD, kinds[k].reason, 0, 0},
        };
        CHECK(rows);
    }
}

static void oversize_packs_are_halved_and_a_ticket_is_cut_once(void **state)
{
    (void)state;
    static const enum ladder_outcome o = OUTCOME_OVERSIZE;
    const struct row rows[] = {
        {o, {.paid = 0, PACK}, LADDER_HALVE, 0, PURPOSE_FIRST, 5},
        {o, {.paid = 0, .pack_size = 2}, LADDER_HALVE, 0, PURPOSE_FIRST, 1},
        {o, {.paid = 1, PACK}, LADDER_HALVE, 0, PURPOSE_REASK, 5},
        {o, {.paid = 3, PACK}, LADDER_SOLO, 0, PURPOSE_SOLO, 1},
        {o, {.paid = 0, ALONE}, LADDER_CUT_ONCE, 0, PURPOSE_SOLO, 1},
        {o, {.paid = 0, ALONE, .text_cut = true}, LADDER_DEAD, REASON_TOO_LONG, 0, 0},
    };
    CHECK(rows);
}

static void a_rejected_ticket_is_told_from_a_wrong_configuration(void **state)
{
    (void)state;
    static const enum ladder_outcome o = OUTCOME_REJECTED;
    const struct row rows[] = {
        {o, {PACK}, LADDER_SOLO, 0, PURPOSE_SOLO, 1},
        {o, {PACK, .rejected_alike = true}, LADDER_SOLO, 0, PURPOSE_SOLO, 1},
        {o, {ALONE, .rejected_alike = true}, LADDER_STOP_MODEL, 0, 0, 0},
        {o, {ALONE, .rejected_alike = true, .endpoint_answers = true}, LADDER_STOP_MODEL, 0, 0, 0},
        {o, {ALONE, .endpoint_answers = true}, LADDER_DEAD, REASON_REFUSED, 0, 0},
        {o, {ALONE}, LADDER_HOLD, 0, 0, 0},
    };
    CHECK(rows);
}

static void two_unknown_calls_send_it_alone_and_four_end_it(void **state)
{
    (void)state;
    static const enum ladder_outcome o = OUTCOME_UNKNOWN;
    const struct row rows[] = {
        {o, {.unknowns = 1, PACK, .last = PURPOSE_REASK}, LADDER_AGAIN, 0, PURPOSE_REASK, 10},
        {o, {.unknowns = 1, PACK, .endpoint_answers = true}, LADDER_AGAIN, 0, PURPOSE_FIRST, 10},
        {o, {.unknowns = 2, PACK}, LADDER_SOLO, 0, PURPOSE_SOLO, 1},
        {o, {.unknowns = 3, ALONE, .endpoint_answers = true}, LADDER_SOLO, 0, PURPOSE_SOLO, 1},
        {o,
         {.unknowns = 4, ALONE, .endpoint_answers = true},
         LADDER_DEAD,
         REASON_ATTEMPTS_EXHAUSTED,
         0,
         0},
        {o, {.unknowns = 4, ALONE}, LADDER_SOLO, 0, PURPOSE_SOLO, 1},
        {o, {.unknowns = 9, ALONE, .last = PURPOSE_ESCALATE}, LADDER_SOLO, 0, PURPOSE_ESCALATE, 1},
    };
    CHECK(rows);
}

static void nothing_learned_changes_nothing_and_valid_is_done(void **state)
{
    (void)state;
    const struct row rows[] = {
        {OUTCOME_NOT_TRIED, {PACK}, LADDER_AGAIN, 0, PURPOSE_FIRST, 10},
        {OUTCOME_NOT_TRIED,
         {.paid = 3, ALONE, .last = PURPOSE_ESCALATE},
         LADDER_AGAIN,
         0,
         PURPOSE_ESCALATE,
         1},
        {OUTCOME_VALID, {.paid = 4, PACK}, LADDER_DONE, 0, PURPOSE_FIRST, 0},
    };
    CHECK(rows);
}

static void every_end_of_a_call_has_an_outcome_for_every_slot(void **state)
{
    (void)state;
    static const enum ladder_outcome expected[FAIL_COUNT] = {
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
    for (int f = FAIL_NONE + 1; f < FAIL_COUNT; f++) {
        enum failure_billing billing = failure_billing((enum failure)f);
        for (int s = SLOT_MISSING; s <= SLOT_CONFLICT; s++) {
            enum ladder_outcome o = ladder_outcome((enum failure)f, (enum slot_state)s);
            bool kept = s == SLOT_VALID && billing == BILLED_USAGE;
            assert_int_equal(o, kept ? OUTCOME_VALID : expected[f]);
        }
        /* what was maybe billed is unknown, and only that */
        assert_int_equal(expected[f] == OUTCOME_UNKNOWN, billing == BILLED_UNKNOWN);
    }
    assert_int_equal(ladder_outcome(FAIL_NONE, SLOT_MISSING), OUTCOME_MISSING);
    assert_int_equal(ladder_outcome(FAIL_NONE, SLOT_VALID), OUTCOME_VALID);
    assert_int_equal(ladder_outcome(FAIL_NONE, SLOT_INVALID), OUTCOME_INVALID);
    assert_int_equal(ladder_outcome(FAIL_NONE, SLOT_CONFLICT), OUTCOME_CONFLICT);
}

static bool is_paid(enum ladder_outcome o)
{
    return o <= OUTCOME_FILTERED;
}

static bool sends(enum ladder_step s)
{
    return s != LADDER_DONE && s != LADDER_DEAD && s != LADDER_HOLD && s != LADDER_STOP_MODEL;
}

static void check_state(enum ladder_outcome o, const struct ladder_ticket *t)
{
    struct ladder_move m = ladder_next(o, t);
    assert_int_equal(m.step == LADDER_DEAD, m.reason != REASON_NONE);
    assert_int_equal(sends(m.step), m.pack_limit > 0);
    assert_true(m.pack_limit <= t->pack_size);
    assert_int_equal(m.step == LADDER_DONE, o == OUTCOME_VALID);
    assert_true(purpose_is_primary(m.purpose));
    if (is_paid(o) && o != OUTCOME_VALID && t->paid >= LADDER_PAID_MAX)
        assert_int_equal(m.step, LADDER_DEAD);
    if (is_paid(o) && sends(m.step) && t->paid == LADDER_PAID_MAX - 1)
        assert_int_equal(m.pack_limit, 1);
    if (m.purpose == PURPOSE_REASK && m.step != LADDER_AGAIN && sends(m.step))
        assert_true(t->paid > 0);
    if (m.step == LADDER_ESCALATE)
        assert_true(t->has_next_model);
    if (m.step == LADDER_NEXT_PROVIDER)
        assert_true(t->has_next_provider && !t->next_provider_tried);
    if (o == OUTCOME_NOT_TRIED || (o == OUTCOME_UNKNOWN && !t->endpoint_answers))
        assert_int_not_equal(m.step, LADDER_DEAD); /* outages never kill */
}

static void rules_hold_in_every_state(void **state)
{
    (void)state;
    static const size_t packs[] = {1, 2, 3, 10, 256};
    for (int o = 0; o < OUTCOME_COUNT; o++)
        for (int paid = 0; paid <= 5; paid++)
            for (int unknowns = 0; unknowns <= 5; unknowns++)
                for (int last = PURPOSE_FIRST; last <= PURPOSE_ESCALATE; last++)
                    for (int bits = 0; bits < 128 * 5; bits++) {
                        const struct ladder_ticket t = {
                            .paid = paid,
                            .unknowns = unknowns,
                            .last = (enum call_purpose)last,
                            .pack_size = packs[bits / 128],
                            .has_next_model = bits & 1,
                            .has_next_provider = bits & 2,
                            .next_provider_tried = bits & 4,
                            .cap_doubled = bits & 8,
                            .text_cut = bits & 16,
                            .endpoint_answers = bits & 32,
                            .rejected_alike = bits & 64,
                        };
                        check_state((enum ladder_outcome)o, &t);
                    }
}

/* A ticket that meets the worst, whatever it is: all sequences of outcomes from the first call on.
 * Returns the most paid calls any of them takes. */
static int worst_case(struct ladder_ticket t, int calls)
{
    int worst = t.paid;
    assert_true(calls < 24); /* it ends */
    for (int o = OUTCOME_MISSING; o <= OUTCOME_REJECTED; o++) {
        struct ladder_ticket now = t;
        now.paid += is_paid((enum ladder_outcome)o);
        if (now.paid == LADDER_PAID_MAX)
            assert_int_equal(t.pack_size, 1);
        struct ladder_move m = ladder_next((enum ladder_outcome)o, &now);
        if (!sends(m.step)) {
            worst = now.paid > worst ? now.paid : worst;
            continue;
        }
        now.last = m.purpose;
        now.pack_size = m.pack_limit;
        now.cap_doubled |= m.step == LADDER_DOUBLE_CAP;
        now.text_cut |= m.step == LADDER_CUT_ONCE;
        now.next_provider_tried |= m.step == LADDER_NEXT_PROVIDER;
        int paid = worst_case(now, calls + 1);
        worst = paid > worst ? paid : worst;
    }
    return worst;
}

static void the_worst_luck_ends_after_four_paid_calls_the_last_one_alone(void **state)
{
    (void)state;
    for (int bits = 0; bits < 8; bits++) {
        const struct ladder_ticket fresh = {.pack_size = 10,
                                            .has_next_model = bits & 1,
                                            .has_next_provider = bits & 2,
                                            .endpoint_answers = bits & 4};
        assert_int_equal(worst_case(fresh, 0), LADDER_PAID_MAX);
    }
}

static void steps_have_names(void **state)
{
    (void)state;
    for (int s = LADDER_DONE; s <= LADDER_DEAD; s++) {
        assert_string_not_equal(ladder_step_name((enum ladder_step)s), "unknown");
        for (int other = LADDER_DONE; other < s; other++)
            assert_string_not_equal(ladder_step_name((enum ladder_step)s),
                                    ladder_step_name((enum ladder_step)other));
    }
    assert_string_equal(ladder_step_name((enum ladder_step)(LADDER_DEAD + 1)), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bad_answers_go_together_then_alone_then_elsewhere_then_dead),
        cmocka_unit_test(truncation_halves_once_then_doubles_the_cap_once),
        cmocka_unit_test(refusals_are_bisected_then_asked_elsewhere_once),
        cmocka_unit_test(oversize_packs_are_halved_and_a_ticket_is_cut_once),
        cmocka_unit_test(a_rejected_ticket_is_told_from_a_wrong_configuration),
        cmocka_unit_test(two_unknown_calls_send_it_alone_and_four_end_it),
        cmocka_unit_test(nothing_learned_changes_nothing_and_valid_is_done),
        cmocka_unit_test(every_end_of_a_call_has_an_outcome_for_every_slot),
        cmocka_unit_test(rules_hold_in_every_state),
        cmocka_unit_test(the_worst_luck_ends_after_four_paid_calls_the_last_one_alone),
        cmocka_unit_test(steps_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
