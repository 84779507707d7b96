/* One model from the command line: what is taken from the configuration, what from the words. */
#include "config/offhand.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/slice.h"

static struct config *shipped(void)
{
    struct config *c;
    struct config_errors errors;
    if (config_built_in(&c, &errors) != ST_OK)
        fail_msg("%s", errors.v[0].text);
    return c;
}

static int no_keys(void **state)
{
    (void)state;
    unsetenv("GLOBAL_API_KEY");
    unsetenv("OPENAI_API_KEY");
    unsetenv("ANTHROPIC_API_KEY");
    unsetenv("GEMINI_API_KEY");
    return 0;
}

static const struct config_model *only_model(const struct config *c)
{
    assert_int_equal(c->tier_count, 1);
    assert_int_equal(c->route_count, 1);
    assert_int_equal(c->tiers[0].model_count, 1);
    assert_int_equal(c->routes[0].kind, WHEN_ALWAYS);
    assert_int_equal(c->shadow.from, -1);
    assert_int_equal(c->guard.percent, 0);
    return &c->models[c->tiers[0].models[0]];
}

static void a_known_model_brings_provider_price_and_settings(void **state)
{
    (void)state;
    struct config *c = shipped();
    struct fail fail;
    assert_int_equal(config_offhand(c, &(struct offhand){.model = "deepseek-v4-flash"}, &fail),
                     ST_OK);
    const struct config_model *m = only_model(c);
    assert_string_equal(c->providers[m->provider].name, "global-api");
    assert_int_equal(m->prices[0].input, 180000);
    assert_non_null(strstr(m->extra_body, "disabled"));
    config_free(c);
}

static void prices_of_the_command_line_replace_the_model_s(void **state)
{
    (void)state;
    struct config *c = shipped();
    struct fail fail;
    const struct offhand o = {.model = "gpt-4o", .price_in = "1.5", .price_out = "0.000001"};
    assert_int_equal(config_offhand(c, &o, &fail), ST_OK);
    const struct config_model *m = only_model(c);
    assert_int_equal(m->price_count, 1);
    assert_int_equal(m->prices[0].input, 1500000);
    assert_int_equal(m->prices[0].cached_input, 1500000);
    assert_int_equal(m->prices[0].output, 1);
    config_free(c);
}

static void a_model_at_a_url_needs_nothing_of_the_file(void **state)
{
    (void)state;
    struct config *c = shipped();
    struct fail fail;
    const struct offhand o = {.model = "org/name:7b",
                              .url = "http://127.0.0.1:8080/v1/chat/completions",
                              .price_in = "0.1",
                              .price_out = "0.2"};
    assert_int_equal(config_offhand(c, &o, &fail), ST_OK);
    const struct config_model *m = only_model(c);
    assert_string_equal(m->served_name, "org/name:7b");
    assert_int_equal(c->provider_count, 1);
    assert_string_equal(c->providers[m->provider].endpoints[0].url, "http://127.0.0.1:8080/v1");
    assert_null(c->providers[m->provider].key_env);
    assert_int_equal(m->prices[0].output, 200000);
    assert_int_equal(c->classification.category_count, 9); /* the file's */
    config_free(c);
}

static void a_known_model_at_another_url_keeps_its_settings(void **state)
{
    (void)state;
    struct config *c = shipped();
    struct fail fail;
    const struct offhand o = {.model = "deepseek-v4-flash", .url = "https://other.example/v1/"};
    assert_int_equal(config_offhand(c, &o, &fail), ST_OK);
    const struct config_model *m = only_model(c);
    assert_string_equal(c->providers[m->provider].name, "other.example");
    assert_string_equal(c->providers[m->provider].endpoints[0].url, "https://other.example/v1");
    assert_int_equal(m->prices[0].input, 180000);
    assert_non_null(strstr(m->extra_body, "disabled"));
    config_free(c);
}

static void the_key_s_variable_follows_the_host(void **state)
{
    (void)state;
    static const struct {
        const char *url, *said, *set, *wanted;
    } cases[] = {
        {"https://api.anthropic.com/v1", NULL, NULL, "ANTHROPIC_API_KEY"},
        {"https://API.openai.com/v1", NULL, NULL, "OPENAI_API_KEY"},
        {"https://else.example/v1", NULL, NULL, "OPENAI_API_KEY"},
        {"https://else.example/v1", "MY_KEY", NULL, "MY_KEY"},
        {"http://localhost:1/v1", NULL, NULL, NULL},
        {"http://localhost:1/v1", "MY_KEY", NULL, "MY_KEY"},
        {"http://localhost:1/v1", NULL, "OPENAI_API_KEY", "OPENAI_API_KEY"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct config *c = shipped();
        struct fail fail;
        const struct offhand o = {.model = "x", .url = cases[i].url, .key_env = cases[i].said};
        if (cases[i].set)
            setenv(cases[i].set, "k", 1);
        assert_int_equal(config_offhand(c, &o, &fail), ST_OK);
        const char *got = c->providers[0].key_env;
        if (cases[i].wanted)
            assert_string_equal(got, cases[i].wanted);
        else
            assert_null(got);
        no_keys(NULL);
        config_free(c);
    }
}

static void words_that_are_none_are_refused_by_their_option(void **state)
{
    (void)state;
    static const struct {
        struct offhand o;
        const char *says;
    } cases[] = {
        {{.model = "gpt-4"}, "--model: not one of (built in), did you mean gpt-4o"},
        {{.model = "x", .url = "http://else.example/v1"}, "--provider-url: http:// off loopback"},
        {{.model = "x", .url = "ftp://else.example/v1"}, "--provider-url: "},
        {{.model = "x", .url = "${HOME}"}, "--provider-url: "},
        {{.model = "x", .url = "https://a.example/v1?key=1"}, "--provider-url: "},
        {{.model = "a b", .url = "https://a.example/v1"}, "--model: "},
        {{.model = "x", .url = "https://a.example/v1", .key_env = "NOT-ONE"}, "--key-env: "},
        {{.model = "gpt-4o", .price_in = "1"}, "--price-in and --price-out go together"},
        {{.model = "gpt-4o", .price_in = "1", .price_out = "free"}, "--price-in, --price-out: "},
        {{.model = "gpt-4o", .price_in = "0.0000001", .price_out = "1"}, "--price-in"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct config *c = shipped();
        struct fail fail;
        assert_int_equal(config_offhand(c, &cases[i].o, &fail), ST_USAGE);
        if (strncmp(fail.text, cases[i].says, strlen(cases[i].says)) != 0)
            fail_msg("%zu: %s", i, fail.text);
        config_free(c);
    }
}

static void who_names_no_model_gets_one_whose_key_is_set(void **state)
{
    (void)state;
    static const struct {
        const char *key, *model;
    } cases[] = {{"GLOBAL_API_KEY", "deepseek-v4-flash"},
                 {"OPENAI_API_KEY", "gpt-4o-mini"},
                 {"ANTHROPIC_API_KEY", "claude-3.5-sonnet"},
                 {"GEMINI_API_KEY", "gemini-1.5-pro"}};
    struct config *c = shipped();
    assert_int_equal(config_offhand_model(c, -1), -1);
    for (size_t i = sizeof cases / sizeof *cases; i-- > 0;) { /* each before those set so far */
        setenv(cases[i].key, "k", 1);
        assert_string_equal(c->models[config_offhand_model(c, -1)].name, cases[i].model);
    }
    assert_string_equal(c->models[config_offhand_model(c, 1)].name, "gpt-4o-mini");
    no_keys(NULL);
    config_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_known_model_brings_provider_price_and_settings),
        cmocka_unit_test(prices_of_the_command_line_replace_the_model_s),
        cmocka_unit_test(a_model_at_a_url_needs_nothing_of_the_file),
        cmocka_unit_test(a_known_model_at_another_url_keeps_its_settings),
        cmocka_unit_test(the_key_s_variable_follows_the_host),
        cmocka_unit_test(words_that_are_none_are_refused_by_their_option),
        cmocka_unit_test(who_names_no_model_gets_one_whose_key_is_set),
    };
    return cmocka_run_group_tests(tests, no_keys, NULL);
}
