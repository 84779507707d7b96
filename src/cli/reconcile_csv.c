/* Reading an invoice: columns by their names, amounts exact, every mistake with its line. */
#include "cli/reconcile.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "file/csv.h"
#include "model/money.h"

static const char command[] = "report reconcile";

enum { PERIOD, MODEL, AMOUNT, COLUMNS };

/* Names that invoices use, in any case of letters; the first one of the command line wins. */
static const char *const usual[COLUMNS][10] = {
    [PERIOD] = {"date", "day", "month", "period", "usage date", "start_date", NULL},
    [MODEL] = {"model", "model name", "model_name", "sku", "line_item", "description", NULL},
    [AMOUNT] = {"amount", "cost", "total", "amount_usd", "cost_usd", "amount (usd)", "cost (usd)",
                "usd", NULL},
};
static const char *const column_names[COLUMNS] = {"period", "model", "amount"};

struct reading {
    const char *path;
    int line;
    int at[COLUMNS]; /* index of the column; -1 = there is none */
    struct invoice *out;
};

static int complain(const struct reading *r, const char *what, struct slice found)
{
    fprintf(stderr, "ticketmill %s: %s:%d: %s", command, r->path, r->line, what);
    if (found.p)
        fprintf(stderr, ", found \"%.40s\"", found.p);
    fputs("\n", stderr);
    return status_exit(ST_USAGE);
}

static bool is_named(struct slice head, int column, const struct option_list *columns)
{
    for (int i = 0; i < columns->count; i++) {
        const char *equals = strchr(columns->v[i], '=');
        size_t n = equals ? (size_t)(equals - columns->v[i]) : 0;
        if (n == strlen(column_names[column]) &&
            memcmp(columns->v[i], column_names[column], n) == 0)
            return slice_eq_nocase(head, slice_str(equals + 1));
    }
    for (const char *const *u = usual[column]; *u; u++) {
        if (slice_eq_nocase(head, slice_str(*u)))
            return true;
    }
    return false;
}

static int read_head(struct reading *r, const struct csv_row *row,
                     const struct option_list *columns)
{
    for (int c = 0; c < COLUMNS; c++) {
        r->at[c] = -1;
        for (size_t i = row->count; i > 0; i--) {
            if (is_named(slice_trim(csv_field(row, i - 1)), c, columns))
                r->at[c] = (int)i - 1;
        }
    }
    if (r->at[AMOUNT] < 0)
        return complain(r,
                        "no column of amounts in the header: expected \"amount\", \"cost\" or "
                        "\"total\", or name it with --column amount=NAME",
                        SLICE_NONE);
    return 0;
}

static struct slice cell(const struct reading *r, const struct csv_row *row, int column)
{
    int at = r->at[column];
    return at >= 0 && (size_t)at < row->count ? slice_trim(csv_field(row, (size_t)at)) : SLICE_NONE;
}

/* "$1,234.50" as 1234.50; the places tell how it was rounded. */
static bool read_amount(struct slice s, int64_t *pusd, int64_t *rounding_pusd)
{
    char text[64];
    size_t n = 0, places = 0;
    bool point = false, credit = s.n > 0 && s.p[0] == '-';
    if (credit)
        s = slice_of(s.p + 1, s.n - 1);
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == '$' || c == ',' || c == ' ')
            continue;
        if (n + 1 >= sizeof text)
            return false;
        places += point && c >= '0' && c <= '9';
        point |= c == '.';
        text[n++] = c;
    }
    if (n == 0 || money_parse_usd(slice_of(text, n), pusd) != ST_OK)
        return false;
    *pusd = credit ? -*pusd : *pusd;
    *rounding_pusd = PUSD_PER_USD / 2;
    while (places-- > 0)
        *rounding_pusd /= 10;
    return true;
}

/* "2026-11-24" or "2026-11"; a time behind a day is left out. */
static bool is_period(struct slice s, size_t n)
{
    static const char form[] = "dddd-dd-dd";
    if (s.n < n || (s.n > n && (n == 7 || (s.p[n] != 'T' && s.p[n] != ' '))))
        return false;
    for (size_t i = 0; i < n; i++) {
        bool digit = s.p[i] >= '0' && s.p[i] <= '9';
        if (form[i] == 'd' ? !digit : s.p[i] != form[i])
            return false;
    }
    return true;
}

static struct invoice_line *line_of(struct invoice *out, struct slice period, struct slice model)
{
    for (size_t i = 0; i < out->count; i++) {
        if (slice_eq(slice_str(out->v[i].period), period) &&
            slice_eq_nocase(slice_str(out->v[i].model), model))
            return &out->v[i];
    }
    out->v = mem_grow(out->v, out->count + 1, sizeof *out->v);
    out->v[out->count] = (struct invoice_line){.period = arena_str(&out->arena, period),
                                               .model = arena_str(&out->arena, model)};
    return &out->v[out->count++];
}

static int read_row(struct reading *r, const struct csv_row *row)
{
    struct slice period = cell(r, row, PERIOD), model = cell(r, row, MODEL);
    int64_t amount, rounding;
    if (!read_amount(cell(r, row, AMOUNT), &amount, &rounding))
        return complain(r, "expected an amount in USD such as 12.34", cell(r, row, AMOUNT));
    if (r->at[PERIOD] >= 0) {
        int chars = is_period(period, 10) ? 10 : is_period(period, 7) ? 7 : 0;
        if (chars == 0)
            return complain(r, "expected a day such as 2026-11-24 or a month such as 2026-11",
                            period);
        if (r->out->count > 0 && chars != r->out->period_chars)
            return complain(r, "days and months in one invoice: expected one of them", period);
        r->out->period_chars = chars;
        period.n = (size_t)chars;
    }
    struct invoice_line *l =
        line_of(r->out, period.p ? period : SLICE_LIT(""), model.p ? model : SLICE_LIT(""));
    l->line = r->line;
    l->rounding_pusd += rounding;
    if (__builtin_add_overflow(l->amount_pusd, amount, &l->amount_pusd))
        return complain(r, "the amounts do not fit into a sum", SLICE_NONE);
    return 0;
}

static int read_rows(struct reading *r, struct slice text, const struct option_list *columns)
{
    struct csv_row row;
    int code = 0;
    char separator = csv_separator(slice_of(text.p, csv_line(text, true)));
    csv_row_init(&row);
    for (size_t at = 0, used; code == 0 && at < text.n; at += used) {
        enum csv_result result =
            csv_next(slice_of(text.p + at, text.n - at), true, separator, &row, &used);
        r->line++;
        if (result == CSV_BAD)
            code = complain(r, "this is no CSV: a quote is open, or something stands behind one",
                            SLICE_NONE);
        else if (result == CSV_ROW)
            code = r->line == 1 ? read_head(r, &row, columns) : read_row(r, &row);
        if (used == 0)
            break;
    }
    csv_row_deinit(&row);
    if (code == 0 && r->out->count == 0)
        code = complain(r, "there is no line in it", SLICE_NONE);
    return code;
}

static int read_file(const char *path, struct buf *text)
{
    struct fail fail;
    char part[65536];
    FILE *f = fopen(path, "re");
    for (size_t n; f && (n = fread(part, 1, sizeof part, f)) > 0;)
        buf_add(text, part, n);
    if (f && !ferror(f) && !text->failed) {
        fclose(f);
        return 0;
    }
    fail_set(&fail, ST_USAGE, errno, "--invoice: %s cannot be read: %s", path,
             text->failed ? "larger than 64 MiB" : strerror(errno));
    if (f)
        fclose(f);
    return command_failed(command, &fail);
}

int invoice_read(const char *path, const struct option_list *columns, struct invoice *out)
{
    struct reading r = {.path = path, .out = out};
    struct buf text;
    buf_init(&text, (size_t)64 << 20);
    *out = (struct invoice){.count = 0};
    arena_init(&out->arena);
    int code = read_file(path, &text);
    struct slice all = buf_view(&text);
    if (code == 0 && all.n >= 3 && memcmp(all.p, "\xef\xbb\xbf", 3) == 0)
        all = slice_of(all.p + 3, all.n - 3);
    if (code == 0)
        code = read_rows(&r, all, columns);
    buf_deinit(&text);
    if (code != 0)
        invoice_free(out);
    return code;
}

void invoice_free(struct invoice *i)
{
    arena_deinit(&i->arena);
    mem_free(i->v);
    i->v = NULL;
    i->count = 0;
}
