/* From bytes to a reply.
 *
 * Called by client.c once the transfer is over. An answer with status 200 is looked through for
 * content, finish reason and usage; everything else is an error whose meaning dialect.c knows.
 * Whether the content holds good items is not judged here.
 */
#include "llm/reply.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "llm/dialect.h"
#include "llm/limits.h"
#include "llm/salvage.h"
#include "llm/usage.h"

#define MESSAGE_BYTES 200 /* of a provider's message that are kept */

void reply_memory_init(struct reply_memory *m)
{
    m->doc = NULL;
    buf_init(&m->content, SIZE_MAX);
}

void reply_memory_clear(struct reply_memory *m)
{
    json_free(m->doc);
    m->doc = NULL;
    buf_clear(&m->content);
}

void reply_memory_deinit(struct reply_memory *m)
{
    json_free(m->doc);
    buf_deinit(&m->content);
}

void reply_init(struct llm_reply *out)
{
    *out = (struct llm_reply){.failure = FAIL_NONE, .retry_after_us = -1};
    out->limits = (struct llm_limits){-1, -1, -1, -1, -1, -1};
    usage_init(&out->usage);
}

void reply_line(struct slice text, char *out, size_t out_size)
{
    size_t n = 0;
    bool blank = false;
    for (size_t at = 0; at < text.n;) {
        unsigned char c = (unsigned char)text.p[at];
        if (c <= 0x20 || c == 0x7f) {
            blank = n > 0;
            at++;
            continue;
        }
        size_t size = 1;
        while (size < 4 && at + size < text.n && ((unsigned char)text.p[at + size] & 0xc0) == 0x80)
            size++;
        bool good = utf8_valid(slice_of(text.p + at, size));
        if (n + blank + size >= out_size)
            break;
        if (blank)
            out[n++] = ' ';
        blank = false;
        if (good)
            memcpy(out + n, text.p + at, size);
        else
            out[n] = '?';
        n += good ? size : 1;
        at += size;
    }
    out[n] = '\0';
}

static void note(struct llm_reply *out, const char *text)
{
    reply_line(slice_str(text), out->message, sizeof out->message);
}

/* ---- headers ------------------------------------------------------------------------------ */

static void read_limits(const struct reply_head *head, struct llm_limits *l)
{
    l->requests_limit = limits_count(head->limit_requests);
    l->requests_left = limits_count(head->remaining_requests);
    l->requests_reset_us = limits_reset(head->reset_requests, head->now_unix_us);
    l->tokens_limit = limits_count(head->limit_tokens);
    l->tokens_left = limits_count(head->remaining_tokens);
    l->tokens_reset_us = limits_reset(head->reset_tokens, head->now_unix_us);
}

/* A reset counts as a wait when that limit is used up, or when nothing is said about it. */
static int64_t wait_for_reset(const struct llm_limits *l)
{
    int64_t requests = l->requests_left <= 0 ? l->requests_reset_us : -1;
    int64_t tokens = l->tokens_left <= 0 ? l->tokens_reset_us : -1;
    return requests > tokens ? requests : tokens;
}

static int64_t read_retry_after(const struct reply_head *head, const struct llm_limits *limits)
{
    int64_t us = limits_retry_after_ms(head->retry_after_ms);
    if (us < 0)
        us = limits_retry_after(head->retry_after, head->now_unix_us);
    if (us < 0 && (head->http_status == 429 || head->http_status == 503))
        us = wait_for_reset(limits);
    return us;
}

/* ---- errors ------------------------------------------------------------------------------- */

void reply_tell_error(const struct dialect_error *e, char code[64], char message[256])
{
    reply_line(e->code.n > 0 ? e->code : e->type, code, 64);
    struct slice text = e->message;
    if (text.n > MESSAGE_BYTES)
        text.n = utf8_floor(text, MESSAGE_BYTES);
    reply_line(text, message, 256);
}

static void read_error(const struct reply_head *head, const json *doc, struct llm_reply *out)
{
    struct dialect_error e;
    dialect_read(doc, &e);
    bool told_to_wait = head->retry_after.n > 0 || head->retry_after_ms.n > 0;
    out->failure = dialect_classify(head->http_status, &e, head->host, told_to_wait);
    reply_tell_error(&e, out->provider_code, out->message);
    if (out->message[0] == '\0')
        snprintf(out->message, sizeof out->message, "HTTP status %d without an explanation",
                 head->http_status);
}

/* ---- answers ------------------------------------------------------------------------------ */

/* The parts of type text, one behind the other. */
static struct slice join_parts(const json *parts, struct buf *out)
{
    buf_clear(out);
    for (const json *part = json_first(parts); part != NULL; part = json_next(part)) {
        struct slice text = json_str(json_get(part, "text"));
        if (text.p != NULL)
            buf_slice(out, text);
    }
    return buf_view(out);
}

static void read_content(const json *message, struct reply_memory *memory, struct llm_reply *out)
{
    const json *content = json_get(message, "content");
    if (json_is(content, JSON_STRING))
        out->content = json_str(content);
    else if (json_is(content, JSON_ARRAY))
        out->content = join_parts(content, &memory->content);
}

static bool is_one_of(const char *s, const char *const *names)
{
    for (; *names != NULL; names++)
        if (strcmp(s, *names) == 0)
            return true;
    return false;
}

static enum failure judge(const struct llm_reply *r, bool refused)
{
    static const char *const filters[] = {"content_filter", "sensitive", NULL};
    static const char *const cuts[] = {"length", "model_context_window_exceeded",
                                       "insufficient_system_resource", "network_error", NULL};
    bool blank = slice_trim(r->content).n == 0;
    if (is_one_of(r->finish_reason, filters))
        return FAIL_FILTERED;
    if (refused && blank)
        return FAIL_REFUSED;
    if (is_one_of(r->finish_reason, cuts) && (!blank || strcmp(r->finish_reason, "length") == 0))
        return FAIL_TRUNCATED;
    return blank ? FAIL_BAD_ANSWER : FAIL_NONE;
}

static void explain(struct llm_reply *out)
{
    if (out->failure == FAIL_BAD_ANSWER)
        note(out, "the answer holds no text");
    else if (out->failure == FAIL_REFUSED)
        note(out, "the model refused");
    else if (out->failure == FAIL_FILTERED)
        note(out, "the provider's filter cut the answer off");
    else if (out->failure == FAIL_TRUNCATED)
        note(out, "the answer breaks off");
}

void reply_judge(struct llm_reply *out, bool refused)
{
    out->failure = judge(out, refused);
    explain(out);
}

static void read_answer(const json *doc, struct slice raw_usage, struct reply_memory *memory,
                        struct llm_reply *out)
{
    struct dialect_error e;
    usage_read(json_get(doc, "usage"), raw_usage, &out->usage);
    reply_line(json_str(json_get(doc, "model")), out->served_model, sizeof out->served_model);
    if (out->request_id[0] == '\0')
        reply_line(json_str(json_get(doc, "id")), out->request_id, sizeof out->request_id);
    const json *choice = json_first(json_get(doc, "choices"));
    if (choice == NULL) {
        dialect_read(doc, &e);
        out->failure = FAIL_BAD_ANSWER;
        reply_tell_error(&e, out->provider_code, out->message);
        if (out->message[0] == '\0')
            note(out, "the answer has no choices");
        return;
    }
    const json *message = json_get(choice, "message");
    reply_line(json_str(json_get(choice, "finish_reason")), out->finish_reason,
               sizeof out->finish_reason);
    read_content(message, memory, out);
    reply_judge(out, json_str(json_get(message, "refusal")).n > 0);
}

/* Content and usage out of the bytes of a document that breaks off. */
static bool read_fragment(struct slice clean, struct reply_memory *memory, struct llm_reply *out)
{
    struct slice raw = salvage_content(clean);
    if (raw.p == NULL)
        return false;
    struct buf wrapped;
    buf_init(&wrapped, SIZE_MAX);
    struct slice usage = salvage_object(clean, "\"usage\"");
    buf_str(&wrapped, "{\"choices\":[{\"finish_reason\":\"length\",\"message\":{\"content\":\"");
    buf_slice(&wrapped, raw);
    buf_str(&wrapped, "\"}}],\"usage\":");
    buf_slice(&wrapped, usage.p != NULL ? usage : SLICE_LIT("null"));
    buf_char(&wrapped, '}');
    bool good = json_parse(buf_view(&wrapped), JSON_MAX_DEPTH, &memory->doc) == ST_OK;
    if (good) {
        read_answer(memory->doc, usage, memory, out);
        out->finish_reason[0] = '\0';
    }
    buf_deinit(&wrapped);
    return good;
}

static void read_broken(struct slice body, struct reply_memory *memory, struct llm_reply *out)
{
    struct buf clean;
    buf_init(&clean, SIZE_MAX);
    salvage_clean(body, &clean);
    struct slice text = slice_trim(buf_view(&clean));
    out->content_salvaged = true;
    if (json_parse(text, JSON_MAX_DEPTH, &memory->doc) == ST_OK) {
        read_answer(memory->doc, json_raw_member(text, "usage"), memory, out);
    } else if (!read_fragment(text, memory, out)) {
        out->content_salvaged = false;
        out->failure = FAIL_BAD_ANSWER;
        note(out, text.n == 0 ? "the answer is empty" : "the answer is not JSON");
    }
    buf_deinit(&clean);
}

/* Only wanted for a cost, which few providers tell. */
static struct slice usage_text(const json *doc, struct slice body)
{
    bool cost = json_get(json_get(doc, "usage"), "cost") != NULL;
    return cost ? json_raw_member(body, "usage") : SLICE_NONE;
}

static void read_good(const struct reply_head *head, struct slice body, struct reply_memory *memory,
                      struct llm_reply *out)
{
    if (json_parse(body, JSON_MAX_DEPTH, &memory->doc) == ST_OK)
        read_answer(memory->doc, usage_text(memory->doc, body), memory, out);
    else
        read_broken(body, memory, out);
    int64_t told = limits_usd(head->response_cost);
    if (told >= 0)
        out->usage.provider_cost_pusd = told;
}

void reply_read_head(const struct reply_head *head, struct llm_reply *out)
{
    out->http_status = head->http_status;
    reply_line(head->request_id, out->request_id, sizeof out->request_id);
    read_limits(head, &out->limits);
    out->retry_after_us = read_retry_after(head, &out->limits);
}

void reply_read(const struct reply_head *head, struct slice body, struct reply_memory *memory,
                struct llm_reply *out)
{
    reply_memory_clear(memory);
    reply_read_head(head, out);
    out->raw = body;
    struct slice text = slice_trim(body); /* blank lines come first while a provider is busy */
    if (head->http_status >= 200 && head->http_status < 300) {
        read_good(head, text, memory, out);
        return;
    }
    if (json_parse(text, JSON_MAX_DEPTH, &memory->doc) != ST_OK)
        memory->doc = NULL;
    read_error(head, memory->doc, out);
}
