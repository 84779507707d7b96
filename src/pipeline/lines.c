/* Lines: work sorted by the models it looks for, so that one tier's trouble never holds another's
 * tickets.
 *
 * A line is made when its first ticket comes and kept. Its number is the packer's route. Which
 * line may send next is dispatch.c's.
 */
#include "base/clock.h"
#include "base/mem.h"
#include "pipeline/state.h"

static bool is_line_of(const struct line *l, const struct ticket *t)
{
    return l->tier == t->tier && l->step == t->step && l->vision == t->choice.needs_vision &&
           l->compared == t->compared;
}

int line_number(struct mill *m, const struct ticket *t)
{
    for (int i = 0; i < m->line_count; i++) {
        if (is_line_of(m->lines[i], t))
            return i;
    }
    struct line *l = mem_zalloc(sizeof *l);
    l->tier = t->tier;
    l->step = t->step;
    l->vision = t->choice.needs_vision;
    l->compared = t->compared;
    list_init(&l->ready);
    m->lines = mem_grow(m->lines, (size_t)m->line_count + 1, sizeof *m->lines);
    m->lines[m->line_count] = l;
    return m->line_count++;
}

void lines_wake(struct mill *m)
{
    for (int i = 0; i < m->line_count; i++) {
        m->lines[i]->again_mono_us = 0;
        m->lines[i]->wall = WALL_NONE;
        m->lines[i]->never = false;
    }
}

static int64_t ready_at(const struct mill *m, int line)
{
    if (!list_empty(&m->lines[line]->ready))
        return 0;
    int64_t at = packer_deadline(m->packer, line);
    return at != INT64_MAX && intake_over(m) ? 0 : at;
}

bool line_has_work(const struct mill *m, int line, int64_t now_mono_us)
{
    return ready_at(m, line) <= now_mono_us;
}

struct ask *line_next(struct mill *m, int line, int64_t now_mono_us, bool flush)
{
    struct list *ready = list_pop(&m->lines[line]->ready);
    if (ready)
        return LIST_ENTRY(ready, struct ask, ready);
    struct ticket *tickets[PACK_TICKETS_LIMIT];
    size_t n = packer_next(m->packer, line, now_mono_us, flush, m->picked);
    for (size_t i = 0; i < n; i++)
        tickets[i] = m->picked[i]->ticket;
    return n > 0 ? ask_new(m, tickets, n, tickets[0]->purpose) : NULL;
}

int64_t lines_deadline(const struct mill *m)
{
    int64_t first = INT64_MAX;
    for (int i = 0; i < m->line_count; i++) {
        const struct line *l = m->lines[i];
        int64_t at = ready_at(m, i);
        if (at == INT64_MAX || l->never)
            continue;
        first = clock_earlier(first, at > l->again_mono_us ? at : l->again_mono_us);
    }
    return first;
}

int model_step(const struct mill *m, int tier, int model)
{
    const struct plan_tier *t = plan_tier(m->o.plan, tier);
    int step = 0;
    while (step < t->count - 1 && t->models[step] != model)
        step++;
    return step;
}

/* The first model of the tier behind `after` that may still be asked; -1 = none. */
static int next_usable(const struct mill *m, int tier, bool vision, int after)
{
    const struct plan_tier *t = plan_tier(m->o.plan, tier);
    for (int i = after + 1; i < t->count; i++) {
        int model = t->models[i];
        if (providers_usable(&m->providers, model) && (!vision || m->config->models[model].vision))
            return i;
    }
    return -1;
}

bool model_next(const struct mill *m, const struct ticket *t, int after, int *step)
{
    int next = next_usable(m, t->tier, t->choice.needs_vision, after);
    if (next >= 0)
        *step = next;
    return next >= 0;
}

bool tier_usable(const struct mill *m, int tier, bool vision)
{
    return next_usable(m, tier, vision, -1) >= 0;
}
