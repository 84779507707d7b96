/* Tiers that end in the middle of a run, each story told on purpose: what can still be served is,
 * the run does not wait for what cannot come, and throttling is nobody's fault.
 */
#include "support/sim_world.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "support/config_fixture.h"
#include "support/shop_config.h"

#define SECOND INT64_C(1000000)

enum { P, Q };

#define STORY(window, tiers, routes)                                                               \
    "kafka: {brokers: \"127.0.0.1:9092\"}\n"                                                       \
    "classification: {categories: {billing: money, other: the rest}}\n"                            \
    "run: {window: {tickets: " window ", bytes: 1MiB}}\n"                                          \
    "packing: {max_tickets: 4}\n"                                                                  \
    "guard: {percent: 0}\n"                                                                        \
    "providers:\n"                                                                                 \
    "  p: {endpoints: [{name: e, url: \"http://127.0.0.1:1/v1\"}], max_in_flight: 4}\n"            \
    "  q: {endpoints: [{name: e, url: \"http://127.0.0.1:2/v1\"}], max_in_flight: 4}\n"            \
    "models:\n"                                                                                    \
    "  a: {provider: p, context_tokens: 4000, price: {input: 0.18, output: 0.25}}\n"               \
    "  b: {provider: q, price: {input: 0.3, output: 0.5}}\n"                                       \
    "tiers: {" tiers "}\n"                                                                         \
    "routes: [" routes "{tier: cheap}]\n"

#define PAID "{when: {field: /plan, equals: paid}, tier: dear, otherwise: cheap}, "
#define GOLD "{when: {field: /plan, equals: gold}, tier: dear}, "

static void put(struct sim_world *w, int n, const char *plan, size_t bytes)
{
    char value[20000], filler[16000];
    memset(filler, 'x', sizeof filler);
    for (size_t i = 5; i < sizeof filler; i += 6)
        filler[i] = ' ';
    snprintf(value, sizeof value, "{\"ticket_id\":\"T-%d\",\"body\":\"%d %.*s\",\"plan\":\"%s\"}",
             n, n, (int)bytes, filler, plan);
    fake_kafka_put(&w->kafka, 0, "k", value);
}

static int published(const struct sim_world *w, const char *plan)
{
    int n = 0;
    for (int64_t i = 0; i < w->kafka.partitions[0].count; i++) {
        const struct fake_record *r = &w->kafka.partitions[0].v[i];
        n += r->published == 1 && strstr(r->value, plan) != NULL;
    }
    return n;
}

static int64_t calls(struct sim_world *w, const char *where)
{
    char sql[200];
    sqlite3 *db;
    sqlite3_stmt *st;
    snprintf(sql, sizeof sql, "SELECT count(*) FROM call WHERE %s", where);
    MUST(w, sqlite3_open_v2(w->ledger_path, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK);
    MUST(w, sqlite3_prepare_v2(db, sql, -1, &st, NULL) == SQLITE_OK);
    MUST(w, sqlite3_step(st) == SQLITE_ROW);
    int64_t n = sqlite3_column_int64(st, 0);
    sqlite3_finalize(st);
    sqlite3_close(db);
    return n;
}

/* The last one is read when its tier is known to be gone and no call will end any more. */
static void a_ticket_that_comes_late_still_goes_where_its_route_leads(void **state)
{
    struct sim_world w;
    (void)state;
    sim_world_init_shop(&w, 1, STORY("3", "cheap: [a], dear: [b]", PAID GOLD));
    put(&w, 0, "gold", 10);
    put(&w, 1, "gold", 10);
    put(&w, 2, "none", 10);
    put(&w, 3, "paid", 10);
    w.shop.accounts[Q].money_until_us = 0;
    w.shop.sites[P][0] = (struct fake_site){.fate = FATE_SLOW, .until_us = INT64_MAX};
    sim_live(&w, -1);
    assert_int_equal(w.exit_code, 7); /* for the two */
    assert_int_equal(published(&w, "none"), 1);
    assert_int_equal(published(&w, "paid"), 1);
    assert_int_equal(w.end.dead, 0);
    sim_world_deinit(&w);
}

/* One ticket fits only the model whose account is empty. */
static void what_fits_only_a_model_that_is_off_is_not_waited_for(void **state)
{
    struct sim_world w;
    (void)state;
    sim_world_init_shop(&w, 1, STORY("40", "cheap: [b, a]", ""));
    int64_t began_us = w.time.now_us;
    for (int i = 0; i < 20; i++)
        put(&w, i, "none", i == 10 ? 15000 : 10);
    w.shop.accounts[Q].money_until_us = 0;
    sim_live(&w, -1);
    assert_int_equal(w.exit_code, 7);
    assert_int_equal(published(&w, "none"), 19);
    assert_int_equal(w.end.dead, 0);
    assert_true(w.time.now_us - began_us < w.config->run.stall_after_us);
    sim_heal(&w);
    sim_live(&w, -1);
    assert_int_equal(w.exit_code, 0);
    assert_int_equal(published(&w, "none"), 20);
    sim_world_deinit(&w);
}

/* Packs of a provider that throttles stay packs, whatever another one answers meanwhile. */
static void throttling_parts_no_pack(void **state)
{
    struct sim_world w;
    (void)state;
    sim_world_init_shop(&w, 1, STORY("100", "cheap: [a], dear: [b]", GOLD));
    for (int i = 0; i < 60; i++)
        put(&w, i, i % 2 ? "gold" : "none", 10);
    w.shop.sites[Q][0] = (struct fake_site){
        .fate = FATE_THROTTLES, .until_us = 120 * SECOND, .retry_after_us = SECOND};
    sim_live(&w, -1);
    assert_int_equal(w.exit_code, 0);
    assert_true(calls(&w, "http_status = 429 AND attempt >= 3") > 0);
    assert_int_equal(calls(&w, "purpose <> 0"), 0);
    sim_world_deinit(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_ticket_that_comes_late_still_goes_where_its_route_leads),
        cmocka_unit_test(what_fits_only_a_model_that_is_off_is_not_waited_for),
        cmocka_unit_test(throttling_parts_no_pack),
    };
    log_init(STDERR_FILENO, true, LOG_ERROR + 1);
    return cmocka_run_group_tests(tests, config_folder_make, config_folder_remove);
}
