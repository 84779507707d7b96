/* Vendors' error codes as one table, most telling first: code or type, then words of the
 * message, then the bare status.
 *
 * The same code can mean opposite things: `insufficient_quota` is an empty account at OpenAI and
 * a passing rate limit at DashScope, with the same sentence, so that only the host tells them
 * apart. Four-digit codes are GLM's. Where nothing is recognised, an unknown 4xx is FAIL_REJECTED
 * (it may be about one ticket) and an unknown 5xx counts as possibly billed.
 */
#include "llm/dialect.h"

#include <inttypes.h>
#include <stdio.h>

#define ANY 0

struct code_rule {
    const char *code;    /* equals code or type; a leading '*' = ends with */
    int status;          /* ANY, or only with this one */
    const char *host;    /* part of the host; NULL = any */
    const char *message; /* part of the message; NULL = any */
    enum failure failure;
};

static const struct code_rule code_rules[] = {
    /* DashScope: before the codes it shares with others */
    {"insufficient_quota", ANY, "dashscope", "Free", FAIL_MONEY},
    {"insufficient_quota", ANY, "aliyun", "Free", FAIL_MONEY},
    {"insufficient_quota", ANY, "dashscope", NULL, FAIL_THROTTLED},
    {"insufficient_quota", ANY, "aliyun", NULL, FAIL_THROTTLED},
    {"Arrearage", ANY, NULL, NULL, FAIL_MONEY},
    {"*BillOverdue", ANY, NULL, NULL, FAIL_MONEY},
    {"AllocationQuota.FreeTierOnly", ANY, NULL, NULL, FAIL_MONEY},
    {"limit_requests", ANY, NULL, NULL, FAIL_THROTTLED},
    {"limit_burst_rate", ANY, NULL, NULL, FAIL_THROTTLED},
    {"ModelServingError", 503, NULL, NULL, FAIL_THROTTLED},
    {"data_inspection_failed", ANY, NULL, NULL, FAIL_POLICY},
    {"DataInspectionFailed", ANY, NULL, NULL, FAIL_POLICY},
    /* OpenAI */
    {"insufficient_quota", ANY, NULL, NULL, FAIL_MONEY},
    {"credit_balance_exhausted", ANY, NULL, NULL, FAIL_MONEY},
    {"organization_spend_limit_exceeded", ANY, NULL, NULL, FAIL_MONEY},
    {"project_spend_limit_exceeded", ANY, NULL, NULL, FAIL_MONEY},
    {"organization_usage_limit_exceeded", ANY, NULL, NULL, FAIL_MONEY},
    {"rate_limit_exceeded", ANY, NULL, NULL, FAIL_THROTTLED},
    {"slow_down", ANY, NULL, NULL, FAIL_THROTTLED},
    {"server_is_overloaded", ANY, NULL, NULL, FAIL_THROTTLED},
    {"context_length_exceeded", ANY, NULL, NULL, FAIL_OVERSIZE},
    {"string_above_max_length", ANY, NULL, NULL, FAIL_OVERSIZE},
    {"content_policy_violation", ANY, NULL, NULL, FAIL_POLICY},
    {"model_not_found", ANY, NULL, NULL, FAIL_CONFIG},
    {"unsupported_parameter", ANY, NULL, NULL, FAIL_CONFIG},
    {"unsupported_value", ANY, NULL, NULL, FAIL_CONFIG},
    {"unknown_parameter", ANY, NULL, NULL, FAIL_CONFIG},
    {"missing_required_parameter", ANY, NULL, NULL, FAIL_CONFIG},
    {"invalid_api_key", ANY, NULL, NULL, FAIL_KEY},
    /* GLM */
    {"1113", ANY, NULL, NULL, FAIL_MONEY},
    {"1308", ANY, NULL, NULL, FAIL_MONEY},
    {"1310", ANY, NULL, NULL, FAIL_MONEY},
    {"1302", ANY, NULL, NULL, FAIL_THROTTLED},
    {"1303", ANY, NULL, NULL, FAIL_THROTTLED},
    {"1305", ANY, NULL, NULL, FAIL_THROTTLED},
    {"1312", ANY, NULL, NULL, FAIL_THROTTLED},
    {"1261", ANY, NULL, NULL, FAIL_OVERSIZE},
    {"1301", ANY, NULL, NULL, FAIL_POLICY},
    {"1234", ANY, NULL, NULL, FAIL_SERVER},
    /* Kimi */
    {"exceeded_current_quota_error", ANY, NULL, NULL, FAIL_MONEY},
    {"engine_overloaded_error", ANY, NULL, NULL, FAIL_THROTTLED},
    {"rate_limit_reached_error", ANY, NULL, NULL, FAIL_THROTTLED},
    {"content_filter", ANY, NULL, NULL, FAIL_POLICY},
    /* LiteLLM */
    {"budget_exceeded", ANY, NULL, NULL, FAIL_MONEY},
};

/* Words that tell where codes do not, with the statuses they are looked for in. */
static const struct {
    int from, to;
    const char *words; /* compared without regard to ASCII case */
    enum failure failure;
} message_rules[] = {
    {400, 429, "insufficient balance", FAIL_MONEY},
    {400, 429, "balance is too low", FAIL_MONEY},
    {403, 403, "balance", FAIL_MONEY},  /* Kimi */
    {403, 403, "flagged", FAIL_POLICY}, /* OpenRouter's moderation */
    {400, 422, "context length", FAIL_OVERSIZE},
    {400, 422, "context window", FAIL_OVERSIZE},
    {400, 422, "reduce the length", FAIL_OVERSIZE},
    {400, 422, "prompt is too long", FAIL_OVERSIZE},
    {400, 422, "range of input length", FAIL_OVERSIZE},
    {400, 422, "content management policy", FAIL_POLICY},
    {400, 422, "inappropriate content", FAIL_POLICY},
};

static struct slice code_text(const json *v, char digits[24])
{
    int64_t number;
    struct slice text = json_str(v);
    if (text.p != NULL)
        return text;
    if (json_i64(v, &number) != ST_OK)
        return SLICE_LIT("");
    int n = snprintf(digits, 24, "%" PRId64, number);
    return slice_of(digits, (size_t)n);
}

static struct slice text_of(const json *v)
{
    struct slice s = json_str(v);
    return s.p != NULL ? s : SLICE_LIT("");
}

void dialect_read(const json *doc, struct dialect_error *out)
{
    *out = (struct dialect_error){SLICE_LIT(""), SLICE_LIT(""), SLICE_LIT(""), SLICE_LIT(""), "",
                                  false};
    if (json_is(doc, JSON_ARRAY))
        doc = json_first(doc);
    const json *error = json_get(doc, "error");
    if (json_is(error, JSON_STRING)) {
        out->message = json_str(error);
        out->found = true;
        return;
    }
    const json *at = json_is(error, JSON_OBJECT) ? error : doc;
    out->code = code_text(json_get(at, "code"), out->code_digits);
    out->type = text_of(json_get(at, "type"));
    out->param = text_of(json_get(at, "param"));
    out->message = text_of(json_get(at, "message"));
    if (out->message.n == 0)
        out->message = text_of(json_get(doc, "detail"));
    out->found = json_is(error, JSON_OBJECT) || out->message.n > 0;
}

static bool contains(struct slice s, const char *part)
{
    return part == NULL || slice_find(s, slice_str(part)) >= 0;
}

static bool contains_nocase(struct slice s, const char *words)
{
    struct slice w = slice_str(words);
    for (size_t i = 0; i + w.n <= s.n; i++)
        if (slice_eq_nocase(slice_of(s.p + i, w.n), w))
            return true;
    return false;
}

static bool code_matches(struct slice code, const char *rule)
{
    struct slice want = slice_str(rule);
    if (rule[0] != '*')
        return slice_eq(code, want);
    want = slice_of(want.p + 1, want.n - 1);
    return code.n >= want.n && slice_eq(slice_of(code.p + code.n - want.n, want.n), want);
}

static bool by_code(int status, const struct dialect_error *e, struct slice host, enum failure *out)
{
    for (size_t i = 0; i < sizeof code_rules / sizeof code_rules[0]; i++) {
        const struct code_rule *r = &code_rules[i];
        if (!code_matches(e->code, r->code) && !code_matches(e->type, r->code))
            continue;
        if ((r->status == ANY || r->status == status) && contains(host, r->host) &&
            contains(e->message, r->message)) {
            *out = r->failure;
            return true;
        }
    }
    return false;
}

static bool by_message(int status, struct slice message, enum failure *out)
{
    for (size_t i = 0; i < sizeof message_rules / sizeof message_rules[0]; i++) {
        if (status < message_rules[i].from || status > message_rules[i].to ||
            !contains_nocase(message, message_rules[i].words))
            continue;
        *out = message_rules[i].failure;
        return true;
    }
    return false;
}

static enum failure by_status(int status, const struct dialect_error *e, bool has_retry_after)
{
    switch (status) {
    case 400: /* about a parameter of ours, or about this one body? */
        return e->param.n > 0 && !contains(e->param, "messages") ? FAIL_CONFIG : FAIL_REJECTED;
    case 401:
        return FAIL_KEY;
    case 402:
        return FAIL_MONEY;
    case 403:
    case 451:
        return FAIL_REGION;
    case 404:
    case 405:
    case 410:
    case 422:
        return FAIL_CONFIG;
    case 408:
        return FAIL_GATEWAY;
    case 413:
        return FAIL_OVERSIZE;
    case 429:
        return FAIL_THROTTLED;
    case 503:
        return has_retry_after ? FAIL_THROTTLED : FAIL_SERVER;
    case 409:
    case 500:
    case 529:
        return FAIL_SERVER;
    default:
        return status < 400 ? FAIL_CONFIG : status < 500 ? FAIL_REJECTED : FAIL_GATEWAY;
    }
}

enum failure dialect_classify(int http_status, const struct dialect_error *error, struct slice host,
                              bool has_retry_after)
{
    enum failure f;
    if (by_code(http_status, error, host, &f) || by_message(http_status, error->message, &f))
        return f;
    return by_status(http_status, error, has_retry_after);
}
