/* Where the rows of each run are (table span; columns calls_from and calls_to of a run).
 *
 * A year of nights is many millions of rows, and what is asked is mostly about the last of them:
 * the audit, the morning's report, what is pruned. Tickets are keyed by their place in the topic,
 * so each run keeps the lowest offset it touched in every partition, noted in the transaction that
 * touches it; where a run's rows end is filled in when the next one begins, which finds it out for
 * runs that died as well.
 */
#include "ledger/books.h"

#include "base/mem.h"

enum status span_touch(struct ledger *l, struct pos pos, struct fail *fail)
{
    struct span *s = NULL;

    for (size_t i = 0; !s && i < l->span_count; i++) {
        if (l->spans[i].source == pos.source && l->spans[i].partition == pos.partition)
            s = &l->spans[i];
    }
    if (s && s->from <= pos.offset)
        return ST_OK;
    struct use u = db_use(l, Q_SPAN_ADD);
    bind_i64(&u, l->run);
    bind_pos(&u, pos);
    enum status st = db_run(l, &u, fail);
    if (st != ST_OK)
        return st;
    if (!s) {
        l->spans = mem_grow(l->spans, l->span_count + 1, sizeof *l->spans);
        s = &l->spans[l->span_count++];
    }
    *s = (struct span){pos.source, pos.partition, pos.offset};
    return ST_OK;
}

void span_forget(struct ledger *l)
{
    l->span_count = 0;
}

enum status span_close(struct ledger *l, struct fail *fail)
{
    struct use rows = db_use(l, Q_SPAN_CLOSE), calls = db_use(l, Q_SPAN_CLOSE_CALLS);
    enum status st = db_run(l, &rows, fail);

    span_forget(l);
    return st == ST_OK ? db_run(l, &calls, fail) : st;
}

enum status span_rebuild(struct ledger *l, struct fail *fail)
{
    struct use rows = db_use(l, Q_SPAN_REBUILD), calls = db_use(l, Q_SPAN_REBUILD_CALLS);
    enum status st = db_run(l, &rows, fail);

    return st == ST_OK ? db_run(l, &calls, fail) : st;
}
