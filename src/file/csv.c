/* Splitting CSV. A small automaton over the bytes of one record; where records come from and what
 * a bad one means is the reader's business.
 */
#include "file/csv.h"

#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"

void csv_row_init(struct csv_row *row)
{
    *row = (struct csv_row){0};
    buf_init(&row->text, SIZE_MAX);
}

void csv_row_deinit(struct csv_row *row)
{
    buf_deinit(&row->text);
    mem_free(row->ends);
}

struct slice csv_field(const struct csv_row *row, size_t i)
{
    size_t from = i > 0 ? row->ends[i - 1] : 0;

    return slice_of(row->text.p ? row->text.p + from : "", row->ends[i] - from);
}

bool csv_row_is_utf8(const struct csv_row *row)
{
    for (size_t i = 0; i < row->count; i++) {
        if (!utf8_valid(csv_field(row, i)))
            return false;
    }
    return true;
}

static void end_field(struct csv_row *row)
{
    if (row->count == row->cap) {
        row->cap = row->cap ? row->cap * 2 : 16;
        row->ends = mem_grow(row->ends, row->cap, sizeof *row->ends);
    }
    row->ends[row->count++] = row->text.n;
}

/* Length of the line's end at `i`: 0 = none is there; -1 = a CR at the end of a text that goes on.
 */
static int line_end(struct slice text, size_t i, bool last)
{
    if (text.p[i] == '\n')
        return 1;
    if (text.p[i] != '\r')
        return 0;
    if (i + 1 < text.n)
        return text.p[i + 1] == '\n' ? 2 : 1;
    return last ? 1 : -1;
}

/* A quoted field from behind its opening quote on; *at moves behind the closing one. */
static enum csv_result quoted(struct slice text, bool last, struct csv_row *row, size_t *at)
{
    for (size_t i = *at;;) {
        const char *quote = i < text.n ? memchr(text.p + i, '"', text.n - i) : NULL;
        if (!quote || (quote + 1 == text.p + text.n && !last))
            return last ? CSV_BAD : CSV_MORE;
        size_t end = (size_t)(quote - text.p);
        buf_add(&row->text, text.p + i, end - i);
        if (end + 1 >= text.n || text.p[end + 1] != '"') {
            *at = end + 1;
            return CSV_ROW;
        }
        buf_char(&row->text, '"');
        i = end + 2;
    }
}

static void bare(struct slice text, char separator, struct csv_row *row, size_t *at)
{
    size_t i = *at;

    while (i < text.n && text.p[i] != separator && text.p[i] != '\n' && text.p[i] != '\r')
        i++;
    buf_add(&row->text, text.p + *at, i - *at);
    *at = i;
}

static enum csv_result field(struct slice text, bool last, char separator, struct csv_row *row,
                             size_t *at)
{
    enum csv_result result = CSV_ROW;

    if (*at < text.n && text.p[*at] == '"') {
        ++*at;
        result = quoted(text, last, row, at);
    } else {
        bare(text, separator, row, at);
    }
    if (result == CSV_ROW)
        end_field(row);
    return result;
}

enum csv_result csv_next(struct slice text, bool last, char separator, struct csv_row *row,
                         size_t *used)
{
    size_t at = 0;

    *used = 0;
    buf_clear(&row->text);
    row->count = 0;
    if (text.n == 0)
        return last ? CSV_BLANK : CSV_MORE;
    int end = line_end(text, 0, last);
    if (end > 0) {
        *used = (size_t)end;
        return CSV_BLANK;
    }
    for (;;) {
        enum csv_result result = field(text, last, separator, row, &at);
        if (result != CSV_ROW)
            return result;
        if (at == text.n) {
            *used = at;
            return last ? CSV_ROW : CSV_MORE;
        }
        end = line_end(text, at, last);
        if (end < 0)
            return CSV_MORE;
        if (end > 0) {
            *used = at + (size_t)end;
            return CSV_ROW;
        }
        if (text.p[at] != separator)
            return CSV_BAD;
        at++;
    }
}

size_t csv_line(struct slice text, bool last)
{
    for (size_t i = 0; i < text.n; i++) {
        int end = line_end(text, i, last);
        if (end != 0)
            return end > 0 ? i + (size_t)end : 0;
    }
    return last ? text.n : 0;
}

char csv_separator(struct slice line)
{
    char found = ',';
    bool quoted_text = false;

    for (size_t i = 0; i < line.n; i++) {
        char c = line.p[i];
        if (c == '"')
            quoted_text = !quoted_text;
        if (quoted_text)
            continue;
        if (c == ',')
            return ',';
        if ((c == ';' || c == '\t') && found == ',')
            found = c;
    }
    return found;
}

/* ---- writing -------------------------------------------------------------------------------- */

static bool is_formula(struct slice text)
{
    return text.n > 0 && memchr("=+-@\t\r\n", text.p[0], 7) != NULL;
}

static bool needs_quotes(struct slice text)
{
    for (size_t i = 0; i < text.n; i++) {
        if (memchr("\",;\t\r\n", text.p[i], 6))
            return true;
    }
    return text.n > 0 && (text.p[0] == ' ' || text.p[text.n - 1] == ' ');
}

void csv_write(struct slice text, struct buf *out)
{
    bool quotes = needs_quotes(text);

    if (quotes)
        buf_char(out, '"');
    if (is_formula(text))
        buf_char(out, '\'');
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '"')
            buf_char(out, '"');
        buf_char(out, text.p[i]);
    }
    if (quotes)
        buf_char(out, '"');
}
