/* Admission: what is new, what is done, what takes an answer that is there. */
#include "ledger/command.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "base/json.h"
#include "support/ledger_fixture.h"

static enum admit_outcome outcome_of(struct ledger_fixture *f, struct ledger_cmd *cmd)
{
    assert_int_equal(ledger_fixture_apply(f, cmd), ST_OK);
    enum admit_outcome outcome = cmd->u.admit.items->outcome;
    ledger_cmd_free(cmd);
    return outcome;
}

static int64_t number_in(const struct outrow *row, const char *key)
{
    int64_t v = -99;

    assert_int_equal(slice_to_i64(json_raw_member(row->value, key), &v), ST_OK);
    return v;
}

static bool value_has(const struct outrow *row, const char *part)
{
    return slice_find(row->value, slice_str(part)) >= 0;
}

static struct slice header_of(const struct outrow *row, const char *name)
{
    return headers_find(row->headers, name);
}

#define assert_slice(s, text) assert_true(slice_eq((s), slice_str(text)))

/* Does the query give a row? */
static bool in_ledger(const struct ledger_fixture *f, const char *sql)
{
    sqlite3 *db;
    sqlite3_stmt *st;
    assert_int_equal(sqlite3_open_v2(f->path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &st, NULL), SQLITE_OK);
    bool found = sqlite3_step(st) == SQLITE_ROW;
    sqlite3_finalize(st);
    sqlite3_close(db);
    return found;
}

/* --- admission ------------------------------------------------------------------------------ */

static void a_ticket_that_is_not_read_again_keeps_its_text_hash_and_name(void **state)
{
    struct ledger_fixture *f = *state;
    struct ledger_cmd *cmd;

    admit(f, 0, "kills the process");
    cmd = admit_cmd(f, 0, "kills the process");
    struct admit_item *item = cmd->u.admit.items;
    item->kind = ADMIT_DEAD;
    item->reason = REASON_CRASH_SUSPECT;
    item->ticket_id = item->language = SLICE_NONE;
    assert_int_equal(outcome_of(f, cmd), ADMITTED_CLOSED);
    assert_true(in_ledger(f, "SELECT 1 FROM ticket WHERE state = 2 AND length(content_hash) = 32"
                             " AND ticket_id <> ''"));
}

static void a_ticket_seen_again_without_an_end_is_worked_on_again(void **state)
{
    struct ledger_fixture *f = *state;

    admit(f, 7, "a");
    assert_int_equal(outcome_of(f, admit_cmd(f, 7, "a")), ADMITTED_NEW);
    assert_int_equal(audit_of(f).tickets, 1);
}

static void a_resumed_ticket_tells_its_attempts_and_unknowns(void **state)
{
    struct ledger_fixture *f = *state;

    admit(f, 7, "a");
    settle(f, intent(f, 7, 1, 1000), 7, 1, CALL_UNKNOWN, 1000);
    struct ledger_cmd *cmd = settle_cmd(f, intent(f, 7, 1, 1000), 7, 1, CALL_ANSWERED, 10);
    cmd->u.settle.items->then = SETTLE_OPEN;
    cmd->u.settle.items->outcome = SHARE_MISSING;
    assert_int_equal(ledger_fixture_apply(f, cmd), ST_OK);
    ledger_cmd_free(cmd);
    cmd = admit_cmd(f, 7, "a");
    assert_int_equal(ledger_fixture_apply(f, cmd), ST_OK);
    assert_int_equal(cmd->u.admit.items->attempts, 1);
    assert_int_equal(cmd->u.admit.items->unknowns, 1);
    ledger_cmd_free(cmd);
}

static void a_ticket_with_its_result_is_done(void **state)
{
    struct ledger_fixture *f = *state;

    admit(f, 7, "a");
    settle(f, intent(f, 7, 1, 1000), 7, 1, CALL_ANSWERED, 500);
    struct ledger_cmd *cmd = admit_cmd(f, 7, "a");
    assert_int_equal(ledger_fixture_apply(f, cmd), ST_OK);
    assert_int_equal(cmd->u.admit.items->outcome, ADMITTED_DONE);
    assert_int_equal(rows_in(cmd), 0);
    ledger_cmd_free(cmd);
}

static void another_value_at_a_known_offset_is_told_open_or_done(void **state)
{
    struct ledger_fixture *f = *state;

    admit(f, 7, "a");
    admit(f, 8, "b");
    settle(f, intent(f, 8, 1, 1000), 8, 1, CALL_ANSWERED, 500);
    assert_int_equal(outcome_of(f, admit_cmd(f, 7, "other")), ADMITTED_CHANGED);
    assert_int_equal(outcome_of(f, admit_cmd(f, 8, "other")), ADMITTED_CHANGED);
}

static void a_tombstone_is_skipped_and_never_published(void **state)
{
    struct ledger_fixture *f = *state;

    for (int i = 0; i < 2; i++) {
        struct ledger_cmd *cmd = admit_cmd(f, 3, "x");
        cmd->u.admit.items->kind = ADMIT_SKIP;
        assert_int_equal(ledger_fixture_apply(f, cmd), ST_OK);
        assert_int_equal(cmd->u.admit.items->outcome, i ? ADMITTED_DONE : ADMITTED_CLOSED);
        assert_int_equal(rows_in(cmd), 0);
        ledger_cmd_free(cmd);
    }
    assert_int_equal(audit_of(f).skipped, 1);
    assert_int_equal(audit_of(f).run_skipped, 1);
}

static void an_end_of_partition_leaves_no_trace(void **state)
{
    struct ledger_fixture *f = *state;
    struct ledger_cmd *cmd = admit_cmd(f, 100, "x");

    cmd->u.admit.items->kind = ADMIT_EOF;
    assert_int_equal(outcome_of(f, cmd), ADMITTED_CLOSED);
    assert_int_equal(audit_of(f).tickets, 0);
}

static void an_undecodable_record_goes_out_byte_for_byte_with_its_reason(void **state)
{
    struct ledger_fixture *f = *state;
    struct buf headers;
    struct ledger_cmd *cmd = admit_cmd(f, 5, "x");

    buf_init(&headers, 1000);
    headers_add(&headers, SLICE_LIT("origin"), SLICE_LIT("mail"));
    struct record record = {.pos = at(f, 5),
                            .timestamp_unix_ms = 1764000000123,
                            .key = SLICE_LIT("k\xff"),
                            .value = SLICE_LIT("{\"body\": \0\xfe"),
                            .headers = buf_view(&headers)};
    cmd->u.admit.items->kind = ADMIT_DEAD;
    cmd->u.admit.items->reason = REASON_INVALID_JSON;
    cmd->u.admit.items->detail = SLICE_LIT("at byte 9");
    cmd->u.admit.items->record = &record;
    assert_int_equal(ledger_fixture_apply(f, cmd), ST_OK);
    assert_int_equal(cmd->u.admit.items->outcome, ADMITTED_CLOSED);
    const struct outrow *row = row_of(cmd, 0);
    assert_non_null(row);
    assert_int_equal(row->kind, OUTROW_DEAD);
    assert_int_equal(row->seq, 1);
    assert_int_equal(row->timestamp_unix_ms, 1764000000123);
    assert_true(slice_eq(row->key, record.key));
    assert_true(slice_eq(row->value, record.value));
    assert_slice(header_of(row, "origin"), "mail");
    assert_slice(header_of(row, "__connect.errors.topic"), FIXTURE_TOPIC);
    assert_slice(header_of(row, "__connect.errors.partition"), "0");
    assert_slice(header_of(row, "__connect.errors.offset"), "5");
    assert_slice(header_of(row, "__connect.errors.exception.message"), "invalid_json: at byte 9");
    assert_slice(header_of(row, "ticketmill-reason"), "invalid_json");
    assert_slice(header_of(row, "ticketmill-attempts"), "0");
    assert_slice(header_of(row, "ticketmill-cost-pusd"), "0");
    assert_slice(header_of(row, "ticketmill-call-ids"), "");
    assert_slice(header_of(row, "ticketmill-seq"), "1");
    ledger_cmd_free(cmd);
    buf_deinit(&headers);
    assert_int_equal(outcome_of(f, admit_cmd(f, 5, "x")), ADMITTED_DONE);
}

/* --- copies --------------------------------------------------------------------------------- */

static void a_copy_takes_the_answer_at_no_cost(void **state)
{
    struct ledger_fixture *f = *state;

    admit(f, 1, "same");
    settle(f, intent(f, 1, 1, 1000), 1, 1, CALL_ANSWERED, 777);
    struct ledger_cmd *cmd = admit_cmd(f, 2, "same");
    assert_int_equal(ledger_fixture_apply(f, cmd), ST_OK);
    assert_int_equal(cmd->u.admit.items->outcome, ADMITTED_REUSED);
    const struct outrow *row = row_of(cmd, 0);
    assert_non_null(row);
    assert_int_equal(row->seq, 2);
    assert_int_equal(number_in(row, "cost_pusd"), 0);
    assert_int_equal(number_in(row, "attempts"), 0);
    assert_true(value_has(row, "\"reused\":true"));
    assert_true(value_has(row, "\"category\":\"billing\",\"confidence\":0.93"));
    assert_true(value_has(row, "\"tokens\":{\"input\":0,\"cached\":0,\"output\":0}"));
    assert_true(value_has(row, "\"model\":\"deepseek-v4-flash\",\"provider\":\"global-api\""));
    assert_true(value_has(row, "\"offset\":2}"));
    ledger_cmd_free(cmd);
    assert_int_equal(audit_of(f).run_reused, 1);
    assert_int_equal(audit_of(f).cost_pusd, 777);
}

static void a_waiting_copy_admitted_again_takes_the_answer(void **state)
{
    struct ledger_fixture *f = *state;

    admit(f, 1, "same");
    admit(f, 2, "same");
    settle(f, intent(f, 1, 1, 1000), 1, 1, CALL_ANSWERED, 777);
    assert_int_equal(outcome_of(f, admit_cmd(f, 2, "same")), ADMITTED_REUSED);
    assert_int_equal(audit_of(f).pending, 0);
}

static void no_answer_is_taken_when_too_old_or_forbidden_or_itself_a_copy(void **state)
{
    struct ledger_fixture *f = *state;

    admit(f, 1, "same");
    settle(f, intent(f, 1, 1, 1000), 1, 1, CALL_ANSWERED, 777);
    f->now_unix_us += 1000;
    struct ledger_cmd *cmd = admit_cmd(f, 2, "same");
    assert_int_equal(outcome_of(f, cmd), ADMITTED_REUSED);
    cmd = admit_cmd(f, 3, "same");
    cmd->u.admit.items->may_reuse = false;
    assert_int_equal(outcome_of(f, cmd), ADMITTED_NEW);
    cmd = admit_cmd(f, 4, "same"); /* the copy at 2 is young enough, the original is not */
    cmd->u.admit.items->reuse_since_unix_us = f->now_unix_us;
    assert_int_equal(outcome_of(f, cmd), ADMITTED_NEW);
}

static void flags_about_the_bill_do_not_pass_to_a_copy(void **state)
{
    struct ledger_fixture *f = *state;

    admit(f, 1, "same");
    struct ledger_cmd *cmd =
        settle_cmd(f, intent(f, 1, 1, PUSD_UNPRICED), 1, 1, CALL_ANSWERED, PUSD_UNPRICED);
    cmd->u.settle.call.flags = FLAG_USAGE_ESTIMATED | FLAG_SALVAGED;
    assert_int_equal(ledger_fixture_apply(f, cmd), ST_OK);
    assert_true(
        value_has(row_of(cmd, 0), "\"flags\":[\"usage_estimated\",\"unpriced\",\"salvaged\"]"));
    ledger_cmd_free(cmd);
    cmd = admit_cmd(f, 2, "same");
    assert_int_equal(ledger_fixture_apply(f, cmd), ST_OK);
    assert_true(value_has(row_of(cmd, 0), "\"needs_review\":true,\"flags\":[\"salvaged\"]"));
    ledger_cmd_free(cmd);
}

#define T(name) cmocka_unit_test_setup_teardown(name, ledger_setup, ledger_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_ticket_that_is_not_read_again_keeps_its_text_hash_and_name),
        T(a_ticket_seen_again_without_an_end_is_worked_on_again),
        T(a_resumed_ticket_tells_its_attempts_and_unknowns),
        T(a_ticket_with_its_result_is_done),
        T(another_value_at_a_known_offset_is_told_open_or_done),
        T(a_tombstone_is_skipped_and_never_published),
        T(an_end_of_partition_leaves_no_trace),
        T(an_undecodable_record_goes_out_byte_for_byte_with_its_reason),
        T(a_copy_takes_the_answer_at_no_cost),
        T(a_waiting_copy_admitted_again_takes_the_answer),
        T(no_answer_is_taken_when_too_old_or_forbidden_or_itself_a_copy),
        T(flags_about_the_bill_do_not_pass_to_a_copy),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
