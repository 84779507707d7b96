/* A ticket's life as JSON: the names of results (contract, section 2) where they mean the same.
 * Amounts exact, hashes in hex, raw items as the text the model sent.
 */
#include "model/call.h"
#include "model/failure.h"
#include "model/money.h"
#include "model/reason.h"
#include "model/verdict.h"
#include "report/json_out.h"
#include "report/life.h"

static void add_flag(void *self, const char *name)
{
    json_out_text(self, NULL, slice_str(name));
}

static void flags(struct json_out *j, uint32_t bits)
{
    json_out_open(j, "flags", '[');
    flags_each(bits, add_flag, j);
    json_out_close(j, ']');
}

static void hash(struct json_out *j, const char *key, struct slice bytes)
{
    struct buf hex;
    buf_init(&hex, 256);
    buf_hex(&hex, bytes.p, bytes.n < 64 ? bytes.n : 64);
    json_out_text(j, key, bytes.p != NULL ? buf_view(&hex) : SLICE_NONE);
    buf_deinit(&hex);
}

static void tokens(struct json_out *j, int64_t input, int64_t cached, int64_t output)
{
    json_out_open(j, "tokens", '{');
    json_out_i64(j, "input", input);
    json_out_i64(j, "cached", cached);
    json_out_i64(j, "output", output);
    json_out_close(j, '}');
}

static void position(struct json_out *j, const char *key, struct slice topic, int64_t partition,
                     int64_t offset)
{
    json_out_open(j, key, '{');
    json_out_text(j, "topic", topic);
    json_out_i64(j, "partition", partition);
    json_out_i64(j, "offset", offset);
    json_out_close(j, '}');
}

static void result(struct json_out *j, const struct life *t)
{
    char confidence[CONFIDENCE_TEXT_SIZE];

    json_out_open(j, "result", '{');
    confidence_text(t->confidence_ppm, confidence);
    json_out_text(j, "category", t->category);
    json_out_number(j, "confidence", confidence);
    json_out_text(j, "summary", t->summary);
    json_out_text(j, "call_id", t->call_id);
    json_out_text(j, "model", t->model);
    json_out_text(j, "provider", t->provider);
    json_out_text(j, "tier", t->tier);
    json_out_text(j, "prompt_version", t->prompt_version);
    json_out_bool(j, "needs_review", t->needs_review);
    flags(j, t->result_flags);
    json_out_time(j, "classified_at", t->classified_unix_us);
    json_out_bool(j, "reused", t->reused);
    if (t->reused) {
        json_out_text(j, "original_ticket_id", t->original_id);
        position(j, "original", t->original_topic, t->original_partition, t->original_offset);
    }
    json_out_close(j, '}');
}

static void compared(struct json_out *j, const struct life_call *c)
{
    char confidence[CONFIDENCE_TEXT_SIZE];

    confidence_text(c->said_ppm, confidence);
    json_out_open(j, "compared", '{');
    json_out_text(j, "category", c->said);
    json_out_number(j, "confidence", confidence);
    json_out_text(j, "result_category", c->result);
    json_out_close(j, '}');
}

static void call(struct json_out *j, const struct life_call *c)
{
    json_out_open(j, NULL, '{');
    json_out_text(j, "call_id", c->call_id);
    json_out_text(j, "run_id", c->run_id);
    json_out_text(j, "purpose", slice_str(purpose_name((enum call_purpose)c->purpose)));
    json_out_i64(j, "attempt", c->attempt);
    json_out_i64(j, "pack", c->pack);
    json_out_text(j, "prompt_version", c->prompt_version);
    json_out_text(j, "tier", c->tier);
    json_out_text(j, "model", c->model);
    json_out_text(j, "served_model", c->served_model);
    json_out_text(j, "provider", c->provider);
    json_out_text(j, "endpoint", c->endpoint);
    json_out_time(j, "sent_at", c->sent_unix_us);
    json_out_text(j, "state", slice_str(call_state_name((enum call_state)c->state)));
    json_out_text(j, "cause",
                  c->state != CALL_SENT ? slice_str(failure_name((enum failure)c->cause))
                                        : SLICE_NONE);
    json_out_known(j, "latency_us", c->latency_us);
    json_out_known(j, "http_status", c->http_status != 0 ? c->http_status : -1);
    json_out_text(j, "finish_reason", c->finish_reason);
    json_out_text(j, "request_id", c->request_id);
    json_out_text(j, "provider_code", c->provider_code);
    json_out_text(j, "message", c->message);
    flags(j, c->flags);
    json_out_usd(j, "call_cost", c->state != CALL_SENT ? c->cost_pusd : -1);
    if (c->shared) {
        json_out_open(j, "share", '{');
        json_out_text(j, "outcome", slice_str(life_outcome_name(c->outcome)));
        tokens(j, c->input_tokens, c->cached_tokens, c->output_tokens);
        json_out_usd(j, "cost", c->share_pusd);
        json_out_text(j, "raw_item", c->raw_item);
        json_out_known(j, "slot", c->slot);
        if (c->compared)
            compared(j, c);
        json_out_close(j, '}');
    }
    json_out_close(j, '}');
}

static void published(struct json_out *j, const struct life *t)
{
    json_out_open(j, "published", '{');
    json_out_text(j, "topic_kind",
                  t->state == TICKET_DEAD ? SLICE_LIT("dead_letters") : SLICE_LIT("results"));
    json_out_i64(j, "seq", t->seq);
    json_out_text(j, "state", t->published ? SLICE_LIT("published") : SLICE_LIT("waiting"));
    json_out_close(j, '}');
}

static void ticket(struct json_out *j, const struct life *t)
{
    json_out_open(j, NULL, '{');
    json_out_text(j, "ticket_id", t->ticket_id);
    position(j, "source", t->topic, t->partition, t->offset);
    json_out_text(j, "ledger", slice_str(t->ledger_path));
    json_out_text(j, "state", slice_str(life_state_name(t->state)));
    if (t->state == TICKET_DEAD)
        json_out_text(j, "reason", slice_str(reason_name((enum reason)t->reason)));
    json_out_text(j, "run_id", t->run_id);
    json_out_text(j, "route", t->route);
    json_out_text(j, "language", t->language);
    json_out_time(j, "record_timestamp", t->record_unix_ms >= 0 ? t->record_unix_ms * 1000 : 0);
    hash(j, "content_hash", t->content_hash);
    hash(j, "value_hash_prefix", t->value_hash);
    json_out_i64(j, "attempts", t->attempts);
    json_out_i64(j, "unknown_calls", t->unknowns);
    tokens(j, t->input_tokens, t->cached_tokens, t->output_tokens);
    json_out_usd(j, "cost", life_unpriced(t) ? -1 : t->cost_pusd);
    json_out_usd(j, "cost_unknown", t->cost_unknown_pusd);
    flags(j, t->flags);
    if (t->has_result)
        result(j, t);
    if (t->seq > 0)
        published(j, t);
    json_out_open(j, "calls", '[');
    for (size_t i = 0; i < t->call_count; i++)
        call(j, &t->calls[i]);
    json_out_close(j, ']');
    json_out_close(j, '}');
}

void lives_json(const struct lives *l, struct buf *out)
{
    struct json_out j = {out, false};
    json_out_open(&j, NULL, '{');
    json_out_text(&j, "schema", SLICE_LIT("ticketmill.show/1"));
    json_out_open(&j, "tickets", '[');
    for (size_t i = 0; i < l->count; i++)
        ticket(&j, &l->v[i]);
    json_out_close(&j, ']');
    json_out_close(&j, '}');
    buf_char(out, '\n');
}
