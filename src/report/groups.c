/* Collecting: runs first, for their dates; then what each view says, by group.
 *
 * Times are worked out here, per run; every other dimension by the views, which are one pass each.
 */
#include "report/groups.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "ledger/command.h"
#include "model/call.h"
#include "model/money.h"
#include "report/report.h"

const char *const group_names[] = {"day",      "week",  "month",    "category", "model",
                                   "provider", "route", "language", "customer", NULL};

struct run_time {
    int64_t run;
    char day[REPORT_DATE_SIZE], name[16]; /* name: of its day, week or month */
};

struct calls_left { /* of calls of one kind: what no share has told yet */
    int64_t run, purpose, state, calls, cost_pusd;
};

struct collecting {
    struct groups *out;
    const struct group_filter *filter;
    struct run_time *runs; /* of the ledger at hand, by number */
    size_t run_count;
    struct calls_left *left; /* by run, purpose and state */
    size_t left_count;
    bool overflow;
};

static void add(struct collecting *c, int64_t *sum, int64_t v)
{
    c->overflow |= __builtin_add_overflow(*sum, v, sum);
}

static void add_row(struct collecting *c, struct group_row *to, const struct group_row *v)
{
    add(c, &to->results, v->results);
    add(c, &to->reused, v->reused);
    add(c, &to->dead, v->dead);
    add(c, &to->calls, v->calls);
    add(c, &to->input_tokens, v->input_tokens);
    add(c, &to->cached_tokens, v->cached_tokens);
    add(c, &to->output_tokens, v->output_tokens);
    add(c, &to->cost_pusd, v->cost_pusd);
    add(c, &to->repeated_pusd, v->repeated_pusd);
    add(c, &to->compared_pusd, v->compared_pusd);
    add(c, &to->unknown_pusd, v->unknown_pusd);
    add(c, &to->unpriced, v->unpriced);
}

static int order_of(struct slice a, struct slice b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int order = n > 0 ? memcmp(a.p, b.p, n) : 0;
    return order != 0 ? order : (a.n > b.n) - (a.n < b.n);
}

/* Groups stand by name; a run's rows come in that order, so that a new one mostly goes last. */
static struct group_row *group(struct groups *g, struct slice name)
{
    size_t from = 0, to = g->count;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        int order = order_of(slice_str(g->v[middle].name), name);
        if (order == 0)
            return &g->v[middle];
        if (order < 0)
            from = middle + 1;
        else
            to = middle;
    }
    g->v = mem_grow(g->v, g->count + 1, sizeof *g->v);
    memmove(&g->v[from + 1], &g->v[from], (g->count - from) * sizeof *g->v);
    g->v[from] = (struct group_row){.name = mem_slice(name)};
    g->count++;
    return &g->v[from];
}

/* ---- runs ----------------------------------------------------------------------------------- */

static void take_run(void *self, const struct ledger_row *row)
{
    struct collecting *c = self;
    int64_t started = ledger_row_i64(row, 2);
    time_t seconds = (time_t)(started / 1000000);
    struct tm local;
    c->runs = mem_grow(c->runs, c->run_count + 1, sizeof *c->runs);
    struct run_time *r = &c->runs[c->run_count++];
    *r = (struct run_time){.run = ledger_row_i64(row, 0)};
    report_date(started, r->day);
    if (localtime_r(&seconds, &local))
        strftime(r->name, sizeof r->name,
                 c->out->by == GROUP_WEEK    ? "%G-W%V"
                 : c->out->by == GROUP_MONTH ? "%Y-%m"
                                             : "%Y-%m-%d",
                 &local);
}

static bool is_wanted(const struct collecting *c, const struct run_time *r)
{
    const struct group_filter *f = c->filter;
    return (!f->since || strcmp(r->day, f->since) >= 0) &&
           (!f->until || strcmp(r->day, f->until) < 0);
}

static int by_number(const void *a, const void *b)
{
    int64_t x = ((const struct run_time *)a)->run, y = ((const struct run_time *)b)->run;
    return (x > y) - (x < y);
}

/* NULL: of a run that is not looked at. */
static const struct run_time *run_of(const struct collecting *c, int64_t run)
{
    static const struct run_time unknown = {0, "", "(not known)"};
    const struct run_time key = {.run = run};
    const struct run_time *r =
        c->run_count > 0 ? bsearch(&key, c->runs, c->run_count, sizeof key, by_number) : NULL;
    if (r)
        return is_wanted(c, r) ? r : NULL;
    return c->filter->since || c->filter->until ? NULL : &unknown; /* before it was rebuilt */
}

static struct slice group_name(const struct collecting *c, const struct run_time *r,
                               struct slice told)
{
    return c->out->by <= GROUP_MONTH ? slice_str(r->name) : told;
}

static void take_group(struct collecting *c, const struct ledger_row *row,
                       const struct group_row *v)
{
    const struct run_time *r = run_of(c, ledger_row_i64(row, 0));
    if (!r)
        return;
    add_row(c, group(c->out, group_name(c, r, ledger_row_text(row, 1))), v);
    add_row(c, &c->out->total, v);
}

/* ---- calls ---------------------------------------------------------------------------------- */

static void take_calls(void *self, const struct ledger_row *row)
{
    struct collecting *c = self;
    c->left = mem_grow(c->left, c->left_count + 1, sizeof *c->left);
    c->left[c->left_count].run = ledger_row_i64(row, 0);
    c->left[c->left_count].purpose = ledger_row_i64(row, 1);
    c->left[c->left_count].state = ledger_row_i64(row, 2);
    c->left[c->left_count].calls = ledger_row_i64(row, 3);
    c->left[c->left_count++].cost_pusd = ledger_row_i64(row, 4);
}

/* An amount of calls of that kind: where it stands in a row. */
static void put_cost(struct group_row *v, int64_t purpose, int64_t state, int64_t pusd)
{
    if (state == CALL_UNKNOWN) {
        v->unknown_pusd = pusd;
        return;
    }
    if (state != CALL_ANSWERED)
        return;
    v->cost_pusd = pusd;
    if (purpose == PURPOSE_SHADOW || purpose == PURPOSE_GUARD)
        v->compared_pusd = pusd;
    else if (purpose != PURPOSE_FIRST)
        v->repeated_pusd = pusd;
}

static int by_kind(const void *a, const void *b)
{
    const struct calls_left *x = a, *y = b;
    if (x->run != y->run)
        return x->run > y->run ? 1 : -1;
    if (x->purpose != y->purpose)
        return x->purpose > y->purpose ? 1 : -1;
    return (x->state > y->state) - (x->state < y->state);
}

static void take_costs(void *self, const struct ledger_row *row)
{
    struct collecting *c = self;
    int64_t purpose = ledger_row_i64(row, 2), state = ledger_row_i64(row, 3);
    struct group_row v = {.calls = ledger_row_i64(row, 4),
                          .input_tokens = ledger_row_i64(row, 5),
                          .cached_tokens = ledger_row_i64(row, 6),
                          .output_tokens = ledger_row_i64(row, 7)};
    put_cost(&v, purpose, state, ledger_row_i64(row, 8));
    v.unpriced = state == CALL_ANSWERED ? ledger_row_i64(row, 9) : 0;
    take_group(c, row, &v);
    const struct calls_left key = {
        .run = ledger_row_i64(row, 0), .purpose = purpose, .state = state};
    struct calls_left *left =
        c->left_count > 0 ? bsearch(&key, c->left, c->left_count, sizeof key, by_kind) : NULL;
    if (left)
        c->overflow |=
            __builtin_sub_overflow(left->cost_pusd, ledger_row_i64(row, 8), &left->cost_pusd);
}

static void take_tickets(void *self, const struct ledger_row *row)
{
    take_group(self, row,
               &(struct group_row){.results = ledger_row_i64(row, 2),
                                   .reused = ledger_row_i64(row, 3),
                                   .dead = ledger_row_i64(row, 4)});
}

/* What the books say of calls beyond their shares; nothing, as long as they are straight. */
static void add_left(struct collecting *c)
{
    for (size_t i = 0; i < c->left_count; i++) {
        const struct run_time *r = run_of(c, c->left[i].run);
        struct group_row v = {.name = NULL};
        if (!r || c->left[i].cost_pusd == 0)
            continue;
        put_cost(&v, c->left[i].purpose, c->left[i].state, c->left[i].cost_pusd);
        add_row(c, group(c->out, group_name(c, r, SLICE_LIT(GROUP_UNATTRIBUTED))), &v);
        add_row(c, &c->out->total, &v);
    }
}

/* A call has shares in several groups but counts once in all. */
static void count_calls(struct collecting *c)
{
    for (size_t i = 0; i < c->left_count; i++) {
        if (run_of(c, c->left[i].run))
            add(c, &c->out->total.calls, c->left[i].calls);
    }
}

/* ---- pruned calls --------------------------------------------------------------------------- */

static void take_past(void *self, const struct ledger_row *row)
{
    struct collecting *c = self;
    enum group_by by = c->out->by;
    int column = by == GROUP_MONTH ? 0 : by == GROUP_PROVIDER ? 1 : by == GROUP_MODEL ? 2 : -1;
    struct slice name = column >= 0 ? ledger_row_text(row, column) : SLICE_LIT(GROUP_PRUNED);
    struct group_row v = {.calls = ledger_row_i64(row, 5),
                          .input_tokens = ledger_row_i64(row, 6),
                          .cached_tokens = ledger_row_i64(row, 7),
                          .output_tokens = ledger_row_i64(row, 8)};
    if (c->filter->since || c->filter->until) /* the day is not known any more */
        return;
    put_cost(&v, ledger_row_i64(row, 3), ledger_row_i64(row, 4), ledger_row_i64(row, 9));
    add_row(c, group(c->out, name), &v);
    add_row(c, &c->out->total, &v);
}

/* ---- whole ---------------------------------------------------------------------------------- */

/* The views tell of the runs that are looked at; of all there is when all are. */
static enum status choose(const struct collecting *c, struct ledger_reader *reader,
                          struct fail *fail)
{
    size_t count = 0;
    if (!c->filter->since && !c->filter->until)
        return ledger_reader_choose(reader, NULL, 0, fail);
    int64_t *runs = mem_array(c->run_count + 1, sizeof *runs);
    for (size_t i = 0; i < c->run_count; i++) {
        if (is_wanted(c, &c->runs[i]))
            runs[count++] = c->runs[i].run;
    }
    enum status st = ledger_reader_choose(reader, runs, count, fail);
    mem_free(runs);
    return st;
}

static enum status read_ledger(struct collecting *c, struct ledger_reader *reader,
                               struct fail *fail)
{
    const struct ledger_arg by = ARG_TEXT(slice_str(group_names[c->out->by]));
    c->run_count = c->left_count = 0;
    enum status st = ledger_read(reader, VIEW_RUNS, NULL, take_run, c, fail);
    if (c->run_count > 1)
        qsort(c->runs, c->run_count, sizeof *c->runs, by_number);
    if (st == ST_OK)
        st = choose(c, reader, fail);
    if (st == ST_OK)
        st = ledger_read(reader, VIEW_GROUP_CALLS, NULL, take_calls, c, fail);
    if (st == ST_OK)
        st = ledger_read(reader, VIEW_GROUP_COSTS, &by, take_costs, c, fail);
    if (st == ST_OK)
        st = ledger_read(reader, VIEW_GROUP_TICKETS, &by, take_tickets, c, fail);
    if (st == ST_OK)
        add_left(c);
    return st;
}

enum status groups_collect(struct ledger_reader *const *readers, size_t count, enum group_by by,
                           const struct group_filter *filter, struct groups *out, struct fail *fail)
{
    struct collecting c = {.out = out, .filter = filter};
    enum status st = ST_OK;
    *out = (struct groups){.by = by};
    for (size_t i = 0; st == ST_OK && i < count; i++) {
        int64_t calls = out->total.calls;
        st = read_ledger(&c, readers[i], fail);
        out->total.calls = calls;
        count_calls(&c);
        if (st == ST_OK)
            st = ledger_read(readers[i], VIEW_PAST, NULL, take_past, &c, fail);
    }
    mem_free(c.runs);
    mem_free(c.left);
    if (st == ST_OK && c.overflow)
        st = fail_set(fail, ST_OVERFLOW, 0, "the ledgers' sums do not fit 64 bits");
    if (st != ST_OK)
        groups_free(out);
    return st;
}

void groups_free(struct groups *g)
{
    for (size_t i = 0; i < g->count; i++)
        mem_free(g->v[i].name);
    mem_free(g->v);
    *g = (struct groups){.count = 0};
}
