/* Outcome: what a call that has ended means for each of its tickets.
 *
 * The ladder's table says what is next; it is acted on in follow.c once the books are closed. A
 * good answer of low confidence is kept while a further tier is asked. Called by settle.c.
 */
#include "pipeline/settling.h"

static enum share_outcome share_outcome(const struct settling *s, size_t i)
{
    if (s->cmd->u.settle.call.state == CALL_UNKNOWN)
        return SHARE_UNKNOWN;
    if (s->cmd->u.settle.call.state == CALL_FAILED)
        return SHARE_NOTHING;
    if (!s->checked || !s->answer.parsed)
        return SHARE_UNPARSED;
    switch (s->answer.slots[i].state) {
    case SLOT_VALID:
        return s->a->line->compared ? SHARE_COMPARED : SHARE_ACCEPTED;
    case SLOT_INVALID:
        return SHARE_INVALID;
    case SLOT_CONFLICT:
        return SHARE_CONFLICT;
    case SLOT_MISSING:
        break;
    }
    return SHARE_MISSING;
}

static bool rejected_alike(const struct settling *s)
{
    if (s->m->providers.offers[s->a->at.model].off) /* sent before the model was stopped for it */
        return true;
    LIST_EACH(n, &s->m->held)
    {
        const struct ticket *other = LIST_ENTRY(n, struct ticket, node);
        if (other->held_status == s->reply->http_status && other->held_model == s->a->at.model)
            return true;
    }
    return false;
}

/* Only unknown calls between two outages speak against a ticket. */
static void count_unknown(const struct settling *s, struct ticket *t)
{
    t->unknowns++;
    if (t->outage != s->m->outages) {
        t->outage = s->m->outages;
        t->outage_unknowns = 0;
    }
    int endpoint = s->a->at.place->endpoint->number;
    if (t->outage_unknowns++ == 0 || endpoint != t->unknown_at)
        t->unknown_since_mono_us = s->a->sent_mono_us;
    t->unknown_at = endpoint;
}

/* By the endpoint that lost it now: what another one answers does not speak for this one. */
static bool others_answered(const struct settling *s, const struct ticket *t)
{
    return t->outage == s->m->outages && t->outage_unknowns >= LADDER_UNKNOWN_MAX &&
           s->a->at.place->endpoint->answers_sent_mono_us > t->unknown_since_mono_us;
}

static bool other_provider_left(const struct settling *s, const struct ticket *t, int used)
{
    const struct plan_tier *tier = plan_tier(s->m->o.plan, t->tier);
    int step = used;
    while (model_next(s->m, t, step, &step)) {
        if (s->m->config->models[tier->models[step]].provider !=
            s->m->config->models[s->a->at.model].provider)
            return true;
    }
    return false;
}

struct ladder_ticket outcome_standing(const struct ask *a, const struct ticket *t)
{
    return (struct ladder_ticket){
        .paid = t->paid,
        .unknowns = t->unknowns,
        .last = a->purpose,
        .pack_size = a->n,
        .next_provider_tried = t->next_provider_tried,
        .cap_doubled = t->cap_doubled,
        .text_cut = t->text_cut,
    };
}

static struct ladder_move decide(struct settling *s, size_t i)
{
    struct ticket *t = s->a->tickets[i];
    enum slot_state slot = s->checked ? s->answer.slots[i].state : SLOT_MISSING;
    enum failure f = s->reply->failure;
    int used = model_step(s->m, t->tier, s->a->at.model), next;
    if (f == FAIL_NONE && (!s->checked || !s->answer.parsed))
        f = FAIL_BAD_ANSWER;
    struct ladder_ticket standing = outcome_standing(s->a, t);
    standing.has_next_model = model_next(s->m, t, used, &next);
    standing.has_next_provider = other_provider_left(s, t, used);
    standing.endpoint_answers = others_answered(s, t);
    standing.rejected_alike = rejected_alike(s);
    return ladder_next(ladder_outcome(f, slot), &standing);
}

void outcome_words(const struct mill *m, const struct verdict *v, struct slice *category,
                   bool *needs_review)
{
    const struct config_classification *c = &m->config->classification;
    *category = slice_str(c->categories[v->category].name);
    *needs_review = v->confidence_ppm < c->review_below_ppm;
}

static void fill_verdict(struct settling *s, size_t i, struct settle_item *it)
{
    it->verdict = s->answer.slots[i].verdict;
    it->verdict.flags |= s->a->tickets[i]->content.flags;
    it->verdict.flags |=
        s->cmd->u.settle.call.flags & (FLAG_USAGE_ESTIMATED | FLAG_USAGE_CLAMPED | FLAG_UNPRICED);
    outcome_words(s->m, &it->verdict, &it->category, &it->needs_review);
}

/* Good, but not sure enough: it is kept, and a further tier is asked. */
static bool is_escalated(const struct settling *s, const struct ticket *t,
                         const struct settle_item *it)
{
    return it->verdict.confidence_ppm < s->m->config->classification.escalate_below_ppm &&
           !t->escalated && t->choice.escalate >= 0 && t->paid < LADDER_PAID_MAX &&
           tier_usable(s->m, t->choice.escalate, t->choice.needs_vision);
}

static void keep_answer(struct settling *s, struct ticket *t, struct settle_item *it)
{
    kept_take(t, s->a->call_no, &it->verdict);
    it->outcome = SHARE_ESCALATED;
}

/* The further tier had nothing better. */
static void fill_kept(struct settling *s, const struct ticket *t, struct settle_item *it)
{
    it->then = SETTLE_RESULT;
    it->verdict = t->kept.verdict;
    it->verdict.summary = arena_copy(&s->cmd->arena, t->kept.verdict.summary);
    it->verdict_call_no = t->kept.call_no;
    outcome_words(s->m, &it->verdict, &it->category, &it->needs_review);
}

static void fill_dead(struct settling *s, struct settle_item *it, enum reason reason)
{
    it->then = SETTLE_DEAD;
    it->reason = reason;
    it->detail =
        arena_copy(&s->cmd->arena,
                   slice_str(s->reply->message[0] ? s->reply->message : "no valid answer in time"));
}

/* A second opinion is waited for as long as nobody was paid for it and its endpoints may answer. */
static bool is_worth_another_try(const struct settling *s, struct ladder_move move)
{
    const struct endpoint *e = s->a->at.place->endpoint;
    return move.step == LADDER_AGAIN && s->cmd->u.settle.call.state == CALL_FAILED &&
           s->a->failures + 1 < s->m->config->providers[e->provider].tries;
}

/* What becomes of a ticket of the run's own. */
static void fill_ticket(struct settling *s, size_t i, struct settle_item *it)
{
    struct ticket *t = s->a->tickets[i];
    enum call_state state = s->cmd->u.settle.call.state;
    it->counts = state == CALL_ANSWERED;
    t->paid += state == CALL_ANSWERED;
    if (state == CALL_UNKNOWN)
        count_unknown(s, t);
    struct ladder_move move = decide(s, i);
    if (move.step == LADDER_DONE) {
        fill_verdict(s, i, it);
        if (is_escalated(s, t, it)) {
            keep_answer(s, t, it);
            move = (struct ladder_move){LADDER_ESCALATE, REASON_NONE, PURPOSE_ESCALATE, 1};
        } else {
            it->then = SETTLE_RESULT;
        }
    } else if (t->kept.call_no && !is_worth_another_try(s, move)) {
        fill_kept(s, t, it);
        move = (struct ladder_move){LADDER_DONE, REASON_NONE, s->a->purpose, 0};
    } else if (move.step == LADDER_DEAD) {
        fill_dead(s, it, move.reason);
    }
    s->a->moves[i] = move;
}

void settling_item(struct settling *s, size_t i, struct settle_item *it)
{
    struct ticket *t = s->a->tickets[i];
    it->pos = t->record->pos;
    it->record = t->record;
    it->slot = (int32_t)i;
    it->outcome = share_outcome(s, i);
    it->raw_item = s->checked ? s->answer.slots[i].raw_item : SLICE_NONE;
    if (!t->compared)
        fill_ticket(s, i, it);
    else if (it->outcome == SHARE_COMPARED)
        fill_verdict(s, i, it);
}
