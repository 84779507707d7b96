/* Settlements: what a result and a dead letter say, and what their calls cost. */
#include "ledger/command.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/json.h"
#include "support/ledger_fixture.h"

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

#define T(name) cmocka_unit_test_setup_teardown(name, ledger_setup, ledger_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_result_has_every_field_of_the_contract_in_its_order),
        T(cost_and_tokens_of_every_primary_call_add_up_in_the_result),
        T(shadow_and_guard_cost_stays_out_of_the_result),
        T(one_unpriced_call_makes_the_whole_cost_unpriced),
        T(a_call_is_settled_once),
        T(a_ticket_never_gets_a_second_end),
        T(trace_headers_of_the_input_go_on_with_the_result),
        T(a_dead_letter_names_its_calls_and_what_they_cost),
        T(a_result_its_topic_would_not_take_becomes_a_dead_letter),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
