/* The progress line: what it says, and what a narrow terminal loses first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/money.h"
#include "observe/progress.h"

static const struct progress_view usual = {.done = 12345,
                                           .total = 200000,
                                           .spent_pusd = PUSD_PER_USD * 33 / 100,
                                           .in_flight = 64,
                                           .retries = 3,
                                           .dead = 1};
static const struct progress_pace pace = {.per_second = 812, .left_s = 231};

static void expect_line(const struct progress_view *v, const struct progress_pace *p, int width,
                        const char *expected)
{
    struct buf out;
    buf_init(&out, 1024);
    progress_render(v, p, width, &out);
    assert_string_equal(out.p != NULL ? out.p : "", expected);
    assert_true((int)out.n <= width);
    buf_deinit(&out);
}

static void a_wide_line_says_everything(void **state)
{
    (void)state;
    expect_line(
        &usual, &pace, 120,
        "12,345/200,000  6%  812/s  3m 51s left  USD 0.33  64 in flight  3 retries  1 dead");
}

static void a_narrow_line_loses_what_matters_least(void **state)
{
    (void)state;
    expect_line(&usual, &pace, 70,
                "12,345/200,000  6%  812/s  3m 51s left  USD 0.33  3 retries  1 dead");
    expect_line(&usual, &pace, 50, "12,345/200,000  6%  812/s  3m 51s left  USD 0.33");
    expect_line(&usual, &pace, 43, "12,345/200,000  6%  3m 51s left  USD 0.33");
    expect_line(&usual, &pace, 30, "12,345/200,000  3m 51s left");
    expect_line(&usual, &pace, 14, "12,345/200,000");
    expect_line(&usual, &pace, 5, "");
}

static void quiet_counts_stay_away(void **state)
{
    struct progress_view v = {.done = 3, .total = -1};
    struct progress_pace none = {.per_second = -1, .left_s = -1};
    (void)state;
    expect_line(&v, &none, 80, "3 tickets  USD 0.00  0 in flight");
}

static void a_note_and_missing_prices_are_told(void **state)
{
    struct progress_view v = usual;
    struct progress_pace slow = {.per_second = 0, .left_s = -1};
    (void)state;
    v.note = "stopping";
    v.unpriced_calls = 2;
    v.retries = v.dead = 0;
    expect_line(&v, &slow, 80,
                "12,345/200,000  6%  0.0/s  USD 0.33 + unpriced  64 in flight  stopping");
}

static void hundred_percent_means_all(void **state)
{
    struct progress_view v = {.done = 199999, .total = 200000};
    struct progress_pace none = {.per_second = -1, .left_s = -1};
    (void)state;
    expect_line(&v, &none, 26, "199,999/200,000  99%");
    v.done = 200000;
    expect_line(&v, &none, 26, "200,000/200,000  100%");
}

static int64_t fake_now(void *self)
{
    return *(int64_t *)self;
}

static void pace_follows_the_last_half_minute(void **state)
{
    int64_t now = 1000000;
    struct clock clock = {.self = &now, .unix_us = fake_now, .mono_us = fake_now};
    struct progress *p = progress_new(-1, &clock);
    struct progress_view v = {.done = 0, .total = 100000};
    (void)state;
    progress_update(p, &v);
    assert_true(progress_pace(p).per_second < 0);
    for (int i = 0; i < 20; i++) { /* slowly first */
        now += 1000000;
        v.done += 10;
        progress_update(p, &v);
    }
    assert_int_equal(progress_pace(p).per_second + 0.5, 10);
    for (int i = 0; i < 40; i++) { /* then fast: the slow start is forgotten */
        now += 1000000;
        v.done += 1000;
        progress_update(p, &v);
    }
    assert_int_equal(progress_pace(p).per_second + 0.5, 1000);
    assert_int_equal(progress_pace(p).left_s, 60);
    for (int i = 0; i < 40; i++) { /* then nothing moves: no promise about the end */
        now += 1000000;
        progress_update(p, &v);
    }
    assert_int_equal(progress_pace(p).per_second, 0);
    assert_int_equal(progress_pace(p).left_s, -1);
    progress_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wide_line_says_everything),
        cmocka_unit_test(a_narrow_line_loses_what_matters_least),
        cmocka_unit_test(quiet_counts_stay_away),
        cmocka_unit_test(a_note_and_missing_prices_are_told),
        cmocka_unit_test(hundred_percent_means_all),
        cmocka_unit_test(pace_follows_the_last_half_minute),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
