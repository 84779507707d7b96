/* Results as JSON, dead letters as the input's bytes with headers that say why.
 *
 * Called on the ledger thread inside the transaction that ends a ticket, so that the record and
 * the books cannot differ. Written by hand into a buffer: one record per ticket is the hot path.
 * Nothing is decided here; what goes in is decided in settle.c and close.c.
 */
#include "ledger/outrecord.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/json.h"
#include "model/money.h"
#include "model/verdict.h"

#define BATCH_OVERHEAD_BYTES                                                                       \
    128 /* batch header 61, a record's own fields at most 36; rounded up                           \
         */
#define CUT_VALUE_BYTES (64 << 10)
#define DETAIL_BYTES    1024
#define CAMPAIGN_HEADER "ticketmill-campaign"

/* --- results ------------------------------------------------------------------------------- */

static void member(struct buf *b, const char *name, struct slice text)
{
    buf_str(b, name);
    json_quote(b, text);
}

static void number(struct buf *b, const char *name, int64_t v)
{
    buf_str(b, name);
    buf_i64(b, v);
}

static void truth(struct buf *b, const char *name, bool v)
{
    buf_str(b, name);
    buf_str(b, v ? "true" : "false");
}

struct flag_writer {
    struct buf *b;
    bool any;
};

static void write_flag(void *self, const char *name)
{
    struct flag_writer *w = self;

    if (w->any)
        buf_char(w->b, ',');
    w->any = true;
    buf_char(w->b, '"');
    buf_str(w->b, name);
    buf_char(w->b, '"');
}

static void write_flags(struct buf *b, uint32_t flags)
{
    struct flag_writer w = {b, false};

    buf_str(b, ",\"flags\":[");
    flags_each(flags, write_flag, &w);
    buf_char(b, ']');
}

static void write_cost(struct buf *b, const struct out_totals *t)
{
    char usd[MONEY_TEXT_SIZE];

    if (t->cost_pusd == PUSD_UNPRICED) {
        buf_str(b, ",\"cost_usd\":null,\"cost_pusd\":null");
    } else {
        money_text(t->cost_pusd, usd);
        buf_str(b, ",\"cost_usd\":\"");
        buf_str(b, usd);
        number(b, "\",\"cost_pusd\":", t->cost_pusd);
    }
    number(b, ",\"cost_unknown_pusd\":", t->cost_unknown_pusd);
}

static void write_hash(struct buf *b, struct slice hash)
{
    if (!hash.p) {
        buf_str(b, ",\"content_hash\":null");
        return;
    }
    buf_str(b, ",\"content_hash\":\"");
    buf_hex(b, hash.p, hash.n);
    buf_char(b, '"');
}

void outrecord_result(struct buf *b, const struct out_result *r)
{
    char confidence[CONFIDENCE_TEXT_SIZE], at[CLOCK_ISO_SIZE];

    confidence_text(r->confidence_ppm, confidence);
    clock_iso_ms(r->classified_unix_us, at);
    member(b, "{\"schema\":\"ticketmill.result/1\",\"ticket_id\":", r->ticket_id);
    member(b, ",\"category\":", r->category);
    buf_str(b, ",\"confidence\":");
    buf_str(b, confidence);
    member(b, ",\"summary\":", r->summary);
    member(b, ",\"language\":", r->language);
    member(b, ",\"model\":", r->model);
    member(b, ",\"provider\":", r->provider);
    member(b, ",\"tier\":", r->tier);
    member(b, ",\"prompt_version\":", r->prompt_version);
    member(b, ",\"call_id\":", r->call_id);
    number(b, ",\"attempts\":", r->totals.attempts);
    truth(b, ",\"reused\":", r->reused);
    truth(b, ",\"needs_review\":", r->needs_review);
    write_flags(b, r->flags);
    number(b, ",\"tokens\":{\"input\":", r->totals.input_tokens);
    number(b, ",\"cached\":", r->totals.cached_tokens);
    number(b, ",\"output\":", r->totals.output_tokens);
    buf_char(b, '}');
    write_cost(b, &r->totals);
    write_hash(b, r->content_hash);
    member(b, ",\"ledger_id\":", r->ledger_id);
    number(b, ",\"seq\":", r->seq);
    member(b, ",\"source\":{\"topic\":", r->source);
    number(b, ",\"partition\":", r->pos.partition);
    number(b, ",\"offset\":", r->pos.offset);
    member(b, "},\"run_id\":", r->run_id);
    buf_str(b, ",\"classified_at\":\"");
    buf_str(b, at);
    buf_str(b, "\"}");
}

void outrecord_result_headers(struct buf *headers, struct slice input, const char *campaign)
{
    static const char *const carried[] = {"traceparent", "tracestate"};

    if (campaign)
        headers_add(headers, SLICE_LIT(CAMPAIGN_HEADER), slice_str(campaign));
    if (!input.n)
        return;
    for (size_t i = 0; i < sizeof(carried) / sizeof(*carried); i++) {
        struct slice value = headers_find(input, carried[i]);
        if (value.p)
            headers_add(headers, slice_str(carried[i]), value);
    }
}

/* --- dead letters -------------------------------------------------------------------------- */

int64_t outrecord_wire_bytes(struct slice key, struct slice value, struct slice headers)
{
    /* The blob spends 8 bytes a header on lengths, Kafka at most as much. */
    return (int64_t)(key.n + value.n + headers.n) + BATCH_OVERHEAD_BYTES;
}

static void header(struct buf *h, const char *name, struct slice value)
{
    headers_add(h, slice_str(name), value);
}

static void header_i64(struct buf *h, const char *name, int64_t v)
{
    char digits[24];

    snprintf(digits, sizeof(digits), "%lld", (long long)v);
    header(h, name, slice_str(digits));
}

/* Kafka Connect's name of the step that failed. */
static const char *stage_of(enum reason r)
{
    switch (r) {
    case REASON_INVALID_JSON:
    case REASON_INVALID_UTF8:
    case REASON_EMPTY:
    case REASON_TOO_LONG:
    case REASON_UNSUPPORTED_FORMAT:
        return "VALUE_CONVERTER";
    case REASON_NONE:
    case REASON_REFUSED:
    case REASON_POLICY:
    case REASON_NO_VALID_ANSWER:
    case REASON_ATTEMPTS_EXHAUSTED:
    case REASON_CRASH_SUSPECT:
        break;
    }
    return "TRANSFORMATION";
}

static void connect_headers(struct buf *h, const struct out_dead *d)
{
    struct buf message;

    buf_init(&message, DETAIL_BYTES + 64);
    buf_str(&message, reason_name(d->reason));
    if (d->detail.n) {
        buf_str(&message, ": ");
        buf_add(&message, d->detail.p, d->detail.n < DETAIL_BYTES ? d->detail.n : DETAIL_BYTES);
    }
    header(h, "__connect.errors.topic", d->source);
    header_i64(h, "__connect.errors.partition", d->record->pos.partition);
    header_i64(h, "__connect.errors.offset", d->record->pos.offset);
    header(h, "__connect.errors.stage", slice_str(stage_of(d->reason)));
    header(h, "__connect.errors.exception.message", buf_view(&message));
    buf_deinit(&message);
}

static void own_headers(struct buf *h, const struct out_dead *d)
{
    const struct out_totals *t = &d->totals;

    header(h, "ticketmill-reason", slice_str(reason_name(d->reason)));
    header_i64(h, "ticketmill-attempts", t->attempts);
    if (t->cost_pusd == PUSD_UNPRICED)
        header(h, "ticketmill-cost-pusd", SLICE_LIT("unpriced"));
    else
        header_i64(h, "ticketmill-cost-pusd", t->cost_pusd);
    header_i64(h, "ticketmill-cost-unknown-pusd", t->cost_unknown_pusd);
    header_i64(h, "ticketmill-input-tokens", t->input_tokens);
    header_i64(h, "ticketmill-cached-tokens", t->cached_tokens);
    header_i64(h, "ticketmill-output-tokens", t->output_tokens);
    header(h, "ticketmill-run-id", d->run_id);
    header(h, "ticketmill-call-ids", d->call_ids.p ? d->call_ids : SLICE_LIT(""));
    if (d->ticket_id.p && d->ticket_id.n <= DETAIL_BYTES)
        header(h, "ticketmill-ticket-id", d->ticket_id);
    header(h, "ticketmill-ledger-id", d->ledger_id);
    header_i64(h, "ticketmill-seq", d->seq);
    if (d->campaign)
        header(h, CAMPAIGN_HEADER, slice_str(d->campaign));
}

/* What of the input goes into the letter. */
struct cut {
    size_t value_bytes;
    bool headers, key;
};

static void truncation_headers(struct buf *h, const struct record *r, const struct cut *c)
{
    char hex[SHA256_HEX_SIZE];
    uint8_t hash[SHA256_SIZE];
    bool value = c->value_bytes < r->value.n;

    if (!value && c->headers && c->key)
        return;
    header(h, "ticketmill-truncated",
           !c->key       ? SLICE_LIT("value,headers,key")
           : !c->headers ? SLICE_LIT("value,headers")
                         : SLICE_LIT("value"));
    if (!value)
        return;
    sha256(r->value, hash);
    sha256_hex(hash, hex);
    header(h, "ticketmill-value-sha256", slice_str(hex));
    header_i64(h, "ticketmill-value-bytes", (int64_t)r->value.n);
}

static void assemble(struct outrow *row, struct buf *h, const struct out_dead *d,
                     const struct cut *c)
{
    const struct record *r = d->record;

    buf_clear(h);
    if (c->headers)
        buf_slice(h, r->headers);
    connect_headers(h, d);
    own_headers(h, d);
    truncation_headers(h, r, c);
    row->timestamp_unix_ms = r->timestamp_unix_ms;
    row->key = c->key ? r->key : SLICE_NONE;
    row->value = r->value.p ? slice_of(r->value.p, c->value_bytes) : SLICE_NONE;
    row->headers = buf_view(h);
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

void outrecord_dead(struct outrow *row, struct buf *headers, const struct out_dead *d,
                    int64_t max_bytes)
{
    const size_t all = d->record->value.n, some = least(all, CUT_VALUE_BYTES);
    struct cut steps[] = {
        {all, true, true},
        {some, true, true},
        {some, false, true},
        {0, false, true}, /* as much of the value as fits beside the key … */
        {0, false, false} /* … or without it */
    };

    for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
        assemble(row, headers, d, &steps[i]);
        int64_t room = max_bytes - outrecord_wire_bytes(row->key, row->value, row->headers);
        if (room < 0)
            continue;
        if (steps[i].value_bytes == 0 && some) {
            steps[i].value_bytes = least(some, (size_t)room);
            assemble(row, headers, d, &steps[i]);
        }
        return;
    }
}
