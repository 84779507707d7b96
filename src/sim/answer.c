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
#include "sim/stream.h"

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

static int64_t tokens(size_t bytes, const struct answer_settings *s)
{
    int64_t n = ((int64_t)bytes + 3) / 4;
    return s->bill_percent > 0 ? n * s->bill_percent / 100 : n;
}

/* Above a limit in tickets ("3") or bytes ("4000B") the call does not fit. */
static bool is_oversize(const struct question *q, const char *param)
{
    char *end;
    int64_t limit = strtoll(param, &end, 10);
    return (*end == 'B' ? q->user_bytes : q->ticket_count) > limit;
}

void answer_print_usage(struct answer *a, const struct answer_settings *s, bool bad)
{
    int64_t prompt = a->prompt_tokens, cached = a->cached_tokens, output = a->completion_tokens;
    if (bad) {
        cached = prompt + 1000;
        output = -5;
    }
    if (s->usage == SIM_USAGE_NONE) {
        buf_str(&a->body, "null");
        return;
    }
    buf_fmt(&a->body,
            "{\"prompt_tokens\":%" PRId64 ",\"completion_tokens\":%" PRId64
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
    if (fault != SIM_NO_USAGE && s->usage != SIM_USAGE_NONE) {
        buf_str(body, ",\"usage\":");
        answer_print_usage(a, s, fault == SIM_BAD_USAGE);
    }
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
        buf_str(&a->body, "{\"error\":{\"code\":502,\"message\":\"Provider returned error\"},"
                          "\"usage\":");
        struct answer_settings s = {.usage = SIM_USAGE_OPENAI};
        answer_print_usage(a, &s, false);
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
static const char *apply_cap(struct buf *content, int64_t max_tokens, enum sim_fault fault)
{
    size_t cap = max_tokens > 0 ? (size_t)max_tokens * 4 : SIZE_MAX;
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
    answer_reset(out);
    int64_t system_tokens = tokens((size_t)q->system_bytes, settings);
    int64_t prompt = tokens((size_t)(q->system_bytes + q->user_bytes), settings);
    int64_t cached = settings->prefix_seen ? system_tokens * settings->cached_percent / 100 : 0;
    if (rule->fault == SIM_OVERSIZE) {
        answer_error(out, 400, "context_length_exceeded", "invalid_request_error",
                     "This model's maximum context length is exceeded. Please reduce the length "
                     "of the messages.");
        return;
    }
    if (rule->fault == SIM_REDIRECT) {
        answer_error(out, 302, NULL, "moved", "Found");
        answer_header(out, "Location", "http://127.0.0.1:9/elsewhere");
        return;
    }
    struct buf content;
    buf_init(&content, SIZE_MAX);
    content_build(q, profile, hashes, rule, settings, &content);
    if (rule->fault == SIM_REFUSAL || rule->fault == SIM_NULL_CONTENT || rule->fault == SIM_FILTER)
        buf_clear(&content);
    int64_t max_tokens = settings->ignore_cap ? 0 : q->max_tokens;
    const char *finish = apply_cap(&content, max_tokens, rule->fault);
    if (!answer_fault_error(out, rule, settings->now_unix_s))
        choose_delivery(out, rule);
    out->prompt_tokens = prompt;
    out->cached_tokens = cached < prompt ? cached : prompt;
    out->completion_tokens = tokens(content.n, settings);
    if (out->status == 200) {
        if (q->stream)
            stream_print(out, q, buf_view(&content), finish, settings);
        else
            print_body(out, q, rule->fault, buf_view(&content), finish, settings);
        replace_body(out, rule);
    }
    buf_deinit(&content);
}
