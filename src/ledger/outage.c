/* LOP_OUTAGE: when endpoints were out, for the history of their availability.
 *
 * Nothing else in the books depends on it. What a process left open is closed at the end of its
 * run, or by the next start.
 */
#include "ledger/books.h"

enum status apply_outage(struct ledger *l, struct ledger_outage *o, struct fail *fail)
{
    const bool begins = o->outage_no == 0;
    struct use u = db_use(l, begins ? Q_OUTAGE_ADD : Q_OUTAGE_CLOSE);

    if (begins) {
        bind_i64(&u, l->run);
        bind_text(&u, o->provider);
        bind_text(&u, o->endpoint);
        bind_text(&u, o->cause);
    } else {
        bind_i64(&u, o->outage_no);
    }
    bind_i64(&u, o->at_unix_us);
    enum status st = db_run(l, &u, fail);
    if (st == ST_OK && begins)
        o->outage_no = sqlite3_last_insert_rowid(l->db);
    return st;
}

enum status outage_close_all(struct ledger *l, int64_t at_unix_us, struct fail *fail)
{
    struct use u = db_use(l, Q_OUTAGE_CLOSE_ALL);

    if (at_unix_us)
        bind_i64(&u, at_unix_us);
    else
        bind_null(&u);
    return db_run(l, &u, fail);
}
