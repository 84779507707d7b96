/* Follow-up: what comes after a call is booked, for each of its tickets.
 *
 * The ladder (batch/) has decided per ticket; here it is done. Nothing is booked except ends
 * without a call: deaths, and answers that were kept while a further tier was asked.
 */
#include "base/mem.h"
#include "pipeline/state.h"
#include "ticket/text.h"

/* Which endpoints have failed this work, and how often. */
static void remember(struct ask *next, const struct ask *a)
{
    next->failures = a->failures;
    next->throttled = a->throttled;
    next->failed_at = a->failed_at;
    next->failed_here = a->failed_here;
    next->avoid = a->avoid;
}

static void ask_alone(struct mill *m, struct ticket *t, enum call_purpose purpose)
{
    t->alone = true;
    ask_wait(m, ask_new(m, &t, 1, purpose), 0);
}

/* Where its pack was lost it is not asked first: alone or not, it may be the endpoint's fault. */
static void ask_solo(struct mill *m, const struct ask *a, struct ticket *t,
                     enum call_purpose purpose)
{
    t->alone = true;
    struct ask *next = ask_new(m, &t, 1, purpose);
    remember(next, a);
    ask_wait(m, next, 0);
}

/* What is left of the text fits where it stood. */
static void cut_text(struct mill *m, struct ticket *t)
{
    size_t room = t->content.text.n / 2;
    char *cut = mem_alloc(room);
    char *text = t->content.block + (t->content.text.p - t->content.block);
    t->content.text.n = text_cut(t->content.text, room, cut);
    memcpy(text, cut, t->content.text.n);
    mem_free(cut);
    t->content.flags |= FLAG_TEXT_CUT;
    t->content.est_tokens = tokens_estimate(t->content.text);
    t->text_cut = true;
    private_make(m, t);
}

void follow_release_held(struct mill *m, int model)
{
    LIST_EACH_SAFE(n, &m->held)
    {
        struct ticket *t = LIST_ENTRY(n, struct ticket, node);
        if (model >= 0 && t->held_model != model)
            continue;
        list_remove(n);
        tickets_dead(m, &t, 1, REASON_REFUSED, "the provider refuses this ticket alone");
    }
}

/* The second one refused alike: the configuration was the reason, for the first one as well. */
static void refused_alike(struct mill *m, const struct ask *a)
{
    LIST_EACH_SAFE(n, &m->held)
    {
        struct ticket *t = LIST_ENTRY(n, struct ticket, node);
        if (t->held_status != a->http_status || t->held_model != a->at.model)
            continue;
        list_remove(n);
        ask_alone(m, t, t->purpose);
    }
}

/* Behind the model that was asked; at another provider when that one offended. */
static void ask_next_model(struct mill *m, struct ask *a, struct ticket *t, struct ladder_move move)
{
    const struct plan_tier *tier = plan_tier(m->o.plan, t->tier);
    int provider = m->config->models[a->at.model].provider;
    int step = model_step(m, t->tier, a->at.model);
    while (model_next(m, t, step, &step)) {
        t->step = step;
        if (move.step != LADDER_NEXT_PROVIDER ||
            m->config->models[tier->models[step]].provider != provider)
            break;
    }
    ask_alone(m, t, move.purpose);
}

static void escalate(struct mill *m, struct ask *a, struct ticket *t, struct ladder_move move)
{
    if (t->kept.call_no && !t->escalated) {
        t->escalated = true;
        t->tier = t->choice.escalate;
        t->step = 0;
        ask_alone(m, t, move.purpose);
    } else {
        ask_next_model(m, a, t, move);
    }
}

/* One ticket whose next step is its own. */
static void follow_one(struct mill *m, struct ask *a, struct ticket *t, struct ladder_move move)
{
    switch (move.step) {
    case LADDER_DONE:
        ticket_terminal(m, t, REASON_NONE);
        break;
    case LADDER_DEAD:
        if (a->call_no)
            ticket_terminal(m, t, move.reason);
        else
            tickets_dead(m, &t, 1, move.reason, "too large to be sent at all");
        break;
    case LADDER_REASK:
        t->purpose = PURPOSE_REASK;
        ticket_queue(m, t);
        break;
    case LADDER_STOP_MODEL:
        judge_model(m, a);
        refused_alike(m, a);
        ask_alone(m, t, move.purpose);
        break;
    case LADDER_HOLD:
        t->held_status = a->http_status;
        t->held_model = a->at.model;
        list_push(&m->held, &t->node);
        break;
    case LADDER_DOUBLE_CAP:
        t->cap_doubled = true;
        ask_alone(m, t, move.purpose);
        break;
    case LADDER_CUT_ONCE:
        cut_text(m, t);
        ask_alone(m, t, move.purpose);
        break;
    case LADDER_NEXT_PROVIDER:
        t->next_provider_tried = true;
        ask_next_model(m, a, t, move);
        break;
    case LADDER_ESCALATE:
        escalate(m, a, t, move);
        break;
    case LADDER_SOLO:
        ask_solo(m, a, t, move.purpose);
        break;
    case LADDER_AGAIN:
    case LADDER_HALVE:
    case LADDER_BISECT:
        break; /* in groups, see below */
    }
}

static bool in_groups(enum ladder_step step)
{
    return step == LADDER_AGAIN || step == LADDER_HALVE || step == LADDER_BISECT;
}

/* Packs of at most `limit`, sent as soon as there is room. */
static void ask_in_parts(struct mill *m, struct ticket **v, size_t n, struct ladder_move move)
{
    size_t limit = move.pack_limit ? move.pack_limit : 1;
    for (size_t at = 0; at < n; at += limit) {
        size_t part = n - at < limit ? n - at : limit;
        ask_wait(m, ask_new(m, v + at, part, move.purpose), 0);
    }
}

/* A pack that keeps failing while others are answered: perhaps one of its tickets is the reason.
 * It never is of throttling, which smaller packs would only make worse. */
static bool must_part(const struct mill *m, const struct ask *a)
{
    int provider = m->config->models[a->at.model].provider, failed = a->failures - a->throttled;
    return a->n > 1 && m->answers > 0 && failed >= m->config->providers[provider].tries;
}

/* Nobody was reached, and there is somebody else. */
static bool at_once(const struct mill *m, const struct ask *a)
{
    return a->failures == 0 ||
           (a->failure == FAIL_NOT_SENT && a->failures == 1 && m->providers.endpoint_count > 1);
}

static void again(struct mill *m, struct ask *a, struct ticket **v, size_t n)
{
    int64_t delay = 0;
    if (!at_once(m, a))
        delay = retry_delay_us(a->failures, a->failure == FAIL_THROTTLED ? -1 : a->retry_after_us,
                               &m->random);
    bool part = must_part(m, a);
    size_t step = part ? 1 : n;
    for (size_t at = 0; at < n; at += step) {
        struct ask *next = ask_new(m, v + at, step, part ? PURPOSE_SOLO : a->purpose);
        remember(next, a);
        next->is_retry = a->is_retry;
        next->attempt = a->attempt;
        ask_wait(m, next, delay);
    }
}

void follow_up(struct mill *m, struct ask *a)
{
    struct ticket **group = mem_array(a->n, sizeof *group);
    struct ladder_move group_move = {.step = LADDER_AGAIN};
    size_t grouped = 0;
    bool any_done = false;
    for (size_t i = 0; i < a->n; i++) {
        any_done |= a->moves[i].step == LADDER_DONE;
        if (in_groups(a->moves[i].step)) {
            group[grouped++] = a->tickets[i];
            group_move = a->moves[i];
        } else {
            follow_one(m, a, a->tickets[i], a->moves[i]);
        }
    }
    if (grouped > 0 && group_move.step == LADDER_AGAIN)
        again(m, a, group, grouped);
    else if (grouped > 0)
        ask_in_parts(m, group, grouped, group_move);
    if (any_done)
        follow_release_held(m, a->at.model);
    mem_free(group);
    ask_free(m, a);
}
