/* From bytes to records.
 *
 * A window over the input slides along; it never holds more than the longest record that is taken.
 * What is longer, or broken, costs one record and no neighbour: a line is passed over up to its
 * end, and where a quote is never closed the line it stands in is given up and reading goes on
 * behind that line. Whether a good record is a ticket is not judged here.
 */
#include "file/reader.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "file/columns.h"
#include "file/csv.h"

#define CHUNK_BYTES    ((size_t)1 << 16)
#define CUT_BYTES      ((size_t)64 << 10) /* kept of what is too long */
#define CSV_WINDOW_MIN ((size_t)1 << 20)  /* so that numbers hardly ever depend on a setting */

struct file_reader {
    struct file_input *in;
    enum file_format format;
    size_t longest; /* bytes of a record that is taken */
    char *window;
    size_t from, to, cap; /* what of the window is not yet taken */
    bool ended;           /* nothing comes behind the window */
    int64_t number;       /* of the last record or line taken */
    struct buf value;

    char separator;
    struct csv_row row;
    struct columns *columns;
};

/* --- the window ---------------------------------------------------------------------------- */

static struct slice view(const struct file_reader *r)
{
    return slice_of(r->window + r->from, r->to - r->from);
}

static enum status read_more(struct file_reader *r, struct fail *fail)
{
    size_t got;

    if (r->from > 0) {
        memmove(r->window, r->window + r->from, r->to - r->from);
        r->to -= r->from;
        r->from = 0;
    }
    if (r->cap - r->to < CHUNK_BYTES) {
        r->cap = r->to + CHUNK_BYTES;
        r->window = mem_grow(r->window, r->cap, 1);
    }
    enum status st = file_input_read(r->in, r->window + r->to, CHUNK_BYTES, &got, fail);
    if (st == ST_OK) {
        r->to += got;
        r->ended = got == 0;
    }
    return st;
}

static void unreadable(struct file_record *out, enum reason why, const char *detail)
{
    out->unreadable = why;
    snprintf(out->detail, sizeof out->detail, "%s", detail);
}

/* Bytes of the line at the start of the window; *ended whether its end is among them. */
static size_t line_bytes(const struct file_reader *r, bool *ended)
{
    struct slice text = view(r);
    size_t n;

    if (r->format == FILE_CSV) {
        n = csv_line(text, false);
    } else {
        const char *end = text.n > 0 ? memchr(text.p, '\n', text.n) : NULL;
        n = end ? (size_t)(end - text.p) + 1 : 0;
    }
    *ended = n > 0;
    return n > 0 ? n : text.n;
}

/* How many of the last bytes of a line are its end. */
static size_t end_bytes(const char *line, size_t n)
{
    size_t end = 0;

    while (end < n && end < 2 && (line[n - 1 - end] == '\n' || line[n - 1 - end] == '\r'))
        end++;
    return end;
}

/* Takes the line off the window piece by piece; of its content as much as is kept goes into the
 * value. Returns its bytes without its end. */
static enum status pass_line(struct file_reader *r, int64_t *bytes, struct fail *fail)
{
    enum status st = ST_OK;
    bool ended = false;

    *bytes = 0;
    buf_clear(&r->value);
    while (st == ST_OK && !ended && !(r->ended && view(r).n == 0)) {
        size_t n = line_bytes(r, &ended), content = n;
        const char *piece = r->window + r->from;
        ended |= r->ended;
        if (ended)
            content -= end_bytes(piece, n);
        else if (n > 0 && piece[n - 1] == '\r')
            content = --n; /* it may be the first half of the line's end */
        size_t room = r->value.n < CUT_BYTES ? CUT_BYTES - r->value.n : 0;
        buf_add(&r->value, piece, content < room ? content : room);
        *bytes += (int64_t)content;
        r->from += n;
        if (!ended)
            st = read_more(r, fail);
    }
    return st;
}

/* A line that is longer than what is taken: no record, at no cost of memory. */
static enum status skip_line(struct file_reader *r, struct file_record *out, struct fail *fail)
{
    int64_t bytes;
    enum status st = pass_line(r, &bytes, fail);

    out->value = buf_view(&r->value);
    if (bytes > (int64_t)out->value.n)
        out->value.n = utf8_cut(out->value);
    out->unreadable = REASON_TOO_LONG;
    snprintf(out->detail, sizeof out->detail, "the line has %lld bytes; at most %zu are taken",
             (long long)bytes, r->longest);
    return st;
}

/* --- JSON lines ---------------------------------------------------------------------------- */

/* The whole line into *line, without its end; *long_one when it is longer than is taken. */
static enum status take_line(struct file_reader *r, struct slice *line, bool *long_one,
                             struct fail *fail)
{
    size_t looked = 0;

    for (;;) {
        struct slice text = view(r);
        const char *end = text.n > looked ? memchr(text.p + looked, '\n', text.n - looked) : NULL;
        size_t n = end ? (size_t)(end - text.p) : text.n;
        *long_one = n > r->longest + 1; /* 1: a CR that may end it */
        if (end || r->ended || *long_one) {
            *line = slice_of(text.p, n);
            if (!*long_one)
                r->from += n + (end != NULL);
            return ST_OK;
        }
        looked = text.n;
        enum status st = read_more(r, fail);
        if (st != ST_OK)
            return st;
    }
}

static enum status next_line(struct file_reader *r, struct file_record *out, bool *more,
                             struct fail *fail)
{
    for (;;) {
        struct slice line;
        bool long_one;
        enum status st = take_line(r, &line, &long_one, fail);
        if (st != ST_OK)
            return st;
        if (line.n == 0 && r->ended && view(r).n == 0) {
            *more = false;
            return ST_OK;
        }
        r->number++;
        if (long_one)
            return skip_line(r, out, fail);
        if (line.n > 0 && line.p[line.n - 1] == '\r')
            line.n--;
        out->value = line;
        if (slice_trim(line).n > 0)
            return ST_OK;
    }
}

/* --- CSV ----------------------------------------------------------------------------------- */

/* The line at hand is no record: it is given up alone. */
static enum status give_up_line(struct file_reader *r, struct file_record *out, const char *why,
                                struct fail *fail)
{
    size_t n = csv_line(view(r), r->ended);

    if (n == 0 || n > r->longest)
        return skip_line(r, out, fail);
    buf_clear(&r->value);
    buf_slice(&r->value, slice_trim(slice_of(r->window + r->from, n)));
    r->from += n;
    out->value = buf_view(&r->value);
    unreadable(out, REASON_UNSUPPORTED_FORMAT, why);
    return ST_OK;
}

/* The next row, blank lines passed over; CSV_BLANK = there is none, CSV_MORE = it is too long. */
static enum status next_row(struct file_reader *r, enum csv_result *result, size_t *used,
                            struct fail *fail)
{
    for (;;) {
        struct slice text = view(r);
        *result = csv_next(text, r->ended, r->separator, &r->row, used);
        if (*result == CSV_BLANK && *used > 0) {
            r->from += *used;
            continue;
        }
        if (*result != CSV_MORE || text.n > r->longest)
            return ST_OK;
        enum status st = read_more(r, fail);
        if (st != ST_OK)
            return st;
    }
}

static void take_row(struct file_reader *r, struct slice raw, struct file_record *out)
{
    buf_clear(&r->value);
    out->value = raw;
    if (r->row.count != columns_count(r->columns)) {
        out->unreadable = REASON_UNSUPPORTED_FORMAT;
        snprintf(out->detail, sizeof out->detail, "the row has %zu fields, the header %zu",
                 r->row.count, columns_count(r->columns));
    } else if (!csv_row_is_utf8(&r->row)) {
        unreadable(out, REASON_INVALID_UTF8, "the row is not valid UTF-8");
    } else {
        columns_json(r->columns, &r->row, &r->value);
        out->value = buf_view(&r->value);
    }
}

static enum status next_record(struct file_reader *r, struct file_record *out, bool *more,
                               struct fail *fail)
{
    enum csv_result result;
    size_t used;
    enum status st = next_row(r, &result, &used, fail);

    if (st != ST_OK)
        return st;
    if (result == CSV_BLANK) {
        *more = false;
        return ST_OK;
    }
    r->number++;
    if (result == CSV_BAD)
        return give_up_line(r, out,
                            r->ended ? "a quote is not closed, or text stands behind one that is"
                                     : "text stands behind a closing quote",
                            fail);
    if (result == CSV_MORE)
        return give_up_line(r, out, "a quote is not closed within the longest row that is taken",
                            fail);
    struct slice raw = slice_trim(slice_of(r->window + r->from, used));
    r->from += used;
    take_row(r, raw, out);
    return ST_OK;
}

static enum status read_header(struct file_reader *r, const struct config *c, struct fail *fail)
{
    enum csv_result result = CSV_BLANK;
    size_t used;
    enum status st = ST_OK;

    while (st == ST_OK && !r->ended && csv_line(view(r), false) == 0 && view(r).n < r->longest)
        st = read_more(r, fail);
    r->separator = csv_separator(slice_of(r->window + r->from, csv_line(view(r), r->ended)));
    if (st == ST_OK)
        st = next_row(r, &result, &used, fail);
    if (st != ST_OK)
        return st;
    if (result == CSV_BLANK) /* nothing at all: no tickets, and no mistake */
        return ST_OK;
    if (result != CSV_ROW)
        return fail_set(fail, ST_USAGE, 0, "%s: the first line is no row of column names",
                        file_input_name(r->in));
    r->from += used;
    st = columns_new(&r->row, c, &r->columns, fail);
    if (st != ST_OK)
        fail_context(fail, "%s", file_input_name(r->in));
    return st;
}

/* --- opening ------------------------------------------------------------------------------- */

static enum status check_lines(const struct file_reader *r, struct fail *fail)
{
    struct slice text = slice_trim(view(r));

    if (text.n == 0 || text.p[0] != '[')
        return ST_OK;
    return fail_set(fail, ST_USAGE, 0,
                    "%s: is a JSON array, expected one object a line: jq -c '.[]' FILE | "
                    "ticketmill run --input - …",
                    file_input_name(r->in));
}

static enum status begin(struct file_reader *r, const struct config *c, struct fail *fail)
{
    enum status st = read_more(r, fail);

    if (st != ST_OK)
        return st;
    if (view(r).n >= 3 && memcmp(r->window, "\xef\xbb\xbf", 3) == 0)
        r->from = 3;
    return r->format == FILE_CSV ? read_header(r, c, fail) : check_lines(r, fail);
}

enum status file_reader_open(struct file_input *in, enum file_format format, const struct config *c,
                             struct file_reader **out, struct fail *fail)
{
    struct file_reader *r = mem_zalloc(sizeof *r);

    r->in = in;
    r->format = format;
    r->longest = (size_t)c->ticket.max_bytes;
    if (format == FILE_CSV && r->longest < CSV_WINDOW_MIN)
        r->longest = CSV_WINDOW_MIN;
    buf_init(&r->value, SIZE_MAX);
    csv_row_init(&r->row);
    file_input_rewind(in);
    enum status st = begin(r, c, fail);
    if (st == ST_OK)
        *out = r;
    else
        file_reader_close(r);
    return st;
}

void file_reader_close(struct file_reader *r)
{
    if (!r)
        return;
    columns_free(r->columns);
    csv_row_deinit(&r->row);
    buf_deinit(&r->value);
    mem_free(r->window);
    mem_free(r);
}

enum status file_reader_next(struct file_reader *r, struct file_record *out, bool *more,
                             struct fail *fail)
{
    *more = true;
    out->unreadable = REASON_NONE;
    out->detail[0] = '\0';
    enum status st =
        r->format == FILE_CSV ? next_record(r, out, more, fail) : next_line(r, out, more, fail);
    out->number = r->number;
    return st;
}

enum status file_reader_measure(struct file_input *in, enum file_format format,
                                const struct config *c, struct file_extent *out, struct fail *fail)
{
    struct file_extent found = {0};
    struct file_reader *r;
    struct file_record record;
    bool more = true;
    enum status st = file_reader_open(in, format, c, &r, fail);

    if (st != ST_OK)
        return st;
    while ((st = file_reader_next(r, &record, &more, fail)) == ST_OK && more) {
        found.records++;
        found.last = record.number;
    }
    file_reader_close(r);
    if (st == ST_OK)
        *out = found;
    return st;
}
