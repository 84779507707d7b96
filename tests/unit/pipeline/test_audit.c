/* The audit's equations: straight books pass, each single disagreement is named. */
#include "pipeline/audit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

/* 9 tickets: 6 results, 2 dead, 1 skipped; all of this run. */
static struct ledger_audit straight_books(void)
{
    return (struct ledger_audit){.tickets = 9,
                                 .results = 6,
                                 .dead = 2,
                                 .skipped = 1,
                                 .calls_answered = 3,
                                 .calls_unknown = 1,
                                 .cost_pusd = 900,
                                 .unknown_pusd = 100,
                                 .share_pusd = 1000,
                                 .run_results = 6,
                                 .run_dead = 2,
                                 .run_skipped = 1};
}

static struct mill_stats straight_counts(void)
{
    return (struct mill_stats){.read = 9,
                               .results = 6,
                               .dead = 2,
                               .skipped = 1,
                               .published_results = 6,
                               .published_dead = 2};
}

static void straight_books_pass_and_say_nothing(void **state)
{
    struct ledger_audit a = straight_books();
    struct mill_stats s = straight_counts();
    char message[200] = "left over";
    (void)state;
    assert_true(audit_check(&a, &s, true, message, sizeof message));
    assert_string_equal(message, "");
}

/* One amount is off by `by`; found in a complete run, in a stopped one, or in both. */
struct slip {
    const char *name;
    size_t offset; /* of an int64_t in struct ledger_audit, or in struct mill_stats */
    bool in_stats;
    int64_t by;
    bool found_complete, found_stopped;
};

#define LEDGER(field) offsetof(struct ledger_audit, field), false
#define STATS(field)  offsetof(struct mill_stats, field), true

static const struct slip slips[] = {
    {"tickets in the ledger", LEDGER(tickets), 1, true, true},
    {"tickets in the ledger", LEDGER(results), -1, true, true},
    {"tickets in the ledger", LEDGER(dead), 1, true, true},
    {"tickets in the ledger", LEDGER(skipped), 1, true, true},
    {"shares", LEDGER(share_pusd), 1, true, true},
    {"shares", LEDGER(share_pusd), -1, true, true},
    {"shares", LEDGER(cost_pusd), 1, true, true},
    {"shares", LEDGER(unknown_pusd), -1, true, true},
    {"rows not published", LEDGER(outbox_unpublished), 1, true, false},
    {"calls in flight", LEDGER(calls_sent), 1, true, false},
    {"tickets taken in", STATS(read), 1, true, true},
    {"tickets taken in", STATS(results), -1, true, true},
    {"tickets taken in", STATS(done_before), 1, true, true},
    {"tickets taken in", STATS(live), 1, true, true},
    {"records delivered", STATS(published_results), -1, true, false},
    {"records delivered", STATS(published_dead), 1, true, false},
    {"records delivered", LEDGER(run_results), 1, true, false},
    {"records delivered", LEDGER(run_dead), -1, true, false},
};

static void check_slip(const struct slip *slip, bool complete, bool found)
{
    struct ledger_audit a = straight_books();
    struct mill_stats s = straight_counts();
    char message[200];
    char *base = slip->in_stats ? (char *)&s : (char *)&a;
    int64_t value;
    memcpy(&value, base + slip->offset, sizeof value);
    value += slip->by;
    memcpy(base + slip->offset, &value, sizeof value);
    assert_int_equal(audit_check(&a, &s, complete, message, sizeof message), !found);
    if (found)
        assert_ptr_equal(strstr(message, slip->name), message);
    else
        assert_string_equal(message, "");
}

static void a_single_disagreement_is_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof slips / sizeof *slips; i++)
        check_slip(&slips[i], true, slips[i].found_complete);
}

static void a_stopped_run_may_leave_rows_and_calls_but_no_wrong_sum(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof slips / sizeof *slips; i++)
        check_slip(&slips[i], false, slips[i].found_stopped);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(straight_books_pass_and_say_nothing),
        cmocka_unit_test(a_single_disagreement_is_named),
        cmocka_unit_test(a_stopped_run_may_leave_rows_and_calls_but_no_wrong_sum),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
