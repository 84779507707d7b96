/* Archives: what two shards hold together, what a second merge adds, what is refused. */
#include "ledger/merge.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "support/ledger_fixture.h"

/* Two ledgers of one group and an archive to be. */
struct pair {
    struct ledger_fixture a, b;
    char archive[120];
};

static void bind(struct ledger_fixture *f, const char *group, int shard, int shards)
{
    struct fail fail;
    struct ledger_binding to = {"cluster-1", group, shard, shards};
    assert_int_equal(ledger_bind(f->ledger, &to, true, &fail), ST_OK);
}

/* Fixtures number their runs alike; programs do not. */
static void rename_run(struct ledger_fixture *f)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(db, "UPDATE run SET run_id = 'B' || substr(run_id, 2)", NULL, NULL, NULL),
        SQLITE_OK);
    sqlite3_close(db);
}

static int pair_setup(void **state)
{
    static struct pair p;
    ledger_fixture_init(&p.a);
    ledger_fixture_init(&p.b);
    rename_run(&p.b);
    bind(&p.a, "mill", 0, 2);
    bind(&p.b, "mill", 1, 2);
    snprintf(p.archive, sizeof p.archive, "%s/archive.db", p.a.dir);
    *state = &p;
    return 0;
}

static int pair_teardown(void **state)
{
    struct pair *p = *state;
    ledger_fixture_deinit(&p->a);
    ledger_fixture_deinit(&p->b);
    return 0;
}

static enum status try_merge(struct pair *p, const char *path, struct ledger_merged *m,
                             struct fail *fail)
{
    struct ledger *l = NULL;
    enum status st = ledger_open_archive(p->archive, &p->a.clock, &l, fail);
    if (st == ST_OK)
        st = ledger_merge(l, path, m, fail);
    ledger_close(l);
    return st;
}

static struct ledger_merged merge(struct pair *p, const struct ledger_fixture *f)
{
    struct ledger_merged m;
    struct fail fail;
    if (try_merge(p, f->path, &m, &fail) != ST_OK)
        fail_msg("%s", fail.text);
    return m;
}

/* A ticket of that offset with an answer of its own. */
static void answered(struct ledger_fixture *f, int64_t offset, const char *text, int64_t cost_pusd)
{
    admit(f, offset, text);
    settle(f, intent(f, offset, 1, 2 * cost_pusd), offset, 1, CALL_ANSWERED, cost_pusd);
}

static void two_shards_sum_up_and_a_second_time_adds_nothing(void **state)
{
    struct pair *p = *state;
    for (int64_t i = 0; i < 3; i++)
        answered(&p->a, 2 * i, (char[]){(char)('a' + i), '\0'}, 700 + i);
    admit(&p->b, 1, "x");
    settle(&p->b, intent(&p->b, 1, 1, 5000), 1, 1, CALL_UNKNOWN, 5000);
    settle(&p->b, intent(&p->b, 1, 1, 5000), 1, 1, CALL_ANSWERED, 90);
    for (int round = 0; round < 2; round++) {
        struct ledger_merged a = merge(p, &p->a), b = merge(p, &p->b);
        assert_int_equal(a.calls, 3);
        assert_int_equal(a.cost_pusd, 700 + 701 + 702);
        assert_int_equal(b.calls, 2);
        assert_int_equal(b.cost_pusd, 90);
        assert_int_equal(b.unknown_pusd, 5000);
        assert_int_equal(b.after[0] - a.before[0], round == 0 ? 5 : 0);
        assert_int_equal(b.after[1] - a.before[1], round == 0 ? 4 : 0);
    }
    expect_straight(p->archive);
    assert_string_equal(ask(p->archive, "SELECT offset, cost_pusd, cost_unknown_pusd FROM ticket "
                                        "ORDER BY offset"),
                        "0|700|0; 1|90|5000; 2|701|0; 4|702|0");
    assert_string_equal(ask(p->archive, "SELECT count(DISTINCT ledger_id), count(*) FROM run"),
                        "2|2");
}

static void a_newer_copy_brings_what_is_new(void **state)
{
    struct pair *p = *state;
    answered(&p->a, 0, "a", 700);
    admit(&p->a, 1, "b");
    merge(p, &p->a);
    assert_string_equal(ask(p->archive, "SELECT offset, state FROM ticket ORDER BY offset"),
                        "0|1; 1|0");
    settle(&p->a, intent(&p->a, 1, 1, 900), 1, 1, CALL_ANSWERED, 400);
    answered(&p->a, 2, "c", 300);
    struct ledger_merged m = merge(p, &p->a);
    assert_int_equal(m.after[0] - m.before[0], 2);
    assert_int_equal(m.cost_pusd, 1400);
    expect_straight(p->archive);
    assert_string_equal(
        ask(p->archive, "SELECT offset, state, cost_pusd FROM ticket ORDER BY offset"),
        "0|1|700; 1|1|400; 2|1|300");
}

static void a_refused_ledger_leaves_the_archive_as_it_was(void **state)
{
    struct pair *p = *state;
    struct ledger_merged m;
    struct fail fail;
    answered(&p->a, 0, "a", 700);
    merge(p, &p->a);
    admit(&p->b, 1, "x");
    int64_t call = intent(&p->b, 1, 1, 900);
    assert_int_equal(try_merge(p, p->b.path, &m, &fail), ST_LOCKED);
    assert_non_null(strstr(fail.text, "have not ended"));
    settle(&p->b, call, 1, 1, CALL_ANSWERED, 80);
    assert_int_equal(try_merge(p, p->archive, &m, &fail), ST_LEDGER_STATE);
    assert_int_equal(try_merge(p, "/nowhere/at/all.db", &m, &fail), ST_LEDGER_STATE);
    assert_string_equal(ask(p->archive, "SELECT count(*) FROM call"), "1");
    expect_straight(p->archive);
}

static void another_groups_ledger_is_refused(void **state)
{
    struct pair *p = *state;
    struct ledger_fixture other;
    struct ledger_merged m;
    struct fail fail;
    answered(&p->a, 0, "a", 700);
    merge(p, &p->a);
    ledger_fixture_init(&other);
    bind(&other, "campaign", 0, 1);
    assert_int_equal(try_merge(p, other.path, &m, &fail), ST_LEDGER_STATE);
    assert_non_null(strstr(fail.text, "campaign"));
    ledger_fixture_deinit(&other);
}

static void an_archive_and_a_workers_ledger_are_told_apart(void **state)
{
    struct pair *p = *state;
    struct ledger *l = NULL;
    struct fail fail;
    answered(&p->a, 0, "a", 700);
    merge(p, &p->a);
    const struct ledger_options worker = {.create = true, .clock = &p->a.clock};
    assert_int_equal(ledger_open(p->archive, &worker, &l, &fail), ST_LEDGER_STATE);
    assert_non_null(strstr(fail.text, "archive"));
    ledger_fixture_close(&p->b);
    assert_int_equal(ledger_open_archive(p->b.path, &p->b.clock, &l, &fail), ST_LEDGER_STATE);
    assert_non_null(strstr(fail.text, "worker"));
    ledger_fixture_open(&p->b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define ON_PAIR(test) cmocka_unit_test_setup_teardown(test, pair_setup, pair_teardown)
        ON_PAIR(two_shards_sum_up_and_a_second_time_adds_nothing),
        ON_PAIR(a_newer_copy_brings_what_is_new),
        ON_PAIR(a_refused_ledger_leaves_the_archive_as_it_was),
        ON_PAIR(another_groups_ledger_is_refused),
        ON_PAIR(an_archive_and_a_workers_ledger_are_told_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
