/* An answer that comes in pieces: server-sent events, put together again. Pure.
 *
 * Bytes are fed as they arrive, cut anywhere. What providers do beside the standard is taken:
 * any line ending, comments and blank lines as signs of life, a last event without its blank
 * line, usage in a chunk of its own or inside of the choice, an error object between chunks.
 */
#ifndef TICKETMILL_LLM_STREAM_H
#define TICKETMILL_LLM_STREAM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "llm/reply.h"

struct llm_stream {
    int64_t chunks;                      /* events that held a JSON object */
    int64_t pieces;                      /* of them: with text or reasoning in it */
    int64_t bad_events;                  /* neither a JSON object nor [DONE] */
    int64_t keepalives;                  /* comments, and blank lines that end no event */
    int64_t first_mono_us, last_mono_us; /* when the first and last piece came; 0 = none did */
    int64_t reasoning_bytes;
    bool done;          /* data: [DONE] */
    bool refused;       /* the model's refusal came instead of text */
    bool failed;        /* an error object came; code and message are its */
    bool too_large;     /* a line, an event or the text was above max_bytes */
    struct buf content; /* the text so far, valid UTF-8 */
    struct usage usage; /* as told last */
    char finish_reason[32], served_model[96], id[96], provider_code[64], message[256];

    /* Of the parser. */
    struct buf line, data;          /* the line under way; data lines of the event under way */
    bool has_data, after_cr, begun; /* begun: a first line is through */
};

void stream_init(struct llm_stream *s, size_t max_bytes);
void stream_deinit(struct llm_stream *s);

/* The next bytes; now_mono_us: when they came. */
void stream_feed(struct llm_stream *s, struct slice bytes, int64_t now_mono_us);

/* No more bytes will come: what is under way counts as complete. */
void stream_end(struct llm_stream *s, int64_t now_mono_us);

/* After stream_end: the stream as a reply, like reply_read for an answer in one piece with status
 * 2xx. A stream that ends with neither a finish reason nor [DONE] is FAIL_TRUNCATED, or
 * FAIL_BAD_ANSWER when it brought no text. Slices of *out live with s. Leaves raw, detail, sent,
 * sent_at_unix_us and latency_us alone. */
void stream_reply(const struct llm_stream *s, const struct reply_head *head, struct llm_reply *out);

#endif
