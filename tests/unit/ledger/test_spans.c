/* Where the rows of runs are: what is asked of some runs by these ranges is what a look at every
 * row would find, however runs begin, die and meet tickets of each other. */
#include "ledger/query.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/random.h"
#include "support/ledger_fixture.h"

#define RUNS 12

/* Rows as "a|b; c|d". */
struct told {
    char text[4000];
    size_t n;
    int columns;
};

static void tell(void *self, const struct ledger_row *row)
{
    struct told *t = self;
    if (t->n > 0)
        t->n += (size_t)snprintf(t->text + t->n, sizeof t->text - t->n, "; ");
    for (int i = 0; i < t->columns; i++)
        t->n += (size_t)snprintf(t->text + t->n, sizeof t->text - t->n, "%s%lld", i ? "|" : "",
                                 (long long)ledger_row_i64(row, i));
    assert_true(t->n < sizeof t->text);
}

static void expect_view(struct ledger_fixture *f, const int64_t *runs, size_t count,
                        enum ledger_view view, int columns, const char *wanted)
{
    struct ledger_reader *r = NULL;
    struct told t = {.columns = columns};
    struct fail fail;
    assert_int_equal(ledger_reader_open(f->path, &r, &fail), ST_OK);
    assert_int_equal(ledger_reader_choose(r, runs, count, &fail), ST_OK);
    if (ledger_read(r, view, NULL, tell, &t, &fail) != ST_OK)
        fail_msg("%s", fail.text);
    ledger_reader_close(r);
    assert_string_equal(t.text, wanted);
}

/* The same question by a look at every row. */
static const char *run_tickets(struct ledger_fixture *f, const char *where)
{
    char sql[300];
    snprintf(sql, sizeof sql,
             "SELECT run, sum(state = 1), 0, sum(state = 2), sum(state = 3), sum(state = 0) "
             "FROM ticket WHERE run %s GROUP BY run",
             where);
    return ask(f->path, sql);
}

static const char *shares(struct ledger_fixture *f, const char *where)
{
    char sql[300];
    snprintf(sql, sizeof sql,
             "SELECT outcome, count(*), sum(s.cost_pusd) FROM share s JOIN call c USING (call) "
             "WHERE c.state = 1 AND run %s GROUP BY outcome",
             where);
    return ask(f->path, sql);
}

/* A ticket met, once more or for the first time, and one time in two asked about, well or not. */
static void step(struct ledger_fixture *f, struct random *r)
{
    char text[16];
    int64_t offset = (int64_t)random_below(r, 40);
    snprintf(text, sizeof text, "n%d", (int)offset);
    struct ledger_cmd *cmd = admit_cmd(f, offset, text);
    assert_int_equal(ledger_fixture_apply(f, cmd), ST_OK);
    bool fresh = cmd->u.admit.items->outcome == ADMITTED_NEW;
    ledger_cmd_free(cmd);
    if (!fresh || random_below(r, 2) == 0)
        return;
    enum call_state end = random_below(r, 3) == 0 ? CALL_UNKNOWN : CALL_ANSWERED;
    settle(f, intent(f, offset, 1, 900), offset, 1, end, end == CALL_UNKNOWN ? 900 : 700 + offset);
}

static void chosen_runs_are_told_of_as_by_a_look_at_every_row(void **state)
{
    struct ledger_fixture *f = *state;
    for (uint64_t seed = 1; seed <= 8; seed++) {
        struct random r;
        random_seed(&r, seed);
        for (int run = 0; run < RUNS; run++) {
            for (uint64_t n = random_below(&r, 12); n > 0; n--)
                step(f, &r);
            if (random_below(&r, 2) == 0)
                end_run(f, 0); /* else it dies */
            ledger_fixture_reopen(f);
        }
        const int64_t some[] = {f->runs - 4, f->runs - 2};
        char in[64], single[64];
        snprintf(in, sizeof in, "IN (%d, %d)", f->runs - 4, f->runs - 2);
        snprintf(single, sizeof single, "= %d", f->runs - 2);
        expect_view(f, some, 2, VIEW_RUN_TICKETS, 6, run_tickets(f, in));
        expect_view(f, some + 1, 1, VIEW_RUN_TICKETS, 6, run_tickets(f, single));
        expect_view(f, NULL, 0, VIEW_RUN_TICKETS, 6, run_tickets(f, "IS NOT NULL"));
        expect_view(f, some, 2, VIEW_SHARES, 3, shares(f, in));
        expect_view(f, some, 0, VIEW_SHARES, 3, "");
        expect_view(f, NULL, 0, VIEW_SHARES, 3, shares(f, "IS NOT NULL"));
        expect_straight(f->path);
    }
}

static void a_run_that_began_earlier_in_the_topic_is_found_whole(void **state)
{
    struct ledger_fixture *f = *state;
    admit(f, 50, "late");
    admit(f, 7, "early");
    assert_string_equal(ask(f->path, "SELECT from_offset, to_offset, open FROM span"), "7|-|1");
    settle(f, intent(f, 50, 1, 900), 50, 1, CALL_ANSWERED, 5);
    ledger_fixture_reopen(f); /* it died */
    assert_string_equal(ask(f->path, "SELECT from_offset, to_offset, open FROM span"), "7|50|1");
    admit(f, 7, "early");
    settle(f, intent(f, 7, 1, 900), 7, 1, CALL_ANSWERED, 5);
    assert_string_equal(ask(f->path, "SELECT run, from_offset FROM span"), "1|7; 2|7");
    ledger_fixture_reopen(f);
    assert_string_equal(ask(f->path, "SELECT run, to_offset, open FROM span"), "1|50|0; 2|50|0");
    expect_straight(f->path);
}

static void what_a_failed_group_noted_is_noted_again(void **state)
{
    struct ledger_fixture *f = *state;
    struct ledger_cmd *good = admit_cmd(f, 3, "a"), *bad = mark_cmd(99);
    good->node.next = &bad->node;
    bad->node.next = NULL;
    struct fail fail;
    assert_int_equal(ledger_apply(f->ledger, &good->node, &fail),
                     ST_OK); /* the bad one alone fails */
    assert_int_not_equal(bad->status, ST_OK);
    assert_string_equal(ask(f->path, "SELECT from_offset FROM span"), "3");
    ledger_cmd_free(good);
    ledger_cmd_free(bad);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define ON_LEDGER(test) cmocka_unit_test_setup_teardown(test, ledger_setup, ledger_teardown)
        ON_LEDGER(chosen_runs_are_told_of_as_by_a_look_at_every_row),
        ON_LEDGER(a_run_that_began_earlier_in_the_topic_is_found_whole),
        ON_LEDGER(what_a_failed_group_noted_is_noted_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
