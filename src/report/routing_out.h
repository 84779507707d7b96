/* Parts of the rendered report, in the order they are printed. Private to this room. */
#ifndef TICKETMILL_REPORT_ROUTING_OUT_H
#define TICKETMILL_REPORT_ROUTING_OUT_H

#include "report/json_out.h"
#include "report/report.h"

void routing_text(const struct report *r, struct buf *out); /* tiers, routes, endpoints, outages */
void pairs_text(const struct report *r, struct buf *out);   /* shadow, guard */
void redacted_text(const struct report *r, struct buf *out);
void budget_text(const struct report *r, struct buf *out); /* budget, pending, estimates */

void routing_json(const struct report *r, struct json_out *j);
void pairs_json(const struct report *r, struct json_out *j);
void redacted_json(const struct report *r, struct json_out *j);
void budget_json(const struct report *r, struct json_out *j);

#endif
