/* How results and dead letters look in files.
 *
 * A result arrives as the record that would go to Kafka, so both outputs say the same by
 * construction; CSV picks its columns out of it. Numbers are copied as text, never read.
 */
#include "file/rows.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/utf8.h"
#include "file/csv.h"
#include "model/money.h"

enum cell { CELL_TEXT, CELL_RAW, CELL_LIST }; /* quoted and defused; as it stands; joined by ' ' */

static const struct {
    const char *name;
    const char *member, *inner; /* where it stands in the record */
    enum cell cell;
} columns[] = {
    {"record", "source", "offset", CELL_RAW},
    {"ticket_id", "ticket_id", NULL, CELL_TEXT},
    {"category", "category", NULL, CELL_TEXT},
    {"confidence", "confidence", NULL, CELL_RAW},
    {"summary", "summary", NULL, CELL_TEXT},
    {"needs_review", "needs_review", NULL, CELL_RAW},
    {"flags", "flags", NULL, CELL_LIST},
    {"language", "language", NULL, CELL_TEXT},
    {"model", "model", NULL, CELL_TEXT},
    {"provider", "provider", NULL, CELL_TEXT},
    {"tier", "tier", NULL, CELL_TEXT},
    {"attempts", "attempts", NULL, CELL_RAW},
    {"reused", "reused", NULL, CELL_RAW},
    {"input_tokens", "tokens", "input", CELL_RAW},
    {"cached_tokens", "tokens", "cached", CELL_RAW},
    {"output_tokens", "tokens", "output", CELL_RAW},
    {"cost_usd", "cost_usd", NULL, CELL_TEXT},
    {"cost_pusd", "cost_pusd", NULL, CELL_RAW},
    {"cost_unknown_pusd", "cost_unknown_pusd", NULL, CELL_RAW},
    {"prompt_version", "prompt_version", NULL, CELL_TEXT},
    {"content_hash", "content_hash", NULL, CELL_TEXT},
    {"call_id", "call_id", NULL, CELL_TEXT},
    {"run_id", "run_id", NULL, CELL_TEXT},
    {"classified_at", "classified_at", NULL, CELL_TEXT},
};

#define COLUMN_COUNT (sizeof columns / sizeof *columns)

void rows_head(enum file_format format, struct buf *out)
{
    if (format != FILE_CSV)
        return;
    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        if (i > 0)
            buf_char(out, ',');
        buf_str(out, columns[i].name);
    }
    buf_char(out, '\n');
}

/* --- CSV ----------------------------------------------------------------------------------- */

static void write_list(const json *list, struct buf *out)
{
    for (const json *v = json_first(list); v; v = json_next(v)) {
        if (v != json_first(list))
            buf_char(out, ' ');
        buf_slice(out, json_str(v));
    }
}

static void write_raw(struct slice record, size_t column, struct buf *out)
{
    struct slice text = json_raw_member(record, columns[column].member);

    if (columns[column].inner && text.p)
        text = json_raw_member(text, columns[column].inner);
    if (text.p && !slice_eq(text, SLICE_LIT("null")))
        buf_slice(out, text);
}

static void write_cell(struct slice record, const json *doc, size_t column, struct buf *out)
{
    switch (columns[column].cell) {
    case CELL_TEXT:
        csv_write(json_str(json_get(doc, columns[column].member)), out);
        break;
    case CELL_LIST:
        write_list(json_get(doc, columns[column].member), out);
        break;
    case CELL_RAW:
        write_raw(record, column, out);
        break;
    }
}

enum status rows_result(enum file_format format, struct slice record, struct buf *out)
{
    json *doc;

    if (format == FILE_JSONL) {
        buf_slice(out, record);
        buf_char(out, '\n');
        return ST_OK;
    }
    if (json_parse(record, JSON_MAX_DEPTH, &doc) != ST_OK)
        return ST_INTERNAL;
    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        if (i > 0)
            buf_char(out, ',');
        write_cell(record, doc, i, out);
    }
    buf_char(out, '\n');
    json_free(doc);
    return ST_OK;
}

/* --- rejects ------------------------------------------------------------------------------- */

static void member(struct buf *b, const char *name, struct slice text)
{
    buf_str(b, name);
    if (text.p && !utf8_valid(text))
        text = SLICE_NONE;
    json_quote(b, text);
}

static void write_reject_cost(const struct reject_row *r, struct buf *out)
{
    char usd[MONEY_TEXT_SIZE];

    if (r->cost_pusd == PUSD_UNPRICED) {
        buf_str(out, ",\"cost_usd\":null,\"cost_pusd\":null");
    } else {
        money_text(r->cost_pusd, usd);
        buf_fmt(out, ",\"cost_usd\":\"%s\",\"cost_pusd\":%lld", usd, (long long)r->cost_pusd);
    }
    buf_fmt(out, ",\"cost_unknown_pusd\":%lld", (long long)r->cost_unknown_pusd);
}

static void write_call_ids(struct slice ids, struct buf *out)
{
    buf_str(out, ",\"call_ids\":[");
    while (ids.n > 0) {
        const char *comma = memchr(ids.p, ',', ids.n);
        size_t n = comma ? (size_t)(comma - ids.p) : ids.n;
        json_quote(out, slice_of(ids.p, n));
        n += comma != NULL;
        ids = slice_of(ids.p + n, ids.n - n);
        if (ids.n > 0)
            buf_char(out, ',');
    }
    buf_char(out, ']');
}

static void write_value(const struct reject_row *r, struct buf *out)
{
    if (r->value.p && !utf8_valid(r->value)) {
        buf_str(out, ",\"value_hex\":\"");
        buf_hex(out, r->value.p, r->value.n);
        buf_char(out, '"');
    } else {
        member(out, ",\"value\":", r->value);
    }
    if (r->value_bytes >= 0)
        buf_fmt(out, ",\"value_bytes\":%lld", (long long)r->value_bytes);
}

void rows_reject(const struct reject_row *r, struct buf *out)
{
    member(out,
           "{\"schema\":\"ticketmill.reject/1\",\"reason\":", slice_str(reason_name(r->reason)));
    member(out, ",\"message\":", r->message);
    buf_fmt(out, ",\"attempts\":%lld", (long long)r->attempts);
    write_reject_cost(r, out);
    member(out, ",\"ticket_id\":", r->ticket_id);
    write_call_ids(r->call_ids, out);
    member(out, ",\"run_id\":", r->run_id);
    member(out, ",\"source\":{\"topic\":", r->source);
    buf_fmt(out, ",\"partition\":0,\"offset\":%lld}", (long long)r->number);
    write_value(r, out);
    buf_str(out, "}\n");
}
