/* Records keep what they were made from, and headers survive their blob. */
#include "model/record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"

static void record_outlives_what_it_was_made_from(void **state)
{
    char key[] = "T-1", value[] = "{\"a\":\0 1}", headers[] = "hhh";
    struct pos pos = {.source = 2, .partition = 7, .offset = 1207};

    (void)state;
    struct record *r = record_new(pos, 1234, slice_of(key, 3), slice_of(value, sizeof(value) - 1),
                                  slice_of(headers, 3));
    memset(key, 'x', sizeof(key));
    memset(value, 'x', sizeof(value));
    memset(headers, 'x', sizeof(headers));
    assert_true(pos_eq(r->pos, pos));
    assert_int_equal(r->timestamp_unix_ms, 1234);
    assert_true(slice_eq(r->key, SLICE_LIT("T-1")));
    assert_true(slice_eq(r->value, slice_of("{\"a\":\0 1}", sizeof(value) - 1)));
    assert_true(slice_eq(r->headers, SLICE_LIT("hhh")));
    mem_free(r);
}

static void absent_differs_from_empty_in_a_record(void **state)
{
    struct record *r = record_new((struct pos){0}, -1, SLICE_NONE, SLICE_LIT(""), SLICE_LIT(""));

    (void)state;
    assert_null(r->key.p);
    assert_non_null(r->value.p);
    assert_int_equal(r->value.n, 0);
    assert_int_equal(r->timestamp_unix_ms, -1);
    mem_free(r);
    r = record_new((struct pos){0}, 0, SLICE_LIT(""), SLICE_NONE, SLICE_NONE);
    assert_non_null(r->key.p);
    assert_null(r->value.p);
    mem_free(r);
}

static void outrow_is_copied_whole_and_into_no_list(void **state)
{
    struct list head;
    struct outrow from = {.seq = 88123,
                          .kind = OUTROW_DEAD,
                          .pos = {1, 2, 3},
                          .timestamp_unix_ms = 5,
                          .key = SLICE_LIT("key"),
                          .value = SLICE_NONE,
                          .headers = SLICE_LIT("\x01\x02")};

    (void)state;
    list_init(&head);
    list_push(&head, &from.node);
    struct outrow *o = outrow_new(&from);
    assert_true(list_empty(&o->node));
    assert_false(list_empty(&head));
    assert_int_equal(o->seq, 88123);
    assert_int_equal(o->kind, OUTROW_DEAD);
    assert_true(pos_eq(o->pos, from.pos));
    assert_int_equal(o->timestamp_unix_ms, 5);
    assert_true(slice_eq(o->key, from.key));
    assert_ptr_not_equal(o->key.p, from.key.p);
    assert_null(o->value.p);
    assert_true(slice_eq(o->headers, from.headers));
    mem_free(o);
}

static void positions_differ_in_any_of_their_parts(void **state)
{
    struct pos p = {1, 2, 3};

    (void)state;
    assert_true(pos_eq(p, (struct pos){1, 2, 3}));
    assert_false(pos_eq(p, (struct pos){0, 2, 3}));
    assert_false(pos_eq(p, (struct pos){1, 0, 3}));
    assert_false(pos_eq(p, (struct pos){1, 2, 0}));
}

static struct buf some_headers(void)
{
    struct buf b;

    buf_init(&b, 1 << 20);
    headers_add(&b, SLICE_LIT("traceparent"), SLICE_LIT("00-abc"));
    headers_add(&b, SLICE_LIT("empty"), SLICE_LIT(""));
    headers_add(&b, SLICE_LIT("null"), SLICE_NONE);
    headers_add(&b, SLICE_LIT(""), SLICE_LIT("no name"));
    headers_add(&b, SLICE_LIT("bytes"), slice_of("\0\xff\n", 3));
    headers_add(&b, SLICE_LIT("traceparent"), SLICE_LIT("00-def"));
    return b;
}

static void headers_come_back_in_order(void **state)
{
    static const struct {
        struct slice name, value;
    } expected[] = {
        {SLICE_LIT("traceparent"), SLICE_LIT("00-abc")},
        {SLICE_LIT("empty"), SLICE_LIT("")},
        {SLICE_LIT("null"), {NULL, 0}},
        {SLICE_LIT(""), SLICE_LIT("no name")},
        {SLICE_LIT("bytes"), {"\0\xff\n", 3}},
        {SLICE_LIT("traceparent"), SLICE_LIT("00-def")},
    };
    struct buf b = some_headers();
    struct slice name, value;
    size_t at = 0, n = 0;

    (void)state;
    while (headers_next(buf_view(&b), &at, &name, &value)) {
        assert_true(slice_eq(name, expected[n].name));
        assert_true(slice_eq(value, expected[n].value));
        assert_int_equal(value.p == NULL, expected[n].value.p == NULL);
        n++;
    }
    assert_int_equal(n, 6);
    assert_int_equal(at, b.n);
    buf_deinit(&b);
}

static void blob_has_the_layout_it_promises(void **state)
{
    struct buf b;

    (void)state;
    buf_init(&b, 100);
    headers_add(&b, SLICE_LIT("ab"), SLICE_LIT("c"));
    headers_add(&b, SLICE_LIT("d"), SLICE_NONE);
    assert_true(
        slice_eq(buf_view(&b), SLICE_LIT("\x02\0\0\0ab\x01\0\0\0c\x01\0\0\0d\xff\xff\xff\xff")));
    buf_deinit(&b);
}

static void length_of_a_long_value_takes_all_four_bytes(void **state)
{
    size_t n = 0x010203;
    char *p = mem_zalloc(n);
    struct slice name, value;
    struct buf b;
    size_t at = 0;

    (void)state;
    buf_init(&b, 1 << 20);
    headers_add(&b, SLICE_LIT("a"), slice_of(p, n));
    assert_true(slice_eq(slice_of(b.p + 5, 4), SLICE_LIT("\x03\x02\x01\0")));
    assert_true(headers_next(buf_view(&b), &at, &name, &value));
    assert_int_equal(value.n, n);
    mem_free(p);
    buf_deinit(&b);
}

static void last_header_of_a_name_is_found(void **state)
{
    struct buf b = some_headers();
    struct slice blob = buf_view(&b);

    (void)state;
    assert_true(slice_eq(headers_find(blob, "traceparent"), SLICE_LIT("00-def")));
    assert_non_null(headers_find(blob, "empty").p);
    assert_null(headers_find(blob, "null").p);
    assert_null(headers_find(blob, "Traceparent").p);
    assert_null(headers_find(blob, "trace").p);
    assert_null(headers_find(SLICE_LIT(""), "empty").p);
    assert_null(headers_find(SLICE_NONE, "empty").p);
    buf_deinit(&b);
}

/* Where whole headers end in some_headers: nothing else may be read out of a shorter blob. */
static void blob_cut_anywhere_gives_whole_headers_only(void **state)
{
    struct buf b = some_headers();

    (void)state;
    for (size_t n = 0; n < b.n; n++) {
        char *cut = mem_alloc(n ? n : 1); /* of its own, so that a read behind it is seen */
        struct slice name, value;
        size_t at = 0, before = 0;
        memcpy(cut, b.p, n);
        while (headers_next(slice_of(cut, n), &at, &name, &value)) {
            assert_true(at > before && at <= n);
            before = at;
        }
        assert_int_equal(at, before); /* untouched when nothing whole is left */
        mem_free(cut);
    }
    buf_deinit(&b);
}

static void lengths_that_lie_are_not_believed(void **state)
{
    static const struct slice blobs[] = {
        SLICE_LIT("\xff\xff\xff\xff"),
        SLICE_LIT("\xff\xff\xff\x7fname"),
        SLICE_LIT("\x01\0\0\0a\xfe\xff\xff\xff"),
        SLICE_LIT("\x05\0\0\0abcd"),
        SLICE_LIT("\x01\0\0\0a\x02\0\0\0b"),
        SLICE_LIT("\x01\0\0"),
    };
    struct slice name, value;

    (void)state;
    for (size_t i = 0; i < sizeof(blobs) / sizeof(*blobs); i++) {
        size_t at = 0;
        assert_false(headers_next(blobs[i], &at, &name, &value));
        assert_int_equal(at, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(record_outlives_what_it_was_made_from),
        cmocka_unit_test(absent_differs_from_empty_in_a_record),
        cmocka_unit_test(outrow_is_copied_whole_and_into_no_list),
        cmocka_unit_test(positions_differ_in_any_of_their_parts),
        cmocka_unit_test(headers_come_back_in_order),
        cmocka_unit_test(blob_has_the_layout_it_promises),
        cmocka_unit_test(length_of_a_long_value_takes_all_four_bytes),
        cmocka_unit_test(last_header_of_a_name_is_found),
        cmocka_unit_test(blob_cut_anywhere_gives_whole_headers_only),
        cmocka_unit_test(lengths_that_lie_are_not_believed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
