/* Printing `report --by`: for people, for spreadsheets, for documents, for programs. */
#ifndef TICKETMILL_CLI_GROUPS_OUT_H
#define TICKETMILL_CLI_GROUPS_OUT_H

#include "report/groups.h"

void groups_text(const struct groups *g, const char *time_zone, struct buf *out);
void groups_md(const struct groups *g, const char *time_zone, struct buf *out);
/* A header, a line a group, no total: it would be summed up with the rest. Amounts twice, as
 * decimals of 12 places and as integer picodollars. */
void groups_csv(const struct groups *g, struct buf *out);
void groups_json(const struct groups *g, const char *time_zone, struct buf *out);

#endif
