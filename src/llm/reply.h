/* What became of a call: the reply as the rest of the program sees it, and how it is read from
 * status, headers and body.
 *
 * Providers differ; the differences end here. Money and limits are read defensively: a field that
 * makes no sense counts as absent, never as zero.
 */
#ifndef TICKETMILL_LLM_REPLY_H
#define TICKETMILL_LLM_REPLY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/slice.h"
#include "model/failure.h"
#include "model/usage.h"

/* Limits as told by x-ratelimit-* headers; -1 = not told. */
struct llm_limits {
    int64_t requests_limit, requests_left, requests_reset_us;
    int64_t tokens_limit, tokens_left, tokens_reset_us;
};

struct llm_reply {
    enum failure failure;
    int http_status;        /* 0 = none was received */
    int detail;             /* the HTTP library's code; 0 = the transfer itself was fine */
    bool sent;              /* the request, or a part of it, left us */
    int64_t retry_after_us; /* ≥ 0, at most a year; -1 = not told */
    struct llm_limits limits;
    struct slice raw;       /* the whole body as received and decoded; may be cut when sent short */
    struct slice content;   /* the assistant's text, unescaped, valid UTF-8; SLICE_NONE = none */
    bool content_salvaged;  /* the document was broken; content was cut out of its bytes */
    struct usage usage;     /* .present false: nothing usable was told */
    char finish_reason[32]; /* "" = none; as sent, cut */
    char served_model[96], request_id[96];
    char provider_code[64]; /* error code or type of the provider */
    char message[256];      /* one printable line for people: the provider's error message without
                               our key, or what went wrong on the way; never ticket text */
    int64_t sent_at_unix_us, latency_us; /* from llm_client_send to the end */
};

/* What the reading needs to know besides the body. */
struct reply_head {
    int http_status;
    int64_t now_unix_us; /* for Retry-After dates */
    struct slice host;   /* of the endpoint: some error codes mean different things */
    struct slice retry_after, retry_after_ms;
    struct slice limit_requests, remaining_requests, reset_requests;
    struct slice limit_tokens, remaining_tokens, reset_tokens;
    struct slice request_id, response_cost;
};

/* Memory behind the slices of a reply. */
struct reply_memory {
    json *doc;
    struct buf content;
};
void reply_memory_init(struct reply_memory *m);
void reply_memory_clear(struct reply_memory *m); /* slices of the last reply end here */
void reply_memory_deinit(struct reply_memory *m);

/* Fills everything of *out that status, headers and body tell, `failure` included; leaves detail,
 * sent, sent_at_unix_us and latency_us alone. `body` must outlive *out. */
void reply_read(const struct reply_head *head, struct slice body, struct reply_memory *memory,
                struct llm_reply *out);

/* Parts of reply_read, for answers that come as a stream. The first fills what headers tell
 * (http_status, request_id, limits, retry_after_us); the second sets failure and message from
 * content and finish_reason; the third makes code and message fit for ledger and logs. */
void reply_read_head(const struct reply_head *head, struct llm_reply *out);
void reply_judge(struct llm_reply *out, bool refused);
struct dialect_error;
void reply_tell_error(const struct dialect_error *e, char code[64], char message[256]);

/* An empty reply: nothing told, FAIL_NONE. */
void reply_init(struct llm_reply *out);

/* Copies `text` as one printable line: controls and runs of blanks become one blank, at most
 * out_size - 1 bytes on a character boundary, invalid UTF-8 becomes '?'. */
void reply_line(struct slice text, char *out, size_t out_size);

#endif
