/* Reads label files as JSON lines or CSV into memory: a label is a few bytes, and all of them go
 * into one transaction anyway. Whether categories and ids are known is not judged here.
 */
#include "cli/label_file.h"

#include <stdio.h>

#include "base/json.h"
#include "base/mem.h"
#include "file/csv.h"
#include "file/input.h"

#define MAX_BYTES   ((size_t)256 << 20)
#define CHUNK_BYTES ((size_t)1 << 16)

static void add(struct label_file *f, int64_t number, struct slice id, struct slice label)
{
    id = slice_trim(id);
    label = slice_trim(label);
    f->v = mem_grow(f->v, f->count + 1, sizeof *f->v);
    f->v[f->count++] = (struct label_row){.number = number,
                                          .ticket_id = id.n > 0 ? mem_slice(id) : NULL,
                                          .label = label.n > 0 ? mem_slice(label) : NULL};
}

/* --- JSON lines ---------------------------------------------------------------------------- */

/* A text, or a whole number as it stands in a ticket's id. */
static struct slice text_at(const json *doc, const char *pointer, char number[32])
{
    const json *v = json_pointer(doc, pointer);
    int64_t i;

    if (json_i64(v, &i) != ST_OK)
        return json_str(v);
    snprintf(number, 32, "%lld", (long long)i);
    return slice_str(number);
}

static enum status read_lines(const char *path, struct slice text, const char *id,
                              const char *label, struct label_file *f, struct fail *fail)
{
    int64_t number = 0;

    for (size_t n; text.n > 0; text = slice_of(text.p + n, text.n - n)) {
        char id_number[32], label_number[32];
        json *doc;
        n = csv_line(text, true);
        number++;
        struct slice line = slice_trim(slice_of(text.p, n));
        if (line.n == 0)
            continue;
        enum status st = json_parse(line, JSON_MAX_DEPTH, &doc);
        if (st != ST_OK)
            return fail_set(fail, ST_USAGE, 0, "%s:%lld: %s", path, (long long)number,
                            status_text(st));
        add(f, number, text_at(doc, id, id_number), text_at(doc, label, label_number));
        json_free(doc);
    }
    return ST_OK;
}

/* --- CSV ----------------------------------------------------------------------------------- */

static int column(const struct csv_row *head, const char *name)
{
    struct slice wanted = slice_str(name), bare = wanted;

    if (bare.n > 0 && bare.p[0] == '/')
        bare = slice_of(bare.p + 1, bare.n - 1);
    for (size_t i = 0; i < head->count; i++) {
        struct slice field = slice_trim(csv_field(head, i));
        if (slice_eq(field, wanted) || slice_eq_nocase(field, bare))
            return (int)i;
    }
    return -1;
}

static struct slice cell(const struct csv_row *row, int i)
{
    return i >= 0 && (size_t)i < row->count ? csv_field(row, (size_t)i) : SLICE_NONE;
}

/* A CSV file on its way through: what is left of it, and the record at hand. */
struct csv_reading {
    const char *path;
    struct slice left;
    char separator;
    int64_t number; /* of the record; 0 = the header */
    struct csv_row row;
    bool more; /* there was one */
};

/* The next record that is none of the blank lines. */
static enum status next_row(struct csv_reading *r, struct fail *fail)
{
    r->more = false;
    while (r->left.n > 0 && !r->more) {
        size_t used;
        enum csv_result got = csv_next(r->left, true, r->separator, &r->row, &used);
        if (got == CSV_BAD || (got == CSV_ROW && !csv_row_is_utf8(&r->row)))
            return fail_set(
                fail, ST_USAGE, 0, "%s: record %lld is %s", r->path, (long long)r->number,
                got == CSV_BAD ? "not CSV: a quote is open or text stands behind it" : "not UTF-8");
        r->left = slice_of(r->left.p + used, r->left.n - used);
        r->more = got == CSV_ROW;
    }
    return ST_OK;
}

static enum status read_rows(struct csv_reading *r, const char *id, const char *label,
                             struct label_file *f, struct fail *fail)
{
    r->separator = csv_separator(slice_of(r->left.p, csv_line(r->left, true)));
    enum status st = next_row(r, fail);
    int id_at = st == ST_OK && r->more ? column(&r->row, id) : -1;
    int label_at = st == ST_OK && r->more ? column(&r->row, label) : -1;

    if (st == ST_OK && (id_at < 0 || label_at < 0))
        return fail_set(fail, ST_USAGE, 0, "%s: its header has no column \"%.60s\"", r->path,
                        id_at < 0 ? id : label);
    while (st == ST_OK && r->more) {
        r->number++;
        st = next_row(r, fail);
        if (st == ST_OK && r->more)
            add(f, r->number, cell(&r->row, id_at), cell(&r->row, label_at));
    }
    return st;
}

/* --- the file ------------------------------------------------------------------------------ */

static enum status load(const char *path, struct buf *text, struct fail *fail)
{
    struct file_input *in;
    size_t got = 1;
    char *chunk = mem_alloc(CHUNK_BYTES);
    enum status st = file_input_open(path, ".", &in, fail);

    if (st == ST_OK) {
        while (st == ST_OK && got > 0 && !text->failed) {
            st = file_input_read(in, chunk, CHUNK_BYTES, &got, fail);
            if (st == ST_OK)
                buf_add(text, chunk, got);
        }
        file_input_free(in);
    }
    mem_free(chunk);
    if (st == ST_OK && text->failed)
        st = fail_set(fail, ST_USAGE, 0, "%s: larger than 256 MiB", path);
    return st;
}

enum status label_file_read(const char *path, enum file_format format, const char *id,
                            const char *label, struct label_file *out, struct fail *fail)
{
    struct slice mark = SLICE_LIT("\xef\xbb\xbf");
    struct csv_reading r = {.path = path};
    struct buf bytes;

    *out = (struct label_file){0};
    buf_init(&bytes, MAX_BYTES);
    csv_row_init(&r.row);
    enum status st = load(path, &bytes, fail);
    struct slice text = buf_view(&bytes);
    if (text.n >= mark.n && slice_eq(slice_of(text.p, mark.n), mark))
        text = slice_of(text.p + mark.n, text.n - mark.n);
    r.left = text;
    if (st == ST_OK && format == FILE_CSV)
        st = read_rows(&r, id, label, out, fail);
    else if (st == ST_OK)
        st = read_lines(path, text, id, label, out, fail);
    csv_row_deinit(&r.row);
    buf_deinit(&bytes);
    if (st != ST_OK)
        label_file_deinit(out);
    return st;
}

void label_file_deinit(struct label_file *f)
{
    for (size_t i = 0; i < f->count; i++) {
        mem_free(f->v[i].ticket_id);
        mem_free(f->v[i].label);
    }
    mem_free(f->v);
    *f = (struct label_file){0};
}

/* --- names that are told --------------------------------------------------------------------- */

void label_names_add(struct label_names *n, const char *name)
{
    enum { MOST = sizeof n->v / sizeof *n->v };

    n->rows++;
    for (int i = 0; i < n->shown; i++) {
        if (strcmp(n->v[i], name) == 0) {
            n->count[i]++;
            return;
        }
    }
    if (n->shown == MOST) {
        n->more++;
        return;
    }
    n->count[n->shown] = 1;
    n->v[n->shown++] = mem_str(name);
}

void label_names_print(const struct label_names *n)
{
    for (int i = 0; i < n->shown; i++)
        fprintf(stderr, "  \"%.80s\": %lld rows\n", n->v[i], (long long)n->count[i]);
    if (n->more > 0)
        fprintf(stderr, "  and further names in %lld rows\n", (long long)n->more);
}

void label_names_deinit(struct label_names *n)
{
    for (int i = 0; i < n->shown; i++)
        mem_free(n->v[i]);
}
