/* From a CSV's header and a row of it to a ticket as JSON. Pure.
 *
 * A column's name is a path: `subject` is /subject, `customer.plan` and `customer/plan` are
 * /customer/plan. A column that no wanted pointer names and that goes by one of the usual names of
 * a ticket's fields ("Ticket ID", "Message", …; letters' case, blanks and signs do not matter) is
 * taken for that field when no other column is.
 */
#ifndef TICKETMILL_FILE_COLUMNS_H
#define TICKETMILL_FILE_COLUMNS_H

#include "config/config.h"
#include "file/csv.h"

struct columns;

/* ST_USAGE when no column is a ticket's text, two have the same name, a name is not valid UTF-8, or
 * there are more than COLUMNS_MAX. Names are never repeated in the text: without a header they are
 * a ticket. */
#define COLUMNS_MAX 1000
MUST_CHECK enum status columns_new(const struct csv_row *header, const struct config *c,
                                   struct columns **out, struct fail *fail);
void columns_free(struct columns *c); /* takes NULL */

size_t columns_count(const struct columns *c);
/* Appends one JSON object; the row has that many fields, all valid UTF-8. Cells are strings, save
 * for numbers in columns that a route compares with a value. */
void columns_json(const struct columns *c, const struct csv_row *row, struct buf *out);

#endif
