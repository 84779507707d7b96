/* Verifying, copying, pruning and rebuilding: books that stay straight through all of it. */
#include "ledger/verify.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "base/mem.h"
#include "ledger/care.h"
#include "ledger/rebuild.h"
#include "support/ledger_fixture.h"

/* The records of the topics, as a rebuild reads them. */
struct topics {
    struct outrow *rows[64];
    size_t count;
};

static void keep(struct topics *t, struct ledger_cmd *cmd)
{
    for (size_t i = 0; i < rows_in(cmd); i++)
        t->rows[t->count++] = outrow_new(row_of(cmd, i));
    ledger_cmd_free(cmd);
}

static void forget(struct topics *t)
{
    while (t->count)
        mem_free(t->rows[--t->count]);
}

static void applied(struct ledger_fixture *f, struct ledger_cmd *cmd, struct topics *t)
{
    if (ledger_fixture_apply(f, cmd) != ST_OK)
        fail_msg("%s", cmd->fail.text);
    keep(t, cmd);
}

/* A bit of everything: packs, an unknown call, a copy, an unpriced one, a dead letter, a tombstone,
 * a ticket still open. 8 terminal records. */
static void live(struct ledger_fixture *f, struct topics *t)
{
    static const struct record record = {.value = SLICE_LIT("{}"), .timestamp_unix_ms = 1};

    for (int64_t i = 0; i < 8; i++)
        admit(f, i, (char[]){(char)('a' + i), '\0'});
    settle(f, intent(f, 0, 3, 1000), 0, 3, CALL_UNKNOWN, 1000);
    applied(f, settle_cmd(f, intent(f, 0, 3, 1000), 0, 3, CALL_ANSWERED, 700), t);
    applied(f, settle_cmd(f, intent(f, 3, 1, PUSD_UNPRICED), 3, 1, CALL_ANSWERED, PUSD_UNPRICED),
            t);
    settle(f, intent(f, 4, 2, 1000), 4, 2, CALL_FAILED, 0);
    applied(f, settle_cmd(f, intent(f, 4, 2, 1000), 4, 2, CALL_ANSWERED, 333), t);
    struct ledger_cmd *cmd = settle_cmd(f, intent(f, 6, 1, 1000), 6, 1, CALL_ANSWERED, 9);
    struct record dead = record;
    dead.pos = at(f, 6);
    cmd->u.settle.items->then = SETTLE_DEAD;
    cmd->u.settle.items->outcome = SHARE_UNPARSED;
    cmd->u.settle.items->reason = REASON_ATTEMPTS_EXHAUSTED;
    cmd->u.settle.items->record = &dead;
    applied(f, cmd, t);
    applied(f, admit_cmd(f, 20, "a"), t); /* a copy */
    cmd = admit_cmd(f, 21, "tombstone");
    cmd->u.admit.items->kind = ADMIT_SKIP;
    applied(f, cmd, t);
}

static void note_finding(void *self, const char *line)
{
    char *first = self;

    if (!*first)
        snprintf(first, 200, "%s", line);
}

static void books_of_a_run_are_straight_while_it_goes_and_after(void **state)
{
    struct ledger_fixture *f = *state;
    struct topics t = {.count = 0};

    live(f, &t);
    (void)intent(f, 7, 1, 50); /* still in flight */
    expect_straight(f->path);
    ledger_fixture_close(f);
    expect_straight(f->path);
    forget(&t);
}

static void every_kind_of_crooked_book_is_found(void **state)
{
    static const struct {
        const char *sql, *finding;
    } cases[] = {
        {"UPDATE share SET cost_pusd = cost_pusd + 1 WHERE offset = 1", "shares sum to"},
        {"DELETE FROM share WHERE offset = 2", "shares"},
        {"UPDATE call SET cost_pusd = NULL WHERE state = 1 AND cost_pusd > 0", "shares"},
        {"UPDATE call SET cost_pusd = 5 WHERE state = 2", "state 2 with cost 5"},
        {"UPDATE call SET reserved_pusd = 1 WHERE state = 3", "state 3"},
        {"UPDATE ticket SET cost_pusd = cost_pusd + 1 WHERE offset = 4", "ticket 1/0/4"},
        {"UPDATE ticket SET input_tokens = 0 WHERE offset = 4", "ticket 1/0/4"},
        {"UPDATE ticket SET flags = 0 WHERE offset = 3", "ticket 1/0/3"},
        {"UPDATE ticket SET state = 0 WHERE offset = 4", "state 0 with seq"},
        {"UPDATE ticket SET seq = NULL WHERE offset = 6", "seq none"},
        {"UPDATE ticket SET seq = 1 WHERE offset = 4", "belongs to 2 tickets"},
        {"UPDATE ticket SET seq = 99 WHERE offset = 4", "beyond the last one"},
        {"DELETE FROM result WHERE offset = 5", "result none"},
        {"DELETE FROM outbox WHERE offset = 5", "neither published nor in the outbox"},
        {"UPDATE outbox SET kind = 1 WHERE offset = 5", "outbox"},
        {"DELETE FROM call WHERE state = 1", "its shares say"},
        {"UPDATE meta SET value = 3 WHERE name = 'last_seq'", "beyond"},
        {"UPDATE meta SET value = 99 WHERE name = 'published_seq'", "more records are marked"},
        {"UPDATE span SET from_offset = 1", "ticket 1/0/0: outside"},
        {"UPDATE span SET to_offset = 6", "ticket 1/0/7: outside"},
        {"UPDATE span SET open = 0", "ticket 1/0/7: outside"},
        {"UPDATE run SET calls_from = 2", "call 1: outside"},
        {"UPDATE run SET calls_to = 3", "call 4: outside"},
    };
    struct ledger_fixture *f = *state;
    struct topics t = {.count = 0};
    char copy[120];

    struct fail fail;

    live(f, &t);
    forget(&t);
    assert_int_equal(ledger_mark(f->ledger, 1, &fail), ST_OK);
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        sqlite3 *db = NULL;
        char first[200] = "";
        int64_t findings = 0;
        snprintf(copy, sizeof(copy), "%s/copy-%zu.db", f->dir, i);
        assert_int_equal(ledger_backup(f->path, copy, &fail), ST_OK);
        assert_int_equal(sqlite3_open(copy, &db), SQLITE_OK);
        assert_int_equal(sqlite3_exec(db, cases[i].sql, NULL, NULL, NULL), SQLITE_OK);
        assert_true(sqlite3_changes(db) > 0);
        sqlite3_close(db);
        if (ledger_verify_books(copy, note_finding, first, &findings, &fail) != ST_OK)
            fail_msg("%s: %s", cases[i].sql, fail.text);
        if (!findings || !strstr(first, cases[i].finding))
            fail_msg("%s: %lld findings, first: %s", cases[i].sql, (long long)findings, first);
    }
}

static void a_backup_beside_a_running_ledger_can_be_opened_as_one(void **state)
{
    struct ledger_fixture *f = *state;
    struct ledger_fixture copy = *f;
    struct topics t = {.count = 0};
    struct ledger_info ours, theirs;
    struct fail fail;

    live(f, &t);
    forget(&t);
    copy.ledger = NULL;
    snprintf(copy.path, sizeof(copy.path), "%.60s/copy.db", f->dir);
    assert_int_equal(ledger_backup(f->path, copy.path, &fail), ST_OK);
    expect_straight(copy.path);
    assert_int_equal(ledger_backup(f->path, copy.path, &fail),
                     ST_LEDGER_IO); /* overwrites nothing */
    ledger_fixture_open(&copy);
    assert_int_equal(ledger_info(f->ledger, &ours, &fail), ST_OK);
    assert_int_equal(ledger_info(copy.ledger, &theirs, &fail), ST_OK);
    assert_string_equal(ours.ledger_id, theirs.ledger_id);
    assert_int_equal(ours.last_seq, theirs.last_seq);
    assert_int_equal(audit_of(&copy).cost_pusd, audit_of(f).cost_pusd);
    ledger_fixture_close(&copy);
}

static void pruning_takes_texts_and_published_rows_only(void **state)
{
    struct ledger_fixture *f = *state;
    struct topics t = {.count = 0};
    struct fail fail;
    sqlite3 *db = NULL;
    sqlite3_stmt *s = NULL;

    live(f, &t);
    forget(&t);
    int64_t first_day = f->now_unix_us;
    f->now_unix_us += 1000000;
    admit(f, 30, "later");
    settle(f, intent(f, 30, 1, 10), 30, 1, CALL_ANSWERED, 10);
    struct ledger_audit before = audit_of(f);
    assert_int_equal(ledger_mark(f->ledger, 5, &fail), ST_OK);
    for (int i = 0; i < 2; i++)
        assert_int_equal(ledger_prune(f->ledger, first_day + 1, first_day + 1, 1000000, &fail),
                         ST_OK);
    struct ledger_audit after = audit_of(f);
    assert_int_equal(before.cost_pusd, after.cost_pusd);
    assert_int_equal(before.results, after.results);
    expect_straight(f->path);
    ledger_fixture_close(f);
    assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db,
                                        "SELECT (SELECT count(raw_answer) FROM call), "
                                        "(SELECT min(seq) FROM outbox), (SELECT count(*) FROM "
                                        "outbox)",
                                        -1, &s, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(s), SQLITE_ROW);
    assert_int_equal(sqlite3_column_int(s, 0), 1); /* the later one's */
    assert_int_equal(sqlite3_column_int(s, 1), 6); /* unpublished ones stay */
    assert_int_equal(sqlite3_column_int(s, 2), 4);
    sqlite3_finalize(s);
    sqlite3_close(db);
}

/* --- rebuilding ------------------------------------------------------------------------------ */

static struct ledger_rebuild *begin(struct ledger_fixture *f, const char *path, int64_t seq)
{
    struct ledger_rebuild *r = NULL;
    struct ledger_info info;
    struct fail fail;

    assert_int_equal(ledger_info(f->ledger, &info, &fail), ST_OK);
    if (ledger_rebuild_begin(path, &f->clock, info.ledger_id, seq, &r, &fail) != ST_OK)
        fail_msg("%s", fail.text);
    return r;
}

static enum status add_row(struct ledger_rebuild *r, const struct outrow *row)
{
    struct fail fail;

    return ledger_rebuild_add(r, row->kind, row->key, row->value, row->headers, &fail);
}

static void a_rebuilt_ledger_knows_what_was_published_to_the_cent(void **state)
{
    struct ledger_fixture *f = *state;
    struct ledger_fixture again = *f;
    struct topics t = {.count = 0};
    struct ledger_rebuilt sum;
    struct ledger_info old, info;
    struct fail fail;

    live(f, &t);
    assert_int_equal(t.count, 8);
    struct ledger_audit before = audit_of(f);
    assert_int_equal(ledger_info(f->ledger, &old, &fail), ST_OK);
    again.ledger = NULL;
    snprintf(again.path, sizeof(again.path), "%.60s/again.db", f->dir);
    struct ledger_rebuild *r = begin(f, again.path, 8);
    for (size_t i = t.count; i > 0; i--) /* any order, and once more */
        assert_int_equal(add_row(r, t.rows[i - 1]), ST_OK);
    assert_int_equal(add_row(r, t.rows[3]), ST_OK);
    assert_int_equal(
        ledger_rebuild_add(r, OUTROW_RESULT, SLICE_NONE, SLICE_LIT("{\"a\":1}"), SLICE_NONE, &fail),
        ST_BAD_JSON);
    assert_int_equal(ledger_rebuild_add(r, OUTROW_DEAD, SLICE_NONE, SLICE_NONE, SLICE_NONE, &fail),
                     ST_BAD_JSON);
    assert_int_equal(ledger_rebuild_end(r, false, &sum, &fail), ST_OK);
    assert_int_equal(sum.results, 7);
    assert_int_equal(sum.dead, 1);
    assert_int_equal(sum.duplicates, 1);
    assert_int_equal(sum.missing, 0);
    expect_straight(again.path);

    ledger_fixture_open(&again);
    assert_int_equal(ledger_info(again.ledger, &info, &fail), ST_OK);
    assert_string_not_equal(info.ledger_id, old.ledger_id);
    assert_string_equal(info.rebuilt_from, old.ledger_id);
    assert_int_equal(info.rebuilt_seq, 8);
    assert_int_equal(info.published_seq, info.last_seq);
    struct ledger_audit after = audit_of(&again);
    assert_int_equal(after.results, before.results);
    assert_int_equal(after.dead, before.dead);
    assert_string_equal(ask(again.path, "SELECT count(reused_offset) FROM result"), "1");
    assert_int_equal(after.cost_pusd, before.cost_pusd);
    assert_int_equal(after.unknown_pusd, before.unknown_pusd);
    assert_int_equal(after.outbox_unpublished, 0);
    for (int64_t i = 0; i < 7; i++) { /* nothing finished is asked again */
        struct ledger_cmd *cmd = admit_cmd(&again, i, (char[]){(char)('a' + i), '\0'});
        assert_int_equal(ledger_fixture_apply(&again, cmd), ST_OK);
        assert_int_equal(cmd->u.admit.items->outcome, ADMITTED_DONE);
        ledger_cmd_free(cmd);
    }
    struct ledger_cmd *cmd = admit_cmd(&again, 40, "b"); /* and copies still find their answer */
    assert_int_equal(ledger_fixture_apply(&again, cmd), ST_OK);
    assert_int_equal(cmd->u.admit.items->outcome, ADMITTED_REUSED);
    ledger_cmd_free(cmd);
    ledger_fixture_close(&again);
    expect_straight(again.path);
    forget(&t);
}

static void a_rebuild_takes_the_place_of_a_ledger_without_tickets(void **state)
{
    struct ledger_fixture *f = *state;
    struct topics t = {.count = 0};
    struct ledger_options o = {.create = true, .transport = "kafka", .clock = &f->clock};
    struct ledger_rebuilt sum;
    struct ledger *refused;
    struct fail fail;
    char path[120];

    live(f, &t);
    snprintf(path, sizeof(path), "%s/refused.db", f->dir);
    assert_int_equal(ledger_open(path, &o, &refused, &fail), ST_OK);
    ledger_close(refused);
    struct ledger_rebuild *r = begin(f, path, 8);
    for (size_t i = 0; i < t.count; i++)
        assert_int_equal(add_row(r, t.rows[i]), ST_OK);
    assert_int_equal(ledger_rebuild_end(r, false, &sum, &fail), ST_OK);
    expect_straight(path);
    forget(&t);
}

static void a_rebuild_with_records_missing_leaves_nothing_unless_allowed(void **state)
{
    struct ledger_fixture *f = *state;
    struct topics t = {.count = 0};
    struct ledger_rebuilt sum;
    struct fail fail;
    char path[120];

    live(f, &t);
    snprintf(path, sizeof(path), "%s/again.db", f->dir);
    for (int allowed = 0; allowed < 2; allowed++) {
        struct ledger_rebuild *r = begin(f, path, 8);
        for (size_t i = 0; i < t.count; i++)
            if (i != 4)
                assert_int_equal(add_row(r, t.rows[i]), ST_OK);
        assert_int_equal(ledger_rebuild_end(r, allowed, &sum, &fail),
                         allowed ? ST_OK : ST_LEDGER_STATE);
        assert_int_equal(sum.missing, 1);
        assert_int_equal(access(path, F_OK), allowed ? 0 : -1);
    }
    struct ledger_rebuild *r = NULL;
    assert_int_equal(ledger_rebuild_begin(path, &f->clock, "", 0, &r, &fail), ST_LEDGER_STATE);
    assert_int_equal(unlink(path), 0);
    r = begin(f, path, 8);
    ledger_rebuild_cancel(r);
    assert_int_equal(access(path, F_OK), -1);
    ledger_rebuild_cancel(NULL);
    forget(&t);
}

#define T(name) cmocka_unit_test_setup_teardown(name, ledger_setup, ledger_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(books_of_a_run_are_straight_while_it_goes_and_after),
        T(every_kind_of_crooked_book_is_found),
        T(a_backup_beside_a_running_ledger_can_be_opened_as_one),
        T(pruning_takes_texts_and_published_rows_only),
        T(a_rebuilt_ledger_knows_what_was_published_to_the_cent),
        T(a_rebuild_takes_the_place_of_a_ledger_without_tickets),
        T(a_rebuild_with_records_missing_leaves_nothing_unless_allowed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
