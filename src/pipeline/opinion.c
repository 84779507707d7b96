/* Second opinions: some tickets are asked twice, to see what another model or another pack says.
 *
 * Shadow: the same text at another tier. Guard: a packed ticket again alone at its model. Both run
 * on copies of the text beside the ticket itself, in lines of their own: what becomes of a
 * comparison changes nothing for the ticket. Asked once, never retried, dropped when there is no
 * room, no money or no time.
 */
#include "base/mem.h"
#include "pipeline/state.h"

static struct ticket *copy_of(struct mill *m, const struct ticket *t, enum call_purpose purpose)
{
    const struct record *r = t->record;
    struct ticket *copy = mem_zalloc(sizeof *copy);
    list_init(&copy->node);
    list_init(&copy->copies);
    copy->record =
        record_new(r->pos, r->timestamp_unix_ms, SLICE_NONE, SLICE_NONE, slice_of("", 0));
    copy->content.block = mem_alloc(t->content.text.n + 1);
    memcpy(copy->content.block, t->content.text.p, t->content.text.n);
    copy->content.text = slice_of(copy->content.block, t->content.text.n);
    copy->content.facts.language = t->content.facts.language;
    copy->content.flags = t->content.flags;
    copy->content.est_tokens = t->content.est_tokens;
    private_copy(copy, t);
    copy->choice.needs_vision = t->choice.needs_vision;
    copy->compared = true;
    copy->purpose = purpose;
    list_push(&m->compared, &copy->everyone);
    m->comparisons++;
    return copy;
}

static void copy_free(struct mill *m, struct ticket *copy)
{
    list_remove(&copy->everyone);
    m->comparisons--;
    private_free(copy);
    mem_free(copy->content.block);
    mem_free(copy->record);
    mem_free(copy);
}

/* They may hold a fifth of what the window does. */
static bool has_room(struct mill *m)
{
    bool room = m->comparisons * 5 < m->config->run.window_tickets;
    m->stats.comparisons_dropped += !room;
    return room;
}

void opinion_shadow(struct mill *m, const struct ticket *t)
{
    if (t->mirror < 0 || t->paid > 0 || t->unknowns > 0 ||
        !tier_usable(m, t->mirror, t->choice.needs_vision) || !has_room(m))
        return;
    struct ticket *copy = copy_of(m, t, PURPOSE_SHADOW);
    copy->tier = t->mirror;
    (void)model_next(m, copy, -1, &copy->step);
    ticket_queue(m, copy);
}

void opinion_guard(struct mill *m, const struct ask *a)
{
    if (m->config->guard.percent == 0 || a->n < 2 || a->purpose != PURPOSE_FIRST)
        return;
    for (size_t i = 0; i < a->n; i++) {
        struct ticket *t = a->tickets[i];
        if (!t->guarded || t->unknowns > 0 || !has_room(m))
            continue;
        t->guarded = false; /* once, however its pack is divided later */
        struct ticket *copy = copy_of(m, t, PURPOSE_GUARD);
        copy->tier = a->line->tier;
        copy->step = model_step(m, copy->tier, a->at.model);
        copy->alone = true;
        ticket_queue(m, copy);
    }
}

void opinion_done(struct mill *m, struct ask *a)
{
    for (size_t i = 0; i < a->n; i++)
        copy_free(m, a->tickets[i]);
    ask_free(m, a);
}

void opinion_drop(struct mill *m, struct ask *a)
{
    m->stats.comparisons_dropped += (int64_t)a->n;
    opinion_done(m, a);
}

void opinion_drop_waiting(struct mill *m)
{
    for (int i = 0; i < m->line_count; i++) {
        struct ask *a;
        while (m->lines[i]->compared && (a = line_next(m, i, 0, true)))
            opinion_drop(m, a);
    }
}

void opinion_free(struct mill *m)
{
    LIST_EACH_SAFE(n, &m->compared)
    copy_free(m, LIST_ENTRY(n, struct ticket, everyone));
}
