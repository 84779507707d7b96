/* Features that are not available yet, and the shipped file, which asks for none of them. */
#include "support/config_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/mem.h"

static void shipped_file_is_ready_to_run(void **state)
{
    struct config *c = config_of_file(SHIPPED, CONFIG_FOR_RUN);
    char *missing = config_missing(c);

    (void)state;
    assert_string_equal(missing, "");
    assert_int_equal(c->provider_count, 4);
    assert_int_equal(c->model_count, 11);
    assert_int_equal(c->route_count, 1);
    assert_string_equal(c->models[c->tiers[0].models[0]].name, "deepseek-v4-flash");
    assert_string_equal(c->models[c->tiers[0].models[1]].name, "qwen3-32b");
    mem_free(missing);
    config_free(c);
}

static void shipped_prompt_and_categories_are_the_built_in_ones(void **state)
{
    struct config *shipped = config_of_file(SHIPPED, CONFIG_FOR_RUN);
    struct config *built_in = config_of_text("", CONFIG_FOR_LEDGER);
    const struct config_classification *a = &shipped->classification;
    const struct config_classification *b = &built_in->classification;

    (void)state;
    assert_string_equal(a->prompt_text, b->prompt_text);
    assert_int_equal(a->category_count, b->category_count);
    for (int i = 0; i < a->category_count; i++) {
        assert_string_equal(a->categories[i].name, b->categories[i].name);
        assert_string_equal(a->categories[i].definition, b->categories[i].definition);
    }
    config_free(shipped);
    config_free(built_in);
}

/* Every example line of the shipped file must be one: taken in, the file still loads. Left out are
 * the prompt, whose path is relative, and only_provider, which contradicts the routes. */
static void examples_in_the_shipped_file_load(void **state)
{
    static char text[64 * 1024], taken[64 * 1024];
    FILE *f = fopen(SHIPPED, "r");
    size_t n = 0;

    (void)state;
    assert_non_null(f);
    text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
    fclose(f);
    for (char *line = text; *line;) {
        size_t length = strcspn(line, "\n") + 1, blanks = strspn(line, " ");
        bool example = strncmp(line + blanks, "#: ", 3) == 0;
        bool left_out = strncmp(line + blanks, "prompt: ", 8) == 0 ||
                        strncmp(line + blanks, "#: only_provider", 16) == 0;
        if (!left_out) {
            memcpy(taken + n, line, blanks);
            memcpy(taken + n + blanks, line + blanks + (example ? 3 : 0),
                   length - blanks - (example ? 3 : 0));
            n += length - (example ? 3 : 0);
        }
        line += length;
    }
    taken[n] = '\0';
    struct config *c = config_of_text(taken, CONFIG_FOR_RUN);
    assert_int_equal(c->route_count, 5);
    assert_int_equal(c->providers[0].endpoint_count, 4);
    assert_int_equal(c->tier_count, 4);
    assert_true(c->shadow.from >= 0);
    config_free(c);
}

static void only_what_the_file_asks_for_is_missed(void **state)
{
    static const struct {
        const char *more, *missing; /* NULL = nothing */
    } cases[] = {
        {"", NULL},
        {"redaction: {kinds: [email]}\n", "redaction.kinds: not available yet"},
        {"redaction: {patterns: {}}\n", NULL},
        {"redaction: {patterns: {a: b}}\n", "redaction.patterns: not available yet"},
        {"guard: {percent: 0}\n", NULL},
        {"guard: {percent: 1}\n", "guard.percent: not available yet"},
        {"shard: {fraction: 1.0}\n", NULL},
        {"shard: {fraction: 0.5}\n", "shard.fraction: not available yet"},
        {"ledger: {keep: {rows: 400d}}\n", NULL},
        {"ledger: {keep: {rows: 9600h}}\n", NULL},
        {"ledger: {keep: {rows: 1d}}\n", "ledger.keep.rows: not available yet"},
        {"admin: {listen: \"127.0.0.1:9464\"}\n", NULL},
        {"admin: {listen: null}\n", "admin.listen: not available yet"},
        {"admin: {listen: \"0.0.0.0:1\"}\n", "admin.listen: not available yet"},
        {"admin: {text_file: m}\n", "admin.text_file: not available yet"},
        {"admin: {push_url: \"https://h\"}\n", "admin.push_url: not available yet"},
        {"notify: {webhook: null}\n", NULL},
        {"notify: {webhook: \"https://h\"}\n", "notify.webhook: not available yet"},
        {"budget: {run: null, tiers: {}}\n", NULL},
        {"budget: null\n", NULL},
        {"budget: {run: 5}\n", "budget.run: not available yet"},
        {"budget: {tiers: {t: 5}}\n", "budget.tiers: not available yet"},
        {"shadow: null\n", NULL},
        {"run: {finish_by: null}\n", NULL},
        {"run: {finish_by: \"00:00\"}\n", "run.finish_by: not available yet"},
        {"classification: {escalate_below: null}\n", NULL},
        {"classification: {escalate_below: 0}\n", "classification.escalate_below: not available"},
        {"only_provider: p\n", NULL},
        {"retry_budget: {percent: 20, floor: 1, window: 1m}\n", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        char text[2048];
        snprintf(text, sizeof(text), "%s%s", SMALLEST, cases[i].more);
        struct config *c = config_of_text(text, CONFIG_FOR_RUN);
        char *missing = config_missing(c);
        if (!cases[i].missing)
            assert_string_equal(missing, "");
        else
            assert_non_null(strstr(missing, cases[i].missing));
        mem_free(missing);
        config_free(c);
    }
}

static void missing_features_of_providers_models_and_routes_are_told(void **state)
{
    static const struct {
        const char *provider, *model, *rest, *missing; /* NULL = nothing */
    } cases[] = {
        {"", "", "tiers: {t: [m]}\nroutes: [{tier: t}]\n", NULL},
        {", redaction: false", "", "tiers: {t: [m, n]}\nroutes: [{tier: t}]\n", NULL},
        {", redaction: true", "", "tiers: {t: [m]}\nroutes: [{tier: t}]\n", "redaction"},
        {", breaker: {window: 60s}", "", "tiers: {t: [m]}\nroutes: [{tier: t}]\n", NULL},
        {", breaker: {window: 61s}", "", "tiers: {t: [m]}\nroutes: [{tier: t}]\n",
         "breaker.window"},
        {", target: {p99: 3s}", "", "tiers: {t: [m]}\nroutes: [{tier: t}]\n", NULL},
        {", requests_per_minute: 0", "", "tiers: {t: [m]}\nroutes: [{tier: t}]\n", NULL},
        {", requests_per_minute: 1", "", "tiers: {t: [m]}\nroutes: [{tier: t}]\n",
         "requests_per_minute"},
        {"", ", price: {input: 1, output: 1, flex: 0.5}", "tiers: {t: [m]}\nroutes: [{tier: t}]\n",
         NULL},
        {"",
         ", price: {input: 1, output: 1, windows: [{from: \"01:00\", to: \"04:00\", input: 1, "
         "output: 1}]}",
         "tiers: {t: [m]}\nroutes: [{tier: t}]\n", NULL},
        {"", "", "tiers: {t: [m, o]}\nroutes: [{tier: t}]\n", "one provider"},
        {"", "", "tiers: {t: [m], u: [o]}\nroutes: [{tier: t, otherwise: u}]\nonly_provider: q\n",
         "only_provider: not available yet"},
        {"", "", "tiers: {t: [m], u: [m, o]}\nroutes: [{tier: t}]\n", NULL},
        {"", "", "tiers: {t: [m]}\nroutes: [{when: {code: true}, tier: t}, {tier: t}]\n",
         "routes: not available yet"},
        {"", "", "tiers: {t: [m], u: [n]}\nroutes: [{tier: t, otherwise: u}]\n", "otherwise"},
        {"", "", "tiers: {t: [m], u: [n]}\nroutes: [{tier: t, escalate: u}]\n", "escalate"},
        {"", "", "tiers: {t: [m], u: [n]}\nroutes: [{tier: t}]\nshadow: {from: t, to: u}\n",
         "shadow: not available yet"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        char text[2048];
        snprintf(text, sizeof(text),
                 "kafka: {brokers: b}\n"
                 "providers:\n"
                 "  p: {endpoints: [{url: \"https://h\"}]%s}\n"
                 "  q: {endpoints: [{url: \"https://h\"}]}\n"
                 "models: {m: {provider: p%s}, n: {provider: p}, o: {provider: q}}\n%s",
                 cases[i].provider, cases[i].model, cases[i].rest);
        struct config *c = config_of_text(text, CONFIG_FOR_RUN);
        char *missing = config_missing(c);
        if (!cases[i].missing)
            assert_string_equal(missing, "");
        else
            assert_non_null(strstr(missing, cases[i].missing));
        mem_free(missing);
        config_free(c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shipped_file_is_ready_to_run),
        cmocka_unit_test(shipped_prompt_and_categories_are_the_built_in_ones),
        cmocka_unit_test(examples_in_the_shipped_file_load),
        cmocka_unit_test(only_what_the_file_asks_for_is_missed),
        cmocka_unit_test(missing_features_of_providers_models_and_routes_are_told),
    };

    return cmocka_run_group_tests(tests, config_folder_make, config_folder_remove);
}
