/* Events of a streamed answer: the role, the content token by token, why it ended, the usage, and
 * the mark that nothing follows.
 *
 * A token is four bytes here as everywhere in the simulator, or up to three more where a character
 * would be torn. The pauses between events are made by deliver.c.
 */
#include "sim/stream.h"

#include <inttypes.h>

#include "base/json.h"
#include "base/utf8.h"

#define TOKEN_BYTES 4

static void open_event(struct buf *body, const struct question *q, const struct answer_settings *s)
{
    buf_fmt(body,
            "data: {\"id\":\"chatcmpl-%016" PRIx64 "\",\"object\":\"chat.completion.chunk\","
            "\"created\":%" PRId64 ",\"model\":\"",
            s->number, s->now_unix_s);
    buf_slice(body, q->model);
    buf_str(body, "\",\"choices\":[");
}

static void close_event(struct buf *body)
{
    buf_str(body, "]}\n\n");
}

static void print_delta(struct buf *body, struct slice token)
{
    buf_str(body, "{\"index\":0,\"delta\":{\"content\":");
    json_quote(body, token);
    buf_str(body, "},\"finish_reason\":null}");
}

static void print_tokens(struct buf *body, const struct question *q, struct slice content,
                         const struct answer_settings *s)
{
    for (size_t at = 0; at < content.n;) {
        size_t end =
            at + TOKEN_BYTES < content.n ? utf8_ceil(content, at + TOKEN_BYTES) : content.n;
        open_event(body, q, s);
        print_delta(body, slice_of(content.p + at, end - at));
        close_event(body);
        at = end;
    }
}

void stream_print(struct answer *a, const struct question *q, struct slice content,
                  const char *finish, const struct answer_settings *s)
{
    struct buf *body = &a->body;
    a->content_type = "text/event-stream";
    open_event(body, q, s);
    buf_str(body, "{\"index\":0,\"delta\":{\"role\":\"assistant\"},\"finish_reason\":null}");
    close_event(body);
    print_tokens(body, q, content, s);
    open_event(body, q, s);
    buf_fmt(body, "{\"index\":0,\"delta\":{},\"finish_reason\":\"%s\"}", finish);
    close_event(body);
    if (q->include_usage) {
        open_event(body, q, s);
        buf_str(body, "],\"usage\":");
        answer_print_usage(a, s, false);
        buf_str(body, "}\n\n");
    }
    buf_str(body, "data: [DONE]\n\n");
    if (s->tokens_per_second > 0 && a->delivery == DELIVER_WHOLE) {
        a->delivery = DELIVER_EVENTS;
        a->event_us = 1000000 / s->tokens_per_second;
    }
}

size_t stream_event_end(struct slice body, size_t at)
{
    ptrdiff_t end = slice_find(slice_of(body.p + at, body.n - at), SLICE_LIT("\n\n"));
    return end < 0 ? body.n : at + (size_t)end + 2;
}
