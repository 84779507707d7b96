/* The few headers of an answer that matter.
 *
 * Called by the HTTP library for every line. Values that are longer than anything sensible are
 * dropped, not cut: half a number is a wrong number.
 */
#include "llm/internal.h"

#include <stddef.h>

struct known {
    const char *name;
    size_t offset, size;
};

#define FIELD(text, field)                                                                         \
    {                                                                                              \
        text, offsetof(struct llm_headers, field), sizeof(((struct llm_headers *)0)->field)        \
    }

static const struct known known[] = {
    FIELD("retry-after", retry_after),
    FIELD("retry-after-ms", retry_after_ms),
    FIELD("x-ratelimit-limit-requests", limit_requests),
    FIELD("x-ratelimit-remaining-requests", remaining_requests),
    FIELD("x-ratelimit-reset-requests", reset_requests),
    FIELD("x-ratelimit-limit-tokens", limit_tokens),
    FIELD("x-ratelimit-remaining-tokens", remaining_tokens),
    FIELD("x-ratelimit-reset-tokens", reset_tokens),
    FIELD("x-ratelimit-limit", limit_requests), /* without saying of what: of requests */
    FIELD("x-ratelimit-remaining", remaining_requests),
    FIELD("x-ratelimit-reset", reset_requests),
    FIELD("x-request-id", request_id),
    FIELD("x-litellm-response-cost", response_cost),
    FIELD("content-type", content_type),
};

void headers_reset(struct llm_headers *h)
{
    h->bytes = 0;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        *((char *)h + known[i].offset) = '\0';
}

static void take_value(struct llm_headers *h, const struct known *k, struct slice value)
{
    char *out = (char *)h + k->offset;
    if (value.n >= k->size || memchr(value.p, '\0', value.n) != NULL)
        return;
    memcpy(out, value.p, value.n);
    out[value.n] = '\0';
}

bool headers_take(struct llm_headers *h, struct slice line)
{
    size_t bytes = h->bytes + line.n;
    if (line.n >= 5 && memcmp(line.p, "HTTP/", 5) == 0)
        headers_reset(h); /* what came before was an interim answer */
    h->bytes = bytes;
    if (bytes > HEAD_BYTES_MAX)
        return false;
    const char *colon = memchr(line.p, ':', line.n);
    if (colon == NULL)
        return true;
    struct slice name = slice_of(line.p, (size_t)(colon - line.p));
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (!slice_eq_nocase(name, slice_str(known[i].name)))
            continue;
        take_value(h, &known[i], slice_trim(slice_of(colon + 1, line.n - name.n - 1)));
        break;
    }
    return true;
}

void headers_fill(const struct llm_headers *h, struct reply_head *out)
{
    out->retry_after = slice_str(h->retry_after);
    out->retry_after_ms = slice_str(h->retry_after_ms);
    out->limit_requests = slice_str(h->limit_requests);
    out->remaining_requests = slice_str(h->remaining_requests);
    out->reset_requests = slice_str(h->reset_requests);
    out->limit_tokens = slice_str(h->limit_tokens);
    out->remaining_tokens = slice_str(h->remaining_tokens);
    out->reset_tokens = slice_str(h->reset_tokens);
    out->request_id = slice_str(h->request_id);
    out->response_cost = slice_str(h->response_cost);
}
