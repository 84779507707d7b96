/* What several tiers and providers add to the report, where single cases decide: intervals, advice,
 * overlapping outages, retention, caps of a shard. All figures at once: report_figures.py. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/call.h"
#include "report/life.h"
#include "report/report.h"
#include "support/ledger_fixture.h"

#define MINUTE INT64_C(60000000)

struct view {
    struct ledger_fixture f;
    struct report *report;
    struct buf text;
};

static int setup(void **state)
{
    struct view *v = mem_zalloc(sizeof *v);

    ledger_fixture_init(&v->f);
    buf_init(&v->text, SIZE_MAX);
    *state = v;
    return 0;
}

static int teardown(void **state)
{
    struct view *v = *state;

    report_free(v->report);
    buf_deinit(&v->text);
    ledger_fixture_deinit(&v->f);
    mem_free(v);
    return 0;
}

static void look(struct view *v, const struct config *config)
{
    const struct report_filter all = {NULL, NULL};
    const struct report_setting setting = {"UTC", v->f.now_unix_us, config};
    struct ledger_reader *reader;
    struct fail fail;

    report_free(v->report);
    assert_int_equal(ledger_reader_open(v->f.path, &reader, &fail), ST_OK);
    if (report_collect(&reader, 1, &all, &setting, &v->report, &fail) != ST_OK)
        fail_msg("%s", fail.text);
    buf_clear(&v->text);
    report_text(v->report, &v->text);
    buf_char(&v->text, '\0');
    ledger_reader_close(reader);
}

static void says(const struct view *v, const char *part)
{
    if (strstr(v->text.p, part) == NULL)
        fail_msg("not said: %s\n%s", part, v->text.p);
}

static void run_command(struct ledger_fixture *f, struct ledger_cmd *cmd)
{
    if (ledger_fixture_apply(f, cmd) != ST_OK)
        fail_msg("%s", cmd->fail.text);
    ledger_cmd_free(cmd);
}

static void intervals_are_wilsons(void **state)
{
    static const struct {
        int64_t hits, of, low, high;
    } cases[] = {{0, 0, 0, 1000000},      {0, 10, 0, 277533},         {10, 10, 722467, 1000000},
                 {8, 10, 490162, 943318}, {95, 100, 888250, 978456},  {1, 2, 94531, 905469},
                 {1, 1, 206549, 1000000}, {950, 1000, 934686, 961870}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t low, high;
        report_interval(cases[i].hits, cases[i].of, &low, &high);
        if (llabs(low - cases[i].low) > 1 || llabs(high - cases[i].high) > 1)
            fail_msg("%lld of %lld: %lld to %lld", (long long)cases[i].hits, (long long)cases[i].of,
                     (long long)low, (long long)high);
    }
}

/* `count` packs of `size`, each asked again alone for one ticket; `differ` of them differ. */
static void guard(struct ledger_fixture *f, int64_t *offset, size_t size, int count, int differ)
{
    for (int i = 0; i < count; i++, *offset += (int64_t)size) {
        for (size_t t = 0; t < size; t++) {
            char text[24];
            snprintf(text, sizeof text, "%lld", (long long)*offset + (long long)t);
            admit(f, *offset + (int64_t)t, text);
        }
        settle(f, intent(f, *offset, size, 9000), *offset, size, CALL_ANSWERED, 1000);
        settle_compared(f, call_for(f, PURPOSE_GUARD, "budget", *offset, 1, 900), *offset, 1,
                        i < differ ? "other" : "billing", 700);
    }
}

static void the_largest_pack_that_is_surely_good_is_advised(void **state)
{
    struct config config = {.budget = {CONFIG_OFF, CONFIG_OFF, CONFIG_OFF, CONFIG_OFF}};
    struct view *v = *state;
    int64_t offset = 0;

    config.guard.warn_below = 80;
    guard(&v->f, &offset, 2, 40, 0); /* lower bound 91 % */
    guard(&v->f, &offset, 4, 40, 2); /* 84 % */
    guard(&v->f, &offset, 8, 40, 6); /* 71 % */
    guard(&v->f, &offset, 16, 3, 0); /* 44 %: too few */
    look(v, &config);
    assert_int_equal(v->report->routing.advised_size, 4);
    assert_int_equal(v->report->routing.guard.pairs, 123);
    assert_int_equal(v->report->routing.guard.agree, 115);
    says(v, "Advised pack size: 4, the largest that surely agrees in 80 %");
    assert_null(strstr(v->text.p, "WARNING"));
    config.guard.warn_below = 94;
    look(v, &config);
    says(v, "WARNING: below guard.warn_below (94 %)");
    says(v, "Advised pack size: more data is needed (no size surely agrees in 94 %)");
    look(v, NULL);
    assert_int_equal(v->report->routing.warn_below_percent, 95);
}

static void pairs_without_a_price_count_for_agreement_only(void **state)
{
    struct view *v = *state;

    admit(&v->f, 0, "a");
    admit(&v->f, 1, "b");
    settle(&v->f, intent(&v->f, 0, 2, 900), 0, 2, CALL_ANSWERED, 200);
    settle_compared(&v->f, call_for(&v->f, PURPOSE_SHADOW, "premium", 0, 1, 9000), 0, 1, "refund",
                    4000);
    settle_compared(&v->f, call_for(&v->f, PURPOSE_SHADOW, "premium", 1, 1, PUSD_UNPRICED), 1, 1,
                    "billing", PUSD_UNPRICED);
    look(v, NULL);
    const struct report_routing *r = &v->report->routing;
    assert_int_equal(r->shadows.count, 1);
    assert_string_equal(r->shadows.v[0].name, "budget");
    assert_string_equal(r->shadows.v[0].detail, "premium");
    const struct report_pairs *p = &r->shadows.v[0].of;
    assert_int_equal(p->pairs, 2);
    assert_int_equal(p->agree, 1);
    assert_int_equal(p->priced, 1);
    assert_int_equal(p->cost_pusd, 4000);
    assert_int_equal(p->primary_pusd, 100);
    assert_int_equal(p->confidence_ppm, 2 * (700000 - 930000));
    assert_int_equal(v->report->waste.extra_pusd, 4000);
    assert_int_equal(v->report->ticket_cost_pusd, 200); /* tickets stay as they were */
}

static void outage(struct ledger_fixture *f, const char *cause, int64_t from, int64_t to)
{
    struct ledger_cmd *cmd = ledger_cmd_new(LOP_OUTAGE);

    cmd->u.outage = (struct ledger_outage){.provider = SLICE_LIT("global-api"),
                                           .endpoint = SLICE_LIT("us-east"),
                                           .cause = slice_str(cause),
                                           .at_unix_us = from};
    if (ledger_fixture_apply(f, cmd) != ST_OK)
        fail_msg("%s", cmd->fail.text);
    cmd->u.outage.at_unix_us = to;
    run_command(f, cmd);
}

static void time_that_two_outages_share_is_counted_once(void **state)
{
    struct view *v = *state;
    const int64_t now = v->f.now_unix_us; /* 2025-11-24 16:00 UTC */
    const int64_t month = now - (23 * 24 + 16) * 60 * MINUTE;

    outage(&v->f, "breaker", now - 60 * MINUTE, now - 30 * MINUTE);
    outage(&v->f, "region", now - 40 * MINUTE, now - 20 * MINUTE);
    outage(&v->f, "breaker", now - 50 * MINUTE, now - 45 * MINUTE);
    outage(&v->f, "key", now - 500 * MINUTE, now - 100 * MINUTE); /* ours, not the endpoint's */
    outage(&v->f, "breaker", month - 10 * MINUTE, month + 5 * MINUTE);
    outage(&v->f, "breaker", month - 90 * MINUTE, month - 80 * MINUTE); /* of the month before */
    look(v, NULL);
    const struct report_routing *r = &v->report->routing;
    assert_int_equal(r->endpoint_count, 1);
    assert_int_equal(r->endpoints[0].down_us, 45 * MINUTE);
    assert_int_equal(r->endpoints[0].allowed_us, 432 * MINUTE / 10);
    assert_int_equal(r->outage_count, 6);
    says(v, "45.0 min  43.2 min  MISSED");
}

static void the_oldest_pending_ticket_tells_when_it_leaves_the_topic(void **state)
{
    static const struct {
        int64_t retention_ms; /* -2 = never told */
        const char *said;
    } cases[] = {
        {-2, "2 pending of tickets, the oldest of 2025-11-24T16:00Z;\n    how long the topic keeps "
             "it is not known\n"},
        {-1, "the topic keeps it for good\n"},
        {90061000, "it leaves the topic 2025-11-25T17:01Z, in 1d 01h\n"},
        {0, "it leaves the topic 2025-11-24T16:00Z, by now\n"},
    };
    struct view *v = *state;
    struct fail fail;

    admit(&v->f, 0, "a");
    v->f.now_unix_us += 60 * MINUTE;
    admit(&v->f, 1, "b");
    v->f.now_unix_us -= 60 * MINUTE;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (cases[i].retention_ms > -2)
            assert_int_equal(
                ledger_set_retention(v->f.ledger, FIXTURE_TOPIC, cases[i].retention_ms, &fail),
                ST_OK);
        look(v, NULL);
        says(v, cases[i].said);
    }
}

static void one_shard_alone_has_its_part_of_the_caps(void **state)
{
    struct config config = {.shard_fraction_ppm = 250000,
                            .budget = {CONFIG_OFF, 4000, CONFIG_OFF, CONFIG_OFF}};
    struct ledger_binding whole = {"", "g", 0, 1}, part = {"", "g", 0, 4};
    struct view *v = *state;
    struct fail fail;

    admit(&v->f, 0, "a");
    settle(&v->f, intent(&v->f, 0, 1, 900), 0, 1, CALL_ANSWERED, 700);
    (void)intent(&v->f, 0, 1, 50);
    assert_int_equal(ledger_bind(v->f.ledger, &whole, false, &fail), ST_OK);
    look(v, &config);
    assert_int_equal(v->report->routing.cap_count, 1);
    assert_int_equal(v->report->routing.caps[0].cap_pusd, 4000);
    assert_int_equal(v->report->routing.caps[0].spent_pusd, 750);
    assert_int_equal(ledger_bind(v->f.ledger, &part, true, &fail), ST_OK);
    look(v, &config);
    assert_int_equal(v->report->routing.caps[0].cap_pusd, 1000);
    says(v, "month              no cap");
    look(v, NULL);
    says(v, "month              cap not known");
}

static void a_ticket_tells_its_route_and_what_others_said(void **state)
{
    struct view *v = *state;
    struct ledger_reader *reader;
    struct lives l;
    struct fail fail;
    struct ledger_cmd *cmd = admit_cmd(&v->f, 0, "a");

    cmd->u.admit.items->route = SLICE_LIT("language=zh > chinese");
    run_command(&v->f, cmd);
    settle_compared(&v->f, call_for(&v->f, PURPOSE_SHADOW, "premium", 0, 1, 900), 0, 1, "other",
                    10); /* before the result */
    settle(&v->f, intent(&v->f, 0, 1, 900), 0, 1, CALL_ANSWERED, 200);
    settle_compared(&v->f, call_for(&v->f, PURPOSE_SHADOW, "premium", 0, 1, 900), 0, 1, "refund",
                    10);
    settle_compared(&v->f, call_for(&v->f, PURPOSE_GUARD, "budget", 0, 1, 900), 0, 1, "billing",
                    10);
    assert_int_equal(ledger_reader_open(v->f.path, &reader, &fail), ST_OK);
    assert_int_equal(lives_find(&reader, 1, SLICE_LIT("T-a"), &l, &fail), ST_OK);
    lives_text(&l, &v->text);
    buf_char(&v->text, '\0');
    says(v, "route           language=zh > chinese\n");
    says(v, "other, confidence 0.7: the result says billing\n");
    says(v, "refund, confidence 0.7: the result says billing\n");
    says(v, "billing, confidence 0.7: the same as the result\n");
    buf_clear(&v->text);
    lives_json(&l, &v->text);
    buf_char(&v->text, '\0');
    says(v, "\"route\":\"language=zh > chinese\"");
    says(v, "\"compared\":{\"category\":\"refund\",\"confidence\":0.7,\"result_category\":"
            "\"billing\"}");
    says(
        v,
        "\"compared\":{\"category\":\"other\",\"confidence\":0.7,\"result_category\":\"billing\"}");
    lives_deinit(&l);
    ledger_reader_close(reader);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(intervals_are_wilsons),
        TEST(the_largest_pack_that_is_surely_good_is_advised),
        TEST(pairs_without_a_price_count_for_agreement_only),
        TEST(time_that_two_outages_share_is_counted_once),
        TEST(the_oldest_pending_ticket_tells_when_it_leaves_the_topic),
        TEST(one_shard_alone_has_its_part_of_the_caps),
        TEST(a_ticket_tells_its_route_and_what_others_said),
    };
#undef TEST
    setenv("TZ", "UTC", 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
