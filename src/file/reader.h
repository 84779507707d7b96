/* The records of a ticket file, one at a time, in constant memory. Blocks on disk; one thread.
 *
 * JSON lines: one record a line, blank lines are none; the number is the line's. CSV: one record a
 * row below the header, blank lines are none; the number is the record's. A byte order mark at the
 * start is skipped. Numbers depend on the content alone.
 */
#ifndef TICKETMILL_FILE_READER_H
#define TICKETMILL_FILE_READER_H

#include "config/config.h"
#include "file/format.h"
#include "file/input.h"
#include "model/reason.h"

struct file_reader;

struct file_record {
    int64_t number;     /* ≥ 1, ascending */
    struct slice value; /* a ticket as JSON, or what stands there; until the next call */
    /* Not REASON_NONE: it is no record, for that reason; `detail` says it for people. Its value
     * may be cut to 64 KiB. */
    enum reason unreadable;
    char detail[160];
};

/* Starts at the beginning of the input, which is borrowed. ST_USAGE: not the form that was asked
 * for (no header, a JSON array, …), ST_CHANGED and ST_SYSTEM as file_input_read. */
MUST_CHECK enum status file_reader_open(struct file_input *in, enum file_format format,
                                        const struct config *c, struct file_reader **out,
                                        struct fail *fail);
void file_reader_close(struct file_reader *r); /* takes NULL; not the input */

/* *more false = there is no further one. Statuses as file_input_read. */
MUST_CHECK enum status file_reader_next(struct file_reader *r, struct file_record *out, bool *more,
                                        struct fail *fail);

/* Reads everything: how many records there are, and the number of the last one (0 = none). */
struct file_extent {
    int64_t records, last;
};
MUST_CHECK enum status file_reader_measure(struct file_input *in, enum file_format format,
                                           const struct config *c, struct file_extent *out,
                                           struct fail *fail);

#endif
