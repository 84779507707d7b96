/* Any bytes as a CSV file: the records are the same wherever reads cut it, nothing is lost or read
 * twice, and what becomes a ticket is JSON.
 *
 * The first byte is the length of the header line that follows, the rest are the rows.
 */
#include <stdlib.h>

#include "base/json.h"
#include "base/mem.h"
#include "file/columns.h"
#include "file/csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static struct config_route routes[] = {{.kind = WHEN_FIELD, .field = "/a/b", .op = OP_GREATER},
                                       {.kind = WHEN_ALWAYS}};

static const struct config config = {
    .ticket = {.id = "/ticket_id", .subject = "/subject", .body = "/body", .language = "/language"},
    .routes = routes,
    .route_count = 2};

static void check_object(const struct columns *columns, const struct csv_row *row)
{
    struct buf b;
    json *doc;
    if (row->count != columns_count(columns) || !csv_row_is_utf8(row))
        return;
    buf_init(&b, SIZE_MAX);
    columns_json(columns, row, &b);
    enum status st = json_parse(buf_view(&b), JSON_MAX_DEPTH, &doc);
    bool nul = row->text.n > 0 && memchr(row->text.p, '\0', row->text.n);
    must(st == ST_OK || nul || st == ST_BAD_JSON); /* a number may be too long for the reader */
    if (st == ST_OK) {
        must(json_is(doc, JSON_OBJECT));
        json_free(doc);
    }
    buf_deinit(&b);
}

/* A shorter text says the same, or that it needs more. */
static void check_cut(struct slice text, char separator, const struct csv_row *row, size_t used,
                      size_t cut)
{
    struct csv_row part;
    size_t part_used;
    csv_row_init(&part);
    enum csv_result result = csv_next(slice_of(text.p, cut), false, separator, &part, &part_used);
    must(result == CSV_MORE ||
         (result == CSV_ROW && part_used == used && part.count == row->count &&
          slice_eq(buf_view(&part.text), buf_view(&row->text))));
    csv_row_deinit(&part);
}

static void check_rows(struct slice text, char separator, const struct columns *columns)
{
    struct csv_row row;
    csv_row_init(&row);
    while (text.n > 0) {
        size_t used;
        enum csv_result result = csv_next(text, true, separator, &row, &used);
        must(result != CSV_MORE);
        if (result == CSV_BAD)
            used = csv_line(text, true);
        must(used > 0 && used <= text.n);
        if (result == CSV_ROW) {
            must(row.count > 0 && row.ends[row.count - 1] == row.text.n);
            check_cut(text, separator, &row, used, used / 2);
            check_cut(text, separator, &row, used, used - 1);
            if (columns)
                check_object(columns, &row);
        }
        text = slice_of(text.p + used, text.n - used);
    }
    csv_row_deinit(&row);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct csv_row header;
    struct columns *columns = NULL;
    struct fail fail;
    size_t used;
    if (size == 0)
        return 0;
    size_t n = data[0] < size ? data[0] : size - 1;
    struct slice line = slice_of(data + 1, n), rows = slice_of(data + 1 + n, size - 1 - n);
    char separator = csv_separator(line);
    csv_row_init(&header);
    if (csv_next(line, true, separator, &header, &used) == CSV_ROW &&
        columns_new(&header, &config, &columns, &fail) == ST_OK)
        must(columns_count(columns) == header.count);
    check_rows(rows, separator, columns);
    columns_free(columns);
    csv_row_deinit(&header);
    return 0;
}
