/* Ledger against topics: every way in which they can disagree is found, and nothing else is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "cli/compare.h"

#define LEDGER "01M87Z0JSREF9624GRN7JJ74JQ"

static char said[8192];

static void found(void *self, const char *line)
{
    (void)self;
    size_t n = strlen(said);
    snprintf(said + n, sizeof said - n, "%s\n", line);
}

static struct compare *begin(int64_t last, int64_t published)
{
    said[0] = '\0';
    return compare_new(&(struct compare_ledger){LEDGER, last, published, false, "", 0}, found,
                       NULL);
}

/* A result of that sequence number for tickets/0/offset in partition p of the results. */
static void put(struct compare *c, const char *ledger, int64_t seq, int64_t offset, int32_t p)
{
    char value[256];
    int n = snprintf(value, sizeof value,
                     "{\"ledger_id\":\"%s\",\"seq\":%lld,\"source\":{\"topic\":\"tickets\","
                     "\"partition\":0,\"offset\":%lld}}",
                     ledger, (long long)seq, (long long)offset);
    struct record r = {.pos = {0, p, seq},
                       .key = SLICE_LIT("k"),
                       .value = slice_of(value, (size_t)n),
                       .headers = SLICE_LIT("")};
    compare_record(c, OUTROW_RESULT, &r);
}

static void put_dead(struct compare *c, int64_t seq, int64_t offset)
{
    struct buf h;
    char number[24];
    buf_init(&h, 1024);
    headers_add(&h, SLICE_LIT("ticketmill-seq"), SLICE_LIT("999")); /* the input's own: not ours */
    headers_add(&h, SLICE_LIT("__connect.errors.topic"), SLICE_LIT("tickets"));
    headers_add(&h, SLICE_LIT("__connect.errors.partition"), SLICE_LIT("0"));
    snprintf(number, sizeof number, "%lld", (long long)offset);
    headers_add(&h, SLICE_LIT("__connect.errors.offset"), slice_str(number));
    headers_add(&h, SLICE_LIT("ticketmill-ledger-id"), SLICE_LIT(LEDGER));
    snprintf(number, sizeof number, "%lld", (long long)seq);
    headers_add(&h, SLICE_LIT("ticketmill-seq"), slice_str(number));
    struct record r = {.value = SLICE_LIT("broken"), .headers = buf_view(&h)};
    compare_record(c, OUTROW_DEAD, &r);
    buf_deinit(&h);
}

static void ticket(struct compare *c, int64_t seq, enum outrow_kind kind, int64_t offset)
{
    compare_ticket(c, seq, kind, terminal_place(SLICE_LIT("tickets"), 0, offset));
}

static struct compared end(struct compare *c)
{
    struct compared sums = compare_finish(c);
    compare_free(c);
    return sums;
}

static void books_and_topics_that_agree_are_silent(void **state)
{
    struct compare *c = begin(3, 2);
    (void)state;
    put(c, LEDGER, 1, 10, 0);
    put_dead(c, 2, 11);
    ticket(c, 1, OUTROW_RESULT, 10);
    ticket(c, 2, OUTROW_DEAD, 11);
    ticket(c, 3, OUTROW_RESULT, 12); /* not published yet */
    struct compared sums = end(c);
    assert_string_equal(said, "");
    assert_int_equal(sums.findings, 0);
    assert_int_equal(sums.own, 2);
    assert_int_equal(sums.waiting, 1);
}

static void a_record_that_vanished_is_found(void **state)
{
    struct compare *c = begin(2, 2);
    (void)state;
    put(c, LEDGER, 1, 10, 0);
    ticket(c, 1, OUTROW_RESULT, 10);
    ticket(c, 2, OUTROW_RESULT, 11);
    assert_int_equal(end(c).findings, 1);
    assert_non_null(strstr(said, "seq 2, a result, was published but is not in its topic"));
}

static void a_record_published_twice_is_found(void **state)
{
    struct compare *c = begin(1, 1);
    (void)state;
    put(c, LEDGER, 1, 10, 0);
    put(c, LEDGER, 1, 10, 0);
    ticket(c, 1, OUTROW_RESULT, 10);
    assert_true(end(c).findings > 0);
    assert_non_null(strstr(said, "seq 1 is in the topics twice"));
}

static void a_ticket_with_two_ends_is_found_across_ledgers(void **state)
{
    struct compare *c = begin(1, 1);
    (void)state;
    put(c, LEDGER, 1, 10, 0);
    put(c, "01M87Z0JSREF9624GRN7JJ74JX", 7, 10, 0);
    ticket(c, 1, OUTROW_RESULT, 10);
    struct compared sums = end(c);
    assert_int_equal(sums.findings, 1);
    assert_int_equal(sums.foreign, 1);
    assert_non_null(strstr(said, "partition 0, offset 10 has two terminal records"));
}

static void a_record_of_another_ticket_or_kind_is_found(void **state)
{
    struct compare *c = begin(2, 2);
    (void)state;
    put(c, LEDGER, 1, 10, 0);
    put(c, LEDGER, 2, 11, 0);
    ticket(c, 1, OUTROW_RESULT, 99);
    ticket(c, 2, OUTROW_DEAD, 11);
    assert_int_equal(end(c).findings, 2);
}

static void a_record_without_a_ticket_is_found(void **state)
{
    struct compare *c = begin(1, 1);
    (void)state;
    put(c, LEDGER, 1, 10, 0);
    assert_int_equal(end(c).findings, 1);
    assert_non_null(strstr(said, "the ledger has no such ticket"));
}

static void other_bytes_than_sent_are_found(void **state)
{
    struct compare *c = begin(1, 1);
    (void)state;
    put(c, LEDGER, 1, 10, 0);
    ticket(c, 1, OUTROW_RESULT, 10);
    compare_row(c, 1, terminal_bytes(SLICE_LIT("k"), SLICE_LIT("other"), SLICE_LIT("")));
    struct compared sums = end(c);
    assert_int_equal(sums.rows, 1);
    assert_int_equal(sums.findings, 1);
    assert_non_null(strstr(said, "other bytes"));
}

static void null_and_empty_are_different_bytes(void **state)
{
    (void)state;
    assert_true(terminal_bytes(SLICE_NONE, SLICE_LIT("v"), SLICE_NONE) !=
                terminal_bytes(SLICE_LIT(""), SLICE_LIT("v"), SLICE_NONE));
    assert_true(terminal_bytes(SLICE_LIT("ab"), SLICE_LIT("c"), SLICE_NONE) !=
                terminal_bytes(SLICE_LIT("a"), SLICE_LIT("bc"), SLICE_NONE));
    assert_true(terminal_bytes(SLICE_NONE, SLICE_NONE, SLICE_NONE) ==
                terminal_bytes(SLICE_NONE, SLICE_NONE, SLICE_LIT("")));
}

static void what_retention_deleted_is_not_missing(void **state)
{
    struct compare *c = begin(4, 4);
    (void)state;
    put(c, LEDGER, 3, 12, 0);
    put(c, LEDGER, 4, 13, 0);
    compare_trimmed(c, OUTROW_RESULT, 0);
    for (int64_t seq = 1; seq <= 4; seq++)
        ticket(c, seq, OUTROW_RESULT, 9 + seq);
    struct compared sums = end(c);
    assert_int_equal(sums.findings, 0);
    assert_int_equal(sums.aged, 2);
}

static void a_gap_after_the_deleted_part_is_still_found(void **state)
{
    struct compare *c = begin(4, 4);
    (void)state;
    put(c, LEDGER, 2, 11, 0);
    put(c, LEDGER, 4, 13, 0);
    compare_trimmed(c, OUTROW_RESULT, 0);
    for (int64_t seq = 1; seq <= 4; seq++)
        ticket(c, seq, OUTROW_RESULT, 9 + seq);
    struct compared sums = end(c);
    assert_int_equal(sums.findings, 1);
    assert_int_equal(sums.aged, 1);
}

static void a_worker_that_goes_on_meanwhile_is_no_finding(void **state)
{
    struct compare *c = begin(1, 0);
    (void)state;
    put(c, LEDGER, 1, 10, 0); /* published, its mark not yet in the ledger we saw */
    put(c, LEDGER, 2, 11, 0); /* not even known when we looked */
    ticket(c, 1, OUTROW_RESULT, 10);
    struct compared sums = end(c);
    assert_int_equal(sums.findings, 0);
    assert_int_equal(sums.newer, 1);
}

static void a_rebuilt_ledger_owns_what_the_old_one_published(void **state)
{
    struct compare_ledger ledger = {LEDGER, 2, 2, true, "", 0};
    (void)state;
    said[0] = '\0';
    struct compare *c = compare_new(&ledger, found, NULL);
    put(c, "01M87Z0JSREF9624GRN7JJ74JX", 77, 10, 0);
    put(c, "01M87Z0JSREF9624GRN7JJ74JX", 78, 11, 0);
    ticket(c, 1, OUTROW_RESULT, 10);
    ticket(c, 2, OUTROW_DEAD, 11); /* but that one was a result */
    struct compared sums = end(c);
    assert_int_equal(sums.inherited, 1);
    assert_int_equal(sums.findings, 1);
}

static void strangers_are_counted_and_left_alone(void **state)
{
    struct record r = {.value = SLICE_LIT("{\"seq\":1}"), .headers = SLICE_LIT("")};
    struct compare *c = begin(0, 0);
    (void)state;
    compare_record(c, OUTROW_RESULT, &r);
    compare_record(c, OUTROW_DEAD, &r);
    r.value = SLICE_NONE;
    compare_record(c, OUTROW_RESULT, &r);
    struct compared sums = end(c);
    assert_int_equal(sums.strangers, 3);
    assert_int_equal(sums.findings, 0);
}

static void many_findings_are_counted_but_not_all_told(void **state)
{
    struct compare *c = begin(100, 100);
    int lines = 0;
    (void)state;
    for (int64_t seq = 1; seq <= 100; seq++)
        ticket(c, seq, OUTROW_RESULT, seq);
    assert_int_equal(end(c).findings, 100);
    for (const char *p = said; *p != '\0'; p++)
        lines += *p == '\n';
    assert_int_equal(lines, COMPARE_SHOWN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(books_and_topics_that_agree_are_silent),
        cmocka_unit_test(a_record_that_vanished_is_found),
        cmocka_unit_test(a_record_published_twice_is_found),
        cmocka_unit_test(a_ticket_with_two_ends_is_found_across_ledgers),
        cmocka_unit_test(a_record_of_another_ticket_or_kind_is_found),
        cmocka_unit_test(a_record_without_a_ticket_is_found),
        cmocka_unit_test(other_bytes_than_sent_are_found),
        cmocka_unit_test(null_and_empty_are_different_bytes),
        cmocka_unit_test(what_retention_deleted_is_not_missing),
        cmocka_unit_test(a_gap_after_the_deleted_part_is_still_found),
        cmocka_unit_test(a_worker_that_goes_on_meanwhile_is_no_finding),
        cmocka_unit_test(a_rebuilt_ledger_owns_what_the_old_one_published),
        cmocka_unit_test(strangers_are_counted_and_left_alone),
        cmocka_unit_test(many_findings_are_counted_but_not_all_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
