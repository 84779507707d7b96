/* Right files: defaults, every form of value, references by name. */
#include "support/config_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/mem.h"

#define SECOND INT64_C(1000000)
#define DAY    (86400 * SECOND)

static void smallest_file_is_enough_for_a_run(void **state)
{
    struct config *c = config_of_text(SMALLEST, CONFIG_FOR_RUN);

    (void)state;
    assert_int_equal(c->provider_count, 1);
    assert_int_equal(c->models[0].provider, 0);
    assert_int_equal(c->tiers[0].models[0], 0);
    assert_int_equal(c->routes[0].tier, 0);
    assert_int_equal(c->routes[0].kind, WHEN_ALWAYS);
    assert_int_equal(c->routes[0].otherwise, -1);
    assert_int_equal(c->routes[0].escalate, -1);
    assert_string_equal(c->models[0].served_name, "m");
    assert_int_equal(c->models[0].price_count, 0);
    assert_string_equal(c->providers[0].endpoints[0].name, "main");
    assert_string_equal(c->providers[0].endpoints[0].url, "https://h.example/v1");
    config_free(c);
}

static void empty_file_is_enough_for_the_ledger_and_gives_all_defaults(void **state)
{
    struct config *c = config_of_text("", CONFIG_FOR_LEDGER);

    (void)state;
    assert_string_equal(c->time_zone, "UTC");
    assert_int_equal(c->only_provider, -1);
    assert_null(c->kafka.brokers);
    assert_string_equal(c->kafka.input_topic, "tickets");
    assert_string_equal(c->kafka.results_topic, "ticket-results");
    assert_string_equal(c->kafka.dead_letter_topic, "tickets-dlq");
    assert_string_equal(c->kafka.replay_topic, "tickets-replay");
    assert_null(c->kafka.runs_topic);
    assert_string_equal(c->kafka.group, "ticketmill");
    assert_true(c->kafka.transactional);
    assert_int_equal(c->kafka.property_count, 0);
    assert_string_equal(c->ticket.id, "/ticket_id");
    assert_string_equal(c->ticket.subject, "/subject");
    assert_string_equal(c->ticket.body, "/body");
    assert_string_equal(c->ticket.language, "/language");
    assert_int_equal(c->ticket.max_bytes, 256 * 1024);
    assert_int_equal(c->ticket.max_text_bytes, 32 * 1024);
    assert_int_equal(c->ledger.keep_raw_answers_us, 14 * DAY);
    assert_int_equal(c->ledger.keep_outbox_us, 3 * DAY);
    assert_int_equal(c->ledger.keep_rows_us, 400 * DAY);
    assert_null(c->classification.prompt_path);
    assert_non_null(strstr(c->classification.prompt_text, "{{categories}}"));
    assert_int_equal(c->classification.summary_chars, 200);
    assert_int_equal(c->classification.category_count, 9);
    assert_string_equal(c->classification.categories[8].name, "other");
    assert_int_equal(c->classification.review_below_ppm, 600000);
    assert_int_equal(c->classification.escalate_below_ppm, CONFIG_OFF);
    assert_int_equal(c->classification.reuse_us, 30 * DAY);
    assert_int_equal(c->packing.max_tickets, 10);
    assert_int_equal(c->packing.max_tokens, 6000);
    assert_int_equal(c->packing.max_bytes, 256 * 1024);
    assert_int_equal(c->packing.linger_us, SECOND / 5);
    assert_int_equal(c->packing.solo_above_tokens, 2000);
    assert_int_equal(c->run.stall_after_us, 900 * SECOND);
    assert_int_equal(c->run.shutdown_grace_us, 60 * SECOND);
    assert_int_equal(c->run.finish_by_minute, -1);
    assert_int_equal(c->run.max_dead_percent, 10);
    assert_int_equal(c->run.window_tickets, 20000);
    assert_int_equal(c->run.window_bytes, 64 << 20);
    assert_int_equal(c->shard_fraction_ppm, 1000000);
    assert_int_equal(c->retry_budget.percent, 10);
    assert_int_equal(c->retry_budget.floor, 10);
    assert_int_equal(c->retry_budget.window_us, 120 * SECOND);
    assert_int_equal(c->redaction.kinds, 0x7f);
    assert_int_equal(c->redaction.pattern_count, 0);
    assert_int_equal(c->budget.run_pusd, CONFIG_OFF);
    assert_int_equal(c->budget.day_pusd, CONFIG_OFF);
    assert_int_equal(c->budget.month_pusd, CONFIG_OFF);
    assert_int_equal(c->budget.shadow_pusd, CONFIG_OFF);
    assert_int_equal(c->shadow.from, -1);
    assert_int_equal(c->guard.percent, 1);
    assert_int_equal(c->guard.warn_below, 95);
    assert_string_equal(c->admin.listen, "127.0.0.1:9464");
    assert_null(c->admin.push_url);
    assert_null(c->admin.text_file);
    assert_null(c->notify.webhook);
    assert_null(c->notify.secret_env);
    assert_int_equal(c->notify.timeout_us, 10 * SECOND);
    assert_int_equal(c->notify.tries, 3);
    config_free(c);
}

static void defaults_of_provider_and_model_are_those_of_the_contract(void **state)
{
    struct config *c = config_of_text(SMALLEST, CONFIG_FOR_RUN);
    const struct config_provider *p = &c->providers[0];
    const struct config_model *m = &c->models[0];

    (void)state;
    assert_null(p->key_env);
    assert_null(p->key_file);
    assert_string_equal(p->key_header, "Authorization");
    assert_int_equal(p->header_count, 0);
    assert_false(p->plain_http);
    assert_null(p->ca_file);
    assert_null(p->proxy);
    assert_int_equal(p->connect_timeout_us, 5 * SECOND);
    assert_int_equal(p->timeout_us, 60 * SECOND);
    assert_int_equal(p->max_response_bytes, 8 << 20);
    assert_int_equal(p->max_in_flight, 64);
    assert_int_equal(p->requests_per_minute, 0);
    assert_int_equal(p->tokens_per_minute, 0);
    assert_int_equal(p->tries, 3);
    assert_int_equal(p->breaker.window_us, 60 * SECOND);
    assert_int_equal(p->breaker.min_calls, 5);
    assert_int_equal(p->breaker.failed_percent, 50);
    assert_int_equal(p->breaker.open_us, 30 * SECOND);
    assert_int_equal(p->breaker.open_max_us, 300 * SECOND);
    assert_int_equal(p->target.availability_ppm, 999000);
    assert_int_equal(p->target.p99_us, 2 * SECOND);
    assert_true(p->redaction);
    assert_null(m->service_tier);
    assert_int_equal(m->context_tokens, 128000);
    assert_int_equal(m->max_output_tokens, 4096);
    assert_int_equal(m->overhead_tokens, 64);
    assert_int_equal(m->reasoning_tokens, 0);
    assert_false(m->vision);
    assert_int_equal(m->json, JSON_MODE_OBJECT);
    assert_int_equal(m->temperature_ppm, 200000);
    assert_string_equal(m->token_param, "max_tokens");
    assert_string_equal(m->extra_body, "{}");
    assert_int_equal(c->tiers[0].budget_pusd, CONFIG_OFF);
    config_free(c);
}

static void texts_sizes_and_durations_are_read(void **state)
{
    struct config *c = config_of_file(FULL, CONFIG_FOR_RUN);

    (void)state;
    assert_string_equal(c->time_zone, "Europe/Berlin");
    assert_int_equal(c->only_provider, 1);
    assert_false(c->kafka.transactional);
    assert_string_equal(c->kafka.group, "g-1.2_3");
    assert_int_equal(c->kafka.property_count, 5);
    assert_string_equal(c->kafka.properties[0].name, "linger.ms");
    assert_string_equal(c->kafka.properties[0].value, "5");
    assert_string_equal(c->kafka.properties[1].value, "");
    assert_string_equal(c->kafka.properties[2].value, "true");
    assert_string_equal(c->kafka.properties[3].value, "hunter2");
    assert_string_equal(c->ticket.id, "/a~1b");
    assert_int_equal(c->ticket.max_bytes, 1 << 20);
    assert_int_equal(c->ticket.max_text_bytes, 100);
    assert_int_equal(c->ledger.keep_rows_us, 3650 * DAY);
    assert_int_equal(c->classification.category_count, 1);
    assert_string_equal(c->classification.categories[0].name, "only one");
    assert_string_equal(c->classification.categories[0].definition,
                        "A folded definition of two lines");
    assert_int_equal(c->classification.review_below_ppm, 1000000);
    assert_int_equal(c->classification.escalate_below_ppm, 1);
    assert_int_equal(c->classification.reuse_us, 0);
    assert_int_equal(c->packing.max_tokens, 12345);
    assert_int_equal(c->run.finish_by_minute, 6 * 60 + 5);
    assert_int_equal(c->run.window_bytes, INT64_C(1) << 30);
    assert_int_equal(c->shard_fraction_ppm, 250000);
    assert_int_equal(c->retry_budget.window_us, 90 * SECOND);
    assert_int_equal(c->redaction.kinds, 1 << 4 | 1 << 0);
    assert_string_equal(c->redaction.patterns[0].value, "A-\\d+");
    assert_int_equal(c->budget.run_pusd, INT64_C(5000000000000));
    assert_int_equal(c->budget.day_pusd, 1);
    assert_int_equal(c->tiers[0].budget_pusd, CONFIG_OFF);
    assert_int_equal(c->tiers[1].budget_pusd, INT64_C(3000000000000));
    assert_int_equal(c->shadow.from, 1);
    assert_int_equal(c->shadow.to, 0);
    assert_true(c->shadow.replace);
    assert_string_equal(c->notify.webhook, "https://hooks.example/hunter2");
    config_free(c);
}

static void providers_are_read(void **state)
{
    struct config *c = config_of_file(FULL, CONFIG_FOR_RUN);
    const struct config_provider *near = &c->providers[0], *far = &c->providers[1];

    (void)state;
    assert_int_equal(c->provider_count, 2);
    assert_string_equal(near->name, "near");
    assert_int_equal(near->endpoint_count, 2);
    assert_string_equal(near->endpoints[0].url, "http://127.0.0.9:1/v1");
    assert_string_equal(near->endpoints[1].name, "six");
    assert_int_equal(near->endpoints[1].order, 2);
    assert_int_equal(near->endpoints[1].weight, 3);
    assert_string_equal(near->key_env, "NEAR_KEY");
    assert_string_equal(near->proxy, "socks5h://user:hunter2@proxy.example:1080");
    assert_string_equal(far->key_header, "api-key");
    assert_int_equal(far->header_count, 2);
    assert_string_equal(far->headers[1].value, "5");
    assert_true(far->plain_http);
    assert_int_equal(far->connect_timeout_us, 10000);
    assert_int_equal(far->max_response_bytes, 1024);
    assert_int_equal(far->max_in_flight, 10000);
    assert_int_equal(far->target.availability_ppm, 999500);
    assert_int_equal(far->target.p99_us, 1500000);
    assert_int_equal(far->breaker.open_max_us, SECOND);
    assert_false(far->redaction);
    config_free(c);
}

static void models_and_their_prices_are_read(void **state)
{
    struct config *c = config_of_file(FULL, CONFIG_FOR_RUN);
    const struct config_model *big = &c->models[0], *small = &c->models[1];
    const struct config_price *p = big->prices;

    (void)state;
    assert_int_equal(big->provider, 1);
    assert_string_equal(big->served_name, "big");
    assert_int_equal(big->price_count, 3);
    assert_true(p[0].from_unix_us == INT64_MIN);
    assert_int_equal(p[0].input, 2500000);
    assert_int_equal(p[0].cached_input, 2500000); /* left out: as dear as input */
    assert_int_equal(p[0].cache_write, 2500000);
    assert_int_equal(p[0].flex_ppm, 1000000);
    assert_true(p[1].from_unix_us == INT64_C(1798761600) * SECOND); /* date -ud 2027-01-01 +%s */
    assert_int_equal(p[1].cached_input, 1);
    assert_int_equal(p[1].flex_ppm, 500000);
    assert_int_equal(p[1].window_count, 2);
    assert_int_equal(p[1].windows[0].from_minute, 22 * 60);
    assert_int_equal(p[1].windows[0].to_minute, 4 * 60);
    assert_int_equal(p[1].windows[0].weekdays, 1 << 6 | 1 << 0);
    assert_int_equal(p[1].windows[0].cache_write, 1000000);
    assert_int_equal(p[1].windows[1].weekdays, 0x7f);
    assert_true(p[2].from_unix_us == INT64_C(1811853000) * SECOND);
    assert_string_equal(big->service_tier, "flex");
    assert_int_equal(big->temperature_ppm, CONFIG_OFF);
    assert_int_equal(big->json, JSON_MODE_SCHEMA);
    assert_string_equal(big->extra_body,
                        "{\"api_key\":\"hunter2\",\"$${x}\":\"${y}\",\"a\":1,\"b\":[true,null,"
                        "-0.5e3],\"c d\":{\"e\":\"f\\\"g\"},\"h\":\"no\",\"i\":\"5\",\"j\":null}");
    assert_int_equal(small->json, JSON_MODE_NONE);
    assert_int_equal(small->temperature_ppm, 0);
    assert_int_equal(small->prices[0].output, 250000);
    assert_string_equal(small->served_name, "small");
    config_free(c);
}

static void routes_are_read(void **state)
{
    struct config *c = config_of_file(FULL, CONFIG_FOR_RUN);
    const struct config_route *r = c->routes;

    (void)state;
    assert_int_equal(c->tiers[0].model_count, 2);
    assert_int_equal(c->tiers[0].models[0], 1);
    assert_int_equal(c->tiers[0].models[1], 0);
    assert_int_equal(c->route_count, 11);
    assert_int_equal(r[0].kind, WHEN_LANGUAGE);
    assert_int_equal(r[0].value_count, 2);
    assert_string_equal(r[0].values[1], "pt-BR");
    assert_int_equal(r[0].otherwise, 0);
    assert_string_equal(r[1].values[0], "de");
    assert_int_equal(r[2].kind, WHEN_CODE);
    assert_false(r[2].truth);
    assert_int_equal(r[3].kind, WHEN_IMAGE);
    assert_true(r[3].truth);
    assert_int_equal(r[4].kind, WHEN_BYTES);
    assert_int_equal(r[4].greater_than, 8192);
    assert_int_equal(r[5].kind, WHEN_FIELD);
    assert_int_equal(r[5].op, OP_EQUALS);
    assert_string_equal(r[5].field, "/customer/plan");
    assert_string_equal(r[5].values[0], "paid");
    assert_string_equal(r[6].values[0], "5");
    assert_int_equal(r[7].op, OP_IN);
    assert_int_equal(r[7].value_count, 3);
    assert_string_equal(r[7].values[1], "true");
    assert_int_equal(r[8].op, OP_REGEX);
    assert_string_equal(r[8].values[0], "^x[${]2");
    assert_int_equal(r[9].op, OP_GREATER);
    assert_int_equal(r[9].greater_than, -10);
    assert_int_equal(r[10].kind, WHEN_ALWAYS);
    assert_int_equal(r[10].escalate, 1);
    config_free(c);
}

static void limit_that_is_left_out_gives_way(void **state)
{
    struct config *c = config_of_text(
        "providers:\n"
        "  a: {endpoints: [{url: \"https://h\"}], timeout: 2s, breaker: {open: 6m}}\n"
        "  b: {endpoints: [{url: \"https://h\"}], connect_timeout: 2m, breaker: {open_max: 1s}}\n"
        "models:\n"
        "  a: {provider: a, context_tokens: 2000}\n"
        "  b: {provider: a, max_output_tokens: 200_000}\n",
        CONFIG_FOR_LEDGER);

    (void)state;
    assert_int_equal(c->providers[0].connect_timeout_us, 2 * SECOND);
    assert_int_equal(c->providers[0].timeout_us, 2 * SECOND);
    assert_int_equal(c->providers[0].breaker.open_max_us, 360 * SECOND);
    assert_int_equal(c->providers[1].timeout_us, 120 * SECOND);
    assert_int_equal(c->providers[1].breaker.open_us, SECOND);
    assert_int_equal(c->models[0].max_output_tokens, 2000);
    assert_int_equal(c->models[1].context_tokens, 200000);
    config_free(c);
}

static void file_that_spells_out_most_keys_loads(void **state)
{
    struct config *c = config_of_file("tests/data/config/usual.yaml", CONFIG_FOR_RUN);

    (void)state;
    assert_int_equal(c->route_count, 2);
    assert_int_equal(c->shadow.from, 1);
    assert_int_equal(c->classification.category_count, 2);
    assert_int_equal(c->models[0].prices[0].output, 250000);
    config_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(smallest_file_is_enough_for_a_run),
        cmocka_unit_test(empty_file_is_enough_for_the_ledger_and_gives_all_defaults),
        cmocka_unit_test(defaults_of_provider_and_model_are_those_of_the_contract),
        cmocka_unit_test(texts_sizes_and_durations_are_read),
        cmocka_unit_test(providers_are_read),
        cmocka_unit_test(models_and_their_prices_are_read),
        cmocka_unit_test(routes_are_read),
        cmocka_unit_test(limit_that_is_left_out_gives_way),
        cmocka_unit_test(file_that_spells_out_most_keys_loads),
    };

    return cmocka_run_group_tests(tests, config_folder_make, config_folder_remove);
}
