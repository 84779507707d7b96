/* Bodies of the simulated provider, good and bad.
 *
 * Tokens are bytes divided by four, rounded up, of the messages' and the answer's text: no
 * tokenizer's figure, but a fixed and checkable one. A longer answer than the token cap is cut
 * and told so. Who is billed, when, and what goes over the wire is decided by serve.c and
 * deliver.c from the fields filled here.
 */
#include "sim/answer.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/json.h"
#include "base/utf8.h"
#include "sim/content.h"
#include "sim/inflate_bomb.h"

#define HANG_S   120
#define HUGE_MIB 64

void answer_init(struct answer *a)
{
    *a = (struct answer){0};
    buf_init(&a->body, SIZE_MAX);
}

void answer_deinit(struct answer *a)
{
    buf_deinit(&a->body);
}

static void reset(struct answer *a)
{
    struct buf body = a->body;
    buf_clear(&body);
    *a = (struct answer){.status = 200, .content_type = "application/json", .body = body};
}

static int64_t tokens(int64_t bytes)
{
    return (bytes + 3) / 4;
}

void answer_error(struct answer *out, int status, const char *code, const char *type,
                  const char *message)
{
    reset(out);
    out->status = status;
    out->at_once = true;
    buf_str(&out->body, "{\"error\":{\"message\":");
    json_quote(&out->body, slice_str(message));
    buf_str(&out->body, ",\"type\":");
    json_quote(&out->body, slice_str(type));
    buf_str(&out->body, ",\"param\":null,\"code\":");
    json_quote(&out->body, code != NULL ? slice_str(code) : SLICE_NONE);
    buf_str(&out->body, "}}");
}

/* ---- errors that a fault asks for --------------------------------------------------------- */

static const struct {
    enum sim_fault fault;
    int status;
    const char *code, *type, *message;
} errors[] = {
    {SIM_500, 500, NULL, "server_error", "The server had an error while processing your request."},
    {SIM_503, 503, NULL, "server_error", "Service Unavailable"},
    {SIM_503_RETRY, 503, "server_is_overloaded", "server_error", "The server is overloaded."},
    {SIM_502, 502, NULL, "bad_gateway", "Bad Gateway"},
    {SIM_504, 504, NULL, "gateway_timeout", "Gateway Timeout"},
    {SIM_408, 408, NULL, "timeout", "Request timed out."},
    {SIM_401, 401, "invalid_api_key", "invalid_request_error", "Incorrect API key provided."},
    {SIM_402, 402, "invalid_request_error", "unknown_error", "Insufficient Balance"},
    {SIM_403, 403, "unsupported_country_region_territory", "request_forbidden",
     "Country, region, or territory not supported"},
    {SIM_404, 404, "model_not_found", "invalid_request_error", "The model does not exist."},
    {SIM_400, 400, "unsupported_parameter", "invalid_request_error",
     "Unsupported parameter: 'temperature' is not supported with this model."},
    {SIM_REJECT, 418, NULL, "teapot", "I'm a teapot."},
    {SIM_POLICY, 400, "content_filter", "invalid_request_error",
     "The response was filtered due to the prompt triggering the content management policy."},
    {SIM_429, 429, "rate_limit_exceeded", "requests", "Rate limit reached for requests."},
};

static void retry_header(struct answer *out, const char *param, int64_t now_unix_s)
{
    out->header_name = "Retry-After";
    if (strcmp(param, "none") == 0 || strcmp(param, "quota") == 0) {
        out->header_name = NULL;
    } else if (strcmp(param, "ms") == 0) {
        out->header_name = "retry-after-ms";
        strcpy(out->header_value, "700");
    } else if (strcmp(param, "reset") == 0) {
        out->header_name = "x-ratelimit-reset-requests";
        strcpy(out->header_value, "1.2s");
    } else if (strcmp(param, "fraction") == 0) {
        strcpy(out->header_value, "0.5");
    } else if (strcmp(param, "absurd") == 0) {
        strcpy(out->header_value, "1000000000");
    } else if (strcmp(param, "date") == 0 || strcmp(param, "past") == 0) {
        time_t t = (time_t)(now_unix_s + (param[0] == 'd' ? 2 : -3600));
        struct tm tm;
        strftime(out->header_value, sizeof out->header_value, "%a, %d %b %Y %H:%M:%S GMT",
                 gmtime_r(&t, &tm));
    } else {
        snprintf(out->header_value, sizeof out->header_value, "%s", param[0] ? param : "1");
    }
}

static bool build_error(struct answer *out, const struct sim_fault_rule *rule, int64_t now_unix_s)
{
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        if (errors[i].fault != rule->fault)
            continue;
        bool quota = rule->fault == SIM_429 && strcmp(rule->param, "quota") == 0;
        answer_error(out, errors[i].status, quota ? "insufficient_quota" : errors[i].code,
                     quota ? "insufficient_quota" : errors[i].type,
                     quota ? "You exceeded your current quota, please check your plan and billing "
                             "details."
                           : errors[i].message);
        if (rule->fault == SIM_429 || rule->fault == SIM_503_RETRY)
            retry_header(out, rule->param, now_unix_s);
        bool gateway = rule->fault == SIM_502 || rule->fault == SIM_504 || rule->fault == SIM_408;
        out->billed = gateway && strcmp(rule->param, "billed") == 0;
        out->at_once = !out->billed;
        return true;
    }
    return false;
}

/* Above a limit in tickets ("3") or bytes ("4000B") the call does not fit. */
static bool is_oversize(const struct question *q, const char *param)
{
    char *end;
    int64_t limit = strtoll(param, &end, 10);
    return (*end == 'B' ? q->user_bytes : q->ticket_count) > limit;
}

/* ---- answers ------------------------------------------------------------------------------ */

static void print_usage(struct answer *a, const struct answer_settings *s, bool bad)
{
    int64_t prompt = a->prompt_tokens, cached = a->cached_tokens, output = a->completion_tokens;
    if (bad) {
        cached = prompt + 1000;
        output = -5;
    }
    if (s->usage == SIM_USAGE_NONE)
        return;
    buf_fmt(&a->body,
            ",\"usage\":{\"prompt_tokens\":%" PRId64 ",\"completion_tokens\":%" PRId64
            ",\"total_tokens\":%" PRId64,
            prompt, output, prompt + output);
    if (s->usage == SIM_USAGE_OPENAI)
        buf_fmt(&a->body, ",\"prompt_tokens_details\":{\"cached_tokens\":%" PRId64 "}", cached);
    else if (s->usage == SIM_USAGE_DEEPSEEK)
        buf_fmt(&a->body,
                ",\"prompt_cache_hit_tokens\":%" PRId64 ",\"prompt_cache_miss_tokens\":%" PRId64,
                cached, prompt - cached);
    else
        buf_fmt(&a->body, ",\"cached_tokens\":%" PRId64, cached);
    buf_char(&a->body, '}');
}

/* Quotes content; stand-ins become the escapes that break parsers. */
static void print_content(struct buf *body, struct slice content)
{
    size_t from = body->n;
    json_quote(body, content);
    static const char *const swaps[][2] = {{"\\u0001", "\\ud83d"}, {"\\u0002", "\\u0000"}};
    for (size_t i = 0; i < 2; i++) {
        ptrdiff_t at = slice_find(slice_of(body->p + from, body->n - from), slice_str(swaps[i][0]));
        if (at >= 0)
            memcpy(body->p + from + at, swaps[i][1], 6);
    }
}

static void print_message(struct buf *body, enum sim_fault fault, struct slice content)
{
    buf_str(body, "{\"role\":\"assistant\",\"content\":");
    if (fault == SIM_REFUSAL) {
        buf_str(body, "null,\"refusal\":\"I'm sorry, but I can't help with that.\"}");
        return;
    }
    if (fault == SIM_NULL_CONTENT) {
        buf_str(body, "null}");
        return;
    }
    buf_str(body, fault == SIM_PARTS ? "[{\"type\":\"text\",\"text\":" : "");
    print_content(body, content);
    buf_str(body, fault == SIM_PARTS ? "}]}" : "}");
}

static void print_body(struct answer *a, const struct question *q, enum sim_fault fault,
                       struct slice content, const char *finish, const struct answer_settings *s)
{
    struct buf *body = &a->body;
    if (fault == SIM_KEEPALIVE)
        buf_str(body, "\n\n\r\n   \n");
    buf_fmt(body,
            "{\"id\":\"chatcmpl-%016" PRIx64 "\",\"object\":\"chat.completion\",\"created\":"
            "%" PRId64 ",\"model\":\"",
            s->number, s->now_unix_s);
    buf_slice(body, q->model);
    buf_str(body, "\",\"choices\":[");
    buf_str(body, "{\"index\":0,\"message\":");
    print_message(body, fault, content);
    buf_fmt(body, ",\"finish_reason\":\"%s\"}]", finish);
    if (fault != SIM_NO_USAGE)
        print_usage(a, s, fault == SIM_BAD_USAGE);
    buf_char(body, '}');
}

static void replace_body(struct answer *a, const struct sim_fault_rule *rule)
{
    if (rule->fault == SIM_EMPTY) {
        buf_clear(&a->body);
    } else if (rule->fault == SIM_HTML) {
        buf_clear(&a->body);
        a->content_type = "text/html";
        buf_str(&a->body, "<html><head><title>502</title></head><body>Bad gateway</body></html>");
    } else if (rule->fault == SIM_ERROR_200) {
        buf_clear(&a->body);
        buf_str(&a->body, "{\"error\":{\"code\":502,\"message\":\"Provider returned error\"}");
        struct answer_settings s = {.usage = SIM_USAGE_OPENAI};
        print_usage(a, &s, false);
        buf_char(&a->body, '}');
    } else if (rule->fault == SIM_GZIP) {
        buf_clear(&a->body);
        a->encoding = "gzip";
        inflate_bomb(rule->param[0] ? atoi(rule->param) : HUGE_MIB, &a->body);
    }
}

static void choose_delivery(struct answer *a, const struct sim_fault_rule *rule)
{
    int64_t number = strtoll(rule->param, NULL, 10);
    if (rule->fault == SIM_CUT)
        a->delivery = DELIVER_CUT;
    else if (rule->fault == SIM_LORIS)
        a->delivery = DELIVER_LORIS;
    else if (rule->fault == SIM_RESET || rule->fault == SIM_RESET_BEFORE)
        a->delivery = DELIVER_RESET;
    else if (rule->fault == SIM_HANG || rule->fault == SIM_HANG_BILLED)
        a->delivery = DELIVER_HANG;
    else if (rule->fault == SIM_HUGE)
        a->delivery = DELIVER_HUGE;
    a->seconds = number > 0 ? number : HANG_S;
    a->size_mib = number > 0 ? number : HUGE_MIB;
    a->billed = rule->fault != SIM_RESET_BEFORE && rule->fault != SIM_HANG;
    a->at_once = rule->fault == SIM_RESET_BEFORE;
}

/* Cuts content at the token cap, or earlier when the fault says so. */
static const char *apply_cap(struct buf *content, const struct question *q, enum sim_fault fault)
{
    size_t cap = q->max_tokens > 0 ? (size_t)q->max_tokens * 4 : SIZE_MAX;
    if (fault == SIM_TRUNCATE && cap > content->n / 2)
        cap = content->n / 2;
    if (content->n <= cap)
        return fault == SIM_FILTER ? "content_filter" : "stop";
    content->n = utf8_floor(buf_view(content), cap);
    return "length";
}

void answer_build(const struct question *q, const struct profile *profile, const uint64_t *hashes,
                  const struct sim_fault_rule *rule, const struct answer_settings *settings,
                  struct answer *out)
{
    static const struct sim_fault_rule none = {.fault = SIM_NO_FAULT};
    if (rule == NULL || (rule->fault == SIM_OVERSIZE && !is_oversize(q, rule->param)))
        rule = &none;
    reset(out);
    int64_t system_tokens = tokens(q->system_bytes);
    int64_t prompt = tokens(q->system_bytes + q->user_bytes);
    int64_t cached = settings->prefix_seen ? system_tokens * settings->cached_percent / 100 : 0;
    if (rule->fault == SIM_OVERSIZE) {
        answer_error(out, 400, "context_length_exceeded", "invalid_request_error",
                     "This model's maximum context length is exceeded. Please reduce the length "
                     "of the messages.");
        return;
    }
    if (rule->fault == SIM_REDIRECT) {
        answer_error(out, 302, NULL, "moved", "Found");
        out->header_name = "Location";
        strcpy(out->header_value, "http://127.0.0.1:9/elsewhere");
        return;
    }
    struct buf content;
    buf_init(&content, SIZE_MAX);
    content_build(q, profile, hashes, rule, &content);
    if (rule->fault == SIM_REFUSAL || rule->fault == SIM_NULL_CONTENT || rule->fault == SIM_FILTER)
        buf_clear(&content);
    const char *finish = apply_cap(&content, q, rule->fault);
    if (!build_error(out, rule, settings->now_unix_s))
        choose_delivery(out, rule);
    out->prompt_tokens = prompt;
    out->cached_tokens = cached < prompt ? cached : prompt;
    out->completion_tokens = tokens((int64_t)content.n);
    if (out->status == 200) {
        print_body(out, q, rule->fault, buf_view(&content), finish, settings);
        replace_body(out, rule);
    }
    buf_deinit(&content);
}
