/* Lines: work sorted by the models it looks for, so that one tier's trouble never holds another's
 * tickets.
 *
 * A line is made when its first ticket comes and kept. Its number is the packer's route. Which
 * line may send next is dispatch.c's.
 */
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

int64_t lines_deadline(const struct mill *m)
{
    int64_t first = INT64_MAX;
    for (int i = 0; i < m->line_count; i++) {
        int64_t at = ready_at(m, i), again = m->lines[i]->again_mono_us;
        if (at == INT64_MAX || m->lines[i]->never)
            continue;
        if (at < again)
            at = again;
        if (at < first)
            first = at;
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

bool model_next(const struct mill *m, const struct ticket *t, int after, int *step)
{
    const struct plan_tier *tier = plan_tier(m->o.plan, t->tier);
    for (int i = after + 1; i < tier->count; i++) {
        int model = tier->models[i];
        if (providers_usable(&m->providers, model) &&
            (!t->choice.needs_vision || m->config->models[model].vision)) {
            *step = i;
            return true;
        }
    }
    return false;
}

bool tier_usable(const struct mill *m, int tier, bool vision)
{
    const struct plan_tier *t = plan_tier(m->o.plan, tier);
    for (int i = 0; i < t->count; i++) {
        if (providers_usable(&m->providers, t->models[i]) &&
            (!vision || m->config->models[t->models[i]].vision))
            return true;
    }
    return false;
}
