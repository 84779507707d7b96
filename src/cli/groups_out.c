/* One table of columns for every format, so that they cannot differ in what they say. */
#include "cli/groups_out.h"

#include <stdio.h>
#include <string.h>

#include "base/human.h"
#include "file/csv.h"
#include "model/money.h"
#include "model/money_show.h"
#include "report/json_out.h"
#include "report/table.h"

enum { COUNT, MONEY, PER_1000 };

static const struct {
    const char *name; /* of the column and the member */
    const char *head; /* for people */
    int kind;
    size_t at;
    bool always; /* in a table for people, also when all of it is 0 */
} columns[] = {
#define AT(field) offsetof(struct group_row, field)
    {"results", "results", COUNT, AT(results), true},
    {"reused", "reused", COUNT, AT(reused), false},
    {"dead_letters", "dead", COUNT, AT(dead), false},
    {"calls", "calls", COUNT, AT(calls), true},
    {"input_tokens", "input", COUNT, AT(input_tokens), false},
    {"cached_tokens", "cached", COUNT, AT(cached_tokens), false},
    {"output_tokens", "output", COUNT, AT(output_tokens), false},
    {"cost", "USD", MONEY, AT(cost_pusd), true},
    {"cost_per_1000", "per 1,000", PER_1000, AT(cost_pusd), true},
    {"asked_again", "asked again", MONEY, AT(repeated_pusd), false},
    {"second_opinions", "compared", MONEY, AT(compared_pusd), false},
    {"possibly_billed", "unknown", MONEY, AT(unknown_pusd), false},
    {"unpriced_shares", "unpriced", COUNT, AT(unpriced), false},
#undef AT
};
#define COLUMNS (sizeof columns / sizeof *columns)

static int64_t value(const struct group_row *r, size_t column)
{
    int64_t v;
    memcpy(&v, (const char *)r + columns[column].at, sizeof v);
    return v;
}

/* Without second opinions, for each 1,000 results that were asked for; -1 = there are none. */
static int64_t per_1000(const struct group_row *r)
{
    int64_t asked = r->results - r->reused;
    return asked > 0 ? (int64_t)((__int128)(r->cost_pusd - r->compared_pusd) * 1000 / asked) : -1;
}

/* Is there an amount, or only calls without a price? */
static bool is_priced(const struct group_row *r)
{
    return r->unpriced == 0 || r->cost_pusd > 0;
}

/* ---- for people ----------------------------------------------------------------------------- */

static void show(const struct group_row *r, size_t column, char out[MONEY_SHOW_SIZE])
{
    int64_t v = columns[column].kind == PER_1000 ? per_1000(r) : value(r, column);
    if (columns[column].kind == COUNT)
        human_count(v, out);
    else if (v < 0)
        strcpy(out, "-");
    else if (columns[column].at == offsetof(struct group_row, cost_pusd) && !is_priced(r))
        strcpy(out, "unpriced");
    else
        money_show_digits(v, out);
}

/* Where nothing but zeros stands, people get no column. */
static bool is_shown(const struct groups *g, size_t column)
{
    return columns[column].always || value(&g->total, column) != 0;
}

static void head(const struct groups *g, const char *time_zone, struct buf *out)
{
    buf_fmt(out, "Costs by %s, USD", group_names[g->by]);
    if (g->by <= GROUP_MONTH)
        buf_fmt(out, "; nights by the date on which a run began, %s", time_zone);
}

void groups_text(const struct groups *g, const char *time_zone, struct buf *out)
{
    const char *heads[COLUMNS + 1] = {group_names[g->by]};
    int shown = 1;
    struct table t;
    head(g, time_zone, out);
    buf_char(out, '\n');
    for (size_t c = 0; c < COLUMNS; c++) {
        if (is_shown(g, c))
            heads[shown++] = columns[c].head;
    }
    table_init(&t, heads, "lrrrrrrrrrrrrr", shown);
    for (size_t i = 0; i <= g->count; i++) {
        const struct group_row *r = i < g->count ? &g->v[i] : &g->total;
        table_cell(&t, r->name ? r->name : "total");
        for (size_t c = 0; c < COLUMNS; c++) {
            char text[MONEY_SHOW_SIZE];
            if (!is_shown(g, c))
                continue;
            show(r, c, text);
            table_cell(&t, text);
        }
    }
    table_print(&t, out);
}

/* A cell of a Markdown table: a bar would end it. */
static void md_cell(struct buf *out, const char *text)
{
    buf_str(out, " ");
    for (const char *p = text; *p; p++) {
        if (*p == '|' || *p == '\\')
            buf_char(out, '\\');
        buf_char(out, (unsigned char)*p < 0x20 ? ' ' : *p);
    }
    buf_str(out, " |");
}

void groups_md(const struct groups *g, const char *time_zone, struct buf *out)
{
    head(g, time_zone, out);
    buf_str(out, "\n\n|");
    md_cell(out, group_names[g->by]);
    for (size_t c = 0; c < COLUMNS; c++) {
        if (is_shown(g, c))
            md_cell(out, columns[c].head);
    }
    buf_str(out, "\n|---|");
    for (size_t c = 0; c < COLUMNS; c++)
        buf_str(out, is_shown(g, c) ? "---:|" : "");
    for (size_t i = 0; i <= g->count; i++) {
        const struct group_row *r = i < g->count ? &g->v[i] : &g->total;
        buf_str(out, "\n|");
        md_cell(out, r->name ? r->name : "**total**");
        for (size_t c = 0; c < COLUMNS; c++) {
            char text[MONEY_SHOW_SIZE];
            if (!is_shown(g, c))
                continue;
            show(r, c, text);
            md_cell(out, text);
        }
    }
    buf_char(out, '\n');
}

/* ---- exact ---------------------------------------------------------------------------------- */

static int64_t amount(const struct group_row *r, size_t column)
{
    if (columns[column].at == offsetof(struct group_row, cost_pusd) && !is_priced(r))
        return -1;
    return columns[column].kind == PER_1000 ? per_1000(r) : value(r, column);
}

static void csv_amount(struct buf *out, int64_t pusd)
{
    char usd[MONEY_TEXT_SIZE];
    if (pusd < 0) {
        buf_char(out, ',');
        return;
    }
    money_text(pusd, usd);
    buf_fmt(out, "%s,%lld", usd, (long long)pusd);
}

void groups_csv(const struct groups *g, struct buf *out)
{
    buf_str(out, group_names[g->by]);
    for (size_t c = 0; c < COLUMNS; c++) {
        if (columns[c].kind == COUNT)
            buf_fmt(out, ",%s", columns[c].name);
        else
            buf_fmt(out, ",%s_usd,%s_pusd", columns[c].name, columns[c].name);
    }
    buf_char(out, '\n');
    for (size_t i = 0; i < g->count; i++) {
        csv_write(slice_str(g->v[i].name), out);
        for (size_t c = 0; c < COLUMNS; c++) {
            buf_char(out, ',');
            if (columns[c].kind == COUNT)
                buf_i64(out, value(&g->v[i], c));
            else
                csv_amount(out, amount(&g->v[i], c));
        }
        buf_char(out, '\n');
    }
}

static void json_row(struct json_out *j, const struct group_row *r)
{
    for (size_t c = 0; c < COLUMNS; c++) {
        if (columns[c].kind == COUNT)
            json_out_i64(j, columns[c].name, value(r, c));
        else
            json_out_usd(j, columns[c].name, amount(r, c));
    }
}

void groups_json(const struct groups *g, const char *time_zone, struct buf *out)
{
    struct json_out j = {.out = out};
    json_out_open(&j, NULL, '{');
    json_out_text(&j, "schema", SLICE_LIT("ticketmill.costs/1"));
    json_out_text(&j, "by", slice_str(group_names[g->by]));
    json_out_text(&j, "time_zone", slice_str(time_zone));
    json_out_open(&j, "groups", '[');
    for (size_t i = 0; i < g->count; i++) {
        json_out_open(&j, NULL, '{');
        json_out_text(&j, "group", slice_str(g->v[i].name));
        json_row(&j, &g->v[i]);
        json_out_close(&j, '}');
    }
    json_out_close(&j, ']');
    json_out_open(&j, "total", '{');
    json_row(&j, &g->total);
    json_out_close(&j, '}');
    json_out_close(&j, '}');
    buf_char(out, '\n');
}
