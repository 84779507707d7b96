/* From the bytes of an event stream to the answer they spell.
 *
 * Fed by flight.c for the few calls that ask for a stream (the probe's; a run never streams).
 * Two steps: lines and events as the standard for server-sent events has them, and chunks of a
 * chat completion in their data. Only the first choice counts. What the text is worth is not
 * judged here.
 */
#include "llm/stream.h"

#include <string.h>

#include "base/mem.h"
#include "llm/dialect.h"
#include "llm/limits.h"
#include "llm/usage.h"

void stream_init(struct llm_stream *s, size_t max_bytes)
{
    *s = (struct llm_stream){.chunks = 0};
    buf_init(&s->content, max_bytes);
    buf_init(&s->line, max_bytes);
    buf_init(&s->data, max_bytes);
    usage_init(&s->usage);
}

void stream_deinit(struct llm_stream *s)
{
    buf_deinit(&s->content);
    buf_deinit(&s->line);
    buf_deinit(&s->data);
}

/* ---- chunks ------------------------------------------------------------------------------- */

static void take_name(const json *v, char *out, size_t size)
{
    struct slice text = json_str(v);
    if (text.n > 0)
        reply_line(text, out, size);
}

static void take_usage(struct llm_stream *s, const json *usage, struct slice data)
{
    if (!json_is(usage, JSON_OBJECT))
        return;
    bool cost = json_get(usage, "cost") != NULL;
    usage_read(usage, cost ? json_raw_member(data, "usage") : SLICE_NONE, &s->usage);
}

/* Bytes of thinking; the member's name differs. */
static size_t reasoning_of(const json *delta)
{
    size_t n = json_str(json_get(delta, "reasoning_content")).n;
    return n > 0 ? n : json_str(json_get(delta, "reasoning")).n;
}

static void take_choice(struct llm_stream *s, const json *choice, int64_t now_mono_us)
{
    const json *delta = json_get(choice, "delta");
    struct slice text = json_str(json_get(delta, "content"));
    size_t thinking = reasoning_of(delta);
    take_name(json_get(choice, "finish_reason"), s->finish_reason, sizeof s->finish_reason);
    if (json_str(json_get(delta, "refusal")).n > 0)
        s->refused = true;
    if (text.n == 0 && thinking == 0)
        return;
    buf_slice(&s->content, text.n > 0 ? text : SLICE_LIT(""));
    s->reasoning_bytes += (int64_t)thinking;
    s->pieces++;
    s->last_mono_us = now_mono_us;
    if (s->first_mono_us == 0)
        s->first_mono_us = now_mono_us;
}

static void take_error(struct llm_stream *s, const json *doc)
{
    struct dialect_error e;
    dialect_read(doc, &e);
    s->failed = true;
    reply_tell_error(&e, s->provider_code, s->message);
}

static bool is_error(const json *doc)
{
    const json *error = json_get(doc, "error");
    return error != NULL && !json_is(error, JSON_NULL);
}

static void take_chunk(struct llm_stream *s, struct slice data, int64_t now_mono_us)
{
    json *doc = NULL;
    if (json_parse(data, JSON_MAX_DEPTH, &doc) != ST_OK || !json_is(doc, JSON_OBJECT)) {
        s->bad_events++;
        json_free(doc);
        return;
    }
    s->chunks++;
    take_name(json_get(doc, "model"), s->served_model, sizeof s->served_model);
    take_name(json_get(doc, "id"), s->id, sizeof s->id);
    if (is_error(doc))
        take_error(s, doc);
    const json *choice = json_first(json_get(doc, "choices"));
    if (choice != NULL) {
        take_choice(s, choice, now_mono_us);
        take_usage(s, json_get(choice, "usage"), SLICE_NONE);
    }
    take_usage(s, json_get(doc, "usage"), data);
    json_free(doc);
}

/* ---- lines and events --------------------------------------------------------------------- */

static void end_event(struct llm_stream *s, int64_t now_mono_us)
{
    struct slice data = slice_trim(buf_view(&s->data));
    if (s->data.failed) {
        s->too_large = true;
        s->bad_events++;
    } else if (slice_eq(data, SLICE_LIT("[DONE]"))) {
        s->done = true;
    } else {
        take_chunk(s, data, now_mono_us);
    }
    if (s->content.failed)
        s->too_large = true;
    buf_clear(&s->data);
    s->has_data = false;
}

/* "data: x" and "data:x"; several data lines of an event are lines of its text. */
static void take_field(struct llm_stream *s, struct slice line)
{
    const char *colon = memchr(line.p, ':', line.n);
    size_t n = colon != NULL ? (size_t)(colon - line.p) : line.n;
    if (!slice_eq(slice_of(line.p, n), SLICE_LIT("data")))
        return; /* event, id, retry, and names to come */
    size_t from = n + 1 < line.n && line.p[n + 1] == ' ' ? n + 2 : n + 1;
    if (s->has_data)
        buf_char(&s->data, '\n');
    s->has_data = true;
    if (from < line.n)
        buf_add(&s->data, line.p + from, line.n - from);
}

static void end_line(struct llm_stream *s, int64_t now_mono_us)
{
    static const char mark[] = "\xef\xbb\xbf"; /* may stand before the first line */
    struct slice line = buf_view(&s->line);
    if (!s->begun && line.n >= 3 && memcmp(line.p, mark, 3) == 0)
        line = slice_of(line.p + 3, line.n - 3);
    s->begun = true;
    if (s->line.failed)
        s->too_large = true;
    else if (line.n > 0 && line.p[0] != ':')
        take_field(s, line);
    else if (line.n == 0 && s->has_data)
        end_event(s, now_mono_us);
    else
        s->keepalives++;
    buf_clear(&s->line);
}

void stream_feed(struct llm_stream *s, struct slice bytes, int64_t now_mono_us)
{
    for (size_t at = 0; at < bytes.n;) {
        char c = bytes.p[at];
        if (c == '\n' && s->after_cr) {
            s->after_cr = false;
            at++;
            continue;
        }
        s->after_cr = c == '\r';
        if (c == '\r' || c == '\n') {
            end_line(s, now_mono_us);
            at++;
            continue;
        }
        size_t from = at;
        while (at < bytes.n && bytes.p[at] != '\r' && bytes.p[at] != '\n')
            at++;
        buf_add(&s->line, bytes.p + from, at - from);
    }
}

void stream_end(struct llm_stream *s, int64_t now_mono_us)
{
    if (s->line.n > 0 || s->line.failed)
        end_line(s, now_mono_us);
    if (s->has_data)
        end_event(s, now_mono_us);
}

/* ---- the end ------------------------------------------------------------------------------ */

static void judge(const struct llm_stream *s, struct llm_reply *out)
{
    bool blank = slice_trim(out->content).n == 0;
    reply_judge(out, s->refused);
    if (s->failed) {
        out->failure = FAIL_BAD_ANSWER;
        memcpy(out->provider_code, s->provider_code, sizeof out->provider_code);
        memcpy(out->message, s->message, sizeof out->message);
        if (s->message[0] == '\0')
            reply_line(SLICE_LIT("an error came in the stream"), out->message, sizeof out->message);
    } else if (s->too_large) {
        out->failure = FAIL_TOO_LARGE;
        reply_line(SLICE_LIT("the stream is larger than allowed"), out->message,
                   sizeof out->message);
    } else if (!s->done && s->finish_reason[0] == '\0') {
        out->failure = blank ? FAIL_BAD_ANSWER : FAIL_TRUNCATED;
        reply_line(SLICE_LIT("the stream breaks off"), out->message, sizeof out->message);
    }
}

void stream_reply(const struct llm_stream *s, const struct reply_head *head, struct llm_reply *out)
{
    reply_read_head(head, out);
    out->usage = s->usage;
    int64_t told = limits_usd(head->response_cost);
    if (told >= 0)
        out->usage.provider_cost_pusd = told;
    if (s->pieces > 0)
        out->content = s->content.n > 0 ? buf_view(&s->content) : SLICE_LIT("");
    memcpy(out->finish_reason, s->finish_reason, sizeof out->finish_reason);
    memcpy(out->served_model, s->served_model, sizeof out->served_model);
    if (out->request_id[0] == '\0')
        memcpy(out->request_id, s->id, sizeof out->request_id);
    judge(s, out);
}
