/* Admission: what was read is written down before it is worked on.
 *
 * ADMIT → packer. Where a ticket goes is decided here, by the plan's rules. Whether it is new,
 * known, changed or a copy of an answered one is the ledger's word; a copy of one still being
 * worked on waits for it here.
 */
#include <stdio.h>

#include "pipeline/state.h"
#include "route/chosen.h"

enum { ADMIT_BATCH = 256 };
#define REPLAY_HEADER "ticketmill-replay-of"

struct admit_item *admit_slot(struct mill *m, struct ticket *t)
{
    if (!m->admit) {
        m->admit = ledger_cmd_new(LOP_ADMIT);
        m->admit->u.admit.items =
            arena_zalloc(&m->admit->arena, ADMIT_BATCH * sizeof *m->admit->u.admit.items);
        m->admit->owner = arena_zalloc(&m->admit->arena, ADMIT_BATCH * sizeof(struct ticket *));
    }
    size_t i = m->admit->u.admit.count++;
    ((struct ticket **)m->admit->owner)[i] = t;
    return &m->admit->u.admit.items[i];
}

void admit_flush(struct mill *m)
{
    if (!m->admit)
        return;
    struct ledger_cmd *cmd = m->admit;
    m->admit = NULL;
    m->admits++;
    mill_submit(m, cmd);
}

void admit_flush_full(struct mill *m)
{
    if (m->admit && m->admit->u.admit.count == ADMIT_BATCH)
        admit_flush(m);
}

static struct slice published_id(struct mill *m, const struct source_partition *part,
                                 const struct ticket *t, struct slice replay_of)
{
    char text[400];
    if (t->content.id.p)
        return t->content.id;
    if (replay_of.p)
        return arena_copy(&m->admit->arena, replay_of);
    snprintf(text, sizeof text, "%s/%d/%lld", part->p.topic, (int)t->record->pos.partition,
             (long long)t->record->pos.offset);
    return arena_copy(&m->admit->arena, slice_str(text));
}

void admit_common(const struct ticket *t, struct admit_item *it, enum admit_kind kind)
{
    it->kind = kind;
    it->pos = t->record->pos;
    it->record_unix_ms = t->record->timestamp_unix_ms;
    memcpy(it->value_hash, t->value_hash, sizeof it->value_hash);
    it->record = t->record;
}

/* Where it goes, by the rules, and whether it is compared; the same on every run. */
static void choose_route(struct mill *m, struct ticket *t, struct admit_item *it)
{
    const struct config *c = m->config;
    bool chosen = c->shadow.from >= 0 && chosen_for_shadow(it->ticket_id, c->shadow.percent);
    t->choice = plan_choose(m->o.plan, &t->content.facts, chosen);
    t->tier = t->choice.tier;
    t->step = 0;
    if (t->choice.needs_vision)
        (void)model_next(m, t, -1, &t->step);
    t->mirror = plan_mirror(m->o.plan, &t->choice, chosen);
    t->guarded = chosen_for_guard(it->ticket_id, c->guard.percent);
    char label[400];
    snprintf(label, sizeof label, "%s > %s", plan_route_label(m->o.plan, t->choice.route),
             c->tiers[t->tier].name);
    it->route = arena_copy(&m->admit->arena, slice_str(label));
}

void admit_ticket(struct mill *m, const struct source_partition *part, struct ticket *t,
                  struct admit_item *it)
{
    struct slice replay_of = SLICE_NONE;
    if (part->p.replay)
        replay_of = headers_find(t->record->headers, REPLAY_HEADER);
    admit_common(t, it, ADMIT_TICKET);
    it->ticket_id = published_id(m, part, t, replay_of);
    it->language = facts_language(&t->content.facts);
    memcpy(it->content_hash, t->content.content_hash, sizeof it->content_hash);
    it->customer = t->content.customer;
    it->flags = t->content.flags;
    if (t->redacted.counts)
        it->redacted = arena_copy(&m->admit->arena, slice_str(t->redacted.counts));
    it->prompt_version = slice_str(m->o.prompt_version);
    choose_route(m, t, it);
    int64_t age = m->config->classification.reuse_us;
    t->may_reuse = m->o.reuse && age > 0 && !replay_of.p;
    it->may_reuse = t->may_reuse;
    it->reuse_since_unix_us = mill_unix_now(m) - age;
    ledger_reuse_key(t->content.id, t->content.content_hash, slice_str(m->o.prompt_version),
                     slice_str(m->config->tiers[t->tier].name), it->reuse_key);
    memcpy(t->reuse_key, it->reuse_key, sizeof t->reuse_key);
}

void admit_dead(struct mill *m, struct ticket *t, struct admit_item *it, enum reason why,
                const char *detail)
{
    admit_common(t, it, ADMIT_DEAD);
    it->reason = why;
    it->detail = arena_copy(&m->admit->arena, slice_str(detail));
}

static enum call_purpose resumed_purpose(int paid)
{
    static const enum call_purpose by_paid[] = {PURPOSE_FIRST, PURPOSE_REASK, PURPOSE_SOLO,
                                                PURPOSE_ESCALATE};
    return by_paid[paid < LADDER_PAID_MAX ? paid : LADDER_PAID_MAX - 1];
}

/* An answer that was kept when a run ended is not paid for again: the further tier is asked now, or
 * it is published as it is. */
static void resume_kept(struct mill *m, struct ticket *t, const struct admit_item *it)
{
    kept_restore(m, t, it);
    if (t->kept.call_no == 0 || t->choice.escalate < 0 || t->paid >= LADDER_PAID_MAX ||
        !tier_usable(m, t->choice.escalate, t->choice.needs_vision))
        return;
    t->escalated = t->alone = true;
    t->tier = t->choice.escalate;
    t->step = 0;
    t->purpose = PURPOSE_ESCALATE;
}

static void admitted_new(struct mill *m, struct ticket *t, const struct admit_item *it)
{
    m->stats.admitted++;
    t->paid = it->attempts;
    t->unknowns = it->unknowns;
    t->purpose = resumed_purpose(t->paid);
    t->alone |= t->purpose >= PURPOSE_SOLO || t->unknowns >= LADDER_UNKNOWN_ALONE;
    if (t->purpose == PURPOSE_ESCALATE && !model_next(m, t, t->step, &t->step))
        t->purpose = PURPOSE_SOLO;
    if (it->kept_call_no)
        resume_kept(m, t, it);
    struct slice key = slice_of(t->reuse_key, sizeof t->reuse_key);
    struct ticket *leader = t->may_reuse ? map_get(m->leaders, key) : NULL;
    if (leader) {
        list_push(&leader->copies, &t->node);
        return;
    }
    if (t->may_reuse) {
        map_put(m->leaders, key, t);
        t->leads = true;
    }
    opinion_shadow(m, t);
    if (t->kept.call_no && !t->escalated)
        kept_publish(m, &t, 1);
    else
        ticket_queue(m, t);
}

static void stop_changed(struct mill *m, const struct admit_item *it)
{
    char text[300];
    const struct source_partition *part = intake_partition(m, it->pos);
    snprintf(text, sizeof text,
             "%s/%d offset %lld holds another record than the ledger remembers: the topic was "
             "recreated. Use a new ledger (another ledger.path) for the new topic",
             part ? part->p.topic : "?", (int)it->pos.partition, (long long)it->pos.offset);
    drain_stop(m, ST_LEDGER_STATE, text);
}

static void admitted_closed(struct mill *m, struct ticket *t, const struct admit_item *it)
{
    switch (it->outcome) {
    case ADMITTED_DONE:
        m->stats.done_before++;
        m->window_tickets--;
        if (t)
            m->taken--;
        break;
    case ADMITTED_CHANGED:
        m->stats.read--;
        m->window_tickets--;
        stop_changed(m, it);
        break;
    case ADMITTED_REUSED:
        m->stats.results++;
        m->stats.reused++;
        break;
    case ADMITTED_CLOSED:
        if (it->kind == ADMIT_SKIP) {
            m->stats.skipped++;
            m->window_tickets--;
        } else {
            m->stats.dead++;
            m->stats.dead_by_reason[it->reason]++;
        }
        break;
    case ADMITTED_NEW:
        break;
    }
    if (t)
        ticket_free(m, t);
}

void admit_done(struct mill *m, struct ledger_cmd *cmd)
{
    struct ticket **tickets = cmd->owner;
    m->admits--;
    if (cmd->status != ST_OK) {
        for (size_t i = 0; i < cmd->u.admit.count; i++)
            m->stats.read -= cmd->u.admit.items[i].kind == ADMIT_SKIP;
        drain_stop(m, cmd->status, cmd->fail.text);
        return;
    }
    for (size_t i = 0; i < cmd->u.admit.count; i++) {
        struct admit_item *it = &cmd->u.admit.items[i];
        if (it->kind == ADMIT_EOF)
            continue;
        if (it->outcome == ADMITTED_NEW)
            admitted_new(m, tickets[i], it);
        else
            admitted_closed(m, tickets[i], it);
    }
}

void admit_again(struct mill *m, struct list *copies)
{
    for (struct list *n; (n = list_pop(copies));) {
        struct ticket *t = LIST_ENTRY(n, struct ticket, node);
        struct admit_item *it = admit_slot(m, t);
        m->stats.admitted--;
        admit_ticket(m, intake_partition(m, t->record->pos), t, it);
        admit_flush_full(m);
    }
    admit_flush(m);
}
