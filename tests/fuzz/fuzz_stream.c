/* Event streams, good and evil. The first byte says where the bytes are cut; whole or cut, they
 * must read the same, and what is handed on must be fit for ledger, logs and money.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/utf8.h"
#include "llm/stream.h"
#include "support/fuzz/check_line.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct llm_stream *s)
{
    struct reply_head head = {.http_status = 200};
    struct llm_reply r;
    reply_init(&r);
    stream_reply(s, &head, &r);
    assert((int)r.failure < (int)FAIL_COUNT);
    assert(r.failure != FAIL_NONE || slice_trim(r.content).n > 0);
    assert(r.content.p == NULL || utf8_valid(r.content));
    assert(!r.usage.present || (r.usage.input >= 0 && r.usage.output >= 0 &&
                                r.usage.cached + r.usage.cache_write <= r.usage.input));
    check_line(r.message, sizeof r.message);
    check_line(r.provider_code, sizeof r.provider_code);
    check_line(r.finish_reason, sizeof r.finish_reason);
    check_line(r.served_model, sizeof r.served_model);
    check_line(r.request_id, sizeof r.request_id);
}

static void same(const struct llm_stream *a, const struct llm_stream *b)
{
    assert(a->chunks == b->chunks && a->pieces == b->pieces && a->bad_events == b->bad_events);
    assert(a->keepalives == b->keepalives && a->done == b->done && a->failed == b->failed);
    assert(a->usage.input == b->usage.input && a->usage.output == b->usage.output);
    assert(slice_eq(buf_view(&a->content), buf_view(&b->content)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct llm_stream whole, cut;
    struct slice text = slice_of(data + 1, size - 1);
    size_t at = text.n > 0 ? data[0] % (text.n + 1) : 0;
    stream_init(&whole, 4096);
    stream_init(&cut, 4096);
    stream_feed(&whole, text, 1);
    stream_feed(&cut, slice_of(text.p, at), 1);
    stream_feed(&cut, slice_of(text.p + at, text.n - at), 1);
    stream_end(&whole, 1);
    stream_end(&cut, 1);
    check(&whole);
    same(&whole, &cut);
    stream_deinit(&whole);
    stream_deinit(&cut);
    return 0;
}
