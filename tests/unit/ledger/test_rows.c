/* A ledger over many nights: rows go after their time, the books close at every moment, what calls
 * came to is kept, and what is pending or was asked lately stays. */
#include "ledger/care.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "support/ledger_fixture.h"

#define DAY    INT64_C(86400000000)
#define A_LOT  INT64_C(60000000)
#define NIGHTS 30
#define EACH   8

static void mark_all(struct ledger_fixture *f)
{
    struct ledger_info info;
    struct fail fail;
    assert_int_equal(ledger_info(f->ledger, &info, &fail), ST_OK);
    assert_int_equal(ledger_mark(f->ledger, info.last_seq, &fail), ST_OK);
}

/* A run with tickets from `first` on, in packs of two; the last pack unknown first. */
static void night(struct ledger_fixture *f, int64_t first, int64_t count)
{
    for (int64_t offset = first; offset < first + count; offset++) {
        char text[32];
        snprintf(text, sizeof text, "n%lld", (long long)offset);
        admit(f, offset, text);
    }
    for (int64_t i = 0; i + 1 < count; i += 2) {
        if (i + 2 >= count)
            settle(f, intent(f, first + i, 2, 900), first + i, 2, CALL_UNKNOWN, 900);
        settle(f, intent(f, first + i, 2, 900), first + i, 2, CALL_ANSWERED, 700 + first + i);
    }
    mark_all(f);
}

static void close_night(struct ledger_fixture *f, int exit_code)
{
    struct fail fail;
    end_run(f, exit_code);
    assert_int_equal(ledger_audit_good(f->ledger, &fail), ST_OK);
    ledger_fixture_close(f);
    f->now_unix_us += DAY;
    ledger_fixture_open(f);
}

static void prune(struct ledger_fixture *f, int64_t days, int64_t budget_us)
{
    struct fail fail = {0};
    if (ledger_prune_rows(f->ledger, f->now_unix_us - days * DAY, budget_us, &fail) != ST_OK)
        fail_msg("%s", fail.text);
    struct ledger_audit a = audit_of(f);
    assert_int_equal(a.share_pusd, a.cost_pusd + a.unknown_pusd);
    expect_straight(f->path);
}

static void months_of_nights(struct ledger_fixture *f, int nights)
{
    for (int n = 0; n < nights; n++) {
        night(f, (int64_t)n * EACH, EACH);
        close_night(f, 0);
    }
}

static void the_books_close_while_rows_go(void **state)
{
    struct ledger_fixture *f = *state;
    char before[64], kept[64];
    months_of_nights(f, NIGHTS);
    snprintf(before, sizeof before, "%s",
             ask(f->path, "SELECT sum(iif(state = 3, 0, cost_pusd)), sum(iif(state = 3, cost_pusd, "
                          "0)), count(*) FROM call"));
    for (int i = 0; i < 40; i++) /* no time at all: one step a night */
        prune(f, 10, 0);
    prune(f, 10, A_LOT);
    snprintf(kept, sizeof kept, "%s", ask(f->path, "SELECT count(*), min(offset) FROM ticket"));
    assert_string_equal(kept, "80|160"); /* ten nights and their calls */
    assert_string_equal(ask(f->path, "SELECT count(*) FROM share WHERE offset < 160"), "0");
    assert_string_equal(ask(f->path, "SELECT count(*) FROM call WHERE run <= 20"), "0");
    assert_string_equal(
        ask(f->path, "SELECT sum(iif(state = 3, 0, pusd)), sum(iif(state = 3, pusd, 0)), sum(n) "
                     "FROM (SELECT state, cost_pusd AS pusd, 1 AS n FROM call UNION ALL "
                     "SELECT state, cost_pusd, calls FROM past)"),
        before);
    prune(f, 10, A_LOT);
    assert_string_equal(ask(f->path, "SELECT count(*) FROM ticket"), "80");
}

static void nothing_goes_behind_a_run_that_left_tickets(void **state)
{
    struct ledger_fixture *f = *state;
    night(f, 0, EACH);
    admit(f, 100, "left");
    close_night(f, 4);
    settle(f, intent(f, 100, 1, 900), 100, 1, CALL_ANSWERED, 5);
    mark_all(f);
    f->now_unix_us += 50 * DAY;
    prune(f, 10, A_LOT); /* the only runs ended 4, or are not over */
    assert_string_equal(ask(f->path, "SELECT count(*) FROM ticket"), "9");
    close_night(f, 0);
    f->now_unix_us += 50 * DAY;
    prune(f, 10, A_LOT); /* the newest call's run stays, so that its number is not given again */
    assert_string_equal(ask(f->path, "SELECT count(*) FROM ticket"), "9");
    night(f, 200, EACH);
    prune(f, 10, A_LOT);
    assert_string_equal(ask(f->path, "SELECT count(*), min(offset) FROM ticket"), "8|200");
    assert_string_equal(ask(f->path, "SELECT count(DISTINCT run) FROM call"), "1");
}

static void nothing_goes_whose_books_were_not_found_straight(void **state)
{
    struct ledger_fixture *f = *state;
    night(f, 0, EACH);
    end_run(f, 0);
    ledger_fixture_reopen(f);
    night(f, 20, EACH);
    f->now_unix_us += 50 * DAY;
    prune(f, 10, A_LOT);
    assert_string_equal(ask(f->path, "SELECT count(*) FROM ticket"), "16");
    close_night(f, 0); /* now they are */
    night(f, 40, EACH);
    prune(f, 10, A_LOT);
    assert_string_equal(ask(f->path, "SELECT count(*), min(offset) FROM ticket"), "8|40");
}

/* As in a ledger of files: a file was left halfway, another one was done, then the first. */
static void calls_wait_for_tickets_that_end_later(void **state)
{
    struct ledger_fixture *f = *state;
    admit(f, 0, "a");
    admit(f, 1, "b");
    struct ledger_cmd *cmd = settle_cmd(f, intent(f, 0, 2, 900), 0, 2, CALL_UNKNOWN, 900);
    assert_int_equal(ledger_fixture_apply(f, cmd), ST_OK);
    ledger_cmd_free(cmd);
    settle(f, intent(f, 0, 1, 900), 0, 1, CALL_ANSWERED, 700);
    mark_all(f);
    close_night(f, 5);
    night(f, 10, EACH);
    close_night(f, 0);
    night(f, 20, 2);
    f->now_unix_us += 20 * DAY;
    prune(f, 10, A_LOT); /* behind the second run, whose calls are whole; the first one's is not */
    assert_string_equal(ask(f->path, "SELECT offset FROM ticket"), "1; 10; 11; 12; 13; 14; 15; "
                                                                   "16; 17; 20; 21");
    ledger_fixture_reopen(f);
    settle(f, intent(f, 1, 1, 900), 1, 1, CALL_ANSWERED, 300);
    mark_all(f);
    close_night(f, 0);
    f->now_unix_us += 20 * DAY;
    night(f, 30, EACH);
    prune(f, 10, A_LOT);
    assert_string_equal(ask(f->path, "SELECT count(*), min(offset) FROM ticket"), "8|30");
    assert_string_equal(ask(f->path, "SELECT count(DISTINCT run) FROM call"), "1");
}

static void a_copy_outlives_the_call_it_took_its_answer_of(void **state)
{
    struct ledger_fixture *f = *state;
    admit(f, 0, "same");
    settle(f, intent(f, 0, 1, 900), 0, 1, CALL_ANSWERED, 700);
    mark_all(f);
    close_night(f, 0);
    f->now_unix_us += 20 * DAY;
    ledger_fixture_reopen(f);
    struct ledger_cmd *cmd = admit_cmd(f, 1, "same");
    assert_int_equal(ledger_fixture_apply(f, cmd), ST_OK);
    assert_int_equal(cmd->u.admit.items->outcome, ADMITTED_REUSED);
    ledger_cmd_free(cmd);
    admit(f, 2, "another");
    settle(f, intent(f, 2, 1, 900), 2, 1, CALL_ANSWERED, 700);
    mark_all(f);
    prune(f, 10, A_LOT);
    assert_string_equal(ask(f->path, "SELECT offset FROM ticket"), "1; 2");
    assert_string_equal(ask(f->path, "SELECT count(*) FROM reuse WHERE offset = 0"), "0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define ON_LEDGER(test) cmocka_unit_test_setup_teardown(test, ledger_setup, ledger_teardown)
        ON_LEDGER(the_books_close_while_rows_go),
        ON_LEDGER(nothing_goes_behind_a_run_that_left_tickets),
        ON_LEDGER(nothing_goes_whose_books_were_not_found_straight),
        ON_LEDGER(calls_wait_for_tickets_that_end_later),
        ON_LEDGER(a_copy_outlives_the_call_it_took_its_answer_of),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
