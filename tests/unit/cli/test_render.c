/* CSV made of JSON keeps every digit and is safe in a spreadsheet; Markdown made of text leaves
 * columns alone and takes nothing in it for markup. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka needs the above */
#include <cmocka.h>

#include "cli/render.h"

static void assert_renders(void (*render)(struct slice, struct buf *), const char *from,
                           const char *expected)
{
    struct buf out;
    buf_init(&out, SIZE_MAX);
    render(slice_str(from), &out);
    buf_char(&out, '\0');
    assert_string_equal(out.p, expected);
    buf_deinit(&out);
}

static void every_scalar_is_a_line_named_by_its_keys(void **state)
{
    (void)state;
    static const struct {
        const char *json, *csv;
    } cases[] = {
        {"{\"a\":{\"b\":1,\"c\":[2,{\"d\":true}]}}\n", "a.b,1\na.c.0,2\na.c.1.d,true\n"},
        {"{\"exact\":9007199254740993,\"less\":-9223372036854775807}",
         "exact,9007199254740993\nless,-9223372036854775807\n"},
        {"{\"nothing\":null,\"text\":\"\",\"list\":[],\"object\":{},\"last\":0.5}",
         "nothing,\ntext,\nlast,0.5\n"},
        {"{\"t\":\"a,\\\"b\\\"\\n\\u00e9\\\\\"}", "t,\"a,\"\"b\"\"\n\xc3\xa9\\\"\n"},
        {"{\"t\":\"=SUM(1)\"}", "t,'=SUM(1)\n"},
        {"[ 1 , [ ] , {\"x\" : 2 } ]", "0,1\n2.x,2\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf expected;
        buf_init(&expected, SIZE_MAX);
        buf_fmt(&expected, "figure,value\n%s", cases[i].csv);
        buf_char(&expected, '\0');
        assert_renders(render_csv, cases[i].json, expected.p);
        buf_deinit(&expected);
    }
}

static void titles_become_headings_and_columns_stay(void **state)
{
    (void)state;
    assert_renders(render_md,
                   "Ledger   a.db\nRuns     1\n\nBy category\n  name  n\n  ```   1\n\nTokens   3\n"
                   "         4 output\n",
                   "    Ledger   a.db\n    Runs     1\n\n### By category\n\n      name  n\n"
                   "      ```   1\n\n    Tokens   3\n             4 output\n");
    assert_renders(render_md, "no newline", "    no newline\n");
    assert_renders(render_md, "", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_scalar_is_a_line_named_by_its_keys),
        cmocka_unit_test(titles_become_headings_and_columns_stay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
