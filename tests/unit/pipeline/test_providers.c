/* Which model is asked where, time moved by hand: order, weight, trouble of every kind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs the above */
#include <cmocka.h>

#include "pipeline/providers.h"
#include "support/config_fixture.h"

#define SECOND INT64_C(1000000)
#define START  (1000 * SECOND)

static const char text[] =
    "kafka: {brokers: \"127.0.0.1:9092\"}\n"
    "classification: {categories: {billing: money, other: the rest}}\n"
    "providers:\n"
    "  p:\n"
    "    endpoints:\n"
    "      - {name: heavy, url: \"http://127.0.0.1:1/v1\", order: 1, weight: 3}\n"
    "      - {name: light, url: \"http://127.0.0.1:2/v1\", order: 1, weight: 1}\n"
    "      - {name: spare, url: \"http://127.0.0.1:3/v1\", order: 2}\n"
    "    max_in_flight: 4\n"
    "    breaker: {window: 60s, min_calls: 2, failed_percent: 50, open: 10s, open_max: 10s}\n"
    "  q:\n"
    "    endpoints: [{name: only, url: \"http://127.0.0.1:4/v1\"}]\n"
    "    max_in_flight: 100\n"
    "    requests_per_minute: 60\n"
    "models: {a: {provider: p}, b: {provider: p}, c: {provider: q}}\n"
    "tiers: {t: [a, b, c]}\n"
    "routes: [{tier: t}]\n";

enum { A, B, C };
enum { HEAVY, LIGHT, SPARE };
static const int models[] = {A, B, C};
static struct config *config;
static struct providers p;
static struct random rng;

static int set_up(void **state)
{
    (void)state;
    config = config_of_text(text, CONFIG_FOR_RUN);
    providers_init(&p, config, START);
    random_seed(&rng, 1);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    providers_deinit(&p);
    config_free(config);
    return 0;
}

static struct endpoint *endpoint(int index)
{
    return &p.accounts[0].endpoints[index];
}

static void kill(struct endpoint *e, int64_t now)
{
    for (int i = 0; i < 4 && e->breaker.state == BREAKER_CLOSED; i++)
        (void)breaker_failed(&e->breaker, now, now, &rng);
}

static void kill_all_of_p(void)
{
    for (int i = HEAVY; i <= SPARE; i++)
        kill(endpoint(i), START);
}

/* A pick from the models, as seen at START. */
static struct pick any(void)
{
    return (struct pick){.models = models, .count = 3};
}

static void wants(const struct pick *pick, int64_t now, int model, int index)
{
    struct picked_place out;
    int64_t at;
    assert_int_equal(providers_pick(&p, pick, now, &out, &at), PICK_READY);
    assert_int_equal(out.model, model);
    assert_int_equal(out.place->endpoint->index, index);
}

static int64_t waits(const struct pick *pick, int64_t now)
{
    struct picked_place out;
    int64_t at = 0;
    assert_int_equal(providers_pick(&p, pick, now, &out, &at), PICK_WAIT);
    assert_true(at > now);
    return at;
}

static void never(const struct pick *pick)
{
    struct picked_place out;
    int64_t at;
    assert_int_equal(providers_pick(&p, pick, START, &out, &at), PICK_NEVER);
}

static void enter(const struct pick *pick, int64_t now, struct picked_place *out)
{
    int64_t at;
    assert_int_equal(providers_pick(&p, pick, now, out, &at), PICK_READY);
    providers_enter(&p, out, pick->tokens, now);
}

static void endpoints_of_one_order_share_by_weight(void **state)
{
    int count[3] = {0};
    struct pick pick = any();
    (void)state;
    for (int i = 0; i < 400; i++) {
        struct picked_place out;
        enter(&pick, START + i, &out);
        count[out.place->endpoint->index]++;
        providers_leave(&p, &out, 0, 0, START + i);
    }
    assert_int_equal(count[HEAVY], 300);
    assert_int_equal(count[LIGHT], 100);
    assert_int_equal(count[SPARE], 0);
}

static void one_that_was_down_does_not_catch_up_more_than_a_round(void **state)
{
    int light = 0;
    struct pick pick = any();
    (void)state;
    for (int i = 0; i < 200; i++) {
        struct picked_place out;
        endpoint(LIGHT)->parked_until_us = START + 100;
        enter(&pick, START + i, &out);
        light += i >= 100 && i < 120 && out.place->endpoint->index == LIGHT;
        providers_leave(&p, &out, 0, 0, START + i);
    }
    assert_in_range(light, 5, 6);
}

static void a_busy_endpoint_is_waited_for_not_passed_over(void **state)
{
    struct pick pick = any();
    (void)state;
    for (int i = HEAVY; i <= LIGHT; i++)
        gate_pause(&p.offers[A].places[i].gate, START + 5 * SECOND);
    assert_int_equal(waits(&pick, START), START + 5 * SECOND);
    wants(&pick, START + 5 * SECOND, A, HEAVY);
}

static void trouble_moves_on_by_order_and_then_by_model(void **state)
{
    struct pick pick = any();
    (void)state;
    wants(&pick, START, A, HEAVY);
    kill(endpoint(HEAVY), START);
    wants(&pick, START, A, LIGHT);
    endpoint(LIGHT)->parked_until_us = START + SECOND;
    wants(&pick, START, A, SPARE);
    pick.avoid = UINT64_C(1) << endpoint(SPARE)->number;
    wants(&pick, START, C, 0); /* b stands at the same endpoints */
    endpoint(LIGHT)->parked_until_us = 0;
    wants(&pick, START, A, LIGHT);
}

static void what_is_off_is_never_asked(void **state)
{
    struct pick pick = any(), first = any();
    (void)state;
    first.first_only = true;
    endpoint(HEAVY)->off = FAIL_REGION;
    wants(&pick, START, A, LIGHT);
    p.offers[A].off = true;
    wants(&pick, START, B, LIGHT);
    never(&first);
    p.accounts[0].off = FAIL_MONEY;
    wants(&pick, START, C, 0);
    p.accounts[1].endpoints[0].off = FAIL_REGION;
    never(&pick);
    assert_false(providers_usable(&p, C));
}

static void those_before_the_first_come_only_when_none_behind_is_usable(void **state)
{
    struct pick pick = any();
    (void)state;
    pick.first = 2;
    wants(&pick, START, C, 0);
    p.accounts[1].endpoints[0].parked_until_us = START + SECOND;
    assert_int_equal(waits(&pick, START), START + SECOND);
    p.offers[C].off = true;
    wants(&pick, START, A, HEAVY);
    pick.first_only = true;
    never(&pick);
}

static void skipped_models_are_left_out(void **state)
{
    struct pick pick = any();
    (void)state;
    pick.skip = 1u << A | 1u << B;
    wants(&pick, START, C, 0);
    pick.skip |= 1u << C;
    never(&pick);
}

static void when_everything_is_down_one_probe_goes_after_a_short_while(void **state)
{
    struct pick pick = any();
    struct picked_place out;
    (void)state;
    pick.count = 2;
    kill_all_of_p();
    int64_t at = waits(&pick, START);
    assert_int_equal(at, START + SECOND / 2);
    enter(&pick, at, &out);
    assert_int_equal(out.place->endpoint->index, HEAVY);
    enter(&pick, at, &out); /* one at each */
    assert_int_equal(out.place->endpoint->index, LIGHT);
    enter(&pick, at, &out);
    assert_int_equal(out.place->endpoint->index, SPARE);
    assert_int_equal(waits(&pick, at), INT64_MAX); /* all of them are being probed */
    assert_true(breaker_ok(&out.place->endpoint->breaker, at, at + 1));
    providers_leave(&p, &out, 0, 0, at + 1);
    wants(&pick, at + 1, A, SPARE);
}

static void another_model_spares_the_dead_one_its_early_probes(void **state)
{
    struct pick pick = any();
    (void)state;
    kill_all_of_p();
    wants(&pick, START + 2 * SECOND, C, 0);
    wants(&pick, START + 11 * SECOND, A, HEAVY); /* its open time is over */
}

static void a_parked_endpoint_is_not_even_probed(void **state)
{
    struct pick pick = any();
    (void)state;
    pick.count = 2;
    for (int i = HEAVY; i <= SPARE; i++)
        endpoint(i)->parked_until_us = START + (200 + i) * SECOND;
    assert_int_equal(waits(&pick, START), START + 200 * SECOND);
    wants(&pick, START + 200 * SECOND, A, HEAVY);
}

static void what_failed_the_work_is_asked_again_when_nobody_else_is_there(void **state)
{
    struct pick pick = any();
    (void)state;
    pick.count = 1;
    pick.avoid = UINT64_MAX;
    wants(&pick, START, A, HEAVY);
}

static void an_account_takes_so_many_calls_over_all_its_models(void **state)
{
    struct pick pick = any(), b = any();
    struct picked_place in[4];
    (void)state;
    b.first = 1;
    for (int i = 0; i < 4; i++)
        enter(i % 2 ? &pick : &b, START, &in[i]);
    assert_int_equal(waits(&pick, START), INT64_MAX);
    assert_int_equal(waits(&b, START), INT64_MAX);
    providers_leave(&p, &in[0], 0, 0, START);
    wants(&pick, START, A, HEAVY);
    for (int i = 1; i < 4; i++)
        providers_leave(&p, &in[i], 0, 0, START);
    assert_int_equal(p.accounts[0].in_flight, 0);
    assert_int_equal(p.offers[A].in_flight + p.offers[B].in_flight, 0);
}

static void an_accounts_pace_holds_its_calls(void **state)
{
    struct pick pick = any();
    struct picked_place out;
    (void)state;
    pick.first = 2;
    pick.first_only = true;
    enter(&pick, START, &out); /* 60 a minute: not quite two at once */
    int64_t at = waits(&pick, START);
    assert_in_range(at, START + 1, START + SECOND / 10);
    enter(&pick, at, &out);
    assert_in_range(waits(&pick, at), at + SECOND, at + SECOND * 11 / 10);
}

static void a_held_model_waits_until_its_calls_have_ended(void **state)
{
    struct pick pick = any();
    struct picked_place one, two;
    (void)state;
    enter(&pick, START, &one);
    enter(&pick, START, &two);
    p.offers[A].held = true;
    assert_int_equal(waits(&pick, START), INT64_MAX);
    providers_leave(&p, &one, 0, 0, START);
    assert_int_equal(waits(&pick, START), INT64_MAX);
    providers_leave(&p, &two, 0, 0, START);
    wants(&pick, START, A, LIGHT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(endpoints_of_one_order_share_by_weight),
        TEST(one_that_was_down_does_not_catch_up_more_than_a_round),
        TEST(a_busy_endpoint_is_waited_for_not_passed_over),
        TEST(trouble_moves_on_by_order_and_then_by_model),
        TEST(what_is_off_is_never_asked),
        TEST(those_before_the_first_come_only_when_none_behind_is_usable),
        TEST(skipped_models_are_left_out),
        TEST(when_everything_is_down_one_probe_goes_after_a_short_while),
        TEST(another_model_spares_the_dead_one_its_early_probes),
        TEST(a_parked_endpoint_is_not_even_probed),
        TEST(what_failed_the_work_is_asked_again_when_nobody_else_is_there),
        TEST(an_account_takes_so_many_calls_over_all_its_models),
        TEST(an_accounts_pace_holds_its_calls),
        TEST(a_held_model_waits_until_its_calls_have_ended),
    };
    return cmocka_run_group_tests(tests, config_folder_make, config_folder_remove);
}
