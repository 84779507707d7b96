/* A file of labels: which category a person gave to which ticket. Inside of cli/. */
#ifndef TICKETMILL_CLI_LABEL_FILE_H
#define TICKETMILL_CLI_LABEL_FILE_H

#include "base/buf.h"
#include "file/format.h"

struct label_row {
    int64_t number;          /* of the line (JSON lines) or record (CSV), from 1 */
    char *ticket_id, *label; /* NULL = not there, or empty */
};

struct label_file {
    struct label_row *v;
    size_t count;
};

/* Reads the whole file ("-" = standard input), at most 256 MiB. `id` and `label` are JSON pointers,
 * which name a column of a CSV when the leading '/' is taken off; a column may also be named as it
 * stands. ST_USAGE with file and line when it cannot be read or has no such columns. */
MUST_CHECK enum status label_file_read(const char *path, enum file_format format, const char *id,
                                       const char *label, struct label_file *out,
                                       struct fail *fail);
void label_file_deinit(struct label_file *f);

/* Adds a name to a list of at most `max` for people; more are counted only. */
struct label_names {
    char *v[10];
    int64_t count[10];
    int shown;
    int64_t rows, more; /* all; of names that are not shown */
};
void label_names_add(struct label_names *n, const char *name);
void label_names_print(const struct label_names *n); /* on stderr, one a line */
void label_names_deinit(struct label_names *n);

#endif
