/* A ledger that the first version wrote, brought forward with its rows. */
#include "ledger/spent.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/stat.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "sql_embedded.h"
#include "support/ledger_fixture.h"

/* --- the first schema ------------------------------------------------------------------------ */

/* A ledger as the first version left it after a kill: two results in one call, a ticket claimed by
 * a call in flight. */
static const char first_rows[] =
    "INSERT INTO meta VALUES ('ledger_id', '01LEDGER000000000000000000'), ('last_seq', 2),"
    " ('published_seq', 1), ('clean_end', 0);"
    "INSERT INTO source VALUES (1, 'tickets');"
    "INSERT INTO prompt VALUES (1, '" FIXTURE_PROMPT "', 'Sort these.');"
    "INSERT INTO run VALUES (1, 'RUN00000000000000000000000', 1763999000000000, NULL, NULL, NULL,"
    " 1, 'old', 'transactional');"
    "INSERT INTO ticket (source, partition, offset, state, ticket_id, attempts, seq, input_tokens,"
    " cached_tokens, output_tokens, cost_pusd, run) VALUES"
    " (1, 0, 0, 1, 'T-a', 1, 1, 100, 40, 20, 351, 1), (1, 0, 1, 1, 'T-b', 1, 2, 100, 40, 20, 350,"
    " 1);"
    "INSERT INTO ticket (source, partition, offset, state, ticket_id, run)"
    " VALUES (1, 0, 2, 0, 'T-c', 1);"
    "INSERT INTO call (call, call_id, run, purpose, state, attempt, model, provider, endpoint,"
    " tier, prompt, token_cap, tickets, reserved_pusd, sent_unix_us, answered_unix_us, latency_us,"
    " input_tokens, cached_tokens, output_tokens, cost_pusd, http_status, raw_answer) VALUES"
    " (1, 'CALL1', 1, 0, 1, 1, 'm', 'p', 'e', 'budget', 1, 640, 2, 900, 1763999100000000,"
    " 1763999101000000, 1000000, 200, 80, 40, 701, 200, '{\"results\":[]}');"
    "INSERT INTO call (call, call_id, run, purpose, state, attempt, model, provider, endpoint,"
    " tier, prompt, token_cap, tickets, reserved_pusd, sent_unix_us, claims) VALUES"
    " (2, 'CALL2', 1, 0, 0, 1, 'm', 'p', 'e', 'budget', 1, 640, 1, 77, 1763999200000000,"
    " '[[1,0,2]]');"
    "INSERT INTO share VALUES (1, 0, 0, 1, 0, 100, 40, 20, 351, NULL),"
    " (1, 0, 1, 1, 0, 100, 40, 20, 350, NULL);"
    "INSERT INTO result (source, partition, offset, category, confidence_ppm, summary, call, flags,"
    " low_confidence, needs_review, classified_unix_us) VALUES"
    " (1, 0, 0, 'billing', 930000, 's', 1, 0, 0, 0, 1763999101000000),"
    " (1, 0, 1, 'refund', 930000, 's', 1, 0, 0, 0, 1763999101000000);"
    "INSERT INTO outbox VALUES (1, 0, 1, 0, 0, -1, 1763999101000000, X'542d61', X'7b7d', NULL),"
    " (2, 0, 1, 0, 1, -1, 1763999101000000, X'542d62', X'7b7d', NULL);";

static void make_first_schema(const char *path)
{
    sqlite3 *db = NULL;
    char *said = NULL;

    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "PRAGMA application_id = 0x544d4c47", NULL, NULL, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql_migrations[0].text, NULL, NULL, NULL), SQLITE_OK);
    if (sqlite3_exec(db, first_rows, NULL, NULL, &said) != SQLITE_OK)
        fail_msg("%s", said);
    assert_int_equal(sqlite3_exec(db, "PRAGMA user_version = 1", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    assert_int_equal(chmod(path, 0600), 0);
}

static void a_ledger_of_the_first_schema_goes_on_with_its_rows(void **state)
{
    struct ledger_fixture *f = *state;
    struct fail fail;
    struct arena a;
    int64_t count = 0;

    ledger_fixture_close(f);
    snprintf(f->path, sizeof(f->path), "%s/first.db", f->dir);
    make_first_schema(f->path);
    ledger_fixture_open(f);
    assert_int_equal(ledger_recover_calls(f->ledger, &count, &fail), ST_OK);
    assert_int_equal(count, 1);
    expect_straight(f->path);
    assert_string_equal(ask(f->path, "SELECT offset, state, cost_pusd, cost_unknown_pusd, route "
                                     "FROM ticket ORDER BY offset"),
                        "0|1|351|0|-; 1|1|350|0|-; 2|0|0|77|-");
    assert_string_equal(ask(f->path, "SELECT offset, call, slot FROM share ORDER BY call, offset"),
                        "0|1|-; 1|1|-; 2|2|0");
    arena_init(&a);
    struct ledger_spent s;
    const struct spent_since since = {INT64_C(1763999000000000), INT64_C(1763999150000000), 0};
    assert_int_equal(ledger_spent(f->ledger, &since, &a, &s, &fail), ST_OK);
    assert_int_equal(s.total_pusd[SPENT_CHAIN], 778);
    assert_int_equal(s.total_pusd[SPENT_DAY], 77);
    assert_int_equal(s.total_pusd[SPENT_MONTH], 778);
    assert_int_equal(s.latest_sent_unix_us, INT64_C(1763999200000000));
    arena_deinit(&a);
    settle_compared(f, call_for(f, PURPOSE_GUARD, "budget", 1, 1, 800), 1, 1, "billing", 444);
    assert_string_equal(ask(f->path, "SELECT offset, primary_category, primary_tickets, "
                                     "primary_slot FROM comparison"),
                        "1|refund|2|-");
    settle(f, intent(f, 2, 1, 900), 2, 1, CALL_ANSWERED, 5);
    assert_string_equal(ask(f->path, "SELECT seq FROM ticket WHERE offset = 2"), "3");
    expect_straight(f->path);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, ledger_setup, ledger_teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_ledger_of_the_first_schema_goes_on_with_its_rows),
    };
#undef TEST
    return cmocka_run_group_tests(tests, NULL, NULL);
}
