/* Settlements that must be refused, and groups in which one command fails. */
#include "ledger/command.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "support/ledger_fixture.h"

struct refused {
    const char *name;
    void (*spoil)(struct ledger_cmd *cmd);
};

static void share_too_high(struct ledger_cmd *cmd)
{
    cmd->u.settle.items[1].cost_pusd++;
}

static void share_negative(struct ledger_cmd *cmd)
{
    cmd->u.settle.items[0].cost_pusd += cmd->u.settle.items[1].cost_pusd + 1;
    cmd->u.settle.items[1].cost_pusd = -1;
}

static void cost_overflows(struct ledger_cmd *cmd)
{
    cmd->u.settle.items[0].cost_pusd = INT64_MAX;
}

static void priced_share_of_an_unpriced_call(struct ledger_cmd *cmd)
{
    cmd->u.settle.call.cost_pusd = PUSD_UNPRICED;
}

static void ticket_missing(struct ledger_cmd *cmd)
{
    cmd->u.settle.items[0].cost_pusd = cmd->u.settle.call.cost_pusd;
    cmd->u.settle.count = 1;
}

static void ticket_of_another_call(struct ledger_cmd *cmd)
{
    cmd->u.settle.items[1].pos.offset = 3;
}

static void ticket_twice(struct ledger_cmd *cmd)
{
    cmd->u.settle.items[1].pos = cmd->u.settle.items[0].pos;
}

static void failed_with_a_cost(struct ledger_cmd *cmd)
{
    cmd->u.settle.call.state = CALL_FAILED;
}

static void unknown_below_its_reservation(struct ledger_cmd *cmd)
{
    cmd->u.settle.call.state = CALL_UNKNOWN;
}

static void still_sent(struct ledger_cmd *cmd)
{
    cmd->u.settle.call.state = CALL_SENT;
}

static void no_such_call(struct ledger_cmd *cmd)
{
    cmd->u.settle.call.call_no = 999;
}

static void a_settlement_that_does_not_add_up_changes_nothing(void **state)
{
    static const struct refused cases[] = {
        {"share too high", share_too_high},
        {"share negative", share_negative},
        {"overflow", cost_overflows},
        {"priced share of an unpriced call", priced_share_of_an_unpriced_call},
        {"ticket missing", ticket_missing},
        {"ticket of another call", ticket_of_another_call},
        {"ticket twice", ticket_twice},
        {"failed with a cost", failed_with_a_cost},
        {"unknown below its reservation", unknown_below_its_reservation},
        {"still sent", still_sent},
        {"no such call", no_such_call},
    };
    struct ledger_fixture *f = *state;

    for (int64_t i = 1; i <= 3; i++)
        admit(f, i, (char[]){(char)('a' + i), '\0'});
    int64_t call = intent(f, 1, 2, 1000);
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct ledger_cmd *cmd = settle_cmd(f, call, 1, 2, CALL_ANSWERED, 501);
        cases[i].spoil(cmd);
        if (ledger_fixture_apply(f, cmd) != ST_INTERNAL)
            fail_msg("accepted: %s", cases[i].name);
        assert_int_equal(rows_in(cmd), 0);
        assert_int_equal(audit_of(f).calls_sent, 1);
        assert_int_equal(audit_of(f).pending, 3);
        assert_int_equal(audit_of(f).share_pusd, 0);
        ledger_cmd_free(cmd);
    }
    settle(f, call, 1, 2, CALL_ANSWERED, 501);
}

/* --- groups --------------------------------------------------------------------------------- */

static void a_failing_command_leaves_its_neighbours_alone(void **state)
{
    struct ledger_fixture *f = *state;
    struct fail fail;

    admit(f, 1, "a");
    admit(f, 2, "b");
    int64_t good = intent(f, 1, 1, 10), bad = intent(f, 2, 1, 10);
    struct ledger_cmd *first = settle_cmd(f, bad, 2, 1, CALL_ANSWERED, 9),
                      *second = settle_cmd(f, good, 1, 1, CALL_ANSWERED, 9),
                      *third = admit_cmd(f, 3, "c");
    first->u.settle.call.cost_pusd = 8;
    first->node.next = &second->node;
    second->node.next = &third->node;
    third->node.next = NULL;
    assert_int_equal(ledger_apply(f->ledger, &first->node, &fail), ST_OK);
    assert_int_equal(first->status, ST_INTERNAL);
    assert_true(*first->fail.text);
    assert_int_equal(second->status, ST_OK);
    assert_int_equal(third->status, ST_OK);
    assert_int_equal(row_of(second, 0)->seq, 1); /* the failed one used up none */
    ledger_cmd_free(first);
    ledger_cmd_free(second);
    ledger_cmd_free(third);
    struct ledger_audit a = audit_of(f);
    assert_int_equal(a.tickets, 3);
    assert_int_equal(a.results, 1);
    assert_int_equal(a.calls_sent, 1);
}

static void answers_of_a_failed_command_are_not_taken_for_copies(void **state)
{
    struct ledger_fixture *f = *state;

    admit(f, 1, "same"); /* its neighbour 2 was never admitted */
    struct ledger_cmd *cmd = settle_cmd(f, intent(f, 1, 2, 10), 1, 2, CALL_ANSWERED, 9);
    assert_int_equal(ledger_fixture_apply(f, cmd), ST_INTERNAL);
    ledger_cmd_free(cmd);
    cmd = admit_cmd(f, 3, "same");
    assert_int_equal(ledger_fixture_apply(f, cmd), ST_OK);
    assert_int_equal(cmd->u.admit.items->outcome, ADMITTED_NEW);
    ledger_cmd_free(cmd);
}

static void marks_rise_and_never_pass_what_was_made(void **state)
{
    struct ledger_fixture *f = *state;
    static const struct {
        int64_t seq;
        enum status status;
        int64_t published;
    } cases[] = {{1, ST_OK, 1}, {0, ST_OK, 1}, {3, ST_INTERNAL, 1}, {2, ST_OK, 2}};

    for (int64_t i = 1; i <= 2; i++) {
        admit(f, i, i == 1 ? "a" : "b");
        settle(f, intent(f, i, 1, 10), i, 1, CALL_ANSWERED, 5);
    }
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct ledger_cmd *cmd = mark_cmd(cases[i].seq);
        assert_int_equal(ledger_fixture_apply(f, cmd), cases[i].status);
        assert_int_equal(audit_of(f).outbox_unpublished, 2 - cases[i].published);
        ledger_cmd_free(cmd);
    }
}

static void sums_stay_exact_over_random_packs(void **state)
{
    struct ledger_fixture *f = *state;
    struct random r;
    int64_t want = 0, unknown = 0, offset = 0;
    char text[24];

    random_seed(&r, 4711);
    for (int round = 0; round < 120; round++) {
        size_t count = 1 + (size_t)random_below(&r, 12);
        enum call_state state_of = random_below(&r, 4) ? CALL_ANSWERED : CALL_UNKNOWN;
        int64_t cost = (int64_t)random_below(&r, 100000000000);
        for (size_t i = 0; i < count; i++) {
            snprintf(text, sizeof(text), "%lld", (long long)offset + (long long)i);
            admit(f, offset + (int64_t)i, text);
        }
        settle(f, intent(f, offset, count, cost), offset, count, state_of, cost);
        if (state_of == CALL_ANSWERED)
            want += cost;
        else
            unknown += cost;
        offset += (int64_t)count;
    }
    struct ledger_audit a = audit_of(f);
    assert_int_equal(a.cost_pusd, want);
    assert_int_equal(a.unknown_pusd, unknown);
    assert_int_equal(a.share_pusd, want + unknown);
    assert_int_equal(a.run_cost_pusd, want);
    assert_int_equal(a.tickets, offset);
    assert_int_equal(a.results + a.pending, offset);
}

#define T(name) cmocka_unit_test_setup_teardown(name, ledger_setup, ledger_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_settlement_that_does_not_add_up_changes_nothing),
        T(a_failing_command_leaves_its_neighbours_alone),
        T(answers_of_a_failed_command_are_not_taken_for_copies),
        T(marks_rise_and_never_pass_what_was_made),
        T(sums_stay_exact_over_random_packs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
