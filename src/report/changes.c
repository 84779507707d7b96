/* Collecting what a campaign changed: the campaign's ends into a map by position, then the
 * regular ledgers' ends past it.
 *
 * The map holds a few words a ticket; names of categories, models and prompts are kept once.
 */
#include "report/changes.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/utf8.h"

/* An end as a row tells it. */
struct end {
    bool dead, needs_review, seen;
    int64_t confidence_ppm, cost_pusd, input_tokens, cached_tokens, output_tokens;
    const char *category, *model, *prompt; /* kept by collecting.names */
};

struct collecting {
    struct changes *out;
    struct map *ends;  /* of the campaign, by position: struct end */
    struct map *names; /* each text once: its own copy */
    struct arena arena;
    bool overflow;
};

static void add(struct collecting *c, int64_t *sum, int64_t v)
{
    c->overflow |= __builtin_add_overflow(*sum, v, sum);
}

static const char *name(struct collecting *c, struct slice s)
{
    char *known = map_get(c->names, s);
    if (known)
        return known;
    known = arena_str(&c->arena, s);
    map_put(c->names, s, known);
    return known;
}

static struct end end_of(struct collecting *c, const struct ledger_row *row)
{
    return (struct end){
        .dead = ledger_row_i64(row, 4) == 2,
        .category = name(c, ledger_row_text(row, 5)),
        .confidence_ppm = ledger_row_i64(row, 6),
        .needs_review = ledger_row_i64(row, 7) != 0,
        .cost_pusd = ledger_row_pusd(row, 8),
        .input_tokens = ledger_row_i64(row, 9),
        .cached_tokens = ledger_row_i64(row, 10),
        .output_tokens = ledger_row_i64(row, 11),
        .model = name(c, ledger_row_text(row, 12)),
        .prompt = name(c, ledger_row_text(row, 13)),
    };
}

/* "offset/partition/source" */
static struct slice position(const struct ledger_row *row, char out[400])
{
    int n = snprintf(out, 400, "%lld/%lld/" SLICE_FMT, (long long)ledger_row_i64(row, 2),
                     (long long)ledger_row_i64(row, 1), SLICE_ARG(ledger_row_text(row, 0)));
    return slice_of(out, n < 400 ? (size_t)n : 399);
}

static void take_after(void *self, const struct ledger_row *row)
{
    struct collecting *c = self;
    char key[400];
    struct end *e = arena_alloc(&c->arena, sizeof *e);
    *e = end_of(c, row);
    map_put(c->ends, position(row, key), e);
}

/* --- adding up ------------------------------------------------------------------------------ */

static void basis(struct change_bases *b, const struct end *e)
{
    size_t i = 0;
    while (i < b->count &&
           (strcmp(b->v[i].model, e->model) != 0 || strcmp(b->v[i].prompt_version, e->prompt) != 0))
        i++;
    if (i == b->count) {
        b->v = mem_grow(b->v, b->count + 1, sizeof *b->v);
        b->v[b->count++] = (struct change_basis){mem_str(e->model), mem_str(e->prompt), 0};
    }
    b->v[i].tickets++;
}

static struct change_group *category(struct changes *c, const char *of)
{
    size_t i = 0;
    while (i < c->category_count && strcmp(c->categories[i].category, of) != 0)
        i++;
    if (i == c->category_count) {
        c->categories = mem_grow(c->categories, i + 1, sizeof *c->categories);
        c->categories[c->category_count++] = (struct change_group){.category = mem_str(of)};
    }
    return &c->categories[i];
}

static void side(struct collecting *c, struct change_side *s, const struct end *e, bool priced)
{
    add(c, &s->input_tokens, e->input_tokens);
    add(c, &s->cached_tokens, e->cached_tokens);
    add(c, &s->output_tokens, e->output_tokens);
    s->needs_review += e->needs_review;
    if (priced)
        add(c, &s->cost_pusd, e->cost_pusd);
}

static void compare(struct collecting *c, struct change_group *g, const struct end *before,
                    const struct end *after)
{
    bool priced = before->cost_pusd >= 0 && after->cost_pusd >= 0;
    g->tickets++;
    g->same += strcmp(before->category, after->category) == 0;
    g->priced += priced;
    add(c, &g->confidence_ppm, after->confidence_ppm - before->confidence_ppm);
    side(c, &g->before, before, priced);
    side(c, &g->after, after, priced);
}

static void move(struct changes *c, const struct end *before, const struct end *after,
                 struct slice ticket_id)
{
    size_t i = 0;
    while (i < c->move_count && (strcmp(c->moves[i].from, before->category) != 0 ||
                                 strcmp(c->moves[i].to, after->category) != 0))
        i++;
    if (i == c->move_count) {
        c->moves = mem_grow(c->moves, i + 1, sizeof *c->moves);
        c->moves[c->move_count++] =
            (struct change_move){.from = mem_str(before->category), .to = mem_str(after->category)};
    }
    struct change_move *m = &c->moves[i];
    if (m->tickets < CHANGES_EXAMPLES)
        m->examples[m->tickets] = mem_slice(ticket_id);
    m->tickets++;
}

static void both(struct collecting *c, const struct end *before, const struct end *after,
                 struct slice ticket_id)
{
    struct changes *out = c->out;
    if (before->dead || after->dead) {
        out->died += !before->dead;
        out->revived += !after->dead;
        out->dead_twice += before->dead && after->dead;
        return;
    }
    compare(c, &out->all, before, after);
    compare(c, category(out, before->category), before, after);
    basis(&out->before, before);
    basis(&out->after, after);
    if (strcmp(before->category, after->category) != 0)
        move(out, before, after, ticket_id);
}

static void take_before(void *self, const struct ledger_row *row)
{
    struct collecting *c = self;
    char key[400];
    struct end before = end_of(c, row), *after = map_get(c->ends, position(row, key));
    if (!after) {
        c->out->only_before++;
        return;
    }
    after->seen = true;
    both(c, &before, after, ledger_row_text(row, 3));
}

static void count_unseen(void *self, struct slice key, void *value)
{
    struct collecting *c = self;
    (void)key;
    c->out->only_after += !((const struct end *)value)->seen;
}

/* --- whole ---------------------------------------------------------------------------------- */

/* Most tickets first; equal ones by their names, so that a report looks the same every time. */
static int by_tickets(int64_t a, int64_t b, const char *a_name, const char *b_name)
{
    return a != b ? (a < b) - (a > b) : strcmp(a_name, b_name);
}

static int by_move(const void *a, const void *b)
{
    const struct change_move *x = a, *y = b;
    int order = by_tickets(x->tickets, y->tickets, x->from, y->from);
    return order != 0 ? order : strcmp(x->to, y->to);
}

static int by_category(const void *a, const void *b)
{
    const struct change_group *x = a, *y = b;
    return by_tickets(x->tickets, y->tickets, x->category, y->category);
}

static int by_basis(const void *a, const void *b)
{
    const struct change_basis *x = a, *y = b;
    int order = by_tickets(x->tickets, y->tickets, x->model, y->model);
    return order != 0 ? order : strcmp(x->prompt_version, y->prompt_version);
}

static void sort(void *v, size_t count, size_t size, int (*order)(const void *, const void *))
{
    if (count > 1)
        qsort(v, count, size, order);
}

static enum status read_all(struct ledger_reader *const *readers, size_t count,
                            void (*take)(void *self, const struct ledger_row *row),
                            struct collecting *c, struct fail *fail)
{
    enum status st = ST_OK;
    for (size_t i = 0; st == ST_OK && i < count; i++)
        st = ledger_read(readers[i], VIEW_ENDS, NULL, take, c, fail);
    return st;
}

enum status changes_collect(struct ledger_reader *const *before, size_t before_count,
                            struct ledger_reader *const *after, size_t after_count,
                            struct changes **out, struct fail *fail)
{
    struct collecting c = {mem_zalloc(sizeof *c.out), map_new(), map_new(), {0}, false};
    arena_init(&c.arena);
    enum status st = read_all(after, after_count, take_after, &c, fail);
    if (st == ST_OK)
        st = read_all(before, before_count, take_before, &c, fail);
    if (st == ST_OK && c.overflow)
        st = fail_set(fail, ST_OVERFLOW, 0, "the ledgers' sums do not fit 64 bits");
    map_each(c.ends, count_unseen, &c);
    sort(c.out->moves, c.out->move_count, sizeof *c.out->moves, by_move);
    sort(c.out->categories, c.out->category_count, sizeof *c.out->categories, by_category);
    sort(c.out->before.v, c.out->before.count, sizeof *c.out->before.v, by_basis);
    sort(c.out->after.v, c.out->after.count, sizeof *c.out->after.v, by_basis);
    map_free(c.ends);
    map_free(c.names);
    arena_deinit(&c.arena);
    if (st == ST_OK)
        *out = c.out;
    else
        changes_free(c.out);
    return st;
}

static void free_bases(struct change_bases *b)
{
    for (size_t i = 0; i < b->count; i++) {
        mem_free(b->v[i].model);
        mem_free(b->v[i].prompt_version);
    }
    mem_free(b->v);
}

void changes_free(struct changes *c)
{
    if (!c)
        return;
    for (size_t i = 0; i < c->category_count; i++)
        mem_free(c->categories[i].category);
    for (size_t i = 0; i < c->move_count; i++) {
        mem_free(c->moves[i].from);
        mem_free(c->moves[i].to);
        for (size_t k = 0; k < CHANGES_EXAMPLES; k++)
            mem_free(c->moves[i].examples[k]);
    }
    mem_free(c->categories);
    mem_free(c->moves);
    free_bases(&c->before);
    free_bases(&c->after);
    mem_free(c);
}
