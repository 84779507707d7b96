/* Reads results and dead letters back into plain values, for rebuilding a ledger.
 *
 * Strict where a wrong value would spoil the books (position, sequence, money), so a record that
 * somebody else wrote to the topic is refused as a whole. Nothing is stored here.
 */
#include "ledger/published.h"

#include <stdio.h>
#include <time.h>

#include "base/json.h"
#include "model/money.h"
#include "model/verdict.h"

/* --- results ------------------------------------------------------------------------------- */

static bool text_of(const json *doc, const char *key, struct arena *a, struct slice *out)
{
    struct slice s = json_str(json_get(doc, key));

    if (!s.p)
        return false;
    *out = arena_copy(a, s);
    return true;
}

/* Through its text: a double is exact only up to 2^53. */
static bool amount_of(struct slice object, const char *key, int64_t most, int64_t *out)
{
    return slice_to_i64(json_raw_member(object, key), out) == ST_OK && *out >= 0 && *out <= most;
}

static bool read_cost(struct slice value, const json *doc, struct out_totals *t)
{
    const json *cost = json_get(doc, "cost_pusd");

    if (!amount_of(value, "cost_unknown_pusd", INT64_MAX, &t->cost_unknown_pusd))
        return false;
    if (cost && json_is(cost, JSON_NULL)) {
        t->cost_pusd = PUSD_UNPRICED;
        return true;
    }
    return amount_of(value, "cost_pusd", INT64_MAX, &t->cost_pusd);
}

static bool read_totals(struct slice value, const json *doc, struct out_totals *t)
{
    struct slice tokens = json_raw_member(value, "tokens");
    int64_t attempts = 0;

    if (!json_is(json_get(doc, "tokens"), JSON_OBJECT) ||
        !amount_of(value, "attempts", INT32_MAX, &attempts) ||
        !amount_of(tokens, "input", INT64_MAX, &t->input_tokens) ||
        !amount_of(tokens, "cached", INT64_MAX, &t->cached_tokens) ||
        !amount_of(tokens, "output", INT64_MAX, &t->output_tokens))
        return false;
    t->attempts = (int32_t)attempts;
    return read_cost(value, doc, t);
}

static bool read_source(struct slice value, const json *doc, struct arena *a, struct published *p)
{
    struct slice source = json_raw_member(value, "source");
    int64_t partition = 0;

    if (!text_of(json_get(doc, "source"), "topic", a, &p->topic) ||
        !amount_of(source, "partition", INT32_MAX, &partition) ||
        !amount_of(source, "offset", INT64_MAX, &p->offset))
        return false;
    p->partition = (int32_t)partition;
    return true;
}

static bool read_hash(const json *v, uint8_t out[SHA256_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    struct slice hex = json_str(v);

    if (hex.n != 2 * SHA256_SIZE)
        return false;
    for (size_t i = 0; i < hex.n; i++) {
        const char *d = memchr(digits, hex.p[i], 16);
        if (!d)
            return false;
        int nibble = (int)(d - digits);
        out[i / 2] = (uint8_t)(i % 2 ? out[i / 2] | nibble : nibble << 4);
    }
    return true;
}

static bool read_flags(const json *list, uint32_t *out)
{
    static const struct {
        const char *name;
        uint32_t flag;
    } known[] = {
#define X(id, bit, name) {name, id},
        FLAG_LIST(X)
#undef X
    };

    *out = 0;
    if (!json_is(list, JSON_ARRAY))
        return false;
    for (const json *v = json_first(list); v; v = json_next(v))
        for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
            if (slice_eq(json_str(v), slice_str(known[i].name)))
                *out |= known[i].flag; /* a name of a later version is left out */
    return true;
}

static bool read_time(const json *v, int64_t *unix_us)
{
    struct tm t = {0};
    struct slice s = json_str(v);
    char text[32];
    int ms = 0, end = 0;

    if (!s.p || s.n >= sizeof(text))
        return false;
    memcpy(text, s.p, s.n);
    text[s.n] = '\0';
    if (sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d.%3dZ%n", &t.tm_year, &t.tm_mon, &t.tm_mday,
               &t.tm_hour, &t.tm_min, &t.tm_sec, &ms, &end) != 7 ||
        (size_t)end != s.n)
        return false;
    t.tm_year -= 1900;
    t.tm_mon -= 1;
    *unix_us = (int64_t)timegm(&t) * 1000000 + (int64_t)ms * 1000;
    return true;
}

static bool read_verdict(const json *doc, struct arena *a, struct published *p)
{
    double confidence = 0;

    if (json_number(json_get(doc, "confidence"), &confidence) != ST_OK || confidence < 0 ||
        confidence > 1)
        return false;
    p->confidence_ppm = (int32_t)(confidence * CONFIDENCE_ONE + 0.5);
    p->reused = json_bool(json_get(doc, "reused"), false);
    p->needs_review = json_bool(json_get(doc, "needs_review"), false);
    return text_of(doc, "category", a, &p->category) && text_of(doc, "summary", a, &p->summary) &&
           text_of(doc, "model", a, &p->model) && text_of(doc, "provider", a, &p->provider) &&
           text_of(doc, "tier", a, &p->tier) &&
           text_of(doc, "prompt_version", a, &p->prompt_version) &&
           text_of(doc, "call_id", a, &p->call_id) &&
           read_flags(json_get(doc, "flags"), &p->flags) &&
           read_time(json_get(doc, "classified_at"), &p->classified_unix_us);
}

static bool read_result(struct slice value, const json *doc, struct arena *a, struct published *p)
{
    p->language = arena_copy(a, json_str(json_get(doc, "language")));
    return slice_eq(json_str(json_get(doc, "schema")), SLICE_LIT("ticketmill.result/1")) &&
           text_of(doc, "ticket_id", a, &p->ticket_id) &&
           text_of(doc, "ledger_id", a, &p->ledger_id) && text_of(doc, "run_id", a, &p->run_id) &&
           amount_of(value, "seq", INT64_MAX, &p->seq) && p->seq > 0 &&
           read_source(value, doc, a, p) && read_totals(value, doc, &p->totals) &&
           read_hash(json_get(doc, "content_hash"), p->content_hash) && read_verdict(doc, a, p);
}

enum status published_result(struct slice value, struct arena *a, struct published *p)
{
    json *doc = NULL;
    struct published found = {.kind = OUTROW_RESULT};

    if (!value.p || json_parse(value, JSON_MAX_DEPTH, &doc) != ST_OK)
        return ST_BAD_JSON;
    bool good = json_is(doc, JSON_OBJECT) && read_result(value, doc, a, &found);
    json_free(doc);
    if (!good)
        return ST_BAD_JSON;
    *p = found;
    return ST_OK;
}

/* --- dead letters -------------------------------------------------------------------------- */

static bool header_number(struct slice headers, const char *name, int64_t most, int64_t *out)
{
    struct slice v = headers_find(headers, name);

    return v.p && slice_to_i64(v, out) == ST_OK && *out >= 0 && *out <= most;
}

static bool header_cost(struct slice headers, int64_t *out)
{
    if (slice_eq(headers_find(headers, "ticketmill-cost-pusd"), SLICE_LIT("unpriced"))) {
        *out = PUSD_UNPRICED;
        return true;
    }
    return header_number(headers, "ticketmill-cost-pusd", INT64_MAX, out);
}

/* The last of the ids in a list with commas between; the one that ended the ticket. */
static struct slice last_of(struct slice ids)
{
    size_t from = ids.n;

    while (from > 0 && ids.p[from - 1] != ',')
        from--;
    return slice_of(ids.p + from, ids.n - from);
}

enum status published_dead(struct slice headers, struct published *p)
{
    struct published d = {.kind = OUTROW_DEAD};
    struct slice ids = headers_find(headers, "ticketmill-call-ids");
    int64_t partition = 0, attempts = 0;

    d.topic = headers_find(headers, "__connect.errors.topic");
    d.ledger_id = headers_find(headers, "ticketmill-ledger-id");
    d.run_id = headers_find(headers, "ticketmill-run-id");
    d.ticket_id = headers_find(headers, "ticketmill-ticket-id");
    if (!d.topic.p || !d.ledger_id.p || !d.run_id.p || !ids.p ||
        !header_number(headers, "__connect.errors.partition", INT32_MAX, &partition) ||
        !header_number(headers, "__connect.errors.offset", INT64_MAX, &d.offset) ||
        !header_number(headers, "ticketmill-seq", INT64_MAX, &d.seq) || d.seq == 0 ||
        !reason_parse(headers_find(headers, "ticketmill-reason"), &d.reason) ||
        !header_number(headers, "ticketmill-attempts", INT32_MAX, &attempts) ||
        !header_cost(headers, &d.totals.cost_pusd) ||
        !header_number(headers, "ticketmill-cost-unknown-pusd", INT64_MAX,
                       &d.totals.cost_unknown_pusd) ||
        !header_number(headers, "ticketmill-input-tokens", INT64_MAX, &d.totals.input_tokens) ||
        !header_number(headers, "ticketmill-cached-tokens", INT64_MAX, &d.totals.cached_tokens) ||
        !header_number(headers, "ticketmill-output-tokens", INT64_MAX, &d.totals.output_tokens))
        return ST_BAD_JSON;
    d.partition = (int32_t)partition;
    d.totals.attempts = (int32_t)attempts;
    d.call_id = last_of(ids);
    *p = d;
    return ST_OK;
}
