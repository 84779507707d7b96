/* The commit frontier: what may be committed, and the done-set that goes with it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
/* cmocka needs the above */
#include <cmocka.h>

#include "base/random.h"
#include "pipeline/frontier.h"

static void deliver_all(struct frontier *f, const int64_t *offsets, size_t n)
{
    for (size_t i = 0; i < n; i++)
        frontier_deliver(f, offsets[i], false);
}

static void finish(struct frontier *f, int64_t offset)
{
    frontier_tentative(f, offset);
    frontier_commit(f);
}

static void assert_done_set(const struct frontier *f, const char *expected)
{
    struct buf b;
    buf_init(&b, 10000);
    frontier_done_set(f, 4000, &b);
    assert_string_equal(b.p ? b.p : "", expected);
    buf_deinit(&b);
}

static void lowest_open_offset_is_committed(void **state)
{
    (void)state;
    struct frontier f;
    const int64_t offsets[] = {10, 11, 12, 13};
    frontier_init(&f, 10);
    assert_int_equal(frontier_offset(&f), 10);
    deliver_all(&f, offsets, 4);
    finish(&f, 11);
    finish(&f, 12);
    assert_int_equal(frontier_offset(&f), 10);
    finish(&f, 10);
    assert_int_equal(frontier_offset(&f), 13);
    finish(&f, 13);
    assert_int_equal(frontier_offset(&f), 14);
    frontier_deinit(&f);
}

static void gaps_between_delivered_offsets_never_hold_back(void **state)
{
    (void)state;
    struct frontier f;
    const int64_t offsets[] = {3, 7, 20};
    frontier_init(&f, 0);
    deliver_all(&f, offsets, 3);
    finish(&f, 3);
    assert_int_equal(frontier_offset(&f), 7);
    finish(&f, 7);
    finish(&f, 20);
    frontier_eof(&f, 25);
    assert_int_equal(frontier_offset(&f), 25);
    frontier_deinit(&f);
}

static void eof_waits_for_open_offsets(void **state)
{
    (void)state;
    struct frontier f;
    frontier_init(&f, 0);
    frontier_deliver(&f, 0, false);
    frontier_eof(&f, 5);
    assert_int_equal(frontier_offset(&f), 0);
    finish(&f, 0);
    assert_int_equal(frontier_offset(&f), 5);
    frontier_deinit(&f);
}

static void eof_of_an_empty_partition_moves_the_offset(void **state)
{
    (void)state;
    struct frontier f;
    frontier_init(&f, 4);
    frontier_eof(&f, 9);
    assert_int_equal(frontier_offset(&f), 9);
    frontier_deinit(&f);
}

static void abort_opens_tentative_offsets_again(void **state)
{
    (void)state;
    struct frontier f;
    frontier_init(&f, 0);
    frontier_deliver(&f, 0, false);
    frontier_deliver(&f, 1, false);
    frontier_tentative(&f, 0);
    assert_int_equal(frontier_offset(&f), 1);
    frontier_abort(&f);
    assert_int_equal(frontier_offset(&f), 0);
    assert_int_equal(frontier_open(&f), 2);
    frontier_deinit(&f);
}

static void rows_published_before_their_record_is_read_count_once_it_is(void **state)
{
    (void)state;
    struct frontier f;
    frontier_init(&f, 0);
    frontier_tentative(&f, 1);
    frontier_commit(&f);
    frontier_deliver(&f, 0, false);
    frontier_deliver(&f, 1, false);
    assert_int_equal(frontier_offset(&f), 0);
    assert_int_equal(frontier_open(&f), 1);
    finish(&f, 0);
    assert_int_equal(frontier_offset(&f), 2);
    frontier_deinit(&f);
}

static void aborted_early_rows_stay_open(void **state)
{
    (void)state;
    struct frontier f;
    frontier_init(&f, 0);
    frontier_tentative(&f, 0);
    frontier_abort(&f);
    frontier_deliver(&f, 0, false);
    assert_int_equal(frontier_offset(&f), 0);
    frontier_deinit(&f);
}

static void early_rows_in_an_open_transaction_are_not_done_yet(void **state)
{
    (void)state;
    struct frontier f;
    frontier_init(&f, 0);
    frontier_tentative(&f, 0);
    frontier_deliver(&f, 0, false);
    assert_int_equal(frontier_offset(&f), 1);
    frontier_abort(&f);
    assert_int_equal(frontier_offset(&f), 0);
    frontier_deinit(&f);
}

static void offsets_of_earlier_runs_stay_in_the_done_set(void **state)
{
    (void)state;
    struct frontier f;
    frontier_init(&f, 5);
    frontier_published(&f, 7);
    frontier_published(&f, 8);
    frontier_published(&f, 12);
    assert_done_set(&f, "2.2,3");
    frontier_deliver(&f, 5, false);
    frontier_deliver(&f, 7, false);
    assert_done_set(&f, "2.2,3");
    finish(&f, 5);
    assert_int_equal(frontier_offset(&f), 8);
    frontier_deinit(&f);
}

static void redelivered_offsets_are_ignored(void **state)
{
    (void)state;
    struct frontier f;
    frontier_init(&f, 0);
    frontier_deliver(&f, 0, false);
    finish(&f, 0);
    frontier_deliver(&f, 0, false);
    assert_int_equal(frontier_open(&f), 0);
    assert_int_equal(frontier_offset(&f), 1);
    frontier_deinit(&f);
}

static void done_set_that_does_not_fit_is_a_tilde(void **state)
{
    (void)state;
    struct frontier f;
    struct buf b;
    frontier_init(&f, 0);
    for (int64_t i = 0; i < 400; i++)
        frontier_deliver(&f, i, i % 2 == 1);
    buf_init(&b, 100);
    frontier_done_set(&f, 20, &b);
    assert_string_equal(b.p, "~");
    buf_deinit(&b);
    frontier_deinit(&f);
}

struct collected {
    int64_t v[64];
    size_t n;
};

static void collect(void *self, int64_t offset)
{
    struct collected *c = self;
    assert_true(c->n < 64);
    c->v[c->n++] = offset;
}

static void done_set_reads_back_as_written(void **state)
{
    (void)state;
    struct random r;
    random_seed(&r, 7);
    for (int round = 0; round < 2000; round++) {
        struct frontier f;
        struct buf b;
        struct collected got = {.n = 0};
        int64_t start = (int64_t)random_below(&r, 1000000), want[64];
        size_t n = 0;
        frontier_init(&f, start);
        frontier_deliver(&f, start, false);
        for (int64_t i = 1; i < 60; i++) {
            bool done = random_below(&r, 3) == 0;
            if (random_below(&r, 4) == 0)
                continue;
            frontier_deliver(&f, start + i, done);
            if (done)
                want[n++] = start + i;
        }
        buf_init(&b, 4096);
        frontier_done_set(&f, 4000, &b);
        assert_true(frontier_parse_done_set(buf_view(&b), start, collect, &got));
        assert_int_equal(got.n, n);
        assert_memory_equal(got.v, want, n * sizeof *want);
        buf_deinit(&b);
        frontier_deinit(&f);
    }
}

static void malformed_done_sets_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "~", "1,,2", "x!", "1.", ".1", "zzzzzzzzzzzzzzzzzzzz", "1.zzzzzzzz", " 1"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct collected got = {.n = 0};
        assert_false(frontier_parse_done_set(slice_str(bad[i]), 0, collect, &got));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lowest_open_offset_is_committed),
        cmocka_unit_test(gaps_between_delivered_offsets_never_hold_back),
        cmocka_unit_test(eof_waits_for_open_offsets),
        cmocka_unit_test(eof_of_an_empty_partition_moves_the_offset),
        cmocka_unit_test(abort_opens_tentative_offsets_again),
        cmocka_unit_test(rows_published_before_their_record_is_read_count_once_it_is),
        cmocka_unit_test(aborted_early_rows_stay_open),
        cmocka_unit_test(early_rows_in_an_open_transaction_are_not_done_yet),
        cmocka_unit_test(offsets_of_earlier_runs_stay_in_the_done_set),
        cmocka_unit_test(redelivered_offsets_are_ignored),
        cmocka_unit_test(done_set_that_does_not_fit_is_a_tilde),
        cmocka_unit_test(done_set_reads_back_as_written),
        cmocka_unit_test(malformed_done_sets_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
