/* Records of ticket files: which there are, their numbers, and what a broken one costs. */
#include "support/file_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/mem.h"

struct reading {
    const char *text, *records;
};

static void expect(struct file_fixture *f, enum file_format format, const struct reading *v,
                   size_t n)
{
    for (size_t i = 0; i < n; i++)
        assert_string_equal(file_read(f, format, slice_str(v[i].text)), v[i].records);
}

static void every_line_that_is_not_blank_is_a_record_under_its_number(void **state)
{
    static const struct reading v[] = {
        {"", ""},
        {"\n\n", ""},
        {"{}", "1:{}"},
        {"{}\n", "1:{}"},
        {"a\r\nb\r\n", "1:a\n2:b"},
        {"\n a \n\t\r\n\nb", "2: a \n5:b"},
        {"\xef\xbb\xbf{}\n", "1:{}"},
        {"\xef\xbb\xbf", ""},
        {"a\rb\n", "1:a\rb"},
    };
    expect(*state, FILE_JSONL, v, sizeof v / sizeof *v);
}

static void a_row_becomes_an_object_by_the_names_of_its_columns(void **state)
{
    static const struct reading v[] = {
        {"", ""},
        {"\n", ""},
        {"body\n", ""},
        {"body\nx\n", "1:{\"body\":\"x\"}"},
        {"body\n\nx\n\n\ny", "1:{\"body\":\"x\"}\n2:{\"body\":\"y\"}"},
        {"\xef\xbb\xbf"
         "body;n\r\n\"a\r\n;\"\"b\";\r\n",
         "1:{\"body\":\"a\\r\\n;\\\"b\",\"n\":\"\"}"},
        {"subject,customer.plan,customer/tier\nx,paid,1",
         "1:{\"subject\":\"x\",\"customer\":{\"plan\":\"paid\",\"tier\":\"1\"}}"},
        {"body,orders,customer.plan\nx,12,3\ny,-1.5,03\n",
         "1:{\"body\":\"x\",\"orders\":12,\"customer\":{\"plan\":3}}\n"
         "2:{\"body\":\"y\",\"orders\":-1.5,\"customer\":{\"plan\":\"03\"}}"},
        {"body, a.b. ,.c,d..e\nx,1,2,3\n",
         "1:{\"body\":\"x\",\"a.b.\":\"1\",\".c\":\"2\",\"d..e\":\"3\"}"},
        {"body,\nx,unnamed\n", "1:{\"body\":\"x\"}"},
    };
    expect(*state, FILE_CSV, v, sizeof v / sizeof *v);
}

static void usual_names_stand_for_the_fields_unless_something_else_does(void **state)
{
    static const struct reading v[] = {
        {"text,category\nx,y\n", "1:{\"body\":\"x\",\"category\":\"y\"}"},
        {"Ticket ID,Subject,Message,Lang\n7,s,m,de\n",
         "1:{\"ticket_id\":\"7\",\"subject\":\"s\",\"body\":\"m\",\"language\":\"de\"}"},
        {"message,body\na,b\n", "1:{\"message\":\"a\",\"body\":\"b\"}"},
        {"description,text\na,b\n", "1:{\"description\":\"a\",\"body\":\"b\"}"},
    };
    expect(*state, FILE_CSV, v, sizeof v / sizeof *v);
    struct file_fixture *f = *state;
    f->config.ticket.body = "/text"; /* wanted under its own name */
    assert_string_equal(file_read(f, FILE_CSV, SLICE_LIT("text\nx\n")), "1:{\"text\":\"x\"}");
}

static void a_broken_row_costs_no_neighbour(void **state)
{
    static const struct reading v[] = {
        {"body,n\nx\ny,1\n", "1!unsupported_format:x\n2:{\"body\":\"y\",\"n\":\"1\"}"},
        {"body,n\nx,1,2\ny,1\n", "1!unsupported_format:x,1,2\n2:{\"body\":\"y\",\"n\":\"1\"}"},
        {"body,n\n\"x\"z,1\ny,1\n",
         "1!unsupported_format:\"x\"z,1\n2:{\"body\":\"y\",\"n\":\"1\"}"},
        {"body,n\n\"x,1\ny,1\n", "1!unsupported_format:\"x,1\n2:{\"body\":\"y\",\"n\":\"1\"}"},
        {"body,n\n\xc4,\x9a\ny,1\n", /* two halves are no whole */
         "1!invalid_utf8:\xc4,\x9a\n2:{\"body\":\"y\",\"n\":\"1\"}"},
        {"body\nx\n\"\xff\"\ny\n",
         "1:{\"body\":\"x\"}\n2!invalid_utf8:\"\xff\"\n3:{\"body\":\"y\"}"},
    };
    expect(*state, FILE_CSV, v, sizeof v / sizeof *v);
}

static char *repeated(const char *before, char c, size_t n, const char *behind)
{
    struct buf b;
    buf_init(&b, SIZE_MAX);
    buf_str(&b, before);
    for (size_t i = 0; i < n; i++)
        buf_char(&b, c);
    buf_str(&b, behind);
    return buf_take(&b, NULL);
}

static void a_line_of_any_length_costs_one_record_and_no_memory(void **state)
{
    struct file_fixture *f = *state;
    static const size_t lengths[] = {999, 1000, 1001, 65535, 65536, 65537, 300000};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        char *text = repeated("a\n", 'x', lengths[i], "\r\nb\n");
        const char *got = file_read(f, FILE_JSONL, slice_str(text));
        assert_true((strstr(got, "\n2!too_long:xxx") != NULL) == (lengths[i] > 1000));
        assert_non_null(strstr(got, "\n3:b"));
        mem_free(text);
    }
    char *text = repeated("a\n", 'x', 70000, "");
    assert_non_null(strstr(file_read(f, FILE_JSONL, slice_str(text)), "2!too_long:xxx"));
    mem_free(text);
    text = repeated("body\na\n", 'x', 3000000, "\r\nb\n");
    const char *got = file_read(f, FILE_CSV, slice_str(text));
    assert_non_null(strstr(got, "2!too_long:xxx"));
    mem_free(text);
}

static void what_is_too_long_is_counted_without_its_end_and_cut_between_characters(void **state)
{
    struct file_fixture *f = *state;
    struct file_reader *r;
    struct file_record record;
    struct fail fail;
    struct buf text;
    bool more;
    buf_init(&text, SIZE_MAX);
    for (int i = 0; i < 40000; i++)
        buf_str(&text, "\xe2\x82\xac"); /* 65,536 is in the middle of one */
    buf_str(&text, "\r\nb");
    file_put(f->path, buf_view(&text));
    struct file_input *in = file_opened(f);
    assert_int_equal(file_reader_open(in, FILE_JSONL, &f->config, &r, &fail), ST_OK);
    assert_int_equal(file_reader_next(r, &record, &more, &fail), ST_OK);
    assert_int_equal(record.unreadable, REASON_TOO_LONG);
    assert_non_null(strstr(record.detail, "has 120000 bytes; at most 1000 "));
    assert_int_equal(record.value.n, 65535);
    file_reader_close(r);
    file_input_free(in);
    buf_deinit(&text);
}

/* The rest of the file is not swallowed: what stands behind the line is read as ever. */
static void a_quote_that_is_never_closed_costs_its_line(void **state)
{
    struct file_fixture *f = *state;
    struct buf text;
    buf_init(&text, SIZE_MAX);
    buf_str(&text, "body\n\"open\n");
    for (int i = 0; i < 200000; i++)
        buf_str(&text, "0123456789\n");
    file_put(f->path, buf_view(&text));
    struct file_input *in = file_opened(f);
    struct file_extent extent;
    struct fail fail;
    assert_int_equal(file_reader_measure(in, FILE_CSV, &f->config, &extent, &fail), ST_OK);
    assert_int_equal(extent.records, 200001);
    file_input_free(in);
    buf_deinit(&text);
}

static void what_is_no_table_of_tickets_is_refused_before_anything_is_read(void **state)
{
    struct file_fixture *f = *state;
    static const struct {
        enum file_format format;
        const char *text, *says;
    } cases[] = {
        {FILE_CSV, "id,category\n1,2\n", "none of its 2 columns is a ticket's text"},
        {FILE_CSV, "body,body\n1,2\n", "column 2 is taken"},
        {FILE_CSV, "body,b\xff\n1,2\n", "not valid UTF-8"},
        {FILE_CSV, "\"body\n1\n", "no row of column names"},
        {FILE_JSONL, "[{\"body\":\"x\"}]", "jq -c"},
        {FILE_JSONL, "\n  [\n", "jq -c"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *got = file_read(f, cases[i].format, slice_str(cases[i].text));
        if (strncmp(got, "fail: ", 6) != 0 || !strstr(got, cases[i].says))
            fail_msg("%s: %s", cases[i].text, got);
        assert_null(strstr(got, "category")); /* a header may be a ticket */
    }
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, file_setup, file_teardown)
    const struct CMUnitTest tests[] = {
        T(every_line_that_is_not_blank_is_a_record_under_its_number),
        T(a_row_becomes_an_object_by_the_names_of_its_columns),
        T(usual_names_stand_for_the_fields_unless_something_else_does),
        T(a_broken_row_costs_no_neighbour),
        T(a_line_of_any_length_costs_one_record_and_no_memory),
        T(what_is_too_long_is_counted_without_its_end_and_cut_between_characters),
        T(a_quote_that_is_never_closed_costs_its_line),
        T(what_is_no_table_of_tickets_is_refused_before_anything_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
