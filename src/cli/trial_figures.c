/* From the variants' ledgers to figures, and which variant is advised.
 *
 * A dead letter is a wrong answer. A variant whose tickets are not all finished is shown and is
 * neither compared nor advised: its tickets are not those of the others.
 */
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "cli/trial.h"
#include "ledger/query.h"
#include "report/spread.h"

struct reading {
    const struct trial *t;
    struct trial_variant *v;
    struct spread latencies;
};

static int category(const struct trial *t, struct slice name)
{
    for (int i = 0; i < t->config->classification.category_count; i++) {
        if (slice_eq(slice_str(t->names[i]), name))
            return i;
    }
    return SCORE_NONE;
}

static void on_ticket(void *self, const struct ledger_row *row)
{
    struct reading *r = self;
    struct trial_variant *v = r->v;
    int64_t line = ledger_row_i64(row, 0), state = ledger_row_i64(row, 1);

    v->input_tokens += ledger_row_i64(row, 4);
    v->cached_tokens += ledger_row_i64(row, 5);
    v->output_tokens += ledger_row_i64(row, 6);
    v->cost_pusd += ledger_row_i64(row, 7);
    v->unknown_pusd += ledger_row_i64(row, 8);
    if (line < 1 || (size_t)line > r->t->sample.count ||
        (state != TICKET_RESULT && state != TICKET_DEAD))
        return;
    struct score_item *item = &v->items[line - 1];
    item->truth = r->t->sample.truths[line - 1];
    item->answer = SCORE_NONE;
    v->finished++;
    v->dead += state == TICKET_DEAD;
    if (state == TICKET_RESULT) {
        item->answer = category(r->t, ledger_row_text(row, 2));
        item->confidence_ppm = (int32_t)ledger_row_i64(row, 3);
    }
}

static void on_call(void *self, const struct ledger_row *row)
{
    struct reading *r = self;

    spread_add(&r->latencies, ledger_row_i64(row, 0), 1);
    r->v->priced = r->v->priced && ledger_row_i64(row, 1) != 0;
}

static enum status read_ledger(struct reading *r, struct fail *fail)
{
    const struct ledger_arg source = ARG_TEXT(slice_str(r->t->sample.source));
    struct ledger_reader *reader;
    enum status st = ledger_reader_open(r->v->ledger, &reader, fail);

    if (st != ST_OK)
        return st;
    st = ledger_read(reader, VIEW_TRIAL_TICKETS, &source, on_ticket, r, fail);
    if (st == ST_OK)
        st = ledger_read(reader, VIEW_TRIAL_CALLS, &source, on_call, r, fail);
    ledger_reader_close(reader);
    return st;
}

enum status trial_read(struct trial *t, struct trial_variant *v, struct fail *fail)
{
    struct reading r = {.t = t, .v = v};
    enum status st = ST_OK;

    mem_free(v->items);
    v->items = mem_array(t->sample.count, sizeof *v->items);
    for (size_t i = 0; i < t->sample.count; i++)
        v->items[i].truth = -1;
    v->finished = 0;
    v->dead = v->input_tokens = v->cached_tokens = v->output_tokens = 0;
    v->cost_pusd = v->unknown_pusd = 0;
    v->priced = t->config->models[v->model].price_count > 0;
    spread_init(&r.latencies);
    if (access(v->ledger, F_OK) == 0)
        st = read_ledger(&r, fail);
    v->latency_us = spread_work_out(&r.latencies);
    v->complete = v->finished == t->sample.count;
    spread_deinit(&r.latencies);
    return st;
}

int64_t trial_cost(const struct trial_variant *v, int64_t tickets)
{
    if (!v->priced || v->finished == 0)
        return -1;
    __int128 cost = (__int128)v->cost_pusd * tickets / (int64_t)v->finished;
    return cost > INT64_MAX ? -1 : (int64_t)cost;
}

static void work_out(const struct trial *t, struct trial_variant *v)
{
    score_init(&v->score, t->config->classification.category_count);
    for (size_t i = 0; i < t->sample.count; i++) {
        if (v->items[i].truth >= 0)
            score_add(&v->score, &v->items[i]);
    }
    if (v->complete)
        v->f1 = bootstrap_macro_f1(v->items, t->sample.count,
                                   t->config->classification.category_count, t->seed);
}

static void compare_alone(const struct trial *t, struct trial_variant *v)
{
    for (int i = 0; i < t->count; i++) {
        const struct trial_variant *other = &t->v[i];
        if (other->pack != 1 || other->model != v->model || other->prompt != v->prompt)
            continue;
        v->alone = i;
        if (v->complete && other->complete)
            v->against_alone = pairs_of(v->items, other->items, t->sample.count);
    }
}

static bool cheaper(const struct trial_variant *a, const struct trial_variant *b)
{
    return a->priced && (!b->priced || a->cost_pusd < b->cost_pusd);
}

static void find_best(struct trial *t)
{
    t->best = -1;
    for (int i = 0; i < t->count; i++) {
        const struct trial_variant *v = &t->v[i], *best = t->best < 0 ? NULL : &t->v[t->best];
        if (!v->complete)
            continue;
        if (!best || v->score.right > best->score.right ||
            (v->score.right == best->score.right && cheaper(v, best)))
            t->best = i;
    }
}

static void advise(struct trial *t)
{
    t->advised = t->best;
    for (int i = 0; t->best >= 0 && i < t->count; i++) {
        struct trial_variant *v = &t->v[i];
        if (!v->complete)
            continue;
        v->against_best = pairs_of(v->items, t->v[t->best].items, t->sample.count);
        if (v->against_best.p >= TRIAL_LEVEL && cheaper(v, &t->v[t->advised]))
            t->advised = i;
    }
}

void trial_figures(struct trial *t)
{
    for (int i = 0; i < t->count; i++)
        work_out(t, &t->v[i]);
    for (int i = 0; i < t->count; i++)
        compare_alone(t, &t->v[i]);
    find_best(t);
    advise(t);
}

void trial_deinit(struct trial *t)
{
    for (int i = 0; i < t->count; i++) {
        score_deinit(&t->v[i].score);
        mem_free(t->v[i].items);
        mem_free(t->v[i].ledger);
    }
    for (int i = 0; i < t->prompt_count; i++) {
        mem_free(t->prompts[i].name);
        mem_free(t->prompts[i].text);
    }
    mem_free(t->v);
    mem_free(t->prompts);
    mem_free(t->names);
    mem_free(t->sample.path);
    mem_free(t->sample.truths);
}
