/* The growing buffer: what is kept when the maximum is met, and who owns the memory. */
#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"

static void appends_of_every_kind_stand_one_after_the_other(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 1000);
    buf_str(&b, "a");
    buf_char(&b, 'b');
    buf_slice(&b, SLICE_LIT("c\0d"));
    buf_slice(&b, SLICE_NONE);
    buf_hex(&b, "\x00\xab\xff", 3);
    buf_fmt(&b, "<%d:%s>", 5, "x");
    buf_add(&b, NULL, 0);
    assert_true(slice_eq(buf_view(&b), SLICE_LIT("abc\0d00abff<5:x>")));
    assert_int_equal(b.p[b.n], '\0');
    assert_false(b.failed);
    buf_deinit(&b);
}

static void integers_are_printed_whole(void **state)
{
    (void)state;
    static const struct {
        int64_t v;
        const char *text;
    } cases[] = {{0, "0"},
                 {7, "7"},
                 {-1, "-1"},
                 {10, "10"},
                 {INT64_MAX, "9223372036854775807"},
                 {INT64_MIN, "-9223372036854775808"}};
    struct buf b;
    buf_init(&b, 100);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        buf_clear(&b);
        buf_i64(&b, cases[i].v);
        assert_string_equal(b.p, cases[i].text);
    }
    buf_deinit(&b);
}

static void the_append_that_passes_the_maximum_fails_and_so_do_all_after_it(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 5);
    buf_str(&b, "abcde");
    assert_false(b.failed);
    buf_clear(&b);
    buf_str(&b, "abc");
    buf_str(&b, "def");
    assert_true(b.failed);
    buf_char(&b, 'x');
    buf_fmt(&b, "%d", 1);
    buf_hex(&b, "a", 1);
    assert_string_equal(b.p, "abc");
    buf_clear(&b);
    assert_false(b.failed);
    buf_fmt(&b, "%s", "123456");
    assert_true(b.failed);
    assert_int_equal(b.n, 0);
    assert_string_equal(b.p, "");
    buf_clear(&b);
    buf_hex(&b, "abc", 3);
    assert_true(b.failed);
    assert_int_equal(b.n, 0);
    buf_deinit(&b);
}

static void it_grows_to_its_maximum_and_no_further(void **state)
{
    (void)state;
    enum { MAX = 100000 };
    struct buf b;
    buf_init(&b, MAX);
    for (int i = 0; i < MAX; i++)
        buf_char(&b, (char)('a' + i % 26));
    assert_false(b.failed);
    assert_int_equal(b.n, MAX);
    for (int i = 0; i < MAX; i++)
        assert_int_equal(b.p[i], 'a' + i % 26);
    buf_char(&b, 'x');
    assert_true(b.failed);
    assert_int_equal(b.n, MAX);
    buf_deinit(&b);
}

static void formatting_longer_than_the_spare_room_grows_first(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, SIZE_MAX);
    for (int width = 1; width < 300; width += 37)
        buf_fmt(&b, "%0*d", width, 7);
    size_t n = 0;
    for (int width = 1; width < 300; width += 37) {
        n += (size_t)width;
        assert_int_equal(b.p[n - 1], '7');
    }
    assert_int_equal(b.n, n);
    buf_deinit(&b);
}

static void an_unused_buffer_is_empty_text_not_absent(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 10);
    assert_non_null(buf_view(&b).p);
    assert_int_equal(buf_view(&b).n, 0);
    size_t n = 1;
    char *p = buf_take(&b, &n);
    assert_string_equal(p, "");
    assert_int_equal(n, 0);
    mem_free(p);
    buf_deinit(&b);
}

static void taken_memory_outlives_the_buffer_which_starts_afresh(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 10);
    buf_str(&b, "first");
    char *p = buf_take(&b, NULL);
    buf_str(&b, "second");
    assert_string_equal(b.p, "second");
    buf_deinit(&b);
    assert_string_equal(p, "first");
    mem_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(appends_of_every_kind_stand_one_after_the_other),
        cmocka_unit_test(integers_are_printed_whole),
        cmocka_unit_test(the_append_that_passes_the_maximum_fails_and_so_do_all_after_it),
        cmocka_unit_test(it_grows_to_its_maximum_and_no_further),
        cmocka_unit_test(formatting_longer_than_the_spare_room_grows_first),
        cmocka_unit_test(an_unused_buffer_is_empty_text_not_absent),
        cmocka_unit_test(taken_memory_outlives_the_buffer_which_starts_afresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
