/* Walking JSON in place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim/scan.h"

static void object_is_walked_member_by_member(void **state)
{
    (void)state;
    struct scan s;
    struct slice key, raw;
    scan_init(&s, SLICE_LIT(" { \"a\" : \"x\\\"y\" ,\"b\":[1,{\"c\":\"}\"}] , \"d\":-1.5e3 } "));
    assert_true(scan_open(&s, '{'));
    assert_true(scan_member(&s, &key));
    assert_true(slice_eq(key, SLICE_LIT("a")));
    assert_true(scan_string(&s, &raw));
    assert_true(slice_eq(raw, SLICE_LIT("x\\\"y")));
    assert_true(scan_member(&s, &key));
    assert_true(scan_value(&s, &raw));
    assert_true(slice_eq(raw, SLICE_LIT("[1,{\"c\":\"}\"}]")));
    assert_true(scan_member(&s, &key));
    assert_true(slice_eq(key, SLICE_LIT("d")));
    assert_true(scan_value(&s, &raw));
    assert_true(slice_eq(raw, SLICE_LIT("-1.5e3")));
    assert_false(scan_member(&s, &key));
    assert_false(s.bad);
    assert_true(scan_end(&s));
}

static void nested_arrays_are_walked_element_by_element(void **state)
{
    (void)state;
    struct scan s;
    struct slice raw;
    int inner = 0, outer = 0;
    scan_init(&s, SLICE_LIT("[[],[1],[2,3]]"));
    assert_true(scan_open(&s, '['));
    while (scan_element(&s)) {
        outer++;
        assert_true(scan_open(&s, '['));
        for (; scan_element(&s); inner++)
            assert_true(scan_value(&s, &raw));
    }
    assert_true(scan_end(&s));
    assert_int_equal(outer, 3);
    assert_int_equal(inner, 3);
}

static bool walks(const char *text)
{
    struct scan s;
    struct slice key, raw;
    scan_init(&s, slice_str(text));
    if (!scan_open(&s, '{'))
        return false;
    while (scan_member(&s, &key))
        if (!scan_value(&s, &raw))
            return false;
    return !s.bad && scan_end(&s);
}

static void what_is_no_object_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",          "[",          "{",         "{\"a\"",    "{\"a\":",           "{\"a\":1",
        "{\"a\":1,", "{\"a\":1,}", "{,}",       "{\"a\" 1}", "{\"a\":1 \"b\":2}", "{a:1}",
        "{\"a\":}",  "{\"a\":[1}", "{\"a\":\"", "{} x",      "{\"a\":\"\\\"}",
    };
    assert_true(walks("{}"));
    assert_true(walks("{\"a\":1,\"b\":null}"));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (walks(bad[i]))
            fail_msg("'%s' was taken", bad[i]);
}

static void escapes_stand_for_text(void **state)
{
    (void)state;
    static const struct {
        const char *raw, *want; /* NULL = refused */
    } cases[] = {
        {"plain", "plain"},
        {"", ""},
        {"a\\\"b\\\\c\\/d", "a\"b\\c/d"},
        {"\\b\\f\\n\\r\\t", "\b\f\n\r\t"},
        {"\\u0041\\u00e9\\u4e2d", "A\xc3\xa9\xe4\xb8\xad"},
        {"\\ud83d\\ude00", "\xf0\x9f\x98\x80"},
        {"\\ud83d", NULL},
        {"\\ud83dx", NULL},
        {"\\ud83d\\u0041", NULL},
        {"\\ude00", NULL},
        {"\\x", NULL},
        {"\\u12", NULL},
        {"\\u12g4", NULL},
        {"\\", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf out;
        buf_init(&out, 100);
        bool good = scan_unescape(slice_str(cases[i].raw), &out);
        if (good != (cases[i].want != NULL) ||
            (good && !slice_eq(buf_view(&out), slice_str(cases[i].want))))
            fail_msg("'%s'", cases[i].raw);
        buf_deinit(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(object_is_walked_member_by_member),
        cmocka_unit_test(nested_arrays_are_walked_element_by_element),
        cmocka_unit_test(what_is_no_object_is_refused),
        cmocka_unit_test(escapes_stand_for_text),
    };
    return cmocka_run_group_tests_name("scan", tests, NULL, NULL);
}
