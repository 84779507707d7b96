/* Money of earlier calls by window and tier, as a start asks for it; a topic's retention. */
#include "ledger/spent.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/random.h"
#include "ledger/rebuild.h"
#include "support/ledger_fixture.h"

static void must(struct ledger_fixture *f, struct ledger_cmd *cmd)
{
    if (ledger_fixture_apply(f, cmd) != ST_OK)
        fail_msg("%s", cmd->fail.text);
}

/* --- money spent ----------------------------------------------------------------------------- */

#define HOUR INT64_C(3600000000)

static struct ledger_spent spent(struct ledger_fixture *f, struct arena *a,
                                 struct spent_since since)
{
    struct ledger_spent out;
    struct fail fail;

    if (ledger_spent(f->ledger, &since, a, &out, &fail) != ST_OK)
        fail_msg("%s", fail.text);
    return out;
}

static int64_t tier_spent(const struct ledger_spent *s, const char *tier, enum spent_window w)
{
    for (size_t i = 0; i < s->tier_count; i++) {
        if (slice_eq(s->tiers[i].tier, slice_str(tier)))
            return s->tiers[i].pusd[w];
    }
    return 0;
}

/* Calls at random times, the clock set back now and then; the expected sums are kept beside. */
static void windows_count_what_was_booked_in_them_however_the_clock_jumps(void **state)
{
    static const char *const tiers[] = {"budget", "premium", "chinese"};
    struct ledger_fixture *f = *state;
    struct {
        int64_t booked_unix_us, pusd;
        int tier; /* -1 = shadow */
    } calls[400];
    const int64_t start = f->now_unix_us;
    struct random r;
    struct arena a;
    int64_t latest = 0;

    arena_init(&a);
    random_seed(&r, 7);
    for (int64_t i = 0; i < 400; i++) {
        int tier = (int)random_below(&r, 3);
        bool shadow = random_below(&r, 5) == 0;
        int64_t cost = (int64_t)random_below(&r, 1000);
        f->now_unix_us += (int64_t)random_below(&r, 10) * 60000000;
        if (random_below(&r, 20) == 0)
            f->now_unix_us -= 3 * HOUR;
        admit(f, i, (char[]){(char)('a' + i % 26), (char)('a' + i / 26), '\0'});
        int64_t call =
            call_for(f, shadow ? PURPOSE_SHADOW : PURPOSE_FIRST, tiers[tier], i, 1, 1000);
        if (f->now_unix_us > latest)
            latest = f->now_unix_us;
        calls[i].booked_unix_us = latest;
        calls[i].tier = shadow ? -1 : tier;
        calls[i].pusd = 1000; /* unknown, or still in flight */
        if (random_below(&r, 3)) {
            struct ledger_cmd *cmd = settle_cmd(f, call, i, 1, CALL_ANSWERED, cost);
            cmd->u.settle.items->then = SETTLE_OPEN;
            must(f, cmd);
            ledger_cmd_free(cmd);
            calls[i].pusd = cost;
        } else if (random_below(&r, 2)) {
            settle(f, call, i, 1, CALL_UNKNOWN, 1000);
        }
    }
    for (int64_t since = start - HOUR; since < latest + HOUR; since += HOUR / 2) {
        struct ledger_spent s =
            spent(f, &a, (struct spent_since){.day_unix_us = since, .month_unix_us = start});
        int64_t by[3] = {0}, shadow = 0;
        for (int i = 0; i < 400; i++) {
            if (calls[i].booked_unix_us >= since)
                *(calls[i].tier < 0 ? &shadow : &by[calls[i].tier]) += calls[i].pusd;
        }
        for (int t = 0; t < 3; t++)
            assert_int_equal(tier_spent(&s, tiers[t], SPENT_DAY), by[t]);
        assert_int_equal(s.shadow_pusd[SPENT_DAY], shadow);
        assert_int_equal(s.total_pusd[SPENT_DAY], by[0] + by[1] + by[2] + shadow);
        assert_int_equal(s.total_pusd[SPENT_MONTH], s.total_pusd[SPENT_CHAIN]);
        assert_int_equal(s.latest_sent_unix_us, latest);
    }
    ledger_fixture_reopen(f);
    struct ledger_spent s = spent(f, &a, (struct spent_since){.month_unix_us = latest + 1});
    assert_int_equal(s.latest_sent_unix_us, latest);
    assert_int_equal(s.total_pusd[SPENT_MONTH], 0);
    arena_deinit(&a);
}

static void nothing_spent_yet_is_nothing_in_every_window(void **state)
{
    struct ledger_fixture *f = *state;
    struct arena a;

    arena_init(&a);
    struct ledger_spent s = spent(f, &a, (struct spent_since){0});
    for (int w = 0; w < SPENT_WINDOWS; w++)
        assert_int_equal(s.total_pusd[w], 0);
    assert_int_equal(s.tier_count, 0);
    assert_int_equal(s.latest_sent_unix_us, 0);
    arena_deinit(&a);
}

#define KILLED (-1)

static void a_run_continues_those_before_it_that_did_not_end(void **state)
{
    /* Exit status of runs 1 to 3, each an hour after the other and USD 10^(2·run) dear; the bound
     * in hours before run 4 starts; what the chain has spent. */
    static const struct {
        int exits[3];
        int64_t hours, pusd;
    } cases[] = {
        {{0, 0, 0}, 12, 0},
        {{KILLED, KILLED, KILLED}, 12, 10101},
        {{KILLED, KILLED, KILLED}, 2, 10100},
        {{KILLED, KILLED, 0}, 12, 0},
        {{0, KILLED, 5}, 12, 10100},
        {{KILLED, 4, 5}, 12, 10000},
        {{5, 5, 3}, 12, 0},
        {{5, 5, 5}, 0, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct ledger_fixture f;
        struct arena a;
        int64_t pusd = 1;
        arena_init(&a);
        ledger_fixture_init(&f);
        for (int run = 0; run < 3; run++, pusd *= 100) {
            admit(&f, run, (char[]){(char)('a' + run), '\0'});
            settle(&f, intent(&f, run, 1, 1000000), run, 1, CALL_ANSWERED, pusd);
            if (cases[i].exits[run] != KILLED)
                end_run(&f, cases[i].exits[run]);
            f.now_unix_us += HOUR;
            ledger_fixture_reopen(&f);
        }
        struct ledger_spent s = spent(
            &f, &a, (struct spent_since){.chain_unix_us = f.now_unix_us - cases[i].hours * HOUR});
        if (s.total_pusd[SPENT_CHAIN] != cases[i].pusd)
            fail_msg("case %zu: %lld", i, (long long)s.total_pusd[SPENT_CHAIN]);
        assert_int_equal(tier_spent(&s, "budget", SPENT_CHAIN), cases[i].pusd);
        arena_deinit(&a);
        ledger_fixture_deinit(&f);
    }
}

static void a_rebuilt_ledger_counts_all_calls_in_whatever_order_they_were_found(void **state)
{
    struct ledger_fixture *f = *state;
    struct ledger_fixture again = *f;
    const int64_t start = f->now_unix_us;
    struct ledger_rebuild *r = NULL;
    struct ledger_rebuilt sum;
    struct outrow *rows[3];
    struct ledger_info info;
    struct fail fail;
    struct arena a;

    for (int64_t i = 0; i < 3; i++) {
        f->now_unix_us = start + i * HOUR;
        admit(f, i, (char[]){(char)('a' + i), '\0'});
        struct ledger_cmd *cmd = settle_cmd(f, intent(f, i, 1, 900), i, 1, CALL_ANSWERED, 1 + i);
        must(f, cmd);
        rows[i] = outrow_new(row_of(cmd, 0));
        ledger_cmd_free(cmd);
    }
    assert_int_equal(ledger_info(f->ledger, &info, &fail), ST_OK);
    again.ledger = NULL;
    snprintf(again.path, sizeof(again.path), "%.60s/again.db", f->dir);
    assert_int_equal(ledger_rebuild_begin(again.path, &f->clock, info.ledger_id, 3, &r, &fail),
                     ST_OK);
    for (size_t i = 3; i > 0; i--) { /* the newest first */
        assert_int_equal(ledger_rebuild_add(r, rows[i - 1]->kind, rows[i - 1]->key,
                                            rows[i - 1]->value, rows[i - 1]->headers, &fail),
                         ST_OK);
        mem_free(rows[i - 1]);
    }
    assert_int_equal(ledger_rebuild_end(r, false, &sum, &fail), ST_OK);
    ledger_fixture_open(&again);
    arena_init(&a);
    struct ledger_spent s = spent(&again, &a,
                                  (struct spent_since){.chain_unix_us = start,
                                                       .day_unix_us = start + HOUR,
                                                       .month_unix_us = start + 2 * HOUR});
    assert_int_equal(s.latest_sent_unix_us, start + 2 * HOUR);
    assert_int_equal(s.total_pusd[SPENT_CHAIN], 6);
    assert_int_equal(s.total_pusd[SPENT_DAY], 5);
    assert_int_equal(s.total_pusd[SPENT_MONTH], 3);
    arena_deinit(&a);
    ledger_fixture_close(&again);
}

static void a_topics_retention_is_remembered(void **state)
{
    struct ledger_fixture *f = *state;
    struct fail fail;

    assert_int_equal(ledger_set_retention(f->ledger, "tickets", 604800000, &fail), ST_OK);
    assert_int_equal(ledger_set_retention(f->ledger, "tickets", -1, &fail), ST_OK);
    assert_string_equal(ask(f->path, "SELECT name, value FROM meta WHERE name LIKE 'retention%'"),
                        "retention_ms/tickets|-1");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, ledger_setup, ledger_teardown)
    const struct CMUnitTest tests[] = {
        TEST(windows_count_what_was_booked_in_them_however_the_clock_jumps),
        TEST(nothing_spent_yet_is_nothing_in_every_window),
        TEST(a_run_continues_those_before_it_that_did_not_end),
        TEST(a_rebuilt_ledger_counts_all_calls_in_whatever_order_they_were_found),
        TEST(a_topics_retention_is_remembered),
    };
#undef TEST
    return cmocka_run_group_tests(tests, NULL, NULL);
}
