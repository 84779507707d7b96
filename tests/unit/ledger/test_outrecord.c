/* What leaves: results in every shape, and dead letters that fit whatever topic they go to. */
#include "ledger/outrecord.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/json.h"
#include "base/mem.h"
#include "ledger/published.h"
#include "model/money.h"
#include "model/verdict.h"

#define assert_slice(s, text) assert_true(slice_eq((s), slice_str(text)))

static const uint8_t hash[SHA256_SIZE] = {0xab, 0xcd, 1, 2, 3};

static struct out_result sample(void)
{
    return (struct out_result){
        .pos = {1, 3, INT64_MAX - 1},
        .source = SLICE_LIT("tickets"),
        .ticket_id = SLICE_LIT("id \"1\"\\\n\xe7\xa5\xa8"),
        .category = SLICE_LIT("billing"),
        .summary = SLICE_LIT("\t\xf0\x9f\x98\x80"),
        .language = SLICE_LIT("zh"),
        .model = SLICE_LIT("m"),
        .provider = SLICE_LIT("p"),
        .tier = SLICE_LIT("t"),
        .prompt_version = SLICE_LIT("v"),
        .call_id = SLICE_LIT("c"),
        .run_id = SLICE_LIT("r"),
        .ledger_id = SLICE_LIT("l"),
        .confidence_ppm = 123456,
        .needs_review = true,
        .flags = FLAG_SUMMARY_CUT | FLAG_TEXT_CUT,
        .totals = {2, 300, 100, 20, INT64_MAX, 17},
        .content_hash = slice_of(hash, sizeof(hash)),
        .seq = INT64_MAX,
        .classified_unix_us = 1764000000123456,
    };
}

static void a_result_reads_back_as_what_was_written(void **state)
{
    struct out_result r = sample();
    struct published p;
    struct arena a;
    struct buf b;

    (void)state;
    buf_init(&b, 10000);
    arena_init(&a);
    outrecord_result(&b, &r);
    assert_int_equal(published_result(buf_view(&b), &a, &p), ST_OK);
    assert_true(slice_eq(p.ticket_id, r.ticket_id));
    assert_true(slice_eq(p.summary, r.summary));
    assert_true(slice_eq(p.topic, r.source));
    assert_int_equal(p.confidence_ppm, 123456);
    assert_int_equal(p.flags, r.flags);
    assert_int_equal(p.totals.cost_pusd, INT64_MAX);
    assert_int_equal(p.totals.cost_unknown_pusd, 17);
    assert_int_equal(p.totals.attempts, 2);
    assert_int_equal(p.totals.input_tokens, 300);
    assert_int_equal(p.totals.cached_tokens, 100);
    assert_int_equal(p.totals.output_tokens, 20);
    assert_int_equal(p.seq, INT64_MAX);
    assert_int_equal(p.partition, 3);
    assert_int_equal(p.classified_unix_us, 1764000000123000);
    assert_true(p.needs_review);
    assert_false(p.reused);
    assert_memory_equal(p.content_hash, hash, sizeof(hash));
    arena_deinit(&a);
    buf_deinit(&b);
}

static void every_cut_of_a_result_is_refused(void **state)
{
    struct out_result r = sample();
    struct published p;
    struct buf b;

    (void)state;
    r.pos.offset = 7;
    buf_init(&b, 10000);
    outrecord_result(&b, &r);
    for (size_t n = 0; n < b.n; n++) {
        struct arena a;
        arena_init(&a);
        assert_int_equal(published_result(slice_of(b.p, n), &a, &p), ST_BAD_JSON);
        arena_deinit(&a);
    }
    buf_deinit(&b);
}

static struct slice filled(char c, size_t n)
{
    char *p = mem_alloc(n + 1);

    memset(p, c, n);
    return slice_of(p, n);
}

struct room {
    const char *name;
    size_t key, value, header; /* bytes of the input */
    int64_t max_bytes;
    const char *truncated; /* NULL = nothing was */
    size_t least_value, most_value;
    bool key_kept;
};

static void a_dead_letter_fits_its_topic_and_says_what_was_cut(void **state)
{
    static const struct room cases[] = {
        {"fits", 10, 1000, 10, 1000000, NULL, 1000, 1000, true},
        {"fits exactly never cut", 10, 900000, 10, 1000000, NULL, 900000, 900000, true},
        {"value over", 10, 2000000, 10, 1000000, "value", 65536, 65536, true},
        {"headers over", 10, 100, 999000, 1000000, "value,headers", 100, 100, true},
        {"value and headers over", 10, 2000000, 999000, 1000000, "value,headers", 65536, 65536,
         true},
        {"small topic", 10, 50000, 10, 10000, "value,headers", 7000, 9900, true},
        {"key over", 9999, 50000, 10, 10000, "value,headers,key", 7000, 9900, false},
        {"key over, no value", 2000000, 0, 10, 1000000, "value,headers,key", 0, 0, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        const struct room *c = &cases[i];
        struct slice key = filled('k', c->key), value = filled('v', c->value),
                     extra = filled('h', c->header);
        struct buf in, out;
        buf_init(&in, SIZE_MAX);
        buf_init(&out, SIZE_MAX);
        headers_add(&in, SLICE_LIT("input"), extra);
        struct record record = {{1, 2, 3}, 44, key, value, buf_view(&in)};
        struct out_dead d = {.record = &record,
                             .source = SLICE_LIT("tickets"),
                             .ticket_id = SLICE_LIT("T-1"),
                             .reason = REASON_TOO_LONG,
                             .detail = filled('d', 5000),
                             .run_id = SLICE_LIT("r"),
                             .ledger_id = SLICE_LIT("l"),
                             .call_ids = SLICE_LIT("a,b"),
                             .seq = 5};
        struct outrow row = {.kind = OUTROW_DEAD};
        outrecord_dead(&row, &out, &d, c->max_bytes);
        struct slice truncated = headers_find(row.headers, "ticketmill-truncated");
        if (outrecord_wire_bytes(row.key, row.value, row.headers) > c->max_bytes ||
            row.value.n < c->least_value || row.value.n > c->most_value ||
            (row.key.p != NULL) != c->key_kept || row.timestamp_unix_ms != 44)
            fail_msg("%s: value %zu, key %zu", c->name, row.value.n, row.key.n);
        if (c->truncated)
            assert_slice(truncated, c->truncated);
        else
            assert_null(truncated.p);
        bool hashed = headers_find(row.headers, "ticketmill-value-sha256").n == 64;
        assert_int_equal(hashed, row.value.n < c->value);
        struct published p;
        assert_int_equal(published_dead(row.headers, &p), ST_OK);
        assert_slice(p.call_id, "b");
        assert_int_equal(p.reason, REASON_TOO_LONG);
        assert_int_equal(p.seq, 5);
        mem_free((void *)(uintptr_t)key.p);
        mem_free((void *)(uintptr_t)value.p);
        mem_free((void *)(uintptr_t)extra.p);
        mem_free((void *)(uintptr_t)d.detail.p);
        buf_deinit(&in);
        buf_deinit(&out);
    }
}

static void a_null_value_stays_null(void **state)
{
    struct record record = {.pos = {1, 0, 9}, .timestamp_unix_ms = -1};
    struct out_dead d = {.record = &record, .source = SLICE_LIT("t"), .reason = REASON_EMPTY};
    struct outrow row = {.kind = OUTROW_DEAD};
    struct buf h;

    (void)state;
    buf_init(&h, 100000);
    outrecord_dead(&row, &h, &d, 1000000);
    assert_null(row.value.p);
    assert_null(row.key.p);
    assert_slice(headers_find(row.headers, "ticketmill-cost-pusd"), "0");
    d.totals.cost_pusd = PUSD_UNPRICED;
    outrecord_dead(&row, &h, &d, 1000000);
    assert_slice(headers_find(row.headers, "ticketmill-cost-pusd"), "unpriced");
    buf_deinit(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_result_reads_back_as_what_was_written),
        cmocka_unit_test(every_cut_of_a_result_is_refused),
        cmocka_unit_test(a_dead_letter_fits_its_topic_and_says_what_was_cut),
        cmocka_unit_test(a_null_value_stays_null),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
