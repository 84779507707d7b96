/* The status list agrees with the documented exit statuses; fail texts are cut, never overrun. */
#include "base/status.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/utf8.h"

static void every_status_has_a_name_a_text_and_a_class(void **state)
{
    (void)state;
    for (int i = 0; i < ST_COUNT; i++) {
        enum status st = (enum status)i;
        assert_memory_equal(status_name(st), "ST_", 3);
        assert_true(strlen(status_text(st)) > 0);
        assert_int_equal(status_class(st) == CLASS_OK, st == ST_OK);
        assert_int_equal(status_exit(st) == 0, st == ST_OK);
    }
    assert_string_equal(status_name((enum status)999), "ST_INTERNAL");
    assert_int_equal(status_exit((enum status) - 1), 1);
}

static void stopping_statuses_end_with_the_documented_number(void **state)
{
    (void)state;
    static const struct {
        enum status st;
        int exit_code;
    } cases[] = {{ST_USAGE, 64},     {ST_LEDGER_STATE, 65}, {ST_UNAVAILABLE, 69}, {ST_AUDIT, 70},
                 {ST_LEDGER_IO, 73}, {ST_LOCKED, 73},       {ST_FENCED, 73},      {ST_NO_MONEY, 7},
                 {ST_CONFIG, 78},    {ST_KEY_REFUSED, 77},  {ST_INTERNAL, 1},     {ST_OK, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(status_exit(cases[i].st), cases[i].exit_code);
}

static void a_failure_keeps_its_code_and_gains_context(void **state)
{
    (void)state;
    struct fail f;
    assert_int_equal(fail_set(&f, ST_LOCKED, 11, "%s: held by %d", "a.db", 42), ST_LOCKED);
    fail_context(&f, "opening %s", "ledger");
    assert_string_equal(f.text, "opening ledger: a.db: held by 42");
    assert_int_equal(f.code, ST_LOCKED);
    assert_int_equal(f.sys, 11);
    fail_set(&f, ST_CONFIG, 0, "again: %s", f.text); /* its own text as argument */
    assert_string_equal(f.text, "again: opening ledger: a.db: held by 42");
    fail_context(&f, "%s", f.text);
    assert_string_equal(f.text, "again: opening ledger: a.db: held by 42: "
                                "again: opening ledger: a.db: held by 42");
    assert_int_equal(fail_set(NULL, ST_AGAIN, 0, "x"), ST_AGAIN);
    fail_context(NULL, "x");
}

static void a_text_too_long_is_cut_between_characters(void **state)
{
    (void)state;
    char text[1001];
    struct fail f;
    for (size_t lead = 0; lead < 3; lead++) {
        memset(text, 'x', lead);
        for (size_t i = lead; i + 3 < sizeof text; i += 3)
            memcpy(text + i, "\xe2\x82\xac", 4);
        fail_set(&f, ST_CONFIG, 0, "%s", text);
        assert_in_range(strlen(f.text), sizeof f.text - 3, sizeof f.text - 1);
        assert_true(utf8_valid(slice_str(f.text)));
        fail_context(&f, "ab");
        assert_memory_equal(f.text, "ab: ", 4);
        assert_true(utf8_valid(slice_str(f.text)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_status_has_a_name_a_text_and_a_class),
        cmocka_unit_test(stopping_statuses_end_with_the_documented_number),
        cmocka_unit_test(a_failure_keeps_its_code_and_gains_context),
        cmocka_unit_test(a_text_too_long_is_cut_between_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
