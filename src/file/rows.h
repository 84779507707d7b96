/* Rows of result and reject files. Pure, save for the output they are appended to.
 *
 * JSON lines: results exactly as published on Kafka, rejects as described at reject_row. CSV
 * (results only): the columns of rows.c's table, RFC 4180 with LF. A text cell that a spreadsheet
 * would take for a formula (it begins with = + - @, tab, CR or LF) gets an apostrophe in front.
 */
#ifndef TICKETMILL_FILE_ROWS_H
#define TICKETMILL_FILE_ROWS_H

#include "base/buf.h"
#include "file/format.h"
#include "model/reason.h"

/* What stands above the rows: the header of CSV, nothing for JSON lines. */
void rows_head(enum file_format format, struct buf *out);

/* Appends the row of a result, `record` being its JSON (contract section 2). ST_INTERNAL when it is
 * none. */
MUST_CHECK enum status rows_result(enum file_format format, struct slice record, struct buf *out);

struct reject_row {
    int64_t number;                          /* of line or record */
    struct slice source;                     /* name of the source */
    struct slice ticket_id, message, run_id; /* NONE = not known */
    struct slice call_ids;                   /* separated by commas */
    struct slice value;                      /* as read; NONE = no longer kept */
    int64_t value_bytes;                     /* of the whole, when `value` was cut; else -1 */
    enum reason reason;
    int64_t attempts;
    int64_t cost_pusd; /* PUSD_UNPRICED */
    int64_t cost_unknown_pusd;
};

/* Appends one line: {"schema":"ticketmill.reject/1","reason","message","attempts","cost_usd",
 * "cost_pusd","cost_unknown_pusd","ticket_id","call_ids","run_id","source":{topic,partition,
 * offset},"value"}. What is no valid UTF-8 stands under "value_hex" instead; of a value that was
 * cut "value_bytes" tells how long it was. */
void rows_reject(const struct reject_row *r, struct buf *out);

#endif
