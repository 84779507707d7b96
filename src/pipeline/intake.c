/* Intake: records become tickets, tickets are admitted to the ledger.
 *
 * First arrow of the flow: source → decode → ADMIT → packer. Reads while the window has room and
 * stops at the end offsets taken at start. Whether a ticket is new, known, changed or a copy of an
 * answered one is the ledger's word; a copy of one still being worked on waits for it here.
 */
#include <stdio.h>

#include "base/failpoint.h"
#include "base/log.h"
#include "pipeline/state.h"
#include "route/chosen.h"
#include "ticket/decode.h"
#include "ticket/suspect.h"

enum { ADMIT_BATCH = 256, POLLS_PER_TURN = 512 };
#define REPLAY_HEADER "ticketmill-replay-of"

static struct admit_item *admit_slot(struct mill *m, struct ticket *t)
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

static void admit_flush(struct mill *m)
{
    if (!m->admit)
        return;
    struct ledger_cmd *cmd = m->admit;
    m->admit = NULL;
    m->admits++;
    mill_submit(m, cmd);
}

static void admit_flush_full(struct mill *m)
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

static void fill_common(const struct ticket *t, struct admit_item *it, enum admit_kind kind)
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
    t->shadowed = chosen && !c->shadow.replace && t->tier == c->shadow.from;
    t->guarded = chosen_for_guard(it->ticket_id, c->guard.percent);
    struct buf label;
    buf_init(&label, 4096);
    buf_fmt(&label, "%s > %s", plan_route_label(m->o.plan, t->choice.route),
            c->tiers[t->tier].name);
    it->route = arena_copy(&m->admit->arena, buf_view(&label));
    buf_deinit(&label);
}

static void fill_ticket(struct mill *m, const struct source_partition *part, struct ticket *t,
                        struct admit_item *it)
{
    struct slice replay_of = SLICE_NONE;
    if (part->p.replay)
        replay_of = headers_find(t->record->headers, REPLAY_HEADER);
    fill_common(t, it, ADMIT_TICKET);
    it->ticket_id = published_id(m, part, t, replay_of);
    it->language = ticket_language(&t->content);
    memcpy(it->content_hash, t->content.content_hash, sizeof it->content_hash);
    it->flags = t->content.flags;
    choose_route(m, t, it);
    int64_t age = m->config->classification.reuse_us;
    t->may_reuse = m->o.reuse && age > 0 && !replay_of.p;
    it->may_reuse = t->may_reuse;
    it->reuse_since_unix_us = mill_unix_now(m) - age;
    ledger_reuse_key(t->content.id, t->content.content_hash, slice_str(m->o.prompt_version),
                     slice_str(m->config->tiers[t->tier].name), it->reuse_key);
    memcpy(t->reuse_key, it->reuse_key, sizeof t->reuse_key);
}

static void fill_dead(struct mill *m, struct ticket *t, struct admit_item *it, enum reason why,
                      const char *detail)
{
    fill_common(t, it, ADMIT_DEAD);
    it->reason = why;
    it->detail = arena_copy(&m->admit->arena, slice_str(detail));
}

static int crashes_of(const struct mill *m, struct pos pos)
{
    for (size_t i = 0; i < m->o.suspect_count; i++) {
        if (pos_eq(m->o.suspects[i], pos))
            return m->o.suspect_crashes[i];
    }
    return 0;
}

static void take_ticket(struct mill *m, const struct source_partition *part, const struct record *r)
{
    struct ticket *t = ticket_new(m, r);
    struct admit_item *it = admit_slot(m, t);
    enum reason why;
    char detail[TICKET_DETAIL_SIZE];
    int crashes = crashes_of(m, r->pos);
    if (crashes > 1) {
        fill_dead(m, t, it, REASON_CRASH_SUSPECT,
                  "the process died twice while working on this ticket");
        return;
    }
    t->alone = crashes == 1;
    if (m->o.crumb)
        crumb_set(m->o.crumb, &r->pos, 1);
    failpoint(FP_DECODING);
    struct ticket_fields fields;
    fields.v = plan_fields(m->o.plan, &fields.count);
    bool good = ticket_decode(&m->config->ticket, fields, t->record, &t->content, &why, detail);
    if (good && text_suspect(t->content.text))
        t->alone = true;
    if (m->o.crumb)
        crumb_clear(m->o.crumb);
    if (good)
        fill_ticket(m, part, t, it);
    else
        fill_dead(m, t, it, why, detail);
}

static void take_tombstone(struct mill *m, const struct record *r)
{
    struct admit_item *it = admit_slot(m, NULL);
    uint8_t hash[SHA256_SIZE];
    sha256(SLICE_NONE, hash);
    it->kind = ADMIT_SKIP;
    it->pos = r->pos;
    it->record_unix_ms = r->timestamp_unix_ms;
    memcpy(it->value_hash, hash, sizeof it->value_hash);
}

/* The partition has nothing more for this run; `offset` = all below it was delivered. */
static void partition_done(struct mill *m, struct source_partition *part, int64_t offset)
{
    struct admit_item *it = admit_slot(m, NULL);
    it->kind = ADMIT_EOF;
    it->pos = (struct pos){part->p.source, part->p.partition, offset};
    part->done = true;
    m->partitions_open--;
}

static void note_lost(struct mill *m, struct source_partition *part, int64_t offset)
{
    if (part->lost_at < 0)
        return;
    if (offset < part->lost_at) {
        drain_stop(m, ST_LEDGER_STATE,
                   "the topic was recreated while the run was going on: its offsets start again");
    } else {
        m->stats.lost += offset - part->lost_at;
        log_event(LOG_ERROR, "records_lost",
                  "records were deleted by the topic's retention before they were read",
                  L_STR("topic", part->p.topic), L_INT("partition", part->p.partition),
                  L_INT("from", part->lost_at), L_INT("to", offset));
    }
    part->lost_at = -1;
}

static void take_record(struct mill *m, struct source_partition *part, const struct record *r)
{
    note_lost(m, part, r->pos.offset);
    if (part->done || m->intake_stopped)
        return;
    if (r->pos.offset >= part->p.end) {
        partition_done(m, part, r->pos.offset);
        return;
    }
    m->stats.read++;
    m->window_tickets++;
    if (r->value.p) {
        m->taken++;
        take_ticket(m, part, r);
    } else {
        take_tombstone(m, r);
    }
}

static struct source_partition *find_partition(struct mill *m, struct pos pos)
{
    for (size_t i = 0; i < m->o.partition_count; i++) {
        struct source_partition *part = &m->partitions[i];
        if (part->p.partition == pos.partition && part->p.source == pos.source)
            return part;
    }
    return NULL;
}

static void take_eof(struct mill *m, struct source_partition *part, int64_t offset)
{
    note_lost(m, part, offset);
    if (!part->done && offset >= part->p.end)
        partition_done(m, part, offset);
}

static void take_lost(struct mill *m, struct source_partition *part, struct pos pos)
{
    struct fail fail;
    if (part->lost_at < 0) /* else retention moved on before the restart found a record */
        part->lost_at = pos.offset;
    if (m->o.ports.source.restart(m->o.ports.source.self, pos, -1, &fail) != ST_OK)
        drain_stop(m, fail.code, fail.text);
}

static void take_error(struct mill *m, const struct fail *fail)
{
    if (status_class(fail->code) == CLASS_RETRY)
        log_event(LOG_WARN, "kafka_trouble", fail->text, L_STR("status", status_name(fail->code)));
    else
        drain_stop(m, fail->code, fail->text);
}

static void take_event(struct mill *m, const struct kevent *ev)
{
    struct source_partition *part = find_partition(m, ev->record.pos);
    switch (ev->kind) {
    case KEVENT_RECORD:
        if (part)
            take_record(m, part, &ev->record);
        break;
    case KEVENT_EOF:
        if (part)
            take_eof(m, part, ev->record.pos.offset);
        break;
    case KEVENT_LOST:
        if (part)
            take_lost(m, part, ev->record.pos);
        break;
    case KEVENT_ERROR:
        take_error(m, &ev->fail);
        break;
    case KEVENT_NONE:
        break;
    }
}

bool intake_window_open(const struct mill *m)
{
    return m->window_tickets < m->config->run.window_tickets &&
           m->window_bytes < m->config->run.window_bytes;
}

static bool limit_reached(const struct mill *m)
{
    return m->o.limit >= 0 && m->taken >= m->o.limit;
}

void intake_pump(struct mill *m)
{
    struct kevent ev;
    int polls = 0;
    while (!m->intake_stopped && m->partitions_open > 0 && intake_window_open(m) &&
           !limit_reached(m)) {
        if (++polls > POLLS_PER_TURN) {
            m->o.ports.reactor->ops->wake(m->o.ports.reactor->self, m->again);
            break;
        }
        m->o.ports.source.poll(m->o.ports.source.self, &ev);
        if (ev.kind == KEVENT_NONE)
            break;
        take_event(m, &ev);
        admit_flush_full(m);
    }
    admit_flush(m);
}

bool intake_over(const struct mill *m)
{
    bool read = m->intake_stopped || m->partitions_open == 0 || limit_reached(m);
    return read && m->admits == 0;
}

static enum call_purpose resumed_purpose(int paid)
{
    static const enum call_purpose by_paid[] = {PURPOSE_FIRST, PURPOSE_REASK, PURPOSE_SOLO,
                                                PURPOSE_ESCALATE};
    return by_paid[paid < LADDER_PAID_MAX ? paid : LADDER_PAID_MAX - 1];
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
    ticket_queue(m, t);
}

static void stop_changed(struct mill *m, const struct admit_item *it)
{
    char text[300];
    const struct source_partition *part = find_partition(m, it->pos);
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
        }
        break;
    case ADMITTED_NEW:
        break;
    }
    if (t)
        ticket_free(m, t);
}

void intake_admitted(struct mill *m, struct ledger_cmd *cmd)
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

void intake_again(struct mill *m, struct list *copies)
{
    for (struct list *n; (n = list_pop(copies));) {
        struct ticket *t = LIST_ENTRY(n, struct ticket, node);
        struct admit_item *it = admit_slot(m, t);
        m->stats.admitted--;
        fill_ticket(m, find_partition(m, t->record->pos), t, it);
        admit_flush_full(m);
    }
    admit_flush(m);
}
