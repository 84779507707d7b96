/* What several tiers and providers leave in the books: routes, comparisons, earlier answers,
 * outages, estimates. */
#include "ledger/command.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "ledger/estimate.h"
#include "ledger/verify.h"
#include "support/ledger_fixture.h"

static void print_finding(void *self, const char *line)
{
    (void)self;
    print_message("  %s\n", line);
}

static void must(struct ledger_fixture *f, struct ledger_cmd *cmd)
{
    if (ledger_fixture_apply(f, cmd) != ST_OK)
        fail_msg("%s", cmd->fail.text);
}

static void slots(struct ledger_cmd *cmd)
{
    for (size_t i = 0; i < cmd->u.settle.count; i++)
        cmd->u.settle.items[i].slot = (int32_t)i;
}

static const char every_ticket[] = "SELECT * FROM ticket ORDER BY offset";

/* --- comparisons ----------------------------------------------------------------------------- */

static void a_comparison_stands_beside_the_result_and_moves_no_ticket(void **state)
{
    struct ledger_fixture *f = *state;
    char before[1000];

    for (int64_t i = 0; i < 3; i++)
        admit(f, i, (char[]){(char)('a' + i), '\0'});
    struct ledger_cmd *cmd =
        settle_cmd(f, intent(f, 0, 3, 900), 0, 3, CALL_ANSWERED, 700); /* 234, 233, 233 */
    slots(cmd);
    must(f, cmd);
    ledger_cmd_free(cmd);
    snprintf(before, sizeof(before), "%s", ask(f->path, every_ticket));
    settle_compared(f, call_for(f, PURPOSE_SHADOW, "premium", 0, 2, 9000), 0, 2, "refund", 5000);
    settle_compared(f, call_for(f, PURPOSE_GUARD, "budget", 2, 1, 800), 2, 1, "billing", 444);
    assert_string_equal(ask(f->path, every_ticket), before);
    assert_string_equal(
        ask(f->path, "SELECT offset, category, confidence_ppm, cost_pusd, primary_call, "
                     "primary_category, primary_confidence_ppm, primary_tickets, primary_slot, "
                     "primary_cost_pusd FROM comparison ORDER BY offset"),
        "0|refund|700000|2500|1|billing|930000|3|0|234; "
        "1|refund|700000|2500|1|billing|930000|3|1|233; "
        "2|billing|700000|444|1|billing|930000|3|2|233");
    assert_int_equal(audit_of(f).cost_pusd, 700 + 5000 + 444);
    assert_int_equal(audit_of(f).share_pusd, 700 + 5000 + 444);
    assert_int_equal(audit_of(f).run_cost_pusd, 700 + 5000 + 444);
    assert_int_equal(audit_of(f).run_extra_pusd, 5000 + 444);
    expect_straight(f->path);
}

static void a_comparison_may_come_before_the_result(void **state)
{
    struct ledger_fixture *f = *state;

    admit(f, 0, "a");
    settle_compared(f, call_for(f, PURPOSE_SHADOW, "premium", 0, 1, 9000), 0, 1, "refund", 5000);
    assert_string_equal(ask(f->path, "SELECT primary_call FROM comparison"), "-");
    struct ledger_cmd *cmd = settle_cmd(f, intent(f, 0, 1, 900), 0, 1, CALL_ANSWERED, 700);
    slots(cmd);
    must(f, cmd);
    ledger_cmd_free(cmd);
    assert_string_equal(ask(f->path, "SELECT category, primary_category, primary_cost_pusd "
                                     "FROM comparison"),
                        "refund|billing|700");
    expect_straight(f->path);
}

static void a_comparison_without_a_usable_answer_leaves_only_its_bill(void **state)
{
    static const struct {
        enum call_state state;
        enum share_outcome outcome;
        int64_t cost_pusd;
    } cases[] = {{CALL_ANSWERED, SHARE_MISSING, 70},
                 {CALL_ANSWERED, SHARE_INVALID, 70},
                 {CALL_UNKNOWN, SHARE_UNKNOWN, 900},
                 {CALL_FAILED, SHARE_NOTHING, 0}};
    struct ledger_fixture *f = *state;
    char before[1000];

    admit(f, 0, "a");
    settle(f, intent(f, 0, 1, 900), 0, 1, CALL_ANSWERED, 100);
    snprintf(before, sizeof(before), "%s", ask(f->path, every_ticket));
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct ledger_cmd *cmd = settle_cmd(f, call_for(f, PURPOSE_SHADOW, "premium", 0, 1, 900), 0,
                                            1, cases[i].state, cases[i].cost_pusd);
        cmd->u.settle.items->then = SETTLE_OPEN;
        cmd->u.settle.items->outcome = cases[i].outcome;
        must(f, cmd);
        ledger_cmd_free(cmd);
    }
    assert_string_equal(ask(f->path, every_ticket), before);
    assert_string_equal(ask(f->path, "SELECT count(*) FROM comparison"), "0");
    assert_int_equal(audit_of(f).share_pusd, 100 + 70 + 70 + 900);
    expect_straight(f->path);
}

static void a_shadow_call_in_flight_at_a_crash_is_unknown_and_moves_no_ticket(void **state)
{
    struct ledger_fixture *f = *state;
    char before[1000];
    struct fail fail;
    int64_t count = 0;

    admit(f, 0, "a");
    admit(f, 1, "b");
    settle(f, intent(f, 0, 2, 900), 0, 2, CALL_ANSWERED, 100);
    (void)call_for(f, PURPOSE_SHADOW, "premium", 0, 2, 901);
    (void)call_for(f, PURPOSE_GUARD, "budget", 1, 1, 55);
    snprintf(before, sizeof(before), "%s", ask(f->path, every_ticket));
    ledger_fixture_reopen(f);
    assert_int_equal(ledger_recover_calls(f->ledger, &count, &fail), ST_OK);
    assert_int_equal(count, 2);
    assert_string_equal(ask(f->path, every_ticket), before);
    assert_string_equal(ask(f->path, "SELECT call, state, cost_pusd FROM call ORDER BY call"),
                        "1|1|100; 2|3|901; 3|3|55");
    assert_int_equal(audit_of(f).share_pusd, 100 + 901 + 55);
    expect_straight(f->path);
}

static void crooked_comparisons_are_found(void **state)
{
    static const char *const damage[] = {
        "DELETE FROM opinion",
        "UPDATE opinion SET cost_pusd = cost_pusd + 1",
        "UPDATE share SET outcome = 1 WHERE outcome = 7",
        "UPDATE call SET purpose = 4 - purpose WHERE purpose = 4",
    };
    struct ledger_fixture *f = *state;
    char copy[120];
    struct fail fail;

    admit(f, 0, "a");
    settle(f, intent(f, 0, 1, 900), 0, 1, CALL_ANSWERED, 100);
    settle_compared(f, call_for(f, PURPOSE_SHADOW, "premium", 0, 1, 9000), 0, 1, "refund", 5000);
    expect_straight(f->path);
    for (size_t i = 0; i < sizeof(damage) / sizeof(*damage); i++) {
        sqlite3 *db = NULL;
        int64_t findings = 0;
        snprintf(copy, sizeof(copy), "%s/copy-%zu.db", f->dir, i);
        assert_int_equal(ledger_backup(f->path, copy, &fail), ST_OK);
        assert_int_equal(sqlite3_open(copy, &db), SQLITE_OK);
        assert_int_equal(sqlite3_exec(db, damage[i], NULL, NULL, NULL), SQLITE_OK);
        assert_true(sqlite3_changes(db) > 0);
        sqlite3_close(db);
        assert_int_equal(ledger_verify_books(copy, print_finding, NULL, &findings, &fail), ST_OK);
        if (!findings)
            fail_msg("not found: %s", damage[i]);
    }
}

/* --- answers that came earlier --------------------------------------------------------------- */

/* A first answer that is asked again for its low confidence. */
static int64_t doubtful(struct ledger_fixture *f, int64_t offset)
{
    int64_t call = call_for(f, PURPOSE_FIRST, "budget", offset, 1, 900);
    struct ledger_cmd *cmd = settle_cmd(f, call, offset, 1, CALL_ANSWERED, 100);

    cmd->u.settle.items->then = SETTLE_OPEN;
    cmd->u.settle.items->outcome = SHARE_ESCALATED;
    must(f, cmd);
    ledger_cmd_free(cmd);
    return call;
}

static bool says(const struct outrow *row, const char *part)
{
    return slice_find(row->value, slice_str(part)) >= 0;
}

static void a_useless_second_opinion_publishes_the_first_answer(void **state)
{
    struct ledger_fixture *f = *state;
    char call_id[40];

    admit(f, 0, "a");
    int64_t first = doubtful(f, 0);
    snprintf(call_id, sizeof(call_id), "%s", ask(f->path, "SELECT call_id FROM call"));
    int64_t second = call_for(f, PURPOSE_ESCALATE, "premium", 0, 1, 9000);
    struct ledger_cmd *cmd = settle_cmd(f, second, 0, 1, CALL_ANSWERED, 5000);
    cmd->u.settle.items->outcome = SHARE_INVALID;
    cmd->u.settle.items->verdict_call_no = first;
    must(f, cmd);
    const struct outrow *row = row_of(cmd, 0);
    assert_true(says(row, call_id));
    assert_true(says(row, "\"tier\":\"budget\""));
    assert_true(says(row, "\"cost_pusd\":5100"));
    assert_true(says(row, "\"attempts\":2"));
    ledger_cmd_free(cmd);
    assert_string_equal(ask(f->path, "SELECT call FROM result"), "1");
    assert_string_equal(ask(f->path, "SELECT call, outcome, slot FROM share ORDER BY call"),
                        "1|8|0; 2|2|0");
    expect_straight(f->path);
}

static struct ledger_cmd *result_cmd(struct ledger_fixture *f, int64_t offset, int64_t call)
{
    struct ledger_cmd *cmd = ledger_cmd_new(LOP_RESULT);

    cmd->u.result.count = 1;
    cmd->u.result.items = arena_zalloc(&cmd->arena, sizeof(*cmd->u.result.items));
    *cmd->u.result.items =
        (struct result_item){.pos = at(f, offset),
                             .verdict_call_no = call,
                             .verdict = {.confidence_ppm = 410000, .summary = SLICE_LIT("Early.")},
                             .category = SLICE_LIT("refund"),
                             .needs_review = true};
    return cmd;
}

static void a_second_opinion_that_never_came_publishes_the_first_answer(void **state)
{
    struct ledger_fixture *f = *state;

    admit(f, 0, "a");
    int64_t first = doubtful(f, 0);
    settle(f, call_for(f, PURPOSE_ESCALATE, "premium", 0, 1, 9000), 0, 1, CALL_UNKNOWN, 9000);
    struct ledger_cmd *cmd = result_cmd(f, 0, first);
    must(f, cmd);
    const struct outrow *row = row_of(cmd, 0);
    assert_true(says(row, "\"category\":\"refund\",\"confidence\":0.41"));
    assert_true(says(row, "\"tier\":\"budget\""));
    assert_true(says(row, "\"attempts\":1"));
    assert_true(says(row, "\"cost_pusd\":100,\"cost_unknown_pusd\":9000"));
    assert_true(says(row, "\"needs_review\":true"));
    ledger_cmd_free(cmd);
    cmd = result_cmd(f, 0, first); /* and only once */
    assert_int_equal(ledger_fixture_apply(f, cmd), ST_INTERNAL);
    ledger_cmd_free(cmd);
    expect_straight(f->path);
}

static void only_a_primary_answer_of_that_ticket_can_be_published(void **state)
{
    struct ledger_fixture *f = *state;

    for (int64_t i = 0; i < 3; i++)
        admit(f, i, (char[]){(char)('a' + i), '\0'});
    int64_t others = doubtful(f, 1);
    int64_t unknown = intent(f, 0, 1, 50);
    settle(f, unknown, 0, 1, CALL_UNKNOWN, 50);
    int64_t shadow = call_for(f, PURPOSE_SHADOW, "premium", 0, 1, 9000);
    settle_compared(f, shadow, 0, 1, "refund", 5000);
    int64_t flying = intent(f, 0, 1, 50);
    const int64_t calls[] = {others, unknown, shadow, flying, 99, 0, -1};
    for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++) {
        struct ledger_cmd *cmd = result_cmd(f, 0, calls[i]);
        if (ledger_fixture_apply(f, cmd) != ST_INTERNAL)
            fail_msg("case %zu", i);
        ledger_cmd_free(cmd);
    }
    struct ledger_cmd *cmd = settle_cmd(f, flying, 0, 1, CALL_ANSWERED, 30);
    cmd->u.settle.items->verdict_call_no = others;
    assert_int_equal(ledger_fixture_apply(f, cmd), ST_INTERNAL);
    ledger_cmd_free(cmd);
    assert_string_equal(ask(f->path, "SELECT count(*) FROM result"), "0");
}

/* --- routes ---------------------------------------------------------------------------------- */

static void a_route_is_kept_until_another_one_is_told(void **state)
{
    static const struct {
        const char *told, *kept;
    } cases[] = {{"language=zh > chinese", "language=zh > chinese"},
                 {NULL, "language=zh > chinese"},
                 {"default > budget", "default > budget"}};
    struct ledger_fixture *f = *state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct ledger_cmd *cmd = admit_cmd(f, 0, "a");
        cmd->u.admit.items->route = slice_str(cases[i].told);
        must(f, cmd);
        ledger_cmd_free(cmd);
        assert_string_equal(ask(f->path, "SELECT route FROM ticket"), cases[i].kept);
    }
}

/* --- outages, estimates, retention ----------------------------------------------------------- */

static int64_t outage(struct ledger_fixture *f, int64_t outage_no, int64_t at_unix_us)
{
    struct ledger_cmd *cmd = ledger_cmd_new(LOP_OUTAGE);

    cmd->u.outage = (struct ledger_outage){outage_no, SLICE_LIT("global-api"), SLICE_LIT("us-east"),
                                           SLICE_LIT("breaker"), at_unix_us};
    must(f, cmd);
    outage_no = cmd->u.outage.outage_no;
    ledger_cmd_free(cmd);
    return outage_no;
}

static void outages_end_when_told_or_with_the_run_or_with_the_last_call_before_a_crash(void **state)
{
    struct ledger_fixture *f = *state;
    const int64_t start = f->now_unix_us;
    char expected[300];

    int64_t first = outage(f, 0, start + 10);
    assert_int_equal(outage(f, first, start + 30), first);
    (void)outage(f, first, start + 40); /* closed already: stays */
    (void)outage(f, 0, start + 50);
    f->now_unix_us = start + 100;
    end_run(f, 0);
    ledger_fixture_reopen(f);
    (void)outage(f, 0, start + 200);
    f->now_unix_us = start + 300;
    admit(f, 0, "a");
    settle(f, intent(f, 0, 1, 900), 0, 1, CALL_ANSWERED, 100);
    (void)outage(f, 0, start + 400); /* later than any call */
    ledger_fixture_reopen(f);        /* killed */
    snprintf(expected, sizeof(expected), "1|10|30; 1|50|100; 2|200|300; 2|400|400");
    char sql[200];
    snprintf(sql, sizeof(sql),
             "SELECT run, from_unix_us - %lld, to_unix_us - %lld FROM outage ORDER BY outage",
             (long long)start, (long long)start);
    assert_string_equal(ask(f->path, sql), expected);
}

static void an_estimate_waits_for_no_run(void **state)
{
    struct ledger_fixture *f = *state;
    const struct ledger_estimate e = {.made_unix_us = 77,
                                      .tickets = 1000,
                                      .calls = 100,
                                      .cost_pusd = 12345,
                                      .upper_pusd = PUSD_UNPRICED,
                                      .seconds = 60,
                                      .basis = SLICE_LIT("{\"sample\":200}")};
    struct fail fail;

    assert_int_equal(ledger_estimate_add(f->path, &f->clock, &e, &fail), ST_LOCKED);
    ledger_fixture_close(f);
    assert_int_equal(ledger_estimate_add(f->path, &f->clock, &e, &fail), ST_OK);
    ledger_fixture_open(f);
    assert_string_equal(ask(f->path, "SELECT * FROM estimate"),
                        "1|77|1000|100|12345|-|60|{\"sample\":200}");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, ledger_setup, ledger_teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_comparison_stands_beside_the_result_and_moves_no_ticket),
        TEST(a_comparison_may_come_before_the_result),
        TEST(a_comparison_without_a_usable_answer_leaves_only_its_bill),
        TEST(a_shadow_call_in_flight_at_a_crash_is_unknown_and_moves_no_ticket),
        TEST(crooked_comparisons_are_found),
        TEST(a_useless_second_opinion_publishes_the_first_answer),
        TEST(a_second_opinion_that_never_came_publishes_the_first_answer),
        TEST(only_a_primary_answer_of_that_ticket_can_be_published),
        TEST(a_route_is_kept_until_another_one_is_told),
        TEST(outages_end_when_told_or_with_the_run_or_with_the_last_call_before_a_crash),
        TEST(an_estimate_waits_for_no_run),
    };
#undef TEST
    return cmocka_run_group_tests(tests, NULL, NULL);
}
