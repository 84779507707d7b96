/* Whole runs over several providers from a seed: tiers, routes, budgets, second opinions and an
 * hour to be done by, while endpoints, accounts and models fail; killed and started again until
 * all is done. What must hold is asked of the ledger, the topics and what the providers billed.
 *
 * SHOP_SEEDS (default 120) seeds from SHOP_FIRST (default 1); a failure names its seed.
 */
#include "support/sim_world.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/log.h"
#include "support/config_fixture.h"
#include "support/shop_config.h"

#define SECOND INT64_C(1000000)
#define DAY    (86400 * SECOND)
enum { LIVES_MAX = 60 };

/* --- what a seed decides ---------------------------------------------------------------------- */

static bool one_in(struct random *r, uint64_t n)
{
    return random_below(r, n) == 0;
}

static void put_tickets(struct sim_world *w)
{
    static const char *const extras[] = {"",
                                         "",
                                         "",
                                         ",\"plan\":\"paid\"",
                                         ",\"language\":\"zh\"",
                                         ",\"attachments\":[{\"type\":\"image/png\"}]"};
    int count = 20 + (int)random_below(&w->random, 80);
    for (int i = 0; i < count; i++) {
        char key[32], value[400];
        size_t extra = random_below(&w->random, 6);
        bool code = one_in(&w->random, 10);
        snprintf(key, sizeof key, "T-%d", i);
        snprintf(value, sizeof value,
                 "{\"ticket_id\":\"T-%d\",\"body\":\"ticket %d of seed %llu%s%s\"%s}", i, i,
                 (unsigned long long)w->seed, extra == 5 ? " PICTURE" : "",
                 code ? "\\n```c\\nint main(void) { return 0; }\\n```" : "", extras[extra]);
        fake_kafka_put(&w->kafka, (int)random_below(&w->random, SIM_PARTITIONS), key,
                       one_in(&w->random, 40) ? "{broken" : value);
    }
}

/* --- judging ---------------------------------------------------------------------------------- */

static int64_t ask(struct sim_world *w, const char *sql)
{
    sqlite3 *db;
    sqlite3_stmt *st;
    MUST(w, sqlite3_open_v2(w->ledger_path, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK);
    if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    MUST(w, sqlite3_step(st) == SQLITE_ROW);
    int64_t value = sqlite3_column_int64(st, 0);
    sqlite3_finalize(st);
    sqlite3_close(db);
    return value;
}

/* Settled, in doubt or under way, of the calls that fit `where`; and what was billed above bounds.
 */
static void judge_cap(struct sim_world *w, int64_t cap, const char *name, const char *where)
{
    char sql[600];
    if (cap == CONFIG_OFF)
        return;
    snprintf(sql, sizeof sql,
             "SELECT coalesce(max(0, sum(CASE state WHEN 0 THEN reserved_pusd ELSE min(cost_pusd, "
             "reserved_pusd) END)), 0) FROM call WHERE %s",
             where);
    int64_t spent = ask(w, sql);
    if (spent > cap)
        fail_msg("seed %llu, life %d: %s budget of %lld: %lld spent", (unsigned long long)w->seed,
                 w->lives, name, (long long)cap, (long long)spent);
}

#define CHAIN                                                                                      \
    "run > (SELECT coalesce(max(run), 0) FROM run WHERE exit_code IS NOT NULL AND exit_code <> 5"  \
    " AND run < (SELECT max(run) FROM run))"

static void judge_money(struct sim_world *w)
{
    const struct config *c = w->config;
    char where[400];
    judge_cap(w, c->budget.run_pusd, "run", CHAIN);
    judge_cap(w, c->budget.shadow_pusd, "shadow", "purpose >= 4 AND " CHAIN);
    for (int i = 0; i < c->tier_count; i++) {
        snprintf(where, sizeof where, "purpose < 4 AND tier = '%s' AND " CHAIN, c->tiers[i].name);
        judge_cap(w, c->tiers[i].budget_pusd, c->tiers[i].name, where);
    }
    judge_cap(w, c->budget.day_pusd, "day",
              "sent_unix_us / 86400000000 = (SELECT max(sent_unix_us) / 86400000000 FROM call)");
}

static void judge_bill(struct sim_world *w, int provider)
{
    char sql[300];
    const char *name = w->config->providers[provider].name;
    snprintf(sql, sizeof sql,
             "SELECT coalesce(sum(cost_pusd), 0) FROM call WHERE provider = '%s' AND state = 1",
             name);
    int64_t settled = ask(w, sql);
    snprintf(sql, sizeof sql,
             "SELECT coalesce(sum(cost_pusd), 0) * 13 / 10 FROM call WHERE provider = '%s'"
             " AND state = 3",
             name);
    int64_t doubt = ask(w, sql), bill = w->shop.accounts[provider].billed_pusd;
    snprintf(sql, sizeof sql, "SELECT count(*) FROM call WHERE provider = '%s' AND flags & 4",
             name);
    if (ask(w, sql) > 0)
        return;
    if (bill < settled || bill > settled + doubt)
        fail_msg("seed %llu, life %d: %s billed %lld, settled %lld, in doubt %lld",
                 (unsigned long long)w->seed, w->lives, name, (long long)bill, (long long)settled,
                 (long long)doubt);
}

/* After every life, however it ended. */
static void judge_life(struct sim_world *w)
{
    if (w->shop.wrong[0])
        fail_msg("seed %llu, life %d: %s", (unsigned long long)w->seed, w->lives, w->shop.wrong);
    judge_money(w);
    MUST(w, w->kafka.order_broken == 0);
    MUST(w, ask(w, "SELECT count(*) FROM ticket WHERE attempts > 4") == 0);
    MUST(w, ask(w, "SELECT count(*) FROM (SELECT c.cost_pusd AS a, sum(s.cost_pusd) AS b"
                   " FROM call c JOIN share s USING (call) GROUP BY call) WHERE a <> b") == 0);
    /* A ticket's own cost holds nothing of a comparison. */
    MUST(w, ask(w, "SELECT count(*) FROM ticket t WHERE cost_pusd <> (SELECT coalesce(sum("
                   "s.cost_pusd), 0) FROM share s JOIN call c USING (call) WHERE s.source ="
                   " t.source AND s.partition = t.partition AND s.offset = t.offset"
                   " AND c.state = 1 AND c.purpose < 4)") == 0);
    /* No answer that was good is paid for again. */
    MUST(w, ask(w, "SELECT count(*) FROM (SELECT 1 FROM share WHERE outcome = 0 GROUP BY source,"
                   " partition, offset HAVING count(*) > 1)") == 0);
    MUST(w, ask(w, "SELECT count(*) FROM (SELECT 1 FROM share WHERE outcome = 8 GROUP BY source,"
                   " partition, offset HAVING count(*) > 1)") == 0);
}

/* Every way to end has to have its reason. */
static void judge_exit(struct sim_world *w, int fallback)
{
    const bool *told = w->shop.told;
    const struct config *c = w->config;
    bool capped = c->budget.run_pusd != CONFIG_OFF || c->budget.day_pusd != CONFIG_OFF ||
                  c->tiers[0].budget_pusd != CONFIG_OFF;
    int code = w->exit_code;
    bool fine = code == 0 || code == fallback || (code == 4 && capped) ||
                (code == 6 && c->run.finish_by_minute >= 0) || (code == 7 && told[FAIL_MONEY]) ||
                (code == 77 && told[FAIL_KEY]) || (code == 78 && told[FAIL_CONFIG]) ||
                (code == 69 &&
                 (told[FAIL_REGION] || told[FAIL_THROTTLED] || told[FAIL_MONEY] || told[FAIL_KEY]));
    if (!fine)
        fail_msg("seed %llu, life %d: exit %d without a reason", (unsigned long long)w->seed,
                 w->lives, code);
}

static void judge_record(struct sim_world *w, const struct fake_record *r, bool faulty)
{
    char want[32];
    json *value, *result;
    MUST(w, r->published + r->dead == 1);
    if (r->dead) {
        MUST(w, faulty || strcmp(r->value, "{broken") == 0);
        return;
    }
    MUST(w, json_parse(slice_str(r->value), 16, &value) == ST_OK);
    MUST(w, json_parse(slice_str(r->result), 16, &result) == ST_OK);
    fake_summary(json_str(json_get(value, "body")), want);
    /* One that was cut may be answered, kept, and taken up again by a run that did not cut it. */
    bool cut = strstr(r->result, "text_cut") || (faulty && strstr(r->result, "confidence\":0.3"));
    MUST(w, cut || slice_eq(json_str(json_get(result, "summary")), slice_str(want)));
    json_free(value);
    json_free(result);
}

static void judge_end(struct sim_world *w, bool faulty)
{
    for (int p = 0; p < SIM_PARTITIONS; p++) {
        const struct fake_partition *part = &w->kafka.partitions[p];
        MUST(w, part->committed == part->count);
        for (int64_t i = 0; i < part->count; i++)
            judge_record(w, &part->v[i], faulty);
    }
    for (int p = 0; p < w->config->provider_count; p++)
        judge_bill(w, p);
    MUST(w, ask(w, "SELECT count(*) FROM call WHERE state = 0") == 0);
    MUST(w, ask(w, "SELECT count(*) FROM outage WHERE to_unix_us IS NULL") == 0);
    MUST(w, ask(w, "SELECT count(*) FROM outage a JOIN outage b USING (provider, endpoint)"
                   " WHERE a.outage < b.outage AND a.to_unix_us > b.from_unix_us") == 0);
}

/* --- seeds ------------------------------------------------------------------------------------ */

static void tell_to_stop(void *arg)
{
    mill_signal(((struct sim_world *)arg)->mill);
}

static void live_a_while(struct sim_world *w)
{
    switch (random_below(&w->random, 4)) {
    case 0:
        virtual_after(&w->time, (int64_t)random_below(&w->random, 40000000), tell_to_stop, w);
        sim_live(w, -1);
        judge_exit(w, 5);
        break;
    case 1:
        sim_live(w, -1);
        judge_exit(w, 0);
        break;
    default:
        if (sim_live(w, (int64_t)random_below(&w->random, 600)))
            judge_exit(w, 0);
    }
    judge_life(w);
}

/* A new day: caps of the day are open again, and the hour lies ahead. */
static void sleep_till_midnight(struct sim_world *w)
{
    int64_t now = VIRTUAL_EPOCH_US + w->time.now_us;
    w->time.now_us += DAY - now % DAY;
}

static void run_seed(uint64_t seed)
{
    struct sim_world w;
    struct buf text;
    struct random random;
    random_seed(&random, seed * 7919);
    buf_init(&text, 16384);
    shop_config_draw(&random, &text);
    buf_char(&text, '\0');
    sim_world_init_shop(&w, seed, text.p);
    buf_deinit(&text);
    put_tickets(&w);
    bool faulty = one_in(&w.random, 2);
    if (faulty)
        sim_draw_faults(&w);
    fake_shop_draw(&w.shop, &w.random);
    for (int i = (int)random_below(&w.random, 5); i > 0; i--)
        live_a_while(&w);
    sim_heal(&w);
    do {
        sim_live(&w, -1);
        judge_exit(&w, 0);
        judge_life(&w);
        MUST(&w, w.exit_code == 0 || w.exit_code == 4 || w.exit_code == 6);
        if (w.exit_code != 0)
            sleep_till_midnight(&w);
        MUST(&w, w.lives < LIVES_MAX);
    } while (w.exit_code != 0);
    judge_end(&w, faulty);
    sim_world_deinit(&w);
}

/* --- told on purpose -------------------------------------------------------------------------- */

#define STORY(routes, more)                                                                        \
    "kafka: {brokers: \"127.0.0.1:9092\"}\n"                                                       \
    "classification: {categories: {billing: money, other: the rest}}\n"                            \
    "run: {window: {tickets: 40, bytes: 1MiB}}\n"                                                  \
    "packing: {max_tickets: 4}\n"                                                                  \
    "providers:\n"                                                                                 \
    "  p: {endpoints: [{name: e, url: \"http://127.0.0.1:1/v1\"}], max_in_flight: 4}\n"            \
    "  q: {endpoints: [{name: e, url: \"http://127.0.0.1:2/v1\"}], max_in_flight: 4}\n"            \
    "models:\n"                                                                                    \
    "  a: {provider: p, price: {input: 0.18, output: 0.25}}\n"                                     \
    "  b: {provider: q, price: {input: 0.3, output: 0.5}}\n"                                       \
    "tiers: {cheap: [a], dear: [b]}\n"                                                             \
    "routes: [" routes "{tier: cheap}]\n" more

#define PAID "{when: {field: /plan, equals: paid}, tier: dear, otherwise: cheap}, "
#define GOLD "{when: {field: /plan, equals: gold}, tier: dear}, "

static int published(const struct sim_world *w, const char *with)
{
    int n = 0;
    for (int p = 0; p < SIM_PARTITIONS; p++)
        for (int64_t i = 0; i < w->kafka.partitions[p].count; i++) {
            const struct fake_record *r = &w->kafka.partitions[p].v[i];
            n += r->published == 1 && strstr(r->value, with) != NULL;
        }
    return n;
}

static void tickets_of_a_tier_that_is_gone_go_where_their_own_route_leads(void **state)
{
    struct sim_world w;
    (void)state;
    sim_world_init_shop(&w, 1, STORY(PAID GOLD, ""));
    shop_put_plans(&w, 60);
    w.shop.accounts[1].money_until_us = 0;
    sim_live(&w, -1);
    judge_life(&w);
    assert_int_equal(w.exit_code, 7); /* for those that may go nowhere else */
    assert_int_equal(w.end.dead, 0);
    assert_int_equal(published(&w, "gold"), 0);
    assert_true(published(&w, "paid") > 0);
    assert_true(published(&w, "none") > 0);
    sim_heal(&w);
    sim_live(&w, -1);
    assert_int_equal(w.exit_code, 0);
    assert_int_equal(published(&w, ""), 60);
    sim_world_deinit(&w);
}

static void a_route_with_another_tier_outlives_its_own(void **state)
{
    struct sim_world w;
    (void)state;
    sim_world_init_shop(&w, 1, STORY(PAID, ""));
    shop_put_plans(&w, 60);
    w.shop.accounts[1].money_until_us = 2 * SECOND;
    sim_live(&w, -1);
    judge_life(&w);
    assert_int_equal(w.exit_code, 0);
    assert_int_equal(published(&w, ""), 60);
    sim_world_deinit(&w);
}

/* What was published about every ticket, in the order of the input, without ids and times. */
static void verdicts(const char *more, bool broken_shadow, struct buf *out)
{
    struct sim_world w;
    sim_world_init_shop(&w, 1, more);
    shop_put_plans(&w, 60);
    w.shop.accounts[1].overcharges = true;
    if (broken_shadow)
        w.shop.gone[1] = true;
    sim_live(&w, -1);
    judge_life(&w);
    assert_int_equal(w.exit_code, 0);
    for (int p = 0; p < SIM_PARTITIONS; p++)
        for (int64_t i = 0; i < w.kafka.partitions[p].count; i++) {
            const char *r = w.kafka.partitions[p].v[i].result;
            const char *from = strstr(r, "\"ticket_id\""), *to = strstr(r, ",\"prompt_version\"");
            assert_true(from && to);
            buf_slice(out, slice_of(from, (size_t)(to - from)));
        }
    sim_world_deinit(&w);
}

static void a_mirror_changes_no_result(void **state)
{
    struct buf without, with, failing;
    (void)state;
    buf_init(&without, 1 << 20);
    buf_init(&with, 1 << 20);
    buf_init(&failing, 1 << 20);
    verdicts(STORY("", ""), false, &without);
    verdicts(STORY("", "shadow: {from: cheap, to: dear, percent: 60}\nguard: {percent: 50}\n"),
             false, &with);
    verdicts(STORY("", "shadow: {from: cheap, to: dear, percent: 60}\n"), true, &failing);
    assert_true(without.n > 60 * 50);
    assert_true(slice_eq(buf_view(&without), buf_view(&with)));
    assert_true(slice_eq(buf_view(&without), buf_view(&failing)));
    buf_deinit(&without);
    buf_deinit(&with);
    buf_deinit(&failing);
}

static void every_seed_keeps_every_promise(void **state)
{
    (void)state;
    sim_seeds("SHOP", 120, run_seed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tickets_of_a_tier_that_is_gone_go_where_their_own_route_leads),
        cmocka_unit_test(a_route_with_another_tier_outlives_its_own),
        cmocka_unit_test(a_mirror_changes_no_result),
        cmocka_unit_test(every_seed_keeps_every_promise),
    };
    log_init(STDERR_FILENO, true, LOG_ERROR + 1);
    setenv("TZ", "UTC", 1);
    return cmocka_run_group_tests(tests, config_folder_make, config_folder_remove);
}
