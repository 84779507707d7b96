/* Dead letters for people and for programs: a list with counts, or everything about a few. */
#include "cli/dlq.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/human.h"
#include "base/utf8.h"
#include "model/money_show.h"
#include "model/reason.h"
#include "report/json_out.h"
#include "report/table.h"

#define COLUMNS(heads) (int)(sizeof(heads) / sizeof *(heads))
#define OTHERS         REASON_CRASH_SUSPECT + 1 /* counts of letters without a reason of ours */
#define DUMP_BYTES     4096                     /* of a value that is no text */

static struct slice name_of(const struct letter *l)
{
    return l->ticket_id.p ? l->ticket_id : l->record->key;
}

static enum reason reason_of(const struct letter *l)
{
    enum reason r;
    return l->reason.p && reason_parse(l->reason, &r) ? r : REASON_NONE;
}

static void count_reasons(const struct letters *l, int64_t counts[OTHERS])
{
    for (int i = 0; i < OTHERS; i++)
        counts[i] = 0;
    for (size_t i = 0; i < l->count; i++)
        counts[reason_of(&l->v[i])]++;
}

static const char *told_reason(enum reason r)
{
    return r == REASON_NONE ? "(not ours)" : reason_name(r);
}

/* ---- list ---------------------------------------------------------------------------------- */

static void cell(struct table *t, struct slice s, size_t most)
{
    char text[128];
    size_t n = s.n < most ? s.n : utf8_floor(s, most);
    snprintf(text, sizeof text, "%.*s%s", (int)n, s.p ? s.p : "-", n < s.n ? "…" : "");
    table_cell(t, text);
}

static void row(struct table *t, const struct letter *l)
{
    char at[CLOCK_ISO_SIZE] = "-", place[64], from[64] = "-";
    struct slice message = l->message;
    if (l->record->timestamp_unix_ms >= 0)
        clock_iso_ms(l->record->timestamp_unix_ms * 1000, at);
    at[16] = '\0'; /* to the minute */
    snprintf(place, sizeof place, "%d/%lld", (int)l->record->pos.partition,
             (long long)l->record->pos.offset);
    if (l->topic.p)
        snprintf(from, sizeof from, "%.30s/%lld/%lld", l->topic.p, (long long)l->partition,
                 (long long)l->offset);
    size_t skip = l->reason.n + 2; /* the message begins with its reason */
    if (message.n > skip && l->reason.p && memcmp(message.p, l->reason.p, l->reason.n) == 0)
        message = slice_of(message.p + skip, message.n - skip);
    table_cell(t, place);
    cell(t, name_of(l), 24);
    table_cell(t, told_reason(reason_of(l)));
    if (l->attempts >= 0)
        table_count(t, l->attempts);
    else
        table_cell(t, "-");
    table_usd(t, l->cost_pusd);
    table_cell(t, at);
    cell(t, message, 60);
}

void dlq_list_text(const struct letters *l, struct buf *out)
{
    static const char *const heads[] = {"letter", "ticket", "reason", "attempts",
                                        "USD",    "time",   "message"};
    int64_t counts[OTHERS];
    char text[HUMAN_SIZE];
    struct table t;
    count_reasons(l, counts);
    if (l->count > 0) {
        table_init(&t, heads, "lllrrll", COLUMNS(heads));
        for (size_t i = 0; i < l->count; i++)
            row(&t, &l->v[i]);
        table_print(&t, out);
    }
    human_count((int64_t)l->count, text);
    buf_fmt(out, "%s%s dead letters", l->count > 0 ? "\n" : "", text);
    for (int i = 0; i < OTHERS; i++) {
        if (counts[i] > 0)
            buf_fmt(out, "; %s %lld", told_reason((enum reason)i), (long long)counts[i]);
    }
    buf_char(out, '\n');
}

static void json_position(struct json_out *j, const char *key, struct slice topic,
                          int64_t partition, int64_t offset)
{
    json_out_open(j, key, '{');
    json_out_text(j, "topic", topic);
    json_out_known(j, "partition", partition);
    json_out_known(j, "offset", offset);
    json_out_close(j, '}');
}

static void json_letter(struct json_out *j, const struct letter *l, const char *topic)
{
    const struct record *r = l->record;
    json_position(j, "letter", slice_str(topic), r->pos.partition, r->pos.offset);
    json_out_text(j, "ticket_id", l->ticket_id);
    json_out_text(j, "key", r->key);
    json_out_text(j, "reason", l->reason);
    json_out_text(j, "stage", l->stage);
    json_out_text(j, "message", l->message);
    json_out_known(j, "attempts", l->attempts);
    json_out_usd(j, "cost", l->cost_pusd);
    json_out_text(j, "run_id", l->run_id);
    json_out_text(j, "call_ids", l->call_ids);
    json_position(j, "source", l->topic, l->partition, l->offset);
    json_out_text(j, "replay_of", l->replay_of);
    json_out_time(j, "time", r->timestamp_unix_ms > 0 ? r->timestamp_unix_ms * 1000 : 0);
    json_out_i64(j, "value_bytes", l->value_bytes);
    json_out_text(j, "truncated", l->truncated);
}

void dlq_list_json(const struct letters *l, const char *topic, struct buf *out)
{
    struct json_out j = {.out = out};
    int64_t counts[OTHERS];
    count_reasons(l, counts);
    json_out_open(&j, NULL, '{');
    json_out_text(&j, "schema", SLICE_LIT("ticketmill.dead_letters/1"));
    json_out_i64(&j, "count", (int64_t)l->count);
    json_out_open(&j, "reasons", '{');
    for (int i = 0; i < OTHERS; i++) {
        if (counts[i] > 0)
            json_out_i64(&j, i == REASON_NONE ? "other" : reason_name((enum reason)i), counts[i]);
    }
    json_out_close(&j, '}');
    json_out_open(&j, "letters", '[');
    for (size_t i = 0; i < l->count; i++) {
        json_out_open(&j, NULL, '{');
        json_letter(&j, &l->v[i], topic);
        json_out_close(&j, '}');
    }
    json_out_close(&j, ']');
    json_out_close(&j, '}');
    buf_char(out, '\n');
}

/* ---- one ----------------------------------------------------------------------------------- */

static const char *advice(enum reason r)
{
    switch (r) {
    case REASON_INVALID_JSON:
    case REASON_INVALID_UTF8:
    case REASON_UNSUPPORTED_FORMAT:
        return "whoever wrote it must write it anew: a replay of the same bytes dies the same way";
    case REASON_EMPTY:
        return "nothing to classify; check the JSON pointers under `ticket` if there is a text";
    case REASON_TOO_LONG:
        return "raise ticket.max_bytes or use a model with a larger context, then replay it";
    case REASON_REFUSED:
        return "the model or the provider refused it: replay it after changing model or prompt";
    case REASON_POLICY:
        return "a content filter, or redaction that gave up: replay it to another provider";
    case REASON_NO_VALID_ANSWER:
    case REASON_ATTEMPTS_EXHAUSTED:
        return "passing trouble or a model too weak for it: replay it, or send it to another tier";
    case REASON_CRASH_SUSPECT:
        return "it was at hand when the program crashed twice: report it, replay it after an "
               "update";
    case REASON_NONE:
        break;
    }
    return "another program wrote it";
}

static void line(struct buf *out, const char *name, struct slice value)
{
    if (!value.p)
        return;
    buf_fmt(out, "  %-12s ", name);
    table_clean(out, value);
    buf_char(out, '\n');
}

static void dump(struct buf *out, struct slice value)
{
    size_t n = value.n < DUMP_BYTES ? value.n : DUMP_BYTES;
    for (size_t at = 0; at < n; at += 16) {
        buf_fmt(out, "    %06zx  ", at);
        for (size_t i = at; i < at + 16 && i < n; i++)
            buf_fmt(out, "%02x ", (unsigned char)value.p[i]);
        buf_char(out, '\n');
    }
    if (n < value.n)
        buf_fmt(out, "    … %zu bytes more\n", value.n - n);
}

static void headers(struct buf *out, struct slice blob)
{
    struct slice name, value;
    size_t at = 0;
    while (headers_next(blob, &at, &name, &value)) {
        buf_str(out, "    ");
        table_clean(out, name);
        buf_str(out, ": ");
        table_clean(out, value.p ? value : SLICE_LIT("null"));
        buf_char(out, '\n');
    }
}

void dlq_show_text(const struct letter *l, struct buf *out)
{
    const struct record *r = l->record;
    struct slice value = r->value.p ? r->value : SLICE_LIT("");
    buf_fmt(out, "Dead letter %d/%lld\n", (int)r->pos.partition, (long long)r->pos.offset);
    line(out, "ticket", name_of(l));
    line(out, "reason", l->reason);
    line(out, "message", l->message);
    buf_fmt(out, "  %-12s %s\n", "what to do", advice(reason_of(l)));
    if (l->topic.p)
        buf_fmt(out, "  %-12s " SLICE_FMT "/%lld/%lld\n", "came from", SLICE_ARG(l->topic),
                (long long)l->partition, (long long)l->offset);
    line(out, "run", l->run_id);
    line(out, "calls", l->call_ids.n > 0 ? l->call_ids : SLICE_NONE);
    line(out, "truncated", l->truncated);
    buf_str(out, "  headers\n");
    headers(out, r->headers);
    buf_fmt(out, "  value, %lld bytes%s\n", (long long)l->value_bytes,
            l->truncated.p ? ", cut" : "");
    if (utf8_valid(value)) {
        buf_str(out, "    ");
        table_clean(out, value);
        buf_char(out, '\n');
    } else {
        dump(out, value);
    }
}

void dlq_show_json(const struct letters *l, const char *topic, struct buf *out)
{
    struct json_out j = {.out = out};
    json_out_open(&j, NULL, '[');
    for (size_t i = 0; i < l->count; i++) {
        struct slice value = l->v[i].record->value, name, text;
        size_t at = 0;
        json_out_open(&j, NULL, '{');
        json_letter(&j, &l->v[i], topic);
        json_out_open(&j, "headers", '[');
        while (headers_next(l->v[i].record->headers, &at, &name, &text)) {
            json_out_open(&j, NULL, '{');
            json_out_text(&j, "name", name);
            json_out_text(&j, "value", text);
            json_out_close(&j, '}');
        }
        json_out_close(&j, ']');
        if (!value.p || utf8_valid(value)) {
            json_out_text(&j, "value", value);
        } else {
            struct buf hex;
            buf_init(&hex, SIZE_MAX);
            buf_hex(&hex, value.p, value.n);
            json_out_text(&j, "value_hex", buf_view(&hex));
            buf_deinit(&hex);
        }
        json_out_close(&j, '}');
    }
    json_out_close(&j, ']');
    buf_char(out, '\n');
}
