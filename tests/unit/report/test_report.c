/* The report over real ledgers: figures add up, breakdowns are complete, odd ledgers are told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/json.h"
#include "model/call.h"
#include "model/money.h"
#include "report/report.h"
#include "support/ledger_fixture.h"

static const struct report_setting utc = {.time_zone = "UTC",
                                          .now_unix_us = INT64_C(1764000000000000)};

static struct report *collect(struct ledger_fixture *f, struct report_filter filter)
{
    struct ledger_reader *reader;
    struct report *r;
    struct fail fail;

    if (ledger_reader_open(f->path, &reader, &fail) != ST_OK)
        fail_msg("%s", fail.text);
    enum status st = report_collect(&reader, 1, &filter, &utc, &r, &fail);
    if (st != ST_OK)
        fail_msg("%s", fail.text);
    r->ledgers[0].path = f->path; /* the reader's goes with it */
    ledger_reader_close(reader);
    return r;
}

static void admit_redacted(struct ledger_fixture *f, int64_t offset, const char *counts)
{
    struct ledger_cmd *cmd = admit_cmd(f, offset, counts);
    cmd->u.admit.items->redacted = slice_str(counts);
    assert_int_equal(ledger_fixture_apply(f, cmd), ST_OK);
    ledger_cmd_free(cmd);
}

static void what_was_redacted_is_told_by_kind(void **state)
{
    struct ledger_fixture f;
    (void)state;
    ledger_fixture_init(&f);
    admit_redacted(&f, 0, "{\"email\":2,\"phone\":1}");
    admit_redacted(&f, 1, "{\"email\":1,\"my-id\":4}");
    admit(&f, 2, "c");
    struct report *r = collect(&f, (struct report_filter){NULL, NULL});
    assert_int_equal(r->redacted_tickets, 2);
    assert_int_equal(r->redacted.count, 3);
    assert_string_equal(r->redacted.v[0].name, "email");
    assert_int_equal(r->redacted.v[0].tickets, 2);
    assert_int_equal(r->redacted.v[0].places, 3);
    assert_string_equal(r->redacted.v[1].name, "my-id");
    assert_int_equal(r->redacted.v[1].places, 4);
    struct buf out;
    buf_init(&out, SIZE_MAX);
    report_json(r, &out);
    assert_non_null(strstr(out.p, "\"redacted\":{\"tickets\":2,\"kinds\":[{\"kind\":\"email\","
                                  "\"tickets\":2,\"places\":3}"));
    buf_clear(&out);
    report_text(r, &out);
    assert_non_null(strstr(out.p, "Redacted"));
    buf_deinit(&out);
    report_free(r);
    ledger_fixture_deinit(&f);
}

static void a_night_adds_up(void **state)
{
    struct ledger_fixture f;
    (void)state;
    ledger_fixture_init(&f);
    for (int i = 0; i < 5; i++) {
        char text[8] = {(char)('a' + i), 0};
        admit(&f, i, text);
    }
    int64_t first = intent(&f, 0, 3, 900);
    settle(&f, first, 0, 3, CALL_ANSWERED, 700); /* 234 + 233 + 233 */
    int64_t lost = intent(&f, 3, 1, 400);
    settle(&f, lost, 3, 1, CALL_UNKNOWN, 400);
    int64_t failed = intent(&f, 3, 1, 400);
    settle(&f, failed, 3, 1, CALL_FAILED, 0);
    struct ledger_cmd *mark = mark_cmd(2);
    assert_int_equal(ledger_fixture_apply(&f, mark), ST_OK);
    ledger_cmd_free(mark);

    struct report *r = collect(&f, (struct report_filter){NULL, NULL});
    assert_int_equal(r->tickets.results, 3);
    assert_int_equal(r->tickets.pending, 2);
    assert_int_equal(r->tickets.unpublished, 1);
    assert_int_equal(r->spent_pusd, 700);
    assert_int_equal(r->ticket_cost_pusd, 700);
    assert_int_equal(r->ticket_cost.count, 3);
    assert_int_equal(r->ticket_cost.p50, 233);
    assert_int_equal(r->ticket_cost.max, 234);
    assert_int_equal(r->waste.unknown_pusd, 400);
    assert_int_equal(r->waste.unknown_calls, 1);
    assert_int_equal(r->waste.failed_calls, 1);
    assert_int_equal(r->calls.answered, 1);
    assert_int_equal(r->calls.failed, 1);
    assert_int_equal(r->calls.unknown, 1);
    assert_int_equal(r->tokens.input, 300);
    assert_int_equal(r->tokens.cached, 120);
    assert_int_equal(r->tokens.output, 60);
    assert_int_equal(r->latency_us.count, 1);
    assert_int_equal(r->latency_us.p99, 600000);
    assert_int_equal(r->unknown_count, 1);
    assert_int_equal(r->unknown[0].reserved_pusd, 400);
    assert_int_equal(r->unknown[0].tickets, 1);

    assert_int_equal(r->categories.count, 1);
    assert_string_equal(r->categories.v[0].name, "billing");
    assert_int_equal(r->categories.v[0].tickets, 3);
    assert_int_equal(r->categories.v[0].cost_pusd, 700);
    assert_int_equal(r->models.count, 1);
    assert_int_equal(r->models.v[0].tickets, 3);
    assert_int_equal(r->models.v[0].calls, 3);
    assert_int_equal(r->models.v[0].cost_pusd, 700);
    assert_int_equal(r->models.v[0].unknown_pusd, 400);
    assert_int_equal(r->days.count, 1);
    assert_int_equal(r->days.v[0].tickets, 3);
    assert_int_equal(r->days.v[0].calls, 3);
    assert_int_equal(r->endings.count, 3);
    report_free(r);
    ledger_fixture_deinit(&f);
}

static void copies_cost_nothing_and_tell_what_they_saved(void **state)
{
    struct ledger_fixture f;
    (void)state;
    ledger_fixture_init(&f);
    admit(&f, 0, "same");
    settle(&f, intent(&f, 0, 1, 900), 0, 1, CALL_ANSWERED, 500);
    struct ledger_cmd *copy = admit_cmd(&f, 1, "same");
    assert_int_equal(ledger_fixture_apply(&f, copy), ST_OK);
    assert_int_equal(copy->u.admit.items->outcome, ADMITTED_REUSED);
    ledger_cmd_free(copy);

    struct report *r = collect(&f, (struct report_filter){NULL, NULL});
    assert_int_equal(r->tickets.results, 2);
    assert_int_equal(r->tickets.reused, 1);
    assert_int_equal(r->reuse.tickets, 1);
    assert_int_equal(r->reuse.saved_pusd, 500);
    assert_int_equal(r->spent_pusd, 500);
    assert_int_equal(r->ticket_cost.count, 2);
    assert_int_equal(r->ticket_cost.p50, 0);
    assert_int_equal(r->ticket_cost.max, 500);
    assert_int_equal(r->models.v[0].tickets, 1);
    report_free(r);
    ledger_fixture_deinit(&f);
}

static void unpriced_is_never_nothing(void **state)
{
    struct ledger_fixture f;
    struct buf out;
    (void)state;
    ledger_fixture_init(&f);
    admit(&f, 0, "a");
    settle(&f, intent(&f, 0, 1, PUSD_UNPRICED), 0, 1, CALL_ANSWERED, PUSD_UNPRICED);

    struct report *r = collect(&f, (struct report_filter){NULL, NULL});
    assert_int_equal(r->tickets.unpriced, 1);
    assert_int_equal(r->unpriced_calls, 1);
    assert_int_equal(r->ticket_cost.count, 0);
    buf_init(&out, SIZE_MAX);
    report_text(r, &out);
    assert_non_null(strstr(out.p, "no priced result yet"));
    assert_non_null(strstr(out.p, "1 calls to models without a price"));
    assert_non_null(strstr(strstr(out.p, "By category"), "unpriced"));
    buf_clear(&out);
    report_json(r, &out);
    assert_non_null(strstr(out.p, "\"mean_pusd\":null"));
    buf_deinit(&out);
    report_free(r);
    ledger_fixture_deinit(&f);
}

static void only_the_last_run_is_looked_at_when_asked(void **state)
{
    struct ledger_fixture f;
    (void)state;
    ledger_fixture_init(&f);
    admit(&f, 0, "a");
    settle(&f, intent(&f, 0, 1, 900), 0, 1, CALL_ANSWERED, 500);
    f.now_unix_us += INT64_C(86400000000);
    ledger_fixture_reopen(&f); /* a second run, a day later */
    admit(&f, 1, "b");
    settle(&f, intent(&f, 1, 1, 900), 1, 1, CALL_ANSWERED, 300);

    struct report *r = collect(&f, (struct report_filter){"last", NULL});
    assert_int_equal(r->runs, 1);
    assert_int_equal(r->tickets.results, 1);
    assert_int_equal(r->spent_pusd, 300);
    assert_int_equal(r->days.count, 1);
    char day[REPORT_DATE_SIZE];
    memcpy(day, r->days.v[0].name, sizeof day);
    report_free(r);

    r = collect(&f, (struct report_filter){NULL, NULL});
    assert_int_equal(r->runs, 2);
    assert_int_equal(r->spent_pusd, 800);
    assert_int_equal(r->days.count, 2);
    assert_int_equal(r->days.v[0].cost_pusd, 500); /* oldest first */
    report_free(r);

    r = collect(&f, (struct report_filter){NULL, day});
    assert_int_equal(r->runs, 1);
    assert_int_equal(r->spent_pusd, 300);
    report_free(r);
    ledger_fixture_deinit(&f);
}

static void a_run_that_is_not_there_is_said_to_be_missing(void **state)
{
    struct report_filter filter = {"01M87Z0JSREF9624GRN7JJ74JQ", NULL};
    struct ledger_reader *reader;
    struct ledger_fixture f;
    struct report *r = NULL;
    struct fail fail;
    (void)state;
    ledger_fixture_init(&f);
    assert_int_equal(ledger_reader_open(f.path, &reader, &fail), ST_OK);
    assert_int_equal(report_collect(&reader, 1, &filter, &utc, &r, &fail), ST_NOT_FOUND);
    assert_non_null(strstr(fail.text, "no run fits --run"));
    ledger_reader_close(reader);
    ledger_fixture_deinit(&f);
}

static void two_shards_are_one_report(void **state)
{
    struct ledger_fixture f[2];
    struct ledger_reader *readers[2];
    struct report_filter all = {NULL, NULL};
    struct report *r;
    struct fail fail;
    (void)state;
    for (int i = 0; i < 2; i++) {
        ledger_fixture_init(&f[i]);
        admit(&f[i], 0, i == 0 ? "a" : "b");
        settle(&f[i], intent(&f[i], 0, 1, 900), 0, 1, CALL_ANSWERED, 100 + i);
        assert_int_equal(ledger_reader_open(f[i].path, &readers[i], &fail), ST_OK);
    }
    assert_int_equal(report_collect(readers, 2, &all, &utc, &r, &fail), ST_OK);
    assert_int_equal(r->tickets.results, 2);
    assert_int_equal(r->spent_pusd, 201);
    assert_int_equal(r->ticket_cost.p50, 100);
    assert_int_equal(r->ticket_cost.max, 101);
    assert_int_equal(r->categories.count, 1);
    assert_int_equal(r->categories.v[0].tickets, 2);
    assert_int_equal(r->ledger_count, 2);
    report_free(r);
    for (int i = 0; i < 2; i++) {
        ledger_reader_close(readers[i]);
        ledger_fixture_deinit(&f[i]);
    }
}

static void an_empty_ledger_has_a_report_too(void **state)
{
    struct ledger_fixture f;
    struct buf out;
    json *doc;
    (void)state;
    ledger_fixture_init(&f);
    struct report *r = collect(&f, (struct report_filter){NULL, NULL});
    buf_init(&out, SIZE_MAX);
    report_text(r, &out);
    assert_non_null(strstr(out.p, "no priced result yet"));
    buf_clear(&out);
    report_json(r, &out);
    assert_int_equal(json_parse(buf_view(&out), JSON_MAX_DEPTH, &doc), ST_OK);
    assert_int_equal(json_type(json_pointer(doc, "/latency_us/p50")), JSON_NULL);
    json_free(doc);
    buf_deinit(&out);
    report_free(r);
    ledger_fixture_deinit(&f);
}

static void a_file_that_is_no_ledger_is_refused(void **state)
{
    struct ledger_reader *reader = NULL;
    struct fail fail;
    (void)state;
    assert_int_equal(ledger_reader_open("/nonexistent/x.db", &reader, &fail), ST_LEDGER_STATE);
    assert_non_null(strstr(fail.text, "no ledger of that name"));
    assert_int_equal(ledger_reader_open("/etc/passwd", &reader, &fail), ST_LEDGER_STATE);
    assert_null(reader);
}

static void nights_are_local_dates(void **state)
{
    char date[REPORT_DATE_SIZE];
    const int64_t late = INT64_C(1764025200000000); /* 2025-11-24 23:00 UTC */
    (void)state;
    report_date(late, date);
    assert_string_equal(date, "2025-11-24");
    setenv("TZ", "Asia/Tokyo", 1);
    tzset();
    report_date(late, date);
    assert_string_equal(date, "2025-11-25");
    setenv("TZ", "UTC", 1);
    tzset();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_night_adds_up),
        cmocka_unit_test(what_was_redacted_is_told_by_kind),
        cmocka_unit_test(copies_cost_nothing_and_tell_what_they_saved),
        cmocka_unit_test(unpriced_is_never_nothing),
        cmocka_unit_test(only_the_last_run_is_looked_at_when_asked),
        cmocka_unit_test(a_run_that_is_not_there_is_said_to_be_missing),
        cmocka_unit_test(two_shards_are_one_report),
        cmocka_unit_test(an_empty_ledger_has_a_report_too),
        cmocka_unit_test(a_file_that_is_no_ledger_is_refused),
        cmocka_unit_test(nights_are_local_dates),
    };
    setenv("TZ", "UTC", 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
