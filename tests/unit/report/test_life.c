/* A ticket's life: found by id or position, with every call and its exact part of the cost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/json.h"
#include "model/call.h"
#include "model/money.h"
#include "report/life.h"
#include "support/ledger_fixture.h"

static enum status find(struct ledger_fixture *f, const char *name, struct lives *out,
                        struct ledger_reader **reader)
{
    struct fail fail;
    assert_int_equal(ledger_reader_open(f->path, reader, &fail), ST_OK);
    return lives_find(reader, 1, slice_str(name), out, &fail);
}

static void a_ticket_tells_every_call_it_was_in(void **state)
{
    struct ledger_fixture f;
    struct ledger_reader *reader;
    struct lives l;
    (void)state;
    ledger_fixture_init(&f);
    admit(&f, 0, "a");
    admit(&f, 1, "b");
    settle(&f, intent(&f, 0, 2, 900), 0, 2, CALL_UNKNOWN, 900);
    settle(&f, intent(&f, 0, 2, 900), 0, 2, CALL_ANSWERED, 701);

    assert_int_equal(find(&f, "T-a", &l, &reader), ST_OK);
    assert_int_equal(l.count, 1);
    const struct life *t = &l.v[0];
    assert_int_equal(t->state, TICKET_RESULT);
    assert_int_equal(t->offset, 0);
    assert_true(slice_eq(t->topic, SLICE_LIT(FIXTURE_TOPIC)));
    assert_int_equal(t->cost_pusd, 351);
    assert_int_equal(t->cost_unknown_pusd, 450);
    assert_int_equal(t->attempts, 1);
    assert_int_equal(t->unknowns, 1);
    assert_int_equal(t->seq, 1);
    assert_false(t->published);
    assert_true(slice_eq(t->category, SLICE_LIT("billing")));
    assert_int_equal(t->call_count, 2);
    assert_int_equal(t->calls[0].state, CALL_UNKNOWN);
    assert_int_equal(t->calls[0].outcome, SHARE_UNKNOWN);
    assert_int_equal(t->calls[0].share_pusd, 450);
    assert_int_equal(t->calls[1].state, CALL_ANSWERED);
    assert_int_equal(t->calls[1].outcome, SHARE_ACCEPTED);
    assert_int_equal(t->calls[1].share_pusd, 351);
    assert_int_equal(t->calls[1].cost_pusd, 701);
    assert_int_equal(t->calls[1].pack, 2);
    assert_true(slice_eq(t->calls[1].call_id, t->call_id));
    lives_deinit(&l);
    ledger_reader_close(reader);
    ledger_fixture_deinit(&f);
}

static void a_call_in_flight_is_told_too(void **state)
{
    struct ledger_fixture f;
    struct ledger_reader *reader;
    struct lives l;
    struct buf out;
    (void)state;
    ledger_fixture_init(&f);
    admit(&f, 0, "a");
    admit(&f, 1, "b");
    (void)intent(&f, 1, 1, 900);
    assert_int_equal(find(&f, "T-a", &l, &reader), ST_OK);
    assert_int_equal(l.v[0].call_count, 0);
    lives_deinit(&l);
    ledger_reader_close(reader);
    assert_int_equal(find(&f, "T-b", &l, &reader), ST_OK);
    assert_int_equal(l.v[0].state, TICKET_ADMITTED);
    assert_int_equal(l.v[0].call_count, 1);
    assert_int_equal(l.v[0].calls[0].state, CALL_SENT);
    assert_false(l.v[0].calls[0].shared);
    buf_init(&out, SIZE_MAX);
    lives_text(&l, &out);
    assert_non_null(strstr(out.p, "in flight, or the worker died"));
    buf_deinit(&out);
    lives_deinit(&l);
    ledger_reader_close(reader);
    ledger_fixture_deinit(&f);
}

static void copies_of_an_id_are_all_shown(void **state)
{
    struct ledger_fixture f;
    struct ledger_reader *reader;
    struct lives l;
    (void)state;
    ledger_fixture_init(&f);
    admit(&f, 0, "same");
    settle(&f, intent(&f, 0, 1, 900), 0, 1, CALL_ANSWERED, 500);
    struct ledger_cmd *copy = admit_cmd(&f, 1, "same");
    assert_int_equal(ledger_fixture_apply(&f, copy), ST_OK);
    ledger_cmd_free(copy);
    assert_int_equal(find(&f, "T-same", &l, &reader), ST_OK);
    assert_int_equal(l.count, 2);
    assert_false(l.v[0].reused);
    assert_true(l.v[1].reused);
    assert_int_equal(l.v[1].original_offset, 0);
    assert_int_equal(l.v[1].cost_pusd, 0);
    lives_deinit(&l);
    ledger_reader_close(reader);
    ledger_fixture_deinit(&f);
}

static void a_position_is_as_good_as_an_id(void **state)
{
    static const struct {
        const char *name;
        enum status status;
    } cases[] = {
        {"tickets/0/0", ST_OK},          {"tickets/0/1", ST_NOT_FOUND},
        {"tickets/1/0", ST_NOT_FOUND},   {"other/0/0", ST_NOT_FOUND},
        {"tickets/0", ST_NOT_FOUND},     {"tickets//0", ST_NOT_FOUND},
        {"tickets/0/x", ST_NOT_FOUND},   {"/0/0", ST_NOT_FOUND},
        {"T-nobody", ST_NOT_FOUND},      {"' OR 1=1 --", ST_NOT_FOUND},
        {"x/tickets/0/0", ST_NOT_FOUND}, {"tickets/0/-1", ST_NOT_FOUND},
    };
    struct ledger_fixture f;
    struct ledger_reader *reader;
    struct lives l;
    (void)state;
    ledger_fixture_init(&f);
    admit(&f, 0, "a");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        enum status st = find(&f, cases[i].name, &l, &reader);
        if (st != cases[i].status)
            fail_msg("%s: %s", cases[i].name, status_name(st));
        if (st == ST_OK)
            lives_deinit(&l);
        ledger_reader_close(reader);
    }
    ledger_fixture_deinit(&f);
}

static void both_forms_say_why_and_how_much(void **state)
{
    struct ledger_fixture f;
    struct ledger_reader *reader;
    struct lives l;
    struct buf out;
    json *doc;
    int64_t cost;
    (void)state;
    ledger_fixture_init(&f);
    admit(&f, 0, "a");
    settle(&f, intent(&f, 0, 1, 900), 0, 1, CALL_ANSWERED, 26490000);
    struct ledger_cmd *mark = mark_cmd(1);
    assert_int_equal(ledger_fixture_apply(&f, mark), ST_OK);
    ledger_cmd_free(mark);
    assert_int_equal(find(&f, "T-a", &l, &reader), ST_OK);

    buf_init(&out, SIZE_MAX);
    lives_text(&l, &out);
    assert_non_null(strstr(out.p, "Ticket T-a   tickets/0/0\n"));
    assert_non_null(strstr(out.p, "published to the results topic"));
    assert_non_null(strstr(out.p, "billing, confidence 0.93"));
    assert_non_null(strstr(out.p, "USD 0.000026490000 of the call's USD 0.000026490000"));
    assert_non_null(strstr(out.p, FIXTURE_PROMPT));

    buf_clear(&out);
    lives_json(&l, &out);
    assert_int_equal(json_parse(buf_view(&out), JSON_MAX_DEPTH, &doc), ST_OK);
    assert_int_equal(json_i64(json_pointer(doc, "/tickets/0/calls/0/share/cost_pusd"), &cost),
                     ST_OK);
    assert_int_equal(cost, 26490000);
    assert_true(slice_eq(json_str(json_pointer(doc, "/tickets/0/published/state")),
                         SLICE_LIT("published")));
    assert_true(slice_eq(json_str(json_pointer(doc, "/tickets/0/result/summary")),
                         SLICE_LIT("Charged \"twice\".")));
    json_free(doc);
    buf_deinit(&out);
    lives_deinit(&l);
    ledger_reader_close(reader);
    ledger_fixture_deinit(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_ticket_tells_every_call_it_was_in),
        cmocka_unit_test(a_call_in_flight_is_told_too),
        cmocka_unit_test(copies_of_an_id_are_all_shown),
        cmocka_unit_test(a_position_is_as_good_as_an_id),
        cmocka_unit_test(both_forms_say_why_and_how_much),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
