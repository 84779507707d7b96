/* CSV after RFC 4180, one record at a time. Pure.
 *
 * Wider than the RFC: any of CR LF, LF and CR ends a record, a quote inside an unquoted field is a
 * character like any other, and the separator may be a semicolon or a tab (csv_separator).
 */
#ifndef TICKETMILL_FILE_CSV_H
#define TICKETMILL_FILE_CSV_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/slice.h"

struct csv_row {
    struct buf text; /* the fields one behind the other, quotes taken off */
    size_t *ends;    /* per field: where it ends in text */
    size_t count, cap;
};

void csv_row_init(struct csv_row *row);
void csv_row_deinit(struct csv_row *row);
struct slice csv_field(const struct csv_row *row, size_t i); /* borrowed; i < count */
bool csv_row_is_utf8(const struct csv_row *row);             /* every field by itself */

enum csv_result {
    CSV_ROW,   /* *used bytes were a record and its end */
    CSV_BLANK, /* *used bytes were an empty line */
    CSV_MORE,  /* the record does not end in the text, and the text is not the last */
    CSV_BAD    /* something stands behind a closing quote, or a quote is open at the last end */
};

/* The record at the start of `text`; `last` = nothing comes behind it. An empty last text is
 * CSV_BLANK with *used 0. */
enum csv_result csv_next(struct slice text, bool last, char separator, struct csv_row *row,
                         size_t *used);

/* How many bytes the line at the start of `text` has, its end included; quotes mean nothing. 0 =
 * it does not end there. */
size_t csv_line(struct slice text, bool last);

/* ';' or tab when it stands in the line outside quotes and a comma does not; else ','. */
char csv_separator(struct slice line);

/* Appends a cell, in quotes where needed. One that a spreadsheet would take for a formula (it
 * begins with = + - @, tab, CR or LF) gets an apostrophe in front: for texts, not for numbers. */
void csv_write(struct slice text, struct buf *out);

#endif
