/* A ticket's life for a person: why it got its category, in the order things happened. Amounts are
 * exact here: they are one ticket's, and add up to what was published.
 */
#include "base/clock.h"
#include "base/human.h"
#include "model/call.h"
#include "model/failure.h"
#include "model/money.h"
#include "model/reason.h"
#include "model/verdict.h"
#include "report/life.h"
#include "report/table.h"

static void label(struct buf *out, const char *name)
{
    buf_fmt(out, "  %-14s  ", name);
}

static void line(struct buf *out, const char *name, struct slice text)
{
    if (text.p == NULL || text.n == 0)
        return;
    label(out, name);
    table_clean(out, text);
    buf_char(out, '\n');
}

static void hash(struct buf *out, const char *name, struct slice bytes)
{
    if (bytes.p == NULL)
        return;
    label(out, name);
    buf_hex(out, bytes.p, bytes.n);
    buf_char(out, '\n');
}

static void add_flag(void *self, const char *name)
{
    struct buf *out = self;
    buf_fmt(out, "%s%s", out->n > 0 ? ", " : "", name);
}

static void flags(struct buf *out, const char *name, uint32_t bits)
{
    struct buf names;
    buf_init(&names, 1024);
    flags_each(bits, add_flag, &names);
    line(out, name, buf_view(&names));
    buf_deinit(&names);
}

static void money(struct buf *out, int64_t pusd)
{
    char text[MONEY_TEXT_SIZE];
    if (pusd < 0) {
        buf_str(out, "unpriced");
        return;
    }
    money_text(pusd, text);
    buf_fmt(out, "USD %s", text);
}

static void tokens(struct buf *out, int64_t input, int64_t cached, int64_t output)
{
    buf_fmt(out, "%lld input tokens (%lld cached), %lld output", (long long)input,
            (long long)cached, (long long)output);
}

/* Such a source is named by its content; a topic's name has no colon. */
static bool of_a_file(const struct life *t)
{
    return t->topic.n > 5 && memcmp(t->topic.p, "file:", 5) == 0;
}

static void state(const struct life *t, struct buf *out)
{
    label(out, "state");
    buf_str(out, life_state_name(t->state));
    if (t->state == TICKET_DEAD)
        buf_fmt(out, ": %s", reason_name((enum reason)t->reason));
    buf_char(out, '\n');
    if (t->seq > 0 && of_a_file(t)) {
        label(out, "record");
        buf_fmt(out, "seq %lld of the ledger, number %lld of the file\n", (long long)t->seq,
                (long long)t->offset);
    } else if (t->seq > 0) {
        label(out, "record");
        buf_fmt(out, "seq %lld of the ledger, %s the %s topic\n", (long long)t->seq,
                t->published ? "published to" : "waiting to be published to",
                t->state == TICKET_DEAD ? "dead letters" : "results");
    }
}

static void result(const struct life *t, struct buf *out)
{
    char confidence[CONFIDENCE_TEXT_SIZE], when[CLOCK_ISO_SIZE];

    confidence_text(t->confidence_ppm, confidence);
    label(out, "category");
    table_clean(out, t->category);
    buf_fmt(out, ", confidence %s%s\n", confidence, t->needs_review ? ", needs review" : "");
    line(out, "summary", t->summary);
    flags(out, "flags", t->result_flags);
    label(out, "from");
    if (t->reused) {
        buf_str(out, "the answer to ");
        table_clean(out, t->original_topic);
        buf_fmt(out, "/%lld/%lld, reused at no cost: ", (long long)t->original_partition,
                (long long)t->original_offset);
    }
    buf_str(out, "call ");
    table_clean(out, t->call_id);
    clock_iso_ms(t->classified_unix_us, when);
    buf_fmt(out, ", classified %s\n", when);
}

static void answered(const struct life_call *c, struct buf *out)
{
    char latency[HUMAN_SIZE];

    if (c->state == CALL_SENT) {
        buf_str(out, "; in flight, or the worker died before its answer\n");
        return;
    }
    human_latency(c->latency_us, latency);
    buf_fmt(out, "; %s", call_state_name((enum call_state)c->state));
    if (c->latency_us >= 0)
        buf_fmt(out, " after %s", latency);
    if (c->cause != FAIL_NONE)
        buf_fmt(out, ", cause %s", failure_name((enum failure)c->cause));
    if (c->http_status != 0)
        buf_fmt(out, ", HTTP %lld", (long long)c->http_status);
    if (c->finish_reason.n > 0) {
        buf_str(out, ", finish reason ");
        table_clean(out, c->finish_reason);
    }
    buf_char(out, '\n');
}

static void compared(const struct life_call *c, struct buf *out)
{
    char confidence[CONFIDENCE_TEXT_SIZE];

    confidence_text(c->said_ppm, confidence);
    label(out, "  it said");
    table_clean(out, c->said);
    buf_fmt(out, ", confidence %s: ", confidence);
    if (c->result.p == NULL) {
        buf_str(out, "there is no result to compare with\n");
    } else if (slice_eq(c->said, c->result)) {
        buf_str(out, "the same as the result\n");
    } else {
        buf_str(out, "the result says ");
        table_clean(out, c->result);
        buf_char(out, '\n');
    }
}

static void share(const struct life_call *c, struct buf *out)
{
    label(out, "  its part");
    buf_fmt(out, "%s; ", life_outcome_name(c->outcome));
    tokens(out, c->input_tokens, c->cached_tokens, c->output_tokens);
    buf_str(out, "; ");
    money(out, c->share_pusd);
    buf_str(out, " of the call's ");
    money(out, c->cost_pusd);
    buf_str(out, c->state == CALL_UNKNOWN ? " reserved, possibly billed\n" : "\n");
    line(out, "  raw item", c->raw_item);
    if (c->compared)
        compared(c, out);
}

static void call(const struct life_call *c, struct buf *out)
{
    char when[CLOCK_ISO_SIZE];

    buf_str(out, "\n  call ");
    table_clean(out, c->call_id);
    buf_fmt(out, ": %s, attempt %lld, %lld ticket%s in the pack",
            purpose_name((enum call_purpose)c->purpose), (long long)c->attempt, (long long)c->pack,
            c->pack == 1 ? "" : "s");
    if (c->slot >= 0 && c->pack > 1)
        buf_fmt(out, ", this one at place %lld", (long long)c->slot + 1);
    buf_char(out, '\n');
    label(out, "  to");
    table_clean(out, c->model);
    buf_str(out, " at ");
    table_clean(out, c->provider);
    buf_char(out, '/');
    table_clean(out, c->endpoint);
    buf_str(out, ", tier ");
    table_clean(out, c->tier);
    buf_char(out, '\n');
    line(out, "  prompt", c->prompt_version);
    clock_iso_ms(c->sent_unix_us, when);
    label(out, "  sent");
    buf_str(out, when);
    answered(c, out);
    line(out, "  code", c->provider_code);
    line(out, "  said", c->message);
    line(out, "  request id", c->request_id);
    flags(out, "  flags", c->flags);
    if (c->shared)
        share(c, out);
}

static void ticket(const struct life *t, struct buf *out)
{
    buf_str(out, "Ticket ");
    table_clean(out, t->ticket_id.p != NULL ? t->ticket_id : SLICE_LIT("without an id"));
    buf_str(out, "   ");
    table_clean(out, t->topic);
    buf_fmt(out, "/%lld/%lld\n", (long long)t->partition, (long long)t->offset);
    state(t, out);
    if (t->has_result)
        result(t, out);
    line(out, "route", t->route);
    line(out, "language", t->language);
    hash(out, "text hash", t->content_hash);
    label(out, "cost");
    money(out, life_unpriced(t) ? -1 : t->cost_pusd);
    buf_str(out, "; ");
    tokens(out, t->input_tokens, t->cached_tokens, t->output_tokens);
    buf_fmt(out, "; %lld answered attempt%s\n", (long long)t->attempts,
            t->attempts == 1 ? "" : "s");
    if (t->unknowns > 0) {
        label(out, "possibly");
        money(out, t->cost_unknown_pusd);
        buf_fmt(out, " more, for %lld unknown call%s\n", (long long)t->unknowns,
                t->unknowns == 1 ? "" : "s");
    }
    line(out, "run", t->run_id);
    for (size_t i = 0; i < t->call_count; i++)
        call(&t->calls[i], out);
    if (t->call_count == 0 && (t->state == TICKET_RESULT || t->state == TICKET_DEAD))
        buf_str(out, "\n  no call was made for it\n");
}

void lives_text(const struct lives *l, struct buf *out)
{
    for (size_t i = 0; i < l->count; i++) {
        if (i > 0)
            buf_char(out, '\n');
        ticket(&l->v[i], out);
    }
}
