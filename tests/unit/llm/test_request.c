/* Bodies of calls, byte by byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/json.h"
#include "llm/request.h"

static struct config_category categories[] = {{"billing", "money"}, {"a \"b\"", "odd"}};

static struct config_model plain_model(void)
{
    return (struct config_model){.name = "m",
                                 .served_name = "served-m",
                                 .json = JSON_MODE_NONE,
                                 .temperature_ppm = 200000,
                                 .token_param = "max_tokens",
                                 .extra_body = "{}"};
}

/* Builds with system "S\n" and user {"t":1}; checks that it is JSON. */
static struct buf build(struct config_model *model, int64_t summary_chars)
{
    struct config config = {.models = model, .model_count = 1};
    struct llm_template *t;
    struct fail fail;
    struct buf out;
    json *doc;
    config.classification.categories = categories;
    config.classification.category_count = 2;
    config.classification.summary_chars = summary_chars;
    assert_int_equal(llm_template_new(&config, 0, SLICE_LIT("S\n"), &t, &fail), ST_OK);
    buf_init(&out, 100000);
    llm_request_build(t, SLICE_LIT("{\"t\":1}"), 300, &out);
    llm_template_free(t);
    assert_int_equal(json_parse(buf_view(&out), JSON_MAX_DEPTH, &doc), ST_OK);
    json_free(doc);
    return out;
}

static void check(struct config_model *model, int64_t summary_chars, const char *want)
{
    struct buf got = build(model, summary_chars);
    assert_string_equal(got.p, want);
    buf_deinit(&got);
}

#define MESSAGES                                                                                   \
    "{\"model\":\"served-m\",\"messages\":[{\"role\":\"system\",\"content\":\"S\\n\"},"            \
    "{\"role\":\"user\",\"content\":\"{\\\"t\\\":1}\"}]"

static void a_stream_asks_for_its_usage(void **state)
{
    (void)state;
    struct config_model m = plain_model();
    struct config config = {.models = &m, .model_count = 1};
    struct llm_template *t;
    struct fail fail;
    struct buf out;
    assert_int_equal(llm_template_new_stream(&config, 0, SLICE_LIT("S\n"), &t, &fail), ST_OK);
    buf_init(&out, 100000);
    llm_request_build(t, SLICE_LIT("{\"t\":1}"), 300, &out);
    llm_template_free(t);
    assert_string_equal(out.p, MESSAGES ",\"temperature\":0.2,\"max_tokens\":300,\"stream\":true,"
                                        "\"stream_options\":{\"include_usage\":true}}");
    buf_deinit(&out);
}

static void plain_body_has_everything_in_its_order(void **state)
{
    (void)state;
    struct config_model m = plain_model();
    check(&m, 200, MESSAGES ",\"temperature\":0.2,\"max_tokens\":300,\"stream\":false}");
}

static void settings_of_the_model_change_the_body(void **state)
{
    (void)state;
    struct config_model m = plain_model();
    m.temperature_ppm = CONFIG_OFF;
    m.token_param = "max_completion_tokens";
    m.json = JSON_MODE_OBJECT;
    m.service_tier = "flex";
    check(&m, 200,
          MESSAGES ",\"max_completion_tokens\":300,\"stream\":false,\"response_format\":{\"type\":"
                   "\"json_object\"},\"service_tier\":\"flex\"}");
}

static void temperature_is_written_as_short_as_it_goes(void **state)
{
    (void)state;
    static const struct {
        int64_t ppm;
        const char *want;
    } cases[] = {{0, ":0,"},          {200000, ":0.2,"}, {1000000, ":1,"},
                 {1250000, ":1.25,"}, {1, ":0.000001,"}, {2000000, ":2,"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct config_model m = plain_model();
        m.temperature_ppm = cases[i].ppm;
        struct buf got = build(&m, 200);
        ptrdiff_t at = slice_find(buf_view(&got), SLICE_LIT("\"temperature\""));
        assert_true(at > 0);
        assert_memory_equal(got.p + at + 13, cases[i].want, strlen(cases[i].want));
        buf_deinit(&got);
    }
}

#define SCHEMA_HEAD                                                                                \
    ",\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"results\","        \
    "\"strict\":true,\"schema\":{\"type\":\"object\",\"properties\":{\"results\":{\"type\":"       \
    "\"array\",\"items\":{\"type\":\"object\",\"properties\":{\"id\":{\"type\":\"string\"},"       \
    "\"category\":{\"type\":\"string\",\"enum\":[\"billing\",\"a \\\"b\\\"\"]},"                   \
    "\"confidence\":{\"type\":\"number\"}"
#define SCHEMA_TAIL                                                                                \
    "],\"additionalProperties\":false}}},\"required\":[\"results\"],"                              \
    "\"additionalProperties\":false}}}}"

static void schema_is_strict_and_names_the_categories(void **state)
{
    (void)state;
    struct config_model m = plain_model();
    m.json = JSON_MODE_SCHEMA;
    check(&m, 200,
          MESSAGES ",\"temperature\":0.2,\"max_tokens\":300,\"stream\":false" SCHEMA_HEAD
                   ",\"summary\":{\"type\":\"string\"}},\"required\":[\"id\",\"category\","
                   "\"confidence\",\"summary\"" SCHEMA_TAIL);
}

static void schema_asks_for_no_summary_when_none_is_wanted(void **state)
{
    (void)state;
    struct config_model m = plain_model();
    m.json = JSON_MODE_SCHEMA;
    check(&m, 0,
          MESSAGES ",\"temperature\":0.2,\"max_tokens\":300,\"stream\":false" SCHEMA_HEAD
                   "},\"required\":[\"id\",\"category\",\"confidence\"" SCHEMA_TAIL);
}

static void extra_members_are_added_and_replace_ours(void **state)
{
    (void)state;
    struct config_model m = plain_model();
    m.json = JSON_MODE_OBJECT;
    m.service_tier = "flex";
    m.extra_body =
        "{\"thinking\":{\"type\":\"disabled\"},\"temperature\":1,\"service_tier\":null,"
        "\"response_format\":{\"type\":\"text\"},\"seed\":9007199254740993,\"top_p\":0.90}";
    check(&m, 200,
          MESSAGES ",\"max_tokens\":300,\"stream\":false,\"thinking\":{\"type\":\"disabled\"},"
                   "\"temperature\":1,\"service_tier\":null,\"response_format\":{\"type\":"
                   "\"text\"},\"seed\":9007199254740993,\"top_p\":0.90}");
}

static void what_bounds_the_cost_cannot_be_overridden(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "{\"model\":\"x\"}",
        "{\"messages\":[]}",
        "{\"stream\":true}",
        "{\"n\":2}",
        "{\"max_tokens\":99999}",
        "{\"max_completion_tokens\":99999}",
        "{\"my_token_param\":99}",
        "{\"stream_options\":{}}",
        "{\"best_of\":3}",
        "[]",
        "nonsense",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct config_model m = plain_model();
        struct config config = {.models = &m, .model_count = 1};
        struct llm_template *t;
        struct fail fail;
        m.token_param = "my_token_param";
        m.extra_body = bad[i];
        if (llm_template_new(&config, 0, SLICE_LIT("S"), &t, &fail) != ST_CONFIG)
            fail_msg("%s was taken", bad[i]);
        assert_non_null(strstr(fail.text, "models.m.extra_body"));
    }
}

static void bytes_before_the_user_message_never_change(void **state)
{
    (void)state;
    struct config_model m = plain_model();
    struct config config = {.models = &m, .model_count = 1};
    struct llm_template *t;
    struct fail fail;
    struct buf a, b;
    assert_int_equal(llm_template_new(&config, 0, SLICE_LIT("system"), &t, &fail), ST_OK);
    buf_init(&a, 10000);
    buf_init(&b, 10000);
    llm_request_build(t, SLICE_LIT("one \xe4\xb8\xad"), 1, &a);
    llm_request_build(t, SLICE_LIT("two"), 4096, &b);
    ptrdiff_t n = slice_find(buf_view(&a), SLICE_LIT("one"));
    assert_true(n > 0);
    assert_memory_equal(a.p, b.p, (size_t)n);
    assert_non_null(strstr(a.p, "\"one \xe4\xb8\xad\"}],\"temperature\":0.2,\"max_tokens\":1,"));
    buf_deinit(&a);
    buf_deinit(&b);
    llm_template_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_body_has_everything_in_its_order),
        cmocka_unit_test(a_stream_asks_for_its_usage),
        cmocka_unit_test(settings_of_the_model_change_the_body),
        cmocka_unit_test(temperature_is_written_as_short_as_it_goes),
        cmocka_unit_test(schema_is_strict_and_names_the_categories),
        cmocka_unit_test(schema_asks_for_no_summary_when_none_is_wanted),
        cmocka_unit_test(extra_members_are_added_and_replace_ours),
        cmocka_unit_test(what_bounds_the_cost_cannot_be_overridden),
        cmocka_unit_test(bytes_before_the_user_message_never_change),
    };
    return cmocka_run_group_tests_name("request", tests, NULL, NULL);
}
