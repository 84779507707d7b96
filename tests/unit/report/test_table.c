/* Tables line up, whatever characters are in them, and never obey what a ledger says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "report/json_out.h"
#include "report/table.h"

static void columns_line_up(void **state)
{
    static const char *const heads[] = {"name", "count", "note"};
    struct table t;
    struct buf out;
    (void)state;
    table_init(&t, heads, "lrl", 3);
    table_cell(&t, "billing");
    table_count(&t, 1234567);
    table_cell(&t, "");
    table_cell(&t, "退款"); /* each takes two columns */
    table_count(&t, 5);
    table_cell(&t, "x");
    buf_init(&out, 4096);
    table_print(&t, &out);
    assert_string_equal(out.p, "  name         count  note\n"
                               "  billing  1,234,567\n"
                               "  退款             5  x\n");
    buf_deinit(&out);
}

static void amounts_have_three_digits_or_say_why_not(void **state)
{
    static const char *const heads[] = {"a", "b"};
    struct table t;
    struct buf out;
    (void)state;
    table_init(&t, heads, "rr", 2);
    table_usd(&t, INT64_C(5294556300000));
    table_usd_per_1000(&t, INT64_C(5294556300000), 199870);
    table_usd(&t, -1);
    table_usd_per_1000(&t, 0, 0);
    buf_init(&out, 4096);
    table_print(&t, &out);
    assert_string_equal(out.p, "         a       b\n"
                               "      5.29  0.0265\n"
                               "  unpriced       -\n");
    buf_deinit(&out);
}

static void nothing_from_a_ledger_reaches_the_terminal_as_a_command(void **state)
{
    struct buf out;
    (void)state;
    buf_init(&out, 4096);
    table_clean(&out, SLICE_LIT("a\x1b[2J\n\x7f\xc2\x9b\xff\xc3\xa9"));
    assert_string_equal(out.p, "a?[2J????é");
    buf_deinit(&out);
}

static void json_survives_any_text_and_keeps_amounts_exact(void **state)
{
    struct buf out;
    struct json_out j = {&out, false};
    (void)state;
    buf_init(&out, 4096);
    json_out_open(&j, NULL, '{');
    json_out_text(&j, "t", SLICE_LIT("a\"\xff\n"));
    json_out_text(&j, "none", SLICE_NONE);
    json_out_usd(&j, "cost", 26490000);
    json_out_usd(&j, "free", 0);
    json_out_usd(&j, "unpriced", -1);
    json_out_i64(&j, "big", INT64_MAX);
    json_out_known(&j, "not", -1);
    json_out_open(&j, "list", '[');
    json_out_bool(&j, NULL, true);
    json_out_number(&j, NULL, "0.93");
    json_out_close(&j, ']');
    json_out_time(&j, "when", INT64_C(1764000000000000));
    json_out_time(&j, "never", 0);
    json_out_close(&j, '}');
    assert_string_equal(out.p, "{\"t\":\"a\\\"\xef\xbf\xbd\\n\",\"none\":null,"
                               "\"cost_pusd\":26490000,\"cost_usd\":\"0.000026490000\","
                               "\"free_pusd\":0,\"free_usd\":\"0.000000000000\","
                               "\"unpriced_pusd\":null,\"unpriced_usd\":null,"
                               "\"big\":9223372036854775807,\"not\":null,\"list\":[true,0.93],"
                               "\"when\":\"2025-11-24T16:00:00.000Z\",\"never\":null}");
    buf_deinit(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_line_up),
        cmocka_unit_test(amounts_have_three_digits_or_say_why_not),
        cmocka_unit_test(nothing_from_a_ledger_reaches_the_terminal_as_a_command),
        cmocka_unit_test(json_survives_any_text_and_keeps_amounts_exact),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
