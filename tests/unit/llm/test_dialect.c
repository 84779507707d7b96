/* Error answers of the vendors, one line each: what they send and what it means. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "llm/dialect.h"

#define OPENAI    "api.openai.com"
#define DEEPSEEK  "api.deepseek.com"
#define DASHSCOPE "dashscope-intl.aliyuncs.com"
#define GLM       "open.bigmodel.cn"
#define KIMI      "api.moonshot.ai"
#define OTHER     "global-apis.com"

#define QUOTA_TEXT "You exceeded your current quota, please check your plan and billing details."

struct vendor_case {
    const char *host;
    int status;
    const char *body;
    enum failure want;
    const char *code; /* as found */
};

static const struct vendor_case vendor_cases[] = {
    /* OpenAI: money */
    {OPENAI, 429,
     "{\"error\":{\"message\":\"" QUOTA_TEXT "\",\"type\":\"insufficient_quota\",\"param\":null,"
     "\"code\":\"insufficient_quota\"}}",
     FAIL_MONEY, "insufficient_quota"},
    {OPENAI, 429, "{\"error\":{\"code\":\"credit_balance_exhausted\"}}", FAIL_MONEY,
     "credit_balance_exhausted"},
    {OPENAI, 429, "{\"error\":{\"code\":\"organization_spend_limit_exceeded\"}}", FAIL_MONEY,
     "organization_spend_limit_exceeded"},
    {OPENAI, 429, "{\"error\":{\"code\":\"project_spend_limit_exceeded\"}}", FAIL_MONEY,
     "project_spend_limit_exceeded"},
    {OPENAI, 429, "{\"error\":{\"code\":\"organization_usage_limit_exceeded\"}}", FAIL_MONEY,
     "organization_usage_limit_exceeded"},
    /* OpenAI: wait */
    {OPENAI, 429,
     "{\"error\":{\"message\":\"Rate limit reached\",\"type\":\"tokens\","
     "\"code\":\"rate_limit_exceeded\"}}",
     FAIL_THROTTLED, "rate_limit_exceeded"},
    {OPENAI, 503, "{\"error\":{\"code\":\"slow_down\"}}", FAIL_THROTTLED, "slow_down"},
    {OPENAI, 503, "{\"error\":{\"code\":\"server_is_overloaded\"}}", FAIL_THROTTLED,
     "server_is_overloaded"},
    /* OpenAI: us */
    {OPENAI, 400,
     "{\"error\":{\"message\":\"This model's maximum context length is 128000 tokens.\","
     "\"type\":\"invalid_request_error\",\"param\":\"messages\","
     "\"code\":\"context_length_exceeded\"}}",
     FAIL_OVERSIZE, "context_length_exceeded"},
    {OPENAI, 400,
     "{\"error\":{\"message\":\"Unsupported value\",\"type\":\"invalid_request_error\","
     "\"param\":\"temperature\",\"code\":\"unsupported_value\"}}",
     FAIL_CONFIG, "unsupported_value"},
    {OPENAI, 400,
     "{\"error\":{\"message\":\"Invalid type\",\"type\":\"invalid_request_error\","
     "\"param\":\"max_tokens\",\"code\":\"invalid_type\"}}",
     FAIL_CONFIG, "invalid_type"},
    {OPENAI, 400,
     "{\"error\":{\"message\":\"Invalid content\",\"type\":\"invalid_request_error\","
     "\"param\":\"messages.[1].content\",\"code\":null}}",
     FAIL_REJECTED, ""},
    {OPENAI, 401, "{\"error\":{\"code\":\"invalid_api_key\"}}", FAIL_KEY, "invalid_api_key"},
    {OPENAI, 403, "{\"error\":{\"code\":\"unsupported_country_region_territory\"}}", FAIL_REGION,
     "unsupported_country_region_territory"},
    {OPENAI, 404, "{\"error\":{\"code\":\"model_not_found\"}}", FAIL_CONFIG, "model_not_found"},
    {OPENAI, 400,
     "{\"error\":{\"message\":\"Your request was "
     "rejected\",\"code\":\"content_policy_violation\"}}",
     FAIL_POLICY, "content_policy_violation"},
    {OPENAI, 500, "{\"error\":{\"message\":\"oops\",\"type\":\"server_error\",\"code\":null}}",
     FAIL_SERVER, ""},
    /* DeepSeek */
    {DEEPSEEK, 402,
     "{\"error\":{\"message\":\"Insufficient Balance\",\"type\":\"unknown_error\","
     "\"code\":\"invalid_request_error\"}}",
     FAIL_MONEY, "invalid_request_error"},
    {DEEPSEEK, 422, "{\"error\":{\"message\":\"Invalid parameters\",\"code\":\"x\"}}", FAIL_CONFIG,
     "x"},
    {DEEPSEEK, 429, "{\"error\":{\"message\":\"concurrency\",\"code\":\"x\"}}", FAIL_THROTTLED,
     "x"},
    {DEEPSEEK, 503, "{\"error\":{\"message\":\"busy\",\"code\":\"x\"}}", FAIL_SERVER, "x"},
    /* DashScope: the same code and sentence as OpenAI's empty account, but a passing limit */
    {DASHSCOPE, 429,
     "{\"error\":{\"message\":\"" QUOTA_TEXT "\",\"type\":\"insufficient_quota\",\"param\":null,"
     "\"code\":\"insufficient_quota\"}}",
     FAIL_THROTTLED, "insufficient_quota"},
    {DASHSCOPE, 429,
     "{\"error\":{\"message\":\"Free allocated quota exceeded.\",\"type\":\"insufficient_quota\","
     "\"code\":\"insufficient_quota\"}}",
     FAIL_MONEY, "insufficient_quota"},
    {DASHSCOPE, 400, "{\"error\":{\"message\":\"overdue\",\"code\":\"Arrearage\"}}", FAIL_MONEY,
     "Arrearage"},
    {DASHSCOPE, 429, "{\"error\":{\"code\":\"PrepaidBillOverdue\"}}", FAIL_MONEY,
     "PrepaidBillOverdue"},
    {DASHSCOPE, 403, "{\"error\":{\"code\":\"AllocationQuota.FreeTierOnly\"}}", FAIL_MONEY,
     "AllocationQuota.FreeTierOnly"},
    {DASHSCOPE, 429, "{\"error\":{\"code\":\"limit_requests\"}}", FAIL_THROTTLED, "limit_requests"},
    {DASHSCOPE, 429, "{\"error\":{\"code\":\"limit_burst_rate\"}}", FAIL_THROTTLED,
     "limit_burst_rate"},
    {DASHSCOPE, 503, "{\"error\":{\"code\":\"ModelServingError\"}}", FAIL_THROTTLED,
     "ModelServingError"},
    {DASHSCOPE, 500, "{\"error\":{\"code\":\"ModelServingError\"}}", FAIL_SERVER,
     "ModelServingError"},
    {DASHSCOPE, 400,
     "{\"error\":{\"message\":\"Input data may contain inappropriate content.\","
     "\"code\":\"data_inspection_failed\"}}",
     FAIL_POLICY, "data_inspection_failed"},
    {DASHSCOPE, 400,
     "{\"code\":\"InvalidParameter\",\"message\":\"Range of input length should be [1, 30720]\"}",
     FAIL_OVERSIZE, "InvalidParameter"},
    /* GLM */
    {GLM, 429, "{\"error\":{\"code\":\"1113\",\"message\":\"no balance\"}}", FAIL_MONEY, "1113"},
    {GLM, 429, "{\"error\":{\"code\":\"1308\",\"message\":\"\"}}", FAIL_MONEY, "1308"},
    {GLM, 429, "{\"error\":{\"code\":\"1310\",\"message\":\"\"}}", FAIL_MONEY, "1310"},
    {GLM, 429, "{\"error\":{\"code\":\"1302\",\"message\":\"\"}}", FAIL_THROTTLED, "1302"},
    {GLM, 429, "{\"error\":{\"code\":\"1303\",\"message\":\"\"}}", FAIL_THROTTLED, "1303"},
    {GLM, 429, "{\"error\":{\"code\":\"1305\",\"message\":\"\"}}", FAIL_THROTTLED, "1305"},
    {GLM, 429, "{\"error\":{\"code\":\"1312\",\"message\":\"\"}}", FAIL_THROTTLED, "1312"},
    {GLM, 400, "{\"error\":{\"code\":\"1261\",\"message\":\"Prompt too long\"}}", FAIL_OVERSIZE,
     "1261"},
    {GLM, 400, "{\"error\":{\"code\":\"1301\",\"message\":\"unsafe\"}}", FAIL_POLICY, "1301"},
    {GLM, 500, "{\"error\":{\"code\":\"1234\",\"message\":\"network\"}}", FAIL_SERVER, "1234"},
    {GLM, 434, "{\"error\":{\"code\":\"9\",\"message\":\"?\"}}", FAIL_REJECTED, "9"},
    {OTHER, 429, "{\"error\":{\"code\":\"1113\",\"message\":\"through an aggregator\"}}",
     FAIL_MONEY, "1113"},
    /* Kimi: types, no codes */
    {KIMI, 429, "{\"error\":{\"message\":\"busy\",\"type\":\"engine_overloaded_error\"}}",
     FAIL_THROTTLED, ""},
    {KIMI, 429, "{\"error\":{\"message\":\"slow\",\"type\":\"rate_limit_reached_error\"}}",
     FAIL_THROTTLED, ""},
    {KIMI, 429, "{\"error\":{\"message\":\"m\",\"type\":\"exceeded_current_quota_error\"}}",
     FAIL_MONEY, ""},
    {KIMI, 400, "{\"error\":{\"message\":\"high risk\",\"type\":\"content_filter\"}}", FAIL_POLICY,
     ""},
    {KIMI, 403, "{\"error\":{\"message\":\"Your account balance is 0\",\"type\":\"x\"}}",
     FAIL_MONEY, ""},
    /* vLLM: numbers, and the members at top level in older versions */
    {OTHER, 400,
     "{\"error\":{\"message\":\"This model's maximum context length is 4096 tokens. However, you "
     "requested 9000\",\"type\":\"BadRequestError\",\"param\":null,\"code\":400}}",
     FAIL_OVERSIZE, "400"},
    {OTHER, 400,
     "{\"object\":\"error\",\"message\":\"maximum context length\",\"type\":\"BadRequestError\","
     "\"param\":null,\"code\":400}",
     FAIL_OVERSIZE, "400"},
    {OTHER, 404,
     "{\"error\":{\"message\":\"The model `x` does not exist.\",\"type\":\"NotFoundError\","
     "\"code\":404}}",
     FAIL_CONFIG, "404"},
    /* OpenRouter: numbers */
    {OTHER, 402, "{\"error\":{\"code\":402,\"message\":\"Insufficient credits\"}}", FAIL_MONEY,
     "402"},
    {OTHER, 403,
     "{\"error\":{\"code\":403,\"message\":\"Your input was flagged\",\"metadata\":{}}}",
     FAIL_POLICY, "403"},
    {OTHER, 408, "{\"error\":{\"code\":408,\"message\":\"timed out\"}}", FAIL_GATEWAY, "408"},
    {OTHER, 502, "{\"error\":{\"code\":502,\"message\":\"down\"}}", FAIL_GATEWAY, "502"},
    /* LiteLLM */
    {OTHER, 400,
     "{\"error\":{\"message\":\"Budget\",\"type\":\"budget_exceeded\",\"code\":\"400\"}}",
     FAIL_MONEY, "400"},
    {OTHER, 429,
     "{\"error\":{\"message\":\"Budget\",\"type\":\"budget_exceeded\",\"code\":\"429\"}}",
     FAIL_MONEY, "429"},
    /* gateways of every kind */
    {OTHER, 400, "{\"error\":\"nobody knows\"}", FAIL_REJECTED, ""},
    {OTHER, 422, "{\"detail\":\"Field required\"}", FAIL_CONFIG, ""},
    {OTHER, 422, "{\"detail\":[{\"msg\":\"Field required\"}]}", FAIL_CONFIG, ""},
    {OTHER, 429, "[{\"error\":{\"code\":429,\"message\":\"quota\"}}]", FAIL_THROTTLED, "429"},
    {OTHER, 400, "[]", FAIL_REJECTED, ""},
    {OTHER, 400, "7", FAIL_REJECTED, ""},
    {OTHER, 400, "{\"error\":{\"code\":1.5,\"message\":7}}", FAIL_REJECTED, ""},
};

static void every_vendors_errors_have_their_class(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof vendor_cases / sizeof vendor_cases[0]; i++) {
        const struct vendor_case *c = &vendor_cases[i];
        struct dialect_error e;
        json *doc;
        assert_int_equal(json_parse(slice_str(c->body), JSON_MAX_DEPTH, &doc), ST_OK);
        dialect_read(doc, &e);
        enum failure got = dialect_classify(c->status, &e, slice_str(c->host), false);
        if (got != c->want || !slice_eq(e.code, slice_str(c->code)))
            fail_msg("%s %d %s: %s instead of %s, code '" SLICE_FMT "'", c->host, c->status,
                     c->body, failure_name(got), failure_name(c->want), SLICE_ARG(e.code));
        json_free(doc);
    }
}

static void bare_status_is_enough(void **state)
{
    (void)state;
    static const struct {
        int status;
        bool wait;
        enum failure want;
    } cases[] = {
        {301, false, FAIL_CONFIG},  {400, false, FAIL_REJECTED},  {401, false, FAIL_KEY},
        {402, false, FAIL_MONEY},   {403, false, FAIL_REGION},    {404, false, FAIL_CONFIG},
        {405, false, FAIL_CONFIG},  {408, false, FAIL_GATEWAY},   {409, false, FAIL_SERVER},
        {410, false, FAIL_CONFIG},  {413, false, FAIL_OVERSIZE},  {418, false, FAIL_REJECTED},
        {422, false, FAIL_CONFIG},  {429, false, FAIL_THROTTLED}, {429, true, FAIL_THROTTLED},
        {451, false, FAIL_REGION},  {500, false, FAIL_SERVER},    {500, true, FAIL_SERVER},
        {502, false, FAIL_GATEWAY}, {503, false, FAIL_SERVER},    {503, true, FAIL_THROTTLED},
        {504, false, FAIL_GATEWAY}, {524, false, FAIL_GATEWAY},   {529, false, FAIL_SERVER},
    };
    struct dialect_error e;
    dialect_read(NULL, &e);
    assert_false(e.found);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(dialect_classify(cases[i].status, &e, SLICE_LIT(""), cases[i].wait),
                         cases[i].want);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_vendors_errors_have_their_class),
        cmocka_unit_test(bare_status_is_enough),
    };
    return cmocka_run_group_tests_name("dialect", tests, NULL, NULL);
}
