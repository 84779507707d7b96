/* Answers of providers, good and evil. First byte: which status; the rest, up to the first NUL, is
 * the text of every header, and behind it the body.
 *
 * Whatever comes in, what is handed on must be fit for ledger, logs and money.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/utf8.h"
#include "llm/reply.h"
#include "support/fuzz/check_line.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const int statuses[] = {200, 200, 200, 204, 302, 400, 401, 403, 404, 429, 500, 503, 529};

static void check_usage(const struct usage *u)
{
    assert(u->provider_cost_pusd >= -1);
    if (!u->present)
        return;
    assert(u->input >= 0 && u->output >= 0 && u->cached >= 0 && u->cache_write >= 0);
    assert(u->cached + u->cache_write <= u->input);
    assert(u->reasoning >= 0 && u->reasoning <= u->output);
}

static void check_reply(const struct llm_reply *r)
{
    assert((int)r->failure < (int)FAIL_COUNT);
    assert(r->retry_after_us >= -1);
    assert(r->content.p == NULL || utf8_valid(r->content));
    assert(r->failure != FAIL_NONE || slice_trim(r->content).n > 0);
    assert(r->http_status < 300 || failure_billing(r->failure) != BILLED_USAGE);
    check_usage(&r->usage);
    check_line(r->message, sizeof r->message);
    check_line(r->provider_code, sizeof r->provider_code);
    check_line(r->finish_reason, sizeof r->finish_reason);
    check_line(r->served_model, sizeof r->served_model);
    check_line(r->request_id, sizeof r->request_id);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct slice rest = slice_of(data + 1, size - 1);
    const char *end = rest.n > 0 ? memchr(rest.p, '\0', rest.n) : NULL;
    struct slice header = end != NULL ? slice_of(rest.p, (size_t)(end - rest.p)) : SLICE_LIT("");
    struct slice body = end != NULL ? slice_of(end + 1, rest.n - header.n - 1) : rest;
    struct reply_head head = {
        .http_status = statuses[data[0] % (sizeof statuses / sizeof statuses[0])],
        .now_unix_us = INT64_C(1795561200000000),
        .host = SLICE_LIT("dashscope.aliyuncs.com"),
        .retry_after = header,
        .retry_after_ms = header,
        .reset_requests = header,
        .reset_tokens = header,
        .remaining_tokens = header,
        .request_id = header,
        .response_cost = header,
    };
    struct reply_memory memory;
    struct llm_reply reply;
    reply_memory_init(&memory);
    reply_init(&reply);
    reply_read(&head, body, &memory, &reply);
    check_reply(&reply);
    reply_memory_deinit(&memory);
    return 0;
}
