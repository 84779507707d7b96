/* The end-of-run summary: verdict, money, and what it never hides. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/slice.h"
#include "model/money.h"
#include "observe/summary.h"

static struct summary_view usual(void)
{
    return (struct summary_view){.run_id = "r-1",
                                 .ledger_path = "t.db",
                                 .stopped_by = "done",
                                 .message = "",
                                 .elapsed_us = INT64_C(252000000),
                                 .in = 200000,
                                 .published = 199870,
                                 .dead = 97,
                                 .skipped = 33,
                                 .spent_pusd = INT64_C(5294556300000),
                                 .input_tokens = 2360000,
                                 .cached_tokens = 40000,
                                 .output_tokens = 4200000,
                                 .calls_answered = 20012,
                                 .calls_failed = 12,
                                 .p50_us = 610000,
                                 .p95_us = 901000,
                                 .p99_us = 1310000,
                                 .max_us = 4200000};
}

static char *rendered(const struct summary_view *v)
{
    static char text[4096];
    struct buf out;
    buf_init(&out, sizeof text - 1);
    summary_render(v, &out);
    assert_false(out.failed);
    memcpy(text, out.p, out.n + 1);
    buf_deinit(&out);
    return text;
}

static void says(const struct summary_view *v, const char *part)
{
    char *text = rendered(v);
    if (strstr(text, part) == NULL)
        fail_msg("missing: %s\nin:\n%s", part, text);
}

static void says_not(const struct summary_view *v, const char *part)
{
    char *text = rendered(v);
    if (strstr(text, part) != NULL)
        fail_msg("unexpected: %s\nin:\n%s", part, text);
}

static void a_good_run_reads_calmly(void **state)
{
    struct summary_view v = usual();
    (void)state;
    assert_string_equal(
        rendered(&v),
        "run r-1 ended after 4m 12s\n"
        "  tickets   200,000 in = 199,870 published + 97 dead + 33 skipped + 0 pending   ok\n"
        "  cost      USD 5.29; cost per ticket: USD 0.0265 per 1,000 tickets\n"
        "  tokens    2,360,000 input (40,000 of them cached), 4,200,000 output\n"
        "  calls     20,012 answered, 12 failed, 0 unknown\n"
        "  latency   p50 610 ms, p95 901 ms, p99 1.31 s, max 4.20 s\n"
        "stopped by: done (exit status 0)\n"
        "next: ticketmill report --ledger t.db --run last\n");
}

static void a_ticket_that_is_nowhere_is_a_mismatch(void **state)
{
    struct summary_view v = usual();
    (void)state;
    assert_true(summary_balanced(&v));
    v.in++;
    assert_false(summary_balanced(&v));
    v.exit_code = 70;
    says(&v, "MISMATCH");
    says(&v, "next: do not start again before an engineer has looked");
    v = usual();
    v.mismatch = "shares do not sum to calls";
    assert_false(summary_balanced(&v));
    says(&v, "MISMATCH\n            shares do not sum to calls\n");
}

static void unknown_calls_are_possibly_billed(void **state)
{
    struct summary_view v = usual();
    (void)state;
    says_not(&v, "possibly billed");
    v.calls_unknown = 3;
    v.unknown_pusd = PUSD_PER_USD / 1000;
    says(&v, "3 unknown calls, possibly billed: up to USD <0.01 more");
    says(&v, "cost      USD 5.29;"); /* not added in */
}

static void weaker_publishing_is_always_named(void **state)
{
    struct summary_view v = usual();
    (void)state;
    says_not(&v, "idempotent");
    v.idempotent = true;
    says(&v, "idempotent: weaker than transactional");
}

static void no_results_have_no_cost_per_ticket(void **state)
{
    struct summary_view v = {
        .run_id = "r", .ledger_path = "t.db", .stopped_by = "done", .message = "", .p50_us = -1};
    (void)state;
    says(&v, "  cost      USD 0.00\n");
    says_not(&v, "per 1,000");
    says_not(&v, "latency");
}

static void what_happened_besides_is_listed(void **state)
{
    struct summary_view v = usual();
    (void)state;
    v.reused = 1204;
    v.lost = 2;
    v.retries = 5;
    v.throttled = 7;
    v.unpriced_calls = 4;
    says(&v, "            1,204 reused at no cost, 2 LOST upstream before they were read\n");
    says(&v, "0 unknown; 5 retries, 7 throttled\n");
    says(&v, "without 4 calls to models that have no price");
}

static void second_opinions_are_no_part_of_a_tickets_cost(void **state)
{
    struct summary_view v = usual();
    (void)state;
    v.spent_pusd += v.compared_pusd = INT64_C(1000000000000);
    says(&v, "cost      USD 6.29; cost per ticket: USD 0.0265 per 1,000 tickets\n"
             "            USD 1.00 of it for second opinions (shadow, guard)\n");
}

static void budgets_tell_what_is_left(void **state)
{
    struct summary_view v = usual();
    struct summary_cap caps[] = {{"run", PUSD_PER_USD * 5, PUSD_PER_USD / 2},
                                 {"month", PUSD_PER_USD * 100, PUSD_PER_USD * 42}};
    (void)state;
    says_not(&v, "budget");
    v.caps = caps;
    v.cap_count = 2;
    says(&v, "  budget    run: USD 0.50 of 5.00 left, month: USD 42.00 of 100.00 left\n");
}

static void every_exit_status_has_a_next_step(void **state)
{
    static const int codes[] = {0, 1, 3, 4, 5, 6, 7, 65, 69, 70, 73, 77, 78};
    (void)state;
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        struct summary_view v = usual();
        struct buf out;
        v.exit_code = codes[i];
        buf_init(&out, 1024);
        summary_next(&v, &out);
        assert_true(out.n > 10);
        buf_deinit(&out);
    }
}

static void a_run_on_files_tells_what_they_hold_and_how_much_is_left(void **state)
{
    (void)state;
    struct summary_view v = usual();
    says_not(&v, "  output ");
    v.output = "out.jsonl";
    v.output_rows = 199870;
    v.rejects_rows = -1;
    says(&v, "199,870 classified + 97 dead");
    says(&v, "  output    out.jsonl: 199,870 results\n");
    says(&v, "run again with --rejects FILE");
    says_not(&v, "left:");
    v.rejects = "bad.jsonl";
    v.rejects_rows = 97;
    v.left = 5000;
    says(&v, "out.jsonl: 199,870 results; bad.jsonl: 97 dead letters\n");
    says(&v, "5,000 of the input left: run the same command again\n");
    says_not(&v, "--rejects");
    v.output_rows = v.rejects_rows = -1;
    says(&v, "out.jsonl: not written\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_run_reads_calmly),
        cmocka_unit_test(a_ticket_that_is_nowhere_is_a_mismatch),
        cmocka_unit_test(unknown_calls_are_possibly_billed),
        cmocka_unit_test(weaker_publishing_is_always_named),
        cmocka_unit_test(no_results_have_no_cost_per_ticket),
        cmocka_unit_test(what_happened_besides_is_listed),
        cmocka_unit_test(second_opinions_are_no_part_of_a_tickets_cost),
        cmocka_unit_test(budgets_tell_what_is_left),
        cmocka_unit_test(every_exit_status_has_a_next_step),
        cmocka_unit_test(a_run_on_files_tells_what_they_hold_and_how_much_is_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
