/* Rows of result and reject files: JSON lines as published, CSV that no spreadsheet executes. */
#include "file/rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/json.h"
#include "file/csv.h"
#include "model/money.h"

/* A record with that text as JSON for summary. */
static const char *record_of(const char *summary)
{
    static char text[2000];
    snprintf(text, sizeof text,
             "{\"schema\":\"ticketmill.result/1\",\"ticket_id\":\"T-1\",\"category\":\"billing\","
             "\"confidence\":0.93,\"summary\":%s,\"flags\":[\"a\",\"b\"],\"reused\":false,"
             "\"needs_review\":true,\"tokens\":{\"input\":118,\"cached\":40,\"output\":21},"
             "\"cost_usd\":\"0.000026490000\",\"cost_pusd\":9007199254740993,"
             "\"source\":{\"topic\":\"t\",\"partition\":0,\"offset\":9}}",
             summary);
    return text;
}

/* The cell under that name. Static memory. */
static const char *cell(const char *record, const char *name)
{
    static char out[500];
    struct buf text;
    struct csv_row head, row;
    size_t used;
    snprintf(out, sizeof out, "no such column");
    buf_init(&text, SIZE_MAX);
    csv_row_init(&head);
    csv_row_init(&row);
    rows_head(FILE_CSV, &text);
    assert_int_equal(csv_next(buf_view(&text), true, ',', &head, &used), CSV_ROW);
    buf_clear(&text);
    assert_int_equal(rows_result(FILE_CSV, slice_str(record), &text), ST_OK);
    assert_int_equal(csv_next(buf_view(&text), true, ',', &row, &used), CSV_ROW);
    assert_int_equal(used, text.n);
    assert_int_equal(row.count, head.count);
    for (size_t i = 0; i < head.count; i++) {
        if (slice_eq(csv_field(&head, i), slice_str(name)))
            snprintf(out, sizeof out, "%.*s", (int)csv_field(&row, i).n, csv_field(&row, i).p);
    }
    csv_row_deinit(&head);
    csv_row_deinit(&row);
    buf_deinit(&text);
    return out;
}

static void json_lines_are_what_kafka_would_get(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, SIZE_MAX);
    rows_head(FILE_JSONL, &b);
    assert_int_equal(b.n, 0);
    assert_int_equal(rows_result(FILE_JSONL, SLICE_LIT("{\"a\":1}"), &b), ST_OK);
    assert_string_equal(b.p, "{\"a\":1}\n");
    buf_deinit(&b);
}

static void cells_hold_the_figures_digit_by_digit(void **state)
{
    (void)state;
    const char *r = record_of("\"s\"");
    static const char *const cases[][2] = {
        {"record", "9"},
        {"ticket_id", "T-1"},
        {"confidence", "0.93"},
        {"flags", "a b"},
        {"needs_review", "true"},
        {"reused", "false"},
        {"input_tokens", "118"},
        {"cached_tokens", "40"},
        {"output_tokens", "21"},
        {"cost_usd", "0.000026490000"},
        {"cost_pusd", "9007199254740993"},
        {"model", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(cell(r, cases[i][0]), cases[i][1]);
}

static void a_text_that_looks_like_a_formula_is_defused(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"\"=1+1\"", "'=1+1"},
        {"\"+1\"", "'+1"},
        {"\"-1\"", "'-1"},
        {"\"@SUM(A1)\"", "'@SUM(A1)"},
        {"\"\\tx\"", "'\tx"},
        {"\"\\rx\"", "'\rx"},
        {"\"\\nx\"", "'\nx"},
        {"\"a=1\"", "a=1"},
        {"\"\"", ""},
        {"null", ""},
        {"\"say \\\"hi\\\", a\\nb\"", "say \"hi\", a\nb"},
        {"\"=\\\"x\\\",1\"", "'=\"x\",1"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(cell(record_of(cases[i][0]), "summary"), cases[i][1]);
}

static void a_reject_is_one_line_of_json_whatever_its_bytes_are(void **state)
{
    (void)state;
    static const struct {
        struct slice value;
        int64_t whole;
        const char *ends;
    } cases[] = {
        {SLICE_LIT("a \"b\"\n"), -1, ",\"value\":\"a \\\"b\\\"\\n\"}\n"},
        {SLICE_LIT("\xff\n"), -1, ",\"value_hex\":\"ff0a\"}\n"},
        {SLICE_LIT("cut"), 70000, ",\"value\":\"cut\",\"value_bytes\":70000}\n"},
        {{NULL, 0}, -1, ",\"value\":null}\n"},
        {SLICE_LIT(""), -1, ",\"value\":\"\"}\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct reject_row r = {.number = 7,
                               .source = SLICE_LIT("file:x"),
                               .call_ids = SLICE_LIT("c1,c2"),
                               .value = cases[i].value,
                               .value_bytes = cases[i].whole,
                               .reason = REASON_REFUSED,
                               .attempts = 2,
                               .cost_pusd = i == 0 ? PUSD_UNPRICED : 5};
        struct buf b;
        json *doc;
        buf_init(&b, SIZE_MAX);
        rows_reject(&r, &b);
        assert_string_equal(b.p + b.n - strlen(cases[i].ends), cases[i].ends);
        assert_int_equal(json_parse(buf_view(&b), 4, &doc), ST_OK);
        assert_true(slice_eq(json_str(json_get(doc, "reason")), SLICE_LIT("refused")));
        assert_int_equal(json_size(json_get(doc, "call_ids")), 2);
        assert_true(json_is(json_get(doc, "cost_pusd"), i == 0 ? JSON_NULL : JSON_NUMBER));
        json_free(doc);
        buf_deinit(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_lines_are_what_kafka_would_get),
        cmocka_unit_test(cells_hold_the_figures_digit_by_digit),
        cmocka_unit_test(a_text_that_looks_like_a_formula_is_defused),
        cmocka_unit_test(a_reject_is_one_line_of_json_whatever_its_bytes_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
