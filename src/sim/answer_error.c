/* Error answers of the simulated provider, and the headers that go with them.
 *
 * Which error a call gets is decided elsewhere: by a fault (answer.c), a limit (limits.c), the key
 * (serve.c). Bodies have OpenAI's form; none of them is billed unless a gateway lost an answer
 * that had been generated.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/json.h"
#include "sim/answer.h"

void answer_reset(struct answer *a)
{
    struct buf body = a->body;
    buf_clear(&body);
    *a = (struct answer){.status = 200, .content_type = "application/json", .body = body};
}

void answer_error(struct answer *out, int status, const char *code, const char *type,
                  const char *message)
{
    answer_reset(out);
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

void answer_header(struct answer *out, const char *name, const char *fmt, ...)
{
    va_list ap;
    if (out->header_count == ANSWER_HEADERS)
        return;
    struct answer_header *h = &out->headers[out->header_count++];
    h->name = name;
    va_start(ap, fmt);
    vsnprintf(h->value, sizeof h->value, fmt, ap);
    va_end(ap);
}

void answer_retry_after(struct answer *out, const char *form, int64_t now_unix_s)
{
    static const char name[] = "Retry-After";
    if (strcmp(form, "none") == 0 || strcmp(form, "quota") == 0)
        return;
    if (strcmp(form, "ms") == 0) {
        answer_header(out, "retry-after-ms", "700");
    } else if (strcmp(form, "reset") == 0) {
        answer_header(out, "x-ratelimit-reset-requests", "1.2s");
    } else if (strcmp(form, "fraction") == 0) {
        answer_header(out, name, "0.5");
    } else if (strcmp(form, "absurd") == 0) {
        answer_header(out, name, "1000000000");
    } else if (strcmp(form, "date") == 0 || strcmp(form, "past") == 0) {
        time_t t = (time_t)(now_unix_s + (form[0] == 'd' ? 2 : -3600));
        char date[40];
        struct tm tm;
        strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", gmtime_r(&t, &tm));
        answer_header(out, name, "%s", date);
    } else {
        answer_header(out, name, "%s", form[0] != '\0' ? form : "1");
    }
}

bool answer_fault_error(struct answer *out, const struct sim_fault_rule *rule, int64_t now_unix_s)
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
            answer_retry_after(out, rule->param, now_unix_s);
        bool gateway = rule->fault == SIM_502 || rule->fault == SIM_504 || rule->fault == SIM_408;
        out->billed = gateway && strcmp(rule->param, "billed") == 0;
        out->at_once = !out->billed;
        return true;
    }
    return false;
}
