/* The producer of the kafka room against a real broker: what one transaction carries and what an
 * abort leaves behind.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/random.h"
#include "support/kafka_fixture.h"

enum { INIT_MS = 20000, BIG = 200000, METADATA_BYTES = 5000 };

static struct kafka_fixture f;

static int set_up(void **state)
{
    (void)state;
    return kafka_fixture_open(&f, 2) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    kafka_fixture_close(&f);
    return 0;
}

/* ---- what one transaction carries ------------------------------------------------------------ */

static void transaction_carries_rows_headers_offsets_and_metadata(void **state)
{
    (void)state;
    struct buf headers;
    buf_init(&headers, 1000);
    headers_add(&headers, SLICE_LIT("traceparent"), SLICE_LIT("00-ab"));
    headers_add(&headers, SLICE_LIT("none"), SLICE_NONE);
    headers_add(&headers, SLICE_LIT("raw"), SLICE_LIT("\0\xff"));
    struct outrow result = {.seq = 1,
                            .kind = OUTROW_RESULT,
                            .timestamp_unix_ms = -1,
                            .key = SLICE_LIT("T-1"),
                            .value = SLICE_LIT("{}")};
    struct outrow dead = {.seq = 2,
                          .kind = OUTROW_DEAD,
                          .timestamp_unix_ms = 1700000000123,
                          .key = SLICE_NONE,
                          .value = SLICE_LIT("\0broken\xff"),
                          .headers = buf_view(&headers)};
    struct outrow *rows[] = {&result, &dead};
    const struct commit_offset offs[] = {{f.input, 0, 17, "1;first"}, {f.input, 1, 4, NULL}};
    struct kproducer *p = kafka_fixture_producer(&f);
    struct fail fail;
    assert_int_equal(kproducer_publish(p, rows, 2, offs, 2, &fail), ST_OK);

    struct record **v;
    assert_int_equal(kafka_fixture_read(&f, f.results, false, &v), 1);
    assert_true(slice_eq(v[0]->key, SLICE_LIT("T-1")));
    assert_true(slice_eq(v[0]->value, SLICE_LIT("{}")));
    assert_int_equal(v[0]->headers.n, 0);
    assert_true(v[0]->timestamp_unix_ms > 1700000000123);
    kafka_fixture_free(v, 1);

    assert_int_equal(kafka_fixture_read(&f, f.dead, false, &v), 1);
    assert_null(v[0]->key.p);
    assert_true(slice_eq(v[0]->value, dead.value));
    assert_true(slice_eq(v[0]->headers, dead.headers));
    assert_int_equal(v[0]->timestamp_unix_ms, 1700000000123);
    kafka_fixture_free(v, 1);

    struct kcommitted c[] = {{.topic = f.input, .partition = 0},
                             {.topic = f.input, .partition = 1}};
    assert_int_equal(kadmin_committed(f.admin, c, 2, &fail), ST_OK);
    assert_int_equal(c[0].offset, 17);
    assert_string_equal(c[0].metadata, "1;first");
    assert_int_equal(c[1].offset, 4);
    assert_string_equal(c[1].metadata, "");
    mem_free(c[0].metadata);
    mem_free(c[1].metadata);
    kproducer_close(p);
    buf_deinit(&headers);
}

static void null_and_empty_values_stay_apart(void **state)
{
    (void)state;
    struct outrow null_value = {.seq = 1, .timestamp_unix_ms = -1, .key = SLICE_LIT("")};
    struct outrow empty_value = {
        .seq = 2, .timestamp_unix_ms = -1, .key = SLICE_LIT(""), .value = SLICE_LIT("")};
    struct outrow *rows[] = {&null_value, &empty_value};
    struct kproducer *p = kafka_fixture_producer(&f);
    struct fail fail;
    assert_int_equal(kproducer_publish(p, rows, 2, NULL, 0, &fail), ST_OK);
    struct record **v;
    assert_int_equal(kafka_fixture_read(&f, f.results, false, &v), 2);
    assert_null(v[0]->value.p);
    assert_non_null(v[1]->value.p);
    assert_int_equal(v[1]->value.n, 0);
    assert_non_null(v[0]->key.p);
    kafka_fixture_free(v, 2);
    kproducer_close(p);
}

static void offsets_alone_make_a_transaction(void **state)
{
    (void)state;
    struct kproducer *p = kafka_fixture_producer(&f);
    const struct commit_offset off = {f.input, 0, 5, "1;alone"};
    struct fail fail;
    assert_int_equal(kproducer_publish(p, NULL, 0, &off, 1, &fail), ST_OK);
    char metadata[METADATA_BYTES];
    assert_int_equal(kafka_fixture_committed(&f, metadata), 5);
    assert_string_equal(metadata, "1;alone");
    kproducer_close(p);
}

static void longest_metadata_is_kept_whole(void **state)
{
    (void)state;
    char longest[KPRODUCER_METADATA_MAX + 1], got[METADATA_BYTES];
    memset(longest, 'm', KPRODUCER_METADATA_MAX);
    longest[KPRODUCER_METADATA_MAX] = '\0';
    struct kproducer *p = kafka_fixture_producer(&f);
    assert_int_equal(kafka_fixture_publish(&f, p, 1, "a", 1, longest), ST_OK);
    assert_int_equal(kafka_fixture_committed(&f, got), 1);
    assert_string_equal(got, longest);
    kproducer_close(p);
}

static void two_thousand_rows_go_in_one_transaction(void **state)
{
    (void)state;
    enum { N = 2000 };
    static struct outrow row[N];
    static struct outrow *rows[N];
    static char text[N][16];
    for (int i = 0; i < N; i++) {
        snprintf(text[i], sizeof text[i], "T-%d", i);
        row[i] = (struct outrow){.seq = i + 1,
                                 .timestamp_unix_ms = -1,
                                 .key = slice_str(text[i]),
                                 .value = slice_str(text[i])};
        rows[i] = &row[i];
    }
    struct kproducer *p = kafka_fixture_producer(&f);
    const struct commit_offset off = {f.input, 0, N, "1;many"};
    struct fail fail;
    assert_int_equal(kproducer_publish(p, rows, N, &off, 1, &fail), ST_OK);
    assert_int_equal(kafka_fixture_count(&f, f.results, false), N);
    kproducer_close(p);
}

/* ---- aborts ---------------------------------------------------------------------------------- */

static char *big_value(void)
{
    char *p = mem_alloc(BIG);
    random_bytes(p, BIG); /* does not compress */
    return p;
}

/* Publishes small, big, small. */
static enum status publish_with_big_row(struct kproducer *p, const char *big)
{
    struct outrow small = {.seq = 41, .timestamp_unix_ms = -1, .value = SLICE_LIT("small")};
    struct outrow large = {.seq = 42, .timestamp_unix_ms = -1, .value = slice_of(big, BIG)};
    struct outrow *rows[] = {&small, &large, &small};
    const struct commit_offset off = {f.input, 0, 99, "1;never"};
    struct fail fail;
    enum status s = kproducer_publish(p, rows, 3, &off, 1, &fail);
    assert_int_equal(fail.code, s);
    if (s == ST_LIMIT)
        assert_non_null(strstr(fail.text, "row 42"));
    return s;
}

static void check_nothing_of_it_is_visible_and_the_next_one_works(struct kproducer *p)
{
    char metadata[METADATA_BYTES];
    assert_int_equal(kproducer_refused(p), 1);
    assert_int_equal(kafka_fixture_committed(&f, metadata), 3);
    assert_int_equal(kafka_fixture_count(&f, f.results, false), 1);
    assert_int_equal(kafka_fixture_publish(&f, p, 2, "after", 4, "1;after"), ST_OK);
    assert_int_equal(kafka_fixture_publish(&f, p, 3, "again", 5, "1;again"), ST_OK);
    assert_int_equal(kafka_fixture_committed(&f, metadata), 5);
    assert_int_equal(kafka_fixture_count(&f, f.results, false), 3);
}

static void row_too_large_for_the_broker_aborts_and_is_named(void **state)
{
    (void)state;
    const struct config_pair small = {"max.message.bytes", "20000"};
    struct fail fail;
    snprintf(f.results, sizeof f.results, "%.40s-small", f.dead);
    assert_int_equal(kadmin_create(f.admin, f.results, 1, &small, 1, &fail), ST_OK);
    char *big = big_value();
    struct kproducer *p = kafka_fixture_producer(&f);
    assert_int_equal(kafka_fixture_publish(&f, p, 1, "before", 3, "1;before"), ST_OK);
    assert_int_equal(publish_with_big_row(p, big), ST_LIMIT);
    check_nothing_of_it_is_visible_and_the_next_one_works(p);
    kproducer_close(p);
    mem_free(big);
}

static void row_too_large_for_the_client_aborts_and_is_named(void **state)
{
    (void)state;
    char *big = big_value();
    struct kproducer *p;
    struct fail fail;
    const struct kproducer_limits small = {BIG / 2, BIG / 2};
    assert_int_equal(kproducer_open(&f.cfg, f.transactional_id, small, &p, &fail), ST_OK);
    assert_int_equal(kproducer_init(p, INIT_MS, &fail), ST_OK);
    assert_int_equal(kafka_fixture_publish(&f, p, 1, "before", 3, "1;before"), ST_OK);
    assert_int_equal(publish_with_big_row(p, big), ST_LIMIT);
    check_nothing_of_it_is_visible_and_the_next_one_works(p);
    kproducer_close(p);
    mem_free(big);
}

static void a_dead_letter_may_be_larger_than_a_result(void **state)
{
    const struct config_pair large = {"max.message.bytes", "3000000"};
    const struct kproducer_limits limits = {20000, 3000000};
    struct fail fail;
    struct kproducer *p;
    (void)state;
    snprintf(f.dead, sizeof f.dead, "%.40s-large", f.results);
    assert_int_equal(kadmin_create(f.admin, f.dead, 1, &large, 1, &fail), ST_OK);
    struct slice value = slice_of(mem_zalloc(2500000), 2500000);
    random_bytes((char *)(uintptr_t)value.p, value.n);
    struct outrow dead = {.seq = 1, .kind = OUTROW_DEAD, .timestamp_unix_ms = -1, .value = value};
    struct outrow result = {.seq = 2, .timestamp_unix_ms = -1, .value = SLICE_LIT("{}")};
    struct outrow *rows[] = {&dead, &result, &result};
    assert_int_equal(kproducer_open(&f.cfg, f.transactional_id, limits, &p, &fail), ST_OK);
    assert_int_equal(kproducer_init(p, INIT_MS, &fail), ST_OK);
    assert_int_equal(kproducer_publish(p, rows, 3, NULL, 0, &fail), ST_OK);
    kproducer_close(p);
    mem_free((void *)(uintptr_t)value.p);
}

static void missing_topic_is_a_matter_of_configuration(void **state)
{
    (void)state;
    f.cfg.results_topic = "no-such-topic";
    struct kproducer *p = kafka_fixture_producer(&f);
    assert_int_equal(kafka_fixture_publish(&f, p, 1, "a", 1, "1;a"), ST_CONFIG);
    kproducer_close(p);
}

static void producer_made_anew_stops_when_somebody_else_moved_the_offsets(void **state)
{
    (void)state;
    char *big = big_value();
    struct kproducer *p;
    struct fail fail;
    const struct kproducer_limits small = {BIG / 2, BIG / 2};
    assert_int_equal(kproducer_open(&f.cfg, f.transactional_id, small, &p, &fail), ST_OK);
    assert_int_equal(kproducer_init(p, INIT_MS, &fail), ST_OK);
    const struct commit_offset stale = {f.input, 0, 0, "1;what was read at start"};
    kproducer_known(p, &stale, 1);
    assert_int_equal(publish_with_big_row(p, big), ST_FENCED);
    assert_int_equal(kafka_fixture_publish(&f, p, 1, "a", 1, "1;a"), ST_FENCED);
    assert_int_equal(kafka_fixture_count(&f, f.results, false), 0);
    kproducer_close(p);
    mem_free(big);
}

#define ON_BROKER(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    log_init(STDERR_FILENO, false, LOG_ERROR);
    if (!getenv("TICKETMILL_TEST_BROKERS")) {
        puts("no broker: TICKETMILL_TEST_BROKERS is not set");
        return 77;
    }
    const struct CMUnitTest tests[] = {
        ON_BROKER(transaction_carries_rows_headers_offsets_and_metadata),
        ON_BROKER(null_and_empty_values_stay_apart),
        ON_BROKER(offsets_alone_make_a_transaction),
        ON_BROKER(longest_metadata_is_kept_whole),
        ON_BROKER(two_thousand_rows_go_in_one_transaction),
        ON_BROKER(row_too_large_for_the_broker_aborts_and_is_named),
        ON_BROKER(row_too_large_for_the_client_aborts_and_is_named),
        ON_BROKER(a_dead_letter_may_be_larger_than_a_result),
        ON_BROKER(missing_topic_is_a_matter_of_configuration),
        ON_BROKER(producer_made_anew_stops_when_somebody_else_moved_the_offsets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
