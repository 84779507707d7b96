/* Each command against a real file: what it changes, what it refuses, what it leaves alone. */
#include "ledger/command.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/json.h"
#include "base/mem.h"
#include "support/ledger_fixture.h"

static int setup(void **state)
{
    struct ledger_fixture *f = mem_zalloc(sizeof(*f));

    ledger_fixture_init(f);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    ledger_fixture_deinit(*state);
    mem_free(*state);
    return 0;
}

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

/* --- admission ------------------------------------------------------------------------------ */

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

/* --- settlement ------------------------------------------------------------------------------ */

static void a_result_has_every_field_of_the_contract_in_its_order(void **state)
{
    struct ledger_fixture *f = *state;
    struct fail fail;
    struct ledger_info info;
    struct buf want;

    admit(f, 1207, "x");
    struct ledger_cmd *in = intent_cmd(f, 1207, 1, 60000000);
    assert_int_equal(ledger_fixture_apply(f, in), ST_OK);
    struct ledger_cmd *cmd = settle_cmd(f, in->u.intent.call_no, 1207, 1, CALL_ANSWERED, 26490000);
    assert_int_equal(ledger_fixture_apply(f, cmd), ST_OK);
    assert_int_equal(ledger_info(f->ledger, &info, &fail), ST_OK);
    buf_init(&want, 4096);
    buf_fmt(&want,
            "{\"schema\":\"ticketmill.result/1\",\"ticket_id\":\"T-x\",\"category\":\"billing\","
            "\"confidence\":0.93,\"summary\":\"Charged \\\"twice\\\".\",\"language\":\"en\","
            "\"model\":\"deepseek-v4-flash\",\"provider\":\"global-api\",\"tier\":\"budget\","
            "\"prompt_version\":\"" FIXTURE_PROMPT "\",\"call_id\":\"%s\",\"attempts\":1,"
            "\"reused\":false,\"needs_review\":false,\"flags\":[],\"tokens\":{\"input\":100,"
            "\"cached\":40,\"output\":20},\"cost_usd\":\"0.000026490000\",\"cost_pusd\":26490000,"
            "\"cost_unknown_pusd\":0,\"content_hash\":\"",
            in->u.intent.call.call_id);
    uint8_t hash[SHA256_SIZE];
    sha256(SLICE_LIT("x"), hash);
    buf_hex(&want, hash, sizeof(hash));
    buf_fmt(&want,
            "\",\"ledger_id\":\"%s\",\"seq\":1,\"source\":{\"topic\":\"tickets\",\"partition\":0,"
            "\"offset\":1207},\"run_id\":\"RUN00000000000000000000001\","
            "\"classified_at\":\"2025-11-24T16:00:00.000Z\"}",
            info.ledger_id);
    const struct outrow *row = row_of(cmd, 0);
    assert_int_equal(row->value.n, want.n);
    assert_memory_equal(row->value.p, want.p, want.n);
    assert_slice(row->key, "T-x");
    assert_int_equal(row->headers.n, 0);
    buf_deinit(&want);
    ledger_cmd_free(in);
    ledger_cmd_free(cmd);
}

static void cost_and_tokens_of_every_primary_call_add_up_in_the_result(void **state)
{
    struct ledger_fixture *f = *state;

    admit(f, 1, "a");
    settle(f, intent(f, 1, 1, 900), 1, 1, CALL_UNKNOWN, 900);
    settle(f, intent(f, 1, 1, 900), 1, 1, CALL_FAILED, 0);
    struct ledger_cmd *cmd = settle_cmd(f, intent(f, 1, 1, 900), 1, 1, CALL_ANSWERED, 300);
    cmd->u.settle.items->then = SETTLE_OPEN;
    assert_int_equal(ledger_fixture_apply(f, cmd), ST_OK);
    ledger_cmd_free(cmd);
    cmd = settle_cmd(f, intent(f, 1, 1, 900), 1, 1, CALL_ANSWERED, 250);
    assert_int_equal(ledger_fixture_apply(f, cmd), ST_OK);
    const struct outrow *row = row_of(cmd, 0);
    assert_int_equal(number_in(row, "cost_pusd"), 550);
    assert_int_equal(number_in(row, "cost_unknown_pusd"), 900);
    assert_int_equal(number_in(row, "attempts"), 2);
    assert_true(value_has(row, "\"tokens\":{\"input\":200,\"cached\":80,\"output\":40}"));
    ledger_cmd_free(cmd);
}

static void shadow_and_guard_cost_stays_out_of_the_result(void **state)
{
    struct ledger_fixture *f = *state;

    admit(f, 1, "a");
    struct ledger_cmd *cmd = intent_cmd(f, 1, 1, 900);
    cmd->u.intent.call.purpose = PURPOSE_SHADOW;
    assert_int_equal(ledger_fixture_apply(f, cmd), ST_OK);
    int64_t shadow = cmd->u.intent.call_no;
    ledger_cmd_free(cmd);
    cmd = settle_cmd(f, shadow, 1, 1, CALL_ANSWERED, 800);
    assert_int_equal(ledger_fixture_apply(f, cmd), ST_INTERNAL); /* may not end a ticket */
    ledger_cmd_free(cmd);
    cmd = settle_cmd(f, shadow, 1, 1, CALL_ANSWERED, 800);
    cmd->u.settle.items->then = SETTLE_OPEN;
    cmd->u.settle.items->outcome = SHARE_COMPARED;
    assert_int_equal(ledger_fixture_apply(f, cmd), ST_OK);
    ledger_cmd_free(cmd);
    cmd = settle_cmd(f, intent(f, 1, 1, 900), 1, 1, CALL_ANSWERED, 5);
    assert_int_equal(ledger_fixture_apply(f, cmd), ST_OK);
    assert_int_equal(number_in(row_of(cmd, 0), "cost_pusd"), 5);
    ledger_cmd_free(cmd);
    assert_int_equal(audit_of(f).cost_pusd, 805);
    assert_int_equal(audit_of(f).share_pusd, 805);
}

static void one_unpriced_call_makes_the_whole_cost_unpriced(void **state)
{
    struct ledger_fixture *f = *state;

    admit(f, 1, "a");
    struct ledger_cmd *cmd =
        settle_cmd(f, intent(f, 1, 1, PUSD_UNPRICED), 1, 1, CALL_ANSWERED, PUSD_UNPRICED);
    cmd->u.settle.items->then = SETTLE_OPEN;
    assert_int_equal(ledger_fixture_apply(f, cmd), ST_OK);
    ledger_cmd_free(cmd);
    cmd = settle_cmd(f, intent(f, 1, 1, 900), 1, 1, CALL_ANSWERED, 5);
    assert_int_equal(ledger_fixture_apply(f, cmd), ST_OK);
    assert_true(value_has(row_of(cmd, 0), "\"needs_review\":true,\"flags\":[\"unpriced\"]"));
    assert_true(value_has(row_of(cmd, 0), "\"cost_usd\":null,\"cost_pusd\":null"));
    ledger_cmd_free(cmd);
    assert_int_equal(audit_of(f).cost_pusd, 5);
}

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

static void a_call_is_settled_once(void **state)
{
    struct ledger_fixture *f = *state;

    admit(f, 1, "a");
    int64_t call = intent(f, 1, 1, 1000);
    settle(f, call, 1, 1, CALL_FAILED, 0);
    struct ledger_cmd *cmd = settle_cmd(f, call, 1, 1, CALL_ANSWERED, 5);
    assert_int_equal(ledger_fixture_apply(f, cmd), ST_INTERNAL);
    ledger_cmd_free(cmd);
    assert_int_equal(audit_of(f).calls_failed, 1);
}

static void a_ticket_never_gets_a_second_end(void **state)
{
    struct ledger_fixture *f = *state;

    admit(f, 1, "a");
    int64_t first = intent(f, 1, 1, 1000), second = intent(f, 1, 1, 1000);
    settle(f, first, 1, 1, CALL_ANSWERED, 5);
    struct ledger_cmd *cmd = settle_cmd(f, second, 1, 1, CALL_ANSWERED, 6);
    assert_int_equal(ledger_fixture_apply(f, cmd), ST_INTERNAL);
    ledger_cmd_free(cmd);
    cmd = ledger_cmd_new(LOP_DEAD);
    struct dead_item item = {.pos = at(f, 1), .reason = REASON_REFUSED};
    cmd->u.dead.items = &item;
    cmd->u.dead.count = 1;
    assert_int_equal(ledger_fixture_apply(f, cmd), ST_INTERNAL);
    ledger_cmd_free(cmd);
    assert_int_equal(audit_of(f).results, 1);
    assert_int_equal(audit_of(f).dead, 0);
}

static void trace_headers_of_the_input_go_on_with_the_result(void **state)
{
    struct ledger_fixture *f = *state;
    struct buf headers;

    buf_init(&headers, 1000);
    headers_add(&headers, SLICE_LIT("traceparent"), SLICE_LIT("00-abc-01"));
    headers_add(&headers, SLICE_LIT("secret"), SLICE_LIT("x"));
    headers_add(&headers, SLICE_LIT("tracestate"), SLICE_LIT("v=1"));
    struct record record = {.pos = at(f, 1), .headers = buf_view(&headers)};
    admit(f, 1, "a");
    struct ledger_cmd *cmd = settle_cmd(f, intent(f, 1, 1, 9), 1, 1, CALL_ANSWERED, 5);
    cmd->u.settle.items->record = &record;
    assert_int_equal(ledger_fixture_apply(f, cmd), ST_OK);
    assert_slice(header_of(row_of(cmd, 0), "traceparent"), "00-abc-01");
    assert_slice(header_of(row_of(cmd, 0), "tracestate"), "v=1");
    assert_null(header_of(row_of(cmd, 0), "secret").p);
    ledger_cmd_free(cmd);
    buf_deinit(&headers);
}

static void a_dead_letter_names_its_calls_and_what_they_cost(void **state)
{
    struct ledger_fixture *f = *state;
    struct record record = {.pos = at(f, 1), .value = SLICE_LIT("{}")};
    char ids[2 * ID_SIZE + 1];

    admit(f, 1, "a");
    struct ledger_cmd *first = intent_cmd(f, 1, 1, 900), *second = intent_cmd(f, 1, 1, 900);
    assert_int_equal(ledger_fixture_apply(f, first), ST_OK);
    settle(f, first->u.intent.call_no, 1, 1, CALL_UNKNOWN, 900);
    assert_int_equal(ledger_fixture_apply(f, second), ST_OK);
    struct ledger_cmd *cmd = settle_cmd(f, second->u.intent.call_no, 1, 1, CALL_ANSWERED, 70);
    cmd->u.settle.items->then = SETTLE_DEAD;
    cmd->u.settle.items->outcome = SHARE_UNPARSED;
    cmd->u.settle.items->reason = REASON_NO_VALID_ANSWER;
    cmd->u.settle.items->record = &record;
    assert_int_equal(ledger_fixture_apply(f, cmd), ST_OK);
    const struct outrow *row = row_of(cmd, 0);
    snprintf(ids, sizeof(ids), "%s,%s", first->u.intent.call.call_id,
             second->u.intent.call.call_id);
    assert_int_equal(row->kind, OUTROW_DEAD);
    assert_slice(header_of(row, "ticketmill-call-ids"), ids);
    assert_slice(header_of(row, "ticketmill-cost-pusd"), "70");
    assert_slice(header_of(row, "ticketmill-cost-unknown-pusd"), "900");
    assert_slice(header_of(row, "ticketmill-attempts"), "1");
    assert_slice(header_of(row, "ticketmill-ticket-id"), "T-a");
    ledger_cmd_free(first);
    ledger_cmd_free(second);
    ledger_cmd_free(cmd);
    assert_int_equal(audit_of(f).run_dead, 1);
}

static void a_result_its_topic_would_not_take_becomes_a_dead_letter(void **state)
{
    struct ledger_fixture *f = *state;
    struct record record = {.pos = at(f, 1), .value = SLICE_LIT("{}")};

    ledger_set_limits(f->ledger, 600, 0);
    admit(f, 1, "a");
    struct ledger_cmd *cmd = settle_cmd(f, intent(f, 1, 1, 900), 1, 1, CALL_ANSWERED, 70);
    cmd->u.settle.items->record = &record;
    assert_int_equal(ledger_fixture_apply(f, cmd), ST_OK);
    assert_int_equal(rows_in(cmd), 1);
    assert_int_equal(row_of(cmd, 0)->kind, OUTROW_DEAD);
    assert_slice(header_of(row_of(cmd, 0), "ticketmill-reason"), "too_long");
    ledger_cmd_free(cmd);
    assert_int_equal(audit_of(f).dead, 1);
    assert_int_equal(audit_of(f).results, 0);
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
        assert_int_equal(audit_of(f).outbox_published, cases[i].published);
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

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
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
        T(a_result_has_every_field_of_the_contract_in_its_order),
        T(cost_and_tokens_of_every_primary_call_add_up_in_the_result),
        T(shadow_and_guard_cost_stays_out_of_the_result),
        T(one_unpriced_call_makes_the_whole_cost_unpriced),
        T(a_settlement_that_does_not_add_up_changes_nothing),
        T(a_call_is_settled_once),
        T(a_ticket_never_gets_a_second_end),
        T(trace_headers_of_the_input_go_on_with_the_result),
        T(a_dead_letter_names_its_calls_and_what_they_cost),
        T(a_result_its_topic_would_not_take_becomes_a_dead_letter),
        T(a_failing_command_leaves_its_neighbours_alone),
        T(marks_rise_and_never_pass_what_was_made),
        T(sums_stay_exact_over_random_packs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
