/* Base64: the examples of RFC 4648 both ways, and what is none. */
#include "base/base64.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void the_examples_of_its_specification_go_both_ways(void **state)
{
    static const char *const cases[][2] = {
        {"", ""},
        {"f", "Zg=="},
        {"fo", "Zm8="},
        {"foo", "Zm9v"},
        {"foob", "Zm9vYg=="},
        {"fooba", "Zm9vYmE="},
        {"foobar", "Zm9vYmFy"},
        {"\xff\xfe\xfd", "//79"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf text, bytes;
        buf_init(&text, 100);
        buf_init(&bytes, 100);
        assert_true(base64_encode(&text, slice_str(cases[i][0])));
        assert_true(slice_eq(buf_view(&text), slice_str(cases[i][1])));
        assert_true(base64_decode(&bytes, slice_str(cases[i][1])));
        assert_true(slice_eq(buf_view(&bytes), slice_str(cases[i][0])));
        buf_deinit(&text);
        buf_deinit(&bytes);
    }
}

static void what_is_no_base64_is_refused(void **state)
{
    static const char *const cases[] = {"Z",     "Zg",    "Zg=",      "====", "Zm9v\n",
                                        "Zm 9v", "Zm9v=", "Zg==Zg==", "Zm-_", "Zm9vYg==="};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf bytes;
        buf_init(&bytes, 100);
        buf_str(&bytes, "kept");
        assert_false(base64_decode(&bytes, slice_str(cases[i])));
        assert_string_equal(bytes.p, "kept");
        buf_deinit(&bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_examples_of_its_specification_go_both_ways),
        cmocka_unit_test(what_is_no_base64_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
