/* Writing an estimate into the ledger it is about.
 *
 * An opening of its own, because an estimate is made when no run is under way. How it was made is
 * not looked at here.
 */
#include "ledger/estimate.h"

#include "ledger/db.h"

static enum status add(struct ledger *l, void *arg, struct fail *fail)
{
    const struct ledger_estimate *e = arg;
    struct use u = db_use(l, Q_ESTIMATE_ADD);

    bind_i64(&u, e->made_unix_us);
    bind_i64(&u, e->tickets);
    bind_i64(&u, e->calls);
    bind_pusd(&u, e->cost_pusd);
    bind_pusd(&u, e->upper_pusd);
    bind_i64(&u, e->seconds);
    bind_text(&u, e->basis);
    return db_run(l, &u, fail);
}

enum status ledger_estimate_add(const char *path, const struct clock *clock,
                                const struct ledger_estimate *estimate, struct fail *fail)
{
    const struct ledger_options o = {.create = true, .transport = "kafka", .clock = clock};
    struct ledger_estimate copy = *estimate;
    struct ledger *l = NULL;
    enum status st = ledger_open(path, &o, &l, fail);

    if (st != ST_OK)
        return st;
    st = db_transaction(l, add, &copy, fail);
    ledger_close(l);
    return st;
}
