/* What redaction found: collected by kind, told as a section of its own when there is anything.
 * Found means in the texts, whoever was asked about them: providers without redaction got them
 * whole.
 */
#include "report/collect.h"
#include "report/routing_out.h"
#include "report/table.h"

void collect_redacted(void *self, const struct ledger_row *row)
{
    struct collect *c = self;
    struct report *r = c->report;
    int64_t tickets = ledger_row_i64(row, 1), places = ledger_row_i64(row, 2);
    if (ledger_row_null(row, 0)) {
        collect_add(c, &r->redacted_tickets, tickets);
        return;
    }
    struct report_group *g = collect_group(&r->redacted, ledger_row_text(row, 0), SLICE_NONE);
    collect_add(c, &g->tickets, tickets);
    collect_add(c, &g->places, places);
}

void redacted_text(const struct report *r, struct buf *out)
{
    static const char *const heads[] = {"kind", "tickets", "places"};
    struct table t;
    if (r->redacted.count == 0)
        return;
    buf_str(out, "\nRedacted\n");
    table_init(&t, heads, "lrr", 3);
    for (size_t i = 0; i < r->redacted.count; i++) {
        table_cell(&t, r->redacted.v[i].name);
        table_count(&t, r->redacted.v[i].tickets);
        table_count(&t, r->redacted.v[i].places);
    }
    table_cell(&t, "any");
    table_count(&t, r->redacted_tickets);
    table_cell(&t, "");
    table_print(&t, out);
}

void redacted_json(const struct report *r, struct json_out *j)
{
    json_out_open(j, "redacted", '{');
    json_out_i64(j, "tickets", r->redacted_tickets);
    json_out_open(j, "kinds", '[');
    for (size_t i = 0; i < r->redacted.count; i++) {
        json_out_open(j, NULL, '{');
        json_out_text(j, "kind", slice_str(r->redacted.v[i].name));
        json_out_i64(j, "tickets", r->redacted.v[i].tickets);
        json_out_i64(j, "places", r->redacted.v[i].places);
        json_out_close(j, '}');
    }
    json_out_close(j, ']');
    json_out_close(j, '}');
}
