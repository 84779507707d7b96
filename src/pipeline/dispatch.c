/* Dispatch: packs become asks, asks become calls.
 *
 * Second arrow: packer → a place at a provider → intent in the ledger → HTTP. A call is only sent
 * once its intent, with the most it can cost, is durable and fits every budget. Lines take turns,
 * one call each. What an ask does after its call is settle.c's, judge.c's and follow.c's.
 */
#include <stdio.h>

#include "base/failpoint.h"
#include "base/mem.h"
#include "batch/prompt.h"
#include "llm/request.h"
#include "model/money.h"
#include "pipeline/state.h"
#include "route/price.h"

static struct pick pick_of(const struct mill *m, const struct line *l)
{
    const struct plan_tier *tier = plan_tier(m->o.plan, l->tier);
    struct pick pick = {
        .models = tier->models, .count = tier->count, .first = l->step, .first_only = l->compared};
    for (int i = 0; l->vision && i < tier->count; i++) {
        if (!m->config->models[tier->models[i]].vision)
            pick.skip |= UINT32_C(1) << i;
    }
    return pick;
}

static bool any_withheld(const struct mill *m, const struct ask *a, int model)
{
    for (size_t i = 0; i < a->n; i++) {
        if (private_withheld(m, a->tickets[i], model))
            return true;
    }
    return false;
}

/* Models whose context the ask does not fit into are left out, and those whose provider may not see
 * one of its texts. False: none is left. */
static bool fit(const struct mill *m, const struct ask *a, struct pick *pick)
{
    bool any = false;
    for (int i = 0; i < pick->count; i++) {
        int64_t cap, tokens = ask_tokens(m, a, pick->models[i], &cap);
        if (cap == 0 || any_withheld(m, a, pick->models[i]))
            pick->skip |= UINT32_C(1) << i;
        else if (!(pick->skip >> i & 1))
            any = true;
        if (tokens > pick->tokens)
            pick->tokens = tokens;
    }
    pick->avoid = a->avoid;
    return any;
}

/* Everything about the request that must be known before its intent. */
static enum status prepare(struct mill *m, struct ask *a)
{
    const struct mill_model *model = &m->o.models[a->at.model];
    for (size_t i = 0; i < a->n; i++)
        a->texts[i] = private_text(m, a->tickets[i], a->at.model);
    if (!ids_draw(&m->random, a->texts, a->n, a->ids))
        return ST_LIMIT;
    a->pace_tokens = ask_tokens(m, a, a->at.model, &a->token_cap);
    if (a->token_cap == 0)
        return ST_LIMIT;
    buf_clear(&m->user);
    prompt_user(&m->user, (const char(*)[SHORT_ID_SIZE])a->ids, a->texts, a->n);
    buf_clear(&m->body);
    llm_request_build(model->request, buf_view(&m->user), a->token_cap, &m->body);
    if (m->user.failed || m->body.failed)
        return ST_LIMIT;
    buf_clear(&a->body);
    buf_slice(&a->body, buf_view(&m->body)); /* no byte more than it needs: thousands wait */
    return ST_OK;
}

static struct price price_now(const struct mill_model *model, int64_t unix_us)
{
    int index = price_index(model->config, unix_us);
    return index < 0 ? (struct price){.priced = false} : model->prices[index];
}

/* The most it can cost, whichever window of its prices it is billed in, raised by what this model
 * has billed above its bounds so far. */
static bool bound(struct mill *m, struct ask *a)
{
    const struct mill_model *model = &m->o.models[a->at.model];
    int64_t now = mill_unix_now(m), factor = m->providers.offers[a->at.model].bound_ppm;
    int64_t until = now + m->config->providers[model->config->provider].timeout_us;
    struct price most = price_dearest(model->config, now, until);
    a->price = price_now(model, now);
    a->bound_ppm = factor;
    if (price_bound(&most, model->config, (int64_t)a->body.n, a->token_cap, &a->reserved_pusd) !=
        ST_OK)
        return false;
    if (a->reserved_pusd == PUSD_UNPRICED || factor == 1000000)
        return true;
    __int128 raised = (__int128)a->reserved_pusd * factor / 1000000 + 1;
    if (raised > INT64_MAX)
        return false;
    a->reserved_pusd = (int64_t)raised;
    return true;
}

static void submit_intent(struct mill *m, struct ask *a)
{
    const struct config_model *model = m->o.models[a->at.model].config;
    const struct config_provider *provider = &m->config->providers[model->provider];
    struct ledger_cmd *cmd = ledger_cmd_new(LOP_INTENT);
    struct ledger_call *call = &cmd->u.intent.call;
    a->attempt++;
    random_id(&m->random, mill_unix_now(m), a->call_id);
    memcpy(call->call_id, a->call_id, sizeof call->call_id);
    call->purpose = a->purpose;
    call->model = slice_str(model->name);
    call->provider = slice_str(provider->name);
    call->endpoint = slice_str(provider->endpoints[a->at.place->endpoint->index].name);
    call->tier = slice_str(m->config->tiers[a->line->tier].name);
    call->prompt_version = slice_str(m->o.prompt_version);
    call->reserved_pusd = a->reserved_pusd;
    call->price_version = a->price.version;
    call->token_cap = a->token_cap;
    call->sent_unix_us = a->sent_unix_us = mill_unix_now(m);
    call->attempt = a->attempt;
    cmd->u.intent.tickets = arena_alloc(&cmd->arena, a->n * sizeof *cmd->u.intent.tickets);
    cmd->u.intent.count = a->n;
    for (size_t i = 0; i < a->n; i++)
        cmd->u.intent.tickets[i] = a->tickets[i]->record->pos;
    cmd->owner = a;
    mill_submit(m, cmd);
}

/* Too large to be sent at all: the ladder's word, as if the provider had said so. */
static void refuse_locally(struct mill *m, struct ask *a)
{
    if (a->line->compared) {
        opinion_drop(m, a);
        return;
    }
    if (a->tickets[0]->redacted.withheld) { /* such a ticket goes alone */
        if (a->tickets[0]->kept.call_no)
            kept_publish(m, a->tickets, a->n);
        else
            tickets_dead(
                m, a->tickets, 1, REASON_POLICY,
                "a pattern under redaction.patterns came to its limits on this text, so no "
                "provider that redacts may see it: make the pattern simpler, then replay");
        ask_free(m, a);
        return;
    }
    a->failure = FAIL_OVERSIZE;
    for (size_t i = 0; i < a->n; i++) {
        struct ladder_ticket standing = outcome_standing(a, a->tickets[i]);
        a->moves[i] = ladder_next(OUTCOME_OVERSIZE, &standing);
    }
    a->call_no = 0;
    follow_up(m, a);
}

/* A budget that is in the way may become free when calls end that cost less than their bound. */
static void refuse_for_money(struct mill *m, struct ask *a, enum wall wall)
{
    if (a->line->compared) {
        opinion_drop(m, a);
        return;
    }
    if (a->tickets[0]->kept.call_no) {
        kept_publish(m, a->tickets, a->n);
        ask_free(m, a);
        return;
    }
    a->line->wall = wall;
    a->line->again_mono_us = INT64_MAX;
    ask_first(a);
}

static void send_intent(struct mill *m, struct ask *a, int64_t now)
{
    if (!bound(m, a)) {
        drain_stop(m, ST_CONFIG, "a call's upper bound does not fit into an amount: check prices");
        ask_first(a);
        return;
    }
    enum wall wall = budget_reserve(m->o.budget, a->line->tier, a->line->compared, a->reserved_pusd,
                                    mill_unix_now(m), &a->slip);
    if (wall != WALL_NONE) {
        refuse_for_money(m, a, wall);
        return;
    }
    if (a->attempt == 0 && !a->line->compared)
        opinion_guard(m, a);
    providers_enter(&m->providers, &a->at, a->pace_tokens, now);
    failpoint(FP_BEFORE_INTENT);
    submit_intent(m, a);
}

/* True: the line may send more now. */
static bool ask_start(struct mill *m, struct ask *a, int64_t now)
{
    struct line *l = a->line;
    struct pick pick = pick_of(m, l);
    int64_t at;
    if (!fit(m, a, &pick)) {
        refuse_locally(m, a);
        return true;
    }
    enum picked picked = providers_pick(&m->providers, &pick, now, &a->at, &at);
    if (picked == PICK_WAIT) {
        l->again_mono_us = at;
        ask_first(a);
        return false;
    }
    if (picked == PICK_NEVER && a->n == 1) { /* it fits only models that are off */
        dead_end_ask(m, a);
        return true;
    }
    if (picked == PICK_READY && prepare(m, a) == ST_OK)
        send_intent(m, a, now);
    else
        refuse_locally(m, a);
    return true;
}

static void unsent(struct mill *m, struct ask *a, int64_t now)
{
    providers_leave(&m->providers, &a->at, a->pace_tokens, -1, now);
    breaker_void(&a->at.place->endpoint->breaker, now);
    budget_settle(m->o.budget, &a->slip, 0);
    lines_wake(m);
}

void ask_intended(struct mill *m, struct ledger_cmd *cmd)
{
    struct ask *a = cmd->owner;
    int64_t now = mill_now(m);
    if (cmd->status != ST_OK) {
        unsent(m, a, now);
        ask_first(a);
        drain_stop(m, cmd->status, cmd->fail.text);
        return;
    }
    a->call_no = cmd->u.intent.call_no;
    a->sent_mono_us = now;
    if (m->phase != MILL_RUNNING) {
        ask_unsent(m, a);
        return;
    }
    retry_budget_call(&m->retries, a->sent_mono_us);
    m->stats.calls++;
    m->stats.in_flight++;
    const struct endpoint *e = a->at.place->endpoint;
    a->flight = m->o.ports.caller.send(
        m->o.ports.caller.self, &(struct llm_call){
                                    .model = a->at.model,
                                    .endpoint = e->index,
                                    .call_id = a->call_id,
                                    .body = buf_view(&a->body),
                                    .timeout_us = m->config->providers[e->provider].timeout_us,
                                    .done = ask_replied,
                                    .arg = a,
                                });
    failpoint(FP_IN_FLIGHT);
}

/* Asks whose time has come join their lines; a retry also needs a place in the retry budget. */
static void release_due(struct mill *m, int64_t now)
{
    for (struct heap_node *node; (node = heap_min(&m->due)) && node->key <= now;) {
        struct ask *a = LIST_ENTRY(node, struct ask, due);
        heap_remove(&m->due, node);
        if (a->is_retry && !retry_budget_take(&m->retries, now)) {
            ask_wait(m, a, retry_budget_wait_us(&m->retries, now));
            continue;
        }
        m->stats.retries += a->is_retry;
        a->is_retry = a->stranded = false;
        list_push(&a->line->ready, &a->ready);
    }
}

/* Sends one call of the line. False: it has none that can be sent now. */
static bool line_send(struct mill *m, int line, int64_t now)
{
    struct line *l = m->lines[line];
    if (l->again_mono_us > now || l->never || !line_has_work(m, line, now))
        return false;
    struct pick pick = pick_of(m, l);
    struct picked_place place;
    int64_t at;
    switch (providers_pick(&m->providers, &pick, now, &place, &at)) {
    case PICK_WAIT:
        l->again_mono_us = at;
        return false;
    case PICK_NEVER:
        dead_end_line(m, line);
        return false;
    case PICK_READY:
        break;
    }
    struct ask *a = line_next(m, line, now, intake_over(m));
    return a && ask_start(m, a, now);
}

/* The line behind the last one that sent has the next turn, so that no line takes every place that
 * becomes free. */
void dispatch_pump(struct mill *m)
{
    int64_t now = mill_now(m);
    release_due(m, now);
    for (int idle = 0; idle < m->line_count && m->phase == MILL_RUNNING; idle++) {
        m->line_turn = (m->line_turn + 1) % m->line_count;
        if (line_send(m, m->line_turn, now))
            idle = -1;
    }
}
