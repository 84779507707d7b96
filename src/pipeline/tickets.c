/* Birth, queueing and end of the tickets in memory.
 *
 * Used by intake (which makes them), settle and follow (which end them). Keeps the books on the
 * window; what is terminal is decided elsewhere and is durable before it comes here.
 */
#include "base/mem.h"
#include "pipeline/state.h"

struct ticket *ticket_new(struct mill *m, const struct record *r)
{
    struct ticket *t = mem_zalloc(sizeof *t);
    uint8_t hash[SHA256_SIZE];
    t->record = record_new(r->pos, r->timestamp_unix_ms, r->key, r->value, r->headers);
    sha256(t->record->value, hash);
    memcpy(t->value_hash, hash, sizeof t->value_hash);
    list_init(&t->node);
    list_init(&t->copies);
    list_push(&m->everyone, &t->everyone);
    m->stats.live++;
    m->window_bytes += (int64_t)t->record->value.n;
    return t;
}

void ticket_free(struct mill *m, struct ticket *t)
{
    if (t->leads)
        map_remove(m->leaders, slice_of(t->reuse_key, sizeof t->reuse_key));
    list_remove(&t->everyone);
    m->stats.live--;
    m->window_bytes -= (int64_t)t->record->value.n;
    mem_free(t->kept.summary);
    private_free(t);
    mem_free(t->content.block);
    mem_free(t->record);
    mem_free(t);
}

void ticket_queue(struct mill *m, struct ticket *t)
{
    int model = plan_tier(m->o.plan, t->tier)->models[t->step];
    t->item.est_tokens =
        token_scale_apply(&m->providers.offers[model].scale, t->content.est_tokens);
    t->item.bytes = t->content.text.n;
    t->item.route = line_number(m, t);
    t->item.language = t->content.facts.language;
    t->item.attempt_class = (int)t->purpose;
    t->item.solo = t->alone;
    t->item.ticket = t;
    m->lines[t->item.route]->never = false; /* it may have somewhere else to go */
    packer_add(m->packer, &t->item, mill_now(m));
}

void tickets_dead(struct mill *m, struct ticket **v, size_t n, enum reason reason,
                  const char *detail)
{
    struct ledger_cmd *cmd = ledger_cmd_new(LOP_DEAD);
    struct ticket **owned = arena_alloc(&cmd->arena, n * sizeof *owned);
    cmd->u.dead.items = arena_zalloc(&cmd->arena, n * sizeof *cmd->u.dead.items);
    cmd->u.dead.count = n;
    for (size_t i = 0; i < n; i++) {
        owned[i] = v[i];
        cmd->u.dead.items[i] = (struct dead_item){
            .pos = v[i]->record->pos,
            .reason = reason,
            .detail = arena_copy(&cmd->arena, slice_str(detail)),
            .record = v[i]->record,
        };
    }
    cmd->owner = owned;
    mill_submit(m, cmd);
}

void tickets_dead_done(struct mill *m, struct ledger_cmd *cmd)
{
    struct ticket **v = cmd->owner;
    if (cmd->status != ST_OK) {
        drain_stop(m, cmd->status, cmd->fail.text);
        return;
    }
    for (size_t i = 0; i < cmd->u.dead.count; i++)
        ticket_terminal(m, v[i], cmd->u.dead.items[i].reason);
}

/* The copies die with the ticket they waited for. */
static void kill_copies(struct mill *m, struct ticket *t, enum reason reason)
{
    for (struct list *n; (n = list_pop(&t->copies));) {
        struct ticket *copy = LIST_ENTRY(n, struct ticket, node);
        tickets_dead(m, &copy, 1, reason, "a copy of a ticket that died for this reason");
    }
}

void ticket_terminal(struct mill *m, struct ticket *t, enum reason reason)
{
    if (reason == REASON_NONE) {
        m->stats.results++;
        admit_again(m, &t->copies);
    } else {
        m->stats.dead++;
        m->stats.dead_by_reason[reason]++;
        kill_copies(m, t, reason);
    }
    ticket_free(m, t);
}
