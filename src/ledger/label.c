/* Writing labels: one transaction for a whole file. Whether a category is one, the caller knows;
 * the report sets them beside the results.
 */
#include "ledger/label.h"

#include <string.h>

#include "ledger/db.h"

struct import {
    const struct ledger_label *labels;
    size_t count;
    const char *origin;
    int64_t now_unix_us;
    struct ledger_labelled *out;
};

static enum status compare_old(struct ledger *l, struct import *in,
                               const struct ledger_label *label, struct fail *fail)
{
    struct use u = db_use(l, Q_LABEL_GET);
    bool row = false;

    bind_text(&u, label->ticket_id);
    enum status st = db_row(l, &u, &row, fail);
    if (st != ST_OK)
        return st;
    if (!row) {
        in->out->added++;
        return ST_OK;
    }
    if (slice_eq(col_text(&u, 0), label->category))
        in->out->same++;
    else
        in->out->changed++;
    db_end(&u);
    return ST_OK;
}

static enum status set(struct ledger *l, const struct import *in, const struct ledger_label *label,
                       struct fail *fail)
{
    struct use u = db_use(l, Q_LABEL_SET);

    bind_text(&u, label->ticket_id);
    bind_text(&u, label->category);
    bind_i64(&u, in->now_unix_us);
    bind_text(&u, slice_str(in->origin));
    return db_run(l, &u, fail);
}

static enum status count_tickets(struct ledger *l, struct import *in, struct fail *fail)
{
    struct use u = db_use(l, Q_LABEL_COUNTS);
    bool row = false;

    bind_i64(&u, in->now_unix_us);
    enum status st = db_row(l, &u, &row, fail);
    if (st != ST_OK || !row)
        return st;
    in->out->tickets = col_i64(&u, 1);
    in->out->results = col_i64(&u, 2);
    db_end(&u);
    return ST_OK;
}

static enum status import_all(struct ledger *l, void *arg, struct fail *fail)
{
    struct import *in = arg;
    enum status st = ST_OK;

    for (size_t i = 0; st == ST_OK && i < in->count; i++) {
        st = compare_old(l, in, &in->labels[i], fail);
        if (st == ST_OK)
            st = set(l, in, &in->labels[i], fail);
    }
    return st == ST_OK ? count_tickets(l, in, fail) : st;
}

enum status ledger_labels(struct ledger *l, const struct ledger_label *labels, size_t count,
                          const char *origin, struct ledger_labelled *out, struct fail *fail)
{
    struct import in = {labels, count, origin, clock_unix_us(l->clock), out};

    memset(out, 0, sizeof *out);
    return db_transaction(l, import_all, &in, fail);
}
