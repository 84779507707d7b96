/* What earlier calls cost, by window and tier.
 *
 * Calls are appended in the order of their sending times, so a window is the end of the table and
 * its beginning is found by halving: no index has to be kept for it. Only a rebuilt ledger's first
 * calls stand in the order they were found in; there every call is looked at.
 */
#include "ledger/spent.h"

#include "ledger/db.h"

#include "model/money.h"

/* A window: calls sent at or after a time, of runs from a number on. */
struct window {
    int64_t since_unix_us, first_run;
};

struct probe {
    int64_t call, sent_unix_us, run;
};

static enum status number(struct ledger *l, struct use *u, int64_t *out, struct fail *fail)
{
    bool row = false;
    enum status st = db_row(l, u, &row, fail);

    if (st != ST_OK || !row)
        return st;
    *out = col_i64(u, 0);
    db_end(u);
    return ST_OK;
}

static enum status last_call(struct ledger *l, int64_t *call, struct fail *fail)
{
    struct use u = db_use(l, Q_PRUNE_LAST_CALL);

    return number(l, &u, call, fail);
}

/* Nearest call from `at` on; found = false beyond the last. */
static enum status probe(struct ledger *l, int64_t at, struct probe *p, bool *found,
                         struct fail *fail)
{
    struct use u = db_use(l, Q_CALL_PROBE);

    bind_i64(&u, at);
    enum status st = db_row(l, &u, found, fail);
    if (st != ST_OK || !*found)
        return st;
    *p = (struct probe){col_i64(&u, 0), col_i64(&u, 1), col_i64(&u, 2)};
    db_end(&u);
    return ST_OK;
}

/* First call that may be in the window. */
static enum status first_call(struct ledger *l, const struct window *w, int64_t *first,
                              struct fail *fail)
{
    int64_t low = 1, high = 0;
    enum status st = last_call(l, &high, fail);

    while (st == ST_OK && low < high) {
        int64_t middle = low + (high - low) / 2;
        struct probe p = {0};
        bool found = false;
        st = probe(l, middle, &p, &found, fail);
        if (st == ST_OK && found && (p.sent_unix_us < w->since_unix_us || p.run < w->first_run))
            low = p.call + 1;
        else
            high = middle;
    }
    *first = low;
    return st;
}

static struct spent_tier *tier_of(struct arena *a, struct ledger_spent *s, struct slice name)
{
    for (size_t i = 0; i < s->tier_count; i++) {
        if (slice_eq(s->tiers[i].tier, name))
            return &s->tiers[i];
    }
    struct spent_tier *more = arena_zalloc(a, (s->tier_count + 1) * sizeof(*more));
    if (s->tier_count)
        memcpy(more, s->tiers, s->tier_count * sizeof(*more));
    s->tiers = more;
    more[s->tier_count].tier = arena_copy(a, name);
    return &more[s->tier_count++];
}

static bool count(struct arena *a, struct ledger_spent *s, enum spent_window w, const struct use *u)
{
    const int64_t pusd = col_i64(u, 2);
    int64_t *part = col_i64(u, 1) ? &s->shadow_pusd[w] : &tier_of(a, s, col_text(u, 0))->pusd[w];

    return money_add(*part, pusd, part) && money_add(s->total_pusd[w], pusd, &s->total_pusd[w]);
}

static enum status sum(struct ledger *l, struct arena *a, enum spent_window which,
                       const struct window *w, struct ledger_spent *s, struct fail *fail)
{
    int64_t first = 0, rebuilt = 0;
    enum status st = meta_i64(l, "rebuilt_seq", -1, &rebuilt, fail);

    if (st == ST_OK && rebuilt < 0)
        st = first_call(l, w, &first, fail);
    if (st != ST_OK)
        return st;
    struct use u = db_use(l, Q_SPENT_SUM);
    bind_i64(&u, first);
    bind_i64(&u, w->since_unix_us);
    bind_i64(&u, w->first_run);
    for (;;) {
        bool row = false;
        st = db_row(l, &u, &row, fail);
        if (st != ST_OK || !row)
            return st;
        if (!count(a, s, which, &u)) {
            db_end(&u);
            return fail_set(fail, ST_OVERFLOW, 0, "%s: the sum of all costs overflows", l->path);
        }
    }
}

static enum status first_run(struct ledger *l, int64_t since_unix_us, int64_t *run,
                             struct fail *fail)
{
    struct use u = db_use(l, Q_SPENT_CHAIN);

    bind_i64(&u, since_unix_us);
    enum status st = number(l, &u, run, fail);
    if (st == ST_OK && !*run)
        *run = INT64_MAX;
    return st;
}

enum status ledger_latest_sent(struct ledger *l, int64_t *unix_us, struct fail *fail)
{
    int64_t rebuilt = 0, from = 0;
    enum status st = meta_i64(l, "rebuilt_seq", -1, &rebuilt, fail);

    if (st == ST_OK && rebuilt < 0)
        st = last_call(l, &from, fail);
    if (st != ST_OK)
        return st;
    struct use u = db_use(l, Q_CALL_LATEST);
    bind_i64(&u, from);
    return number(l, &u, unix_us, fail);
}

enum status ledger_spent(struct ledger *l, const struct spent_since *since, struct arena *arena,
                         struct ledger_spent *out, struct fail *fail)
{
    struct ledger_spent s = {.latest_sent_unix_us = l->latest_sent_unix_us};
    struct window windows[SPENT_WINDOWS] = {
        [SPENT_DAY] = {.since_unix_us = since->day_unix_us},
        [SPENT_MONTH] = {.since_unix_us = since->month_unix_us},
    };
    enum status st = first_run(l, since->chain_unix_us, &windows[SPENT_CHAIN].first_run, fail);

    for (int w = 0; st == ST_OK && w < SPENT_WINDOWS; w++)
        st = sum(l, arena, (enum spent_window)w, &windows[w], &s, fail);
    if (st == ST_OK)
        *out = s;
    return st;
}
