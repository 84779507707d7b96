/* A table for people: cells are handed in row by row, columns become as wide as they must. */
#ifndef TICKETMILL_REPORT_TABLE_H
#define TICKETMILL_REPORT_TABLE_H

#include "base/buf.h"

#define TABLE_COLUMNS 14

struct table {
    int columns;
    const char *align; /* one letter a column: 'l' or 'r'; borrowed */
    char **cells;      /* row by row, the heads first */
    size_t count, cap;
};

/* heads: `columns` texts. */
void table_init(struct table *t, const char *const *heads, const char *align, int columns);
/* The next cell. Control characters and what is no UTF-8 come out as '?'. */
void table_cell(struct table *t, const char *text);
void table_count(struct table *t, int64_t n);  /* "12,345" */
void table_usd(struct table *t, int64_t pusd); /* three digits; negative = "unpriced" */
void table_usd_per_1000(struct table *t, int64_t pusd, int64_t count);
/* Prints with two spaces in front of each line, and ends the table. Unfinished rows are a bug. */
void table_print(struct table *t, struct buf *out);

/* Appends s with what a terminal might obey replaced by '?'. */
void table_clean(struct buf *out, struct slice s);

#endif
