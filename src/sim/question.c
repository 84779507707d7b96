/* Reads the body of POST /chat/completions: model, system message, answer format, token cap, and
 * the tickets in the user message.
 *
 * One pass over the body, one over the unescaped user message. The system message stays escaped:
 * serve.c recognises it by its bytes and looks into it only when it is new.
 */
#include "sim/question.h"

#include <limits.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "sim/scan.h"

#define MAX_TICKETS 10000

void question_init(struct question *q)
{
    *q = (struct question){0};
    buf_init(&q->memory, SIZE_MAX);
}

void question_deinit(struct question *q)
{
    mem_free(q->tickets);
    buf_deinit(&q->memory);
}

static struct question_ticket *add_ticket(struct question *q)
{
    if (q->ticket_count == q->ticket_cap) {
        q->ticket_cap = q->ticket_cap > 0 ? q->ticket_cap * 2 : 16;
        q->tickets = mem_grow(q->tickets, (size_t)q->ticket_cap, sizeof *q->tickets);
    }
    struct question_ticket *t = &q->tickets[q->ticket_count++];
    *t = (struct question_ticket){{"", 0}, {"", 0}};
    return t;
}

/* The memory was sized for everything beforehand, so slices into it stay put. */
static bool unescape(struct question *q, struct slice raw, struct slice *out)
{
    if (memchr(raw.p, '\\', raw.n) == NULL) {
        *out = raw;
        return true;
    }
    size_t from = q->memory.n;
    bool good = scan_unescape(raw, &q->memory);
    *out = slice_of(q->memory.p + from, q->memory.n - from);
    return good;
}

static bool read_ticket(struct question *q, struct scan *s)
{
    struct question_ticket *t = add_ticket(q);
    struct slice key, raw;
    if (!scan_open(s, '{'))
        return false;
    while (scan_member(s, &key)) {
        bool id = slice_eq(key, SLICE_LIT("id")), text = slice_eq(key, SLICE_LIT("text"));
        if (!(id || text ? scan_string(s, &raw) : scan_value(s, &raw)))
            return false;
        if ((id && !unescape(q, raw, &t->id)) || (text && !unescape(q, raw, &t->text)))
            return false;
    }
    return !s->bad && q->ticket_count <= MAX_TICKETS;
}

static bool read_tickets(struct question *q, struct slice user)
{
    struct scan s;
    struct slice key, raw;
    bool found = false;
    scan_init(&s, user);
    if (!scan_open(&s, '{'))
        return false;
    while (scan_member(&s, &key)) {
        if (!slice_eq(key, SLICE_LIT("tickets"))) {
            if (!scan_value(&s, &raw))
                return false;
            continue;
        }
        found = true;
        if (!scan_open(&s, '['))
            return false;
        while (scan_element(&s))
            if (!read_ticket(q, &s))
                return false;
    }
    return found && !s.bad && scan_end(&s);
}

static bool read_user(struct question *q, struct slice raw)
{
    struct slice user;
    buf_clear(&q->memory);
    /* Everything unescaped later is part of this, and never longer. */
    buf_slice(&q->memory, raw);
    buf_slice(&q->memory, raw);
    buf_clear(&q->memory);
    if (!unescape(q, raw, &user))
        return false;
    q->user_bytes = (int64_t)raw.n;
    q->ticket_count = 0;
    q->packed = read_tickets(q, user);
    if (!q->packed) {
        q->ticket_count = 0;
        add_ticket(q)->text = user;
    }
    return true;
}

static bool read_message(struct question *q, struct scan *s, struct slice *user)
{
    struct slice key, raw, role = {"", 0}, content = {"", 0};
    if (!scan_open(s, '{'))
        return false;
    while (scan_member(s, &key)) {
        bool is_role = slice_eq(key, SLICE_LIT("role"));
        bool is_content = slice_eq(key, SLICE_LIT("content"));
        if (!(is_role || is_content ? scan_string(s, &raw) : scan_value(s, &raw)))
            return false;
        if (is_role)
            role = raw;
        else if (is_content)
            content = raw;
    }
    if (slice_eq(role, SLICE_LIT("user")))
        *user = content;
    else if (slice_eq(role, SLICE_LIT("system")))
        q->system_raw = content;
    return !s->bad;
}

static bool read_messages(struct question *q, struct scan *s, struct slice *user)
{
    if (!scan_open(s, '['))
        return false;
    while (scan_element(s))
        if (!read_message(q, s, user))
            return false;
    return !s->bad;
}

static bool read_stream_options(struct question *q, struct slice options)
{
    struct scan s;
    struct slice key, raw;
    scan_init(&s, options);
    if (!scan_open(&s, '{'))
        return slice_eq(options, SLICE_LIT("null"));
    while (scan_member(&s, &key)) {
        if (!scan_value(&s, &raw))
            return false;
        if (slice_eq(key, SLICE_LIT("include_usage")))
            q->include_usage = slice_eq(raw, SLICE_LIT("true"));
    }
    return !s.bad;
}

static bool read_member(struct question *q, struct scan *s, struct slice key, struct slice *user)
{
    struct slice raw;
    if (slice_eq(key, SLICE_LIT("model")))
        return scan_string(s, &q->model);
    if (slice_eq(key, SLICE_LIT("messages")))
        return read_messages(q, s, user);
    if (!scan_value(s, &raw))
        return false;
    if (slice_eq(key, SLICE_LIT("response_format")))
        q->format_raw = raw;
    if (slice_eq(key, SLICE_LIT("max_tokens")) || slice_eq(key, SLICE_LIT("max_completion_tokens")))
        return slice_to_i64(raw, &q->max_tokens) == ST_OK && q->max_tokens > 0;
    if (slice_eq(key, SLICE_LIT("stream")))
        q->stream = slice_eq(raw, SLICE_LIT("true"));
    if (slice_eq(key, SLICE_LIT("stream_options")))
        return read_stream_options(q, raw);
    return true;
}

enum status question_read(struct question *q, struct slice body, struct fail *fail)
{
    struct scan s;
    struct slice key, user = SLICE_NONE;
    q->model = SLICE_LIT("");
    q->system_raw = q->format_raw = SLICE_NONE;
    q->max_tokens = 0;
    q->stream = q->include_usage = false;
    if (!utf8_valid(body))
        return fail_set(fail, ST_BAD_JSON, 0, "the body is not UTF-8");
    scan_init(&s, body);
    if (!scan_open(&s, '{'))
        return fail_set(fail, ST_BAD_JSON, 0, "the body is not a JSON object");
    while (scan_member(&s, &key))
        if (!read_member(q, &s, key, &user))
            return fail_set(fail, ST_BAD_JSON, 0, "bad value of '" SLICE_FMT "'",
                            (int)(key.n < 40 ? key.n : 40), key.p);
    if (s.bad || !scan_end(&s))
        return fail_set(fail, ST_BAD_JSON, 0, "the body is not valid JSON");
    if (q->model.n == 0 || user.p == NULL)
        return fail_set(fail, ST_BAD_JSON, 0, "model and a user message are required");
    q->system_bytes = (int64_t)q->system_raw.n;
    if (!read_user(q, user))
        return fail_set(fail, ST_BAD_JSON, 0, "bad escape in the user message");
    return ST_OK;
}
