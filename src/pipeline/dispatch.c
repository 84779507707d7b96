/* Dispatch: packs become asks, asks become calls.
 *
 * Second arrow: packer → intent in the ledger → HTTP. A call is only sent once its intent, with
 * the most it can cost, is durable. What an ask does after its call is settle.c's and follow.c's.
 */
#include <assert.h>
#include <stdio.h>

#include "base/failpoint.h"
#include "base/log.h"
#include "base/mem.h"
#include "batch/prompt.h"
#include "llm/request.h"
#include "pipeline/state.h"
#include "route/price.h"

bool model_next(const struct mill *m, int tier, int after, int *step)
{
    const struct config_tier *t = &m->config->tiers[tier];
    for (int i = after + 1; i < t->model_count; i++) {
        if (!m->model_off[t->models[i]]) {
            *step = i;
            return true;
        }
    }
    return false;
}

struct ask *ask_new(struct mill *m, struct ticket **tickets, size_t n, enum call_purpose purpose)
{
    assert(n > 0);
    struct ask *a = mem_zalloc(sizeof *a);
    a->mill = m;
    a->tickets = mem_array(n, sizeof *a->tickets);
    memcpy(a->tickets, tickets, n * sizeof *tickets);
    a->n = n;
    a->purpose = purpose;
    a->tier = tickets[0]->tier;
    a->model = m->config->tiers[a->tier].models[tickets[0]->step];
    a->ids = mem_array(n, sizeof *a->ids);
    a->texts = mem_array(n, sizeof *a->texts);
    a->moves = mem_array(n, sizeof *a->moves);
    a->due.at = HEAP_OUT;
    for (size_t i = 0; i < n; i++)
        tickets[i]->purpose = purpose;
    buf_init(&a->body, REQUEST_BYTES_MAX);
    list_push(&m->asks, &a->node);
    return a;
}

void ask_free(struct mill *m, struct ask *a)
{
    heap_remove(&m->due, &a->due);
    list_remove(&a->node);
    buf_deinit(&a->body);
    mem_free(a->tickets);
    mem_free(a->ids);
    mem_free(a->texts);
    mem_free(a->moves);
    mem_free(a);
}

void ask_wait(struct mill *m, struct ask *a, int64_t delay_us)
{
    heap_add(&m->due, &a->due, mill_now(m) + delay_us);
}

/* The model it was meant for may have been switched off meanwhile. */
static bool choose_model(struct mill *m, struct ask *a)
{
    int step = a->tickets[0]->step;
    if (m->model_off[a->model]) {
        if (!model_next(m, a->tier, -1, &step))
            return false;
        for (size_t i = 0; i < a->n; i++)
            a->tickets[i]->step = step;
        a->model = m->config->tiers[a->tier].models[step];
    }
    return true;
}

static struct price price_now(const struct mill_model *model, int64_t unix_us)
{
    int index = price_index(model->config, unix_us);
    return index < 0 ? (struct price){.priced = false} : model->prices[index];
}

/* Everything about the request that must be known before its intent. 0 tokens left = oversize. */
static enum status prepare(struct mill *m, struct ask *a)
{
    const struct mill_model *model = &m->o.models[a->model];
    int64_t tokens = m->system_tokens;
    for (size_t i = 0; i < a->n; i++) {
        a->texts[i] = a->tickets[i]->content.text;
        tokens += a->tickets[i]->content.est_tokens;
    }
    if (!ids_draw(&m->random, a->texts, a->n, a->ids))
        return ST_LIMIT;
    a->est_tokens = tokens;
    a->token_cap =
        prompt_token_cap(model->config, &m->config->classification,
                         &(struct token_cap_input){
                             .tickets = a->n,
                             .cjk = language_is_cjk(a->tickets[0]->content.language),
                             .doubled = a->tickets[0]->cap_doubled,
                             .prompt_tokens = token_scale_apply(&m->scales[a->model], tokens),
                         });
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
    a->price = price_now(model, mill_unix_now(m));
    return ST_OK;
}

static void submit_intent(struct mill *m, struct ask *a)
{
    const struct config_model *model = m->o.models[a->model].config;
    const struct config_provider *provider = &m->config->providers[model->provider];
    struct ledger_cmd *cmd = ledger_cmd_new(LOP_INTENT);
    struct ledger_call *call = &cmd->u.intent.call;
    a->attempt++;
    random_id(&m->random, mill_unix_now(m), a->call_id);
    memcpy(call->call_id, a->call_id, sizeof call->call_id);
    call->purpose = a->purpose;
    call->model = slice_str(model->name);
    call->provider = slice_str(provider->name);
    call->endpoint = slice_str(provider->endpoints[0].name);
    call->tier = slice_str(m->config->tiers[a->tier].name);
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
    a->failure = FAIL_OVERSIZE;
    for (size_t i = 0; i < a->n; i++) {
        const struct ticket *t = a->tickets[i];
        a->moves[i] = ladder_next(OUTCOME_OVERSIZE, &(struct ladder_ticket){
                                                        .paid = t->paid,
                                                        .unknowns = t->unknowns,
                                                        .last = a->purpose,
                                                        .pack_size = a->n,
                                                        .text_cut = t->text_cut,
                                                    });
    }
    a->call_no = 0;
    follow_up(m, a);
}

static void stop_without_model(struct mill *m, const struct ask *a)
{
    char text[400];
    snprintf(text, sizeof text, "no model of tier %s can be used: the provider answered \"%s\"",
             m->config->tiers[a->tier].name, m->refusal);
    drain_stop(m, ST_CONFIG, text);
}

/* Windows may change between sending and billing. */
static enum status reserve(struct mill *m, struct ask *a)
{
    const struct config_model *model = m->o.models[a->model].config;
    int64_t now = mill_unix_now(m);
    struct price most =
        price_dearest(model, now, now + m->config->providers[model->provider].timeout_us);
    return price_bound(&most, model, (int64_t)a->body.n, a->token_cap, &a->reserved_pusd);
}

static void ask_start(struct mill *m, struct ask *a)
{
    if (!choose_model(m, a)) {
        stop_without_model(m, a);
        ask_wait(m, a, 0);
        return;
    }
    if (prepare(m, a) != ST_OK) {
        refuse_locally(m, a);
        return;
    }
    if (reserve(m, a) != ST_OK) {
        drain_stop(m, ST_CONFIG, "a call's upper bound does not fit into an amount: check prices");
        ask_wait(m, a, 0);
        return;
    }
    gate_enter(&m->gate, a->est_tokens, mill_now(m));
    failpoint(FP_BEFORE_INTENT);
    submit_intent(m, a);
}

void ask_intended(struct mill *m, struct ledger_cmd *cmd)
{
    struct ask *a = cmd->owner;
    if (cmd->status != ST_OK) {
        gate_leave(&m->gate, a->est_tokens, -1, mill_now(m));
        ask_wait(m, a, 0);
        drain_stop(m, cmd->status, cmd->fail.text);
        return;
    }
    a->call_no = cmd->u.intent.call_no;
    if (m->phase != MILL_RUNNING) {
        ask_unsent(m, a);
        return;
    }
    a->sent_mono_us = mill_now(m);
    a->answers_at_send = m->answers;
    retry_budget_call(&m->retries, a->sent_mono_us);
    m->stats.calls++;
    m->stats.in_flight++;
    a->flight = m->o.ports.caller.send(
        m->o.ports.caller.self, &(struct llm_call){
                                    .model = a->model,
                                    .endpoint = 0,
                                    .call_id = a->call_id,
                                    .body = buf_view(&a->body),
                                    .timeout_us = m->config->providers[m->provider].timeout_us,
                                    .done = ask_replied,
                                    .arg = a,
                                });
    failpoint(FP_IN_FLIGHT);
}

/* An ask whose time has come; a retry also needs a place in the retry budget. */
static struct ask *next_due(struct mill *m, int64_t now)
{
    struct heap_node *node = heap_min(&m->due);
    if (!node || node->key > now)
        return NULL;
    struct ask *a = LIST_ENTRY(node, struct ask, due);
    heap_remove(&m->due, node);
    if (!a->is_retry)
        return a;
    if (retry_budget_take(&m->retries, now)) {
        a->is_retry = false;
        m->stats.retries++;
        return a;
    }
    ask_wait(m, a, retry_budget_wait_us(&m->retries, now));
    return NULL;
}

static struct ask *next_pack(struct mill *m, int64_t now)
{
    size_t n = packer_next(m->packer, now, intake_over(m), m->picked);
    if (n == 0)
        return NULL;
    struct ticket **tickets = mem_array(n, sizeof *tickets);
    for (size_t i = 0; i < n; i++)
        tickets[i] = m->picked[i]->ticket;
    struct ask *a = ask_new(m, tickets, n, tickets[0]->purpose);
    mem_free(tickets);
    return a;
}

void dispatch_pump(struct mill *m)
{
    int64_t now = mill_now(m);
    while (m->phase == MILL_RUNNING && gate_wait_us(&m->gate, 0, now) == 0) {
        struct ask *a = next_due(m, now);
        if (!a)
            a = next_pack(m, now);
        if (!a)
            return;
        ask_start(m, a);
    }
}
