/* Settle: a reply becomes usage, cost, shares, verdicts — one durable command.
 *
 * Third arrow: HTTP → answer check → SETTLE. Money is booked here and only here: what the usage
 * says for an answered call, the reservation for one that may have been billed, nothing for the
 * rest. What becomes of the tickets is decided in outcome.c.
 */
#include <stdio.h>

#include "base/failpoint.h"
#include "base/log.h"
#include "base/mem.h"
#include "batch/answer.h"
#include "batch/shares.h"
#include "pipeline/settling.h"

#define BOUND_PPM_MAX INT64_C(100000000) /* a bill above 100 times its bound is no bill */

static void check_answer(struct settling *s)
{
    const struct config_classification *c = &s->m->config->classification;
    struct answer_rules rules = {c->categories, c->category_count, c->summary_chars};
    struct answer_sent sent = {(const char(*)[SHORT_ID_SIZE])s->a->ids, s->a->texts, s->a->n};
    struct pos crumbs[CRUMB_MAX];
    size_t n = s->a->n < CRUMB_MAX ? s->a->n : CRUMB_MAX;
    for (size_t i = 0; i < n; i++)
        crumbs[i] = s->a->tickets[i]->record->pos;
    if (s->m->o.crumb)
        crumb_set(s->m->o.crumb, crumbs, n);
    failpoint(FP_CHECKING);
    struct slice content = arena_copy(&s->cmd->arena, s->reply->content);
    answer_check(&rules, &sent, content, &s->cmd->arena, &s->answer);
    if (s->m->o.crumb)
        crumb_clear(s->m->o.crumb);
    s->checked = true;
}

/* No usage, or one that cannot be priced: our estimate, marked as such. */
static void estimate_usage(struct settling *s)
{
    int64_t provider_cost = s->reply->usage.provider_cost_pusd;
    s->usage = (struct usage){
        .input = token_scale_apply(&s->m->providers.offers[s->a->at.model].scale, s->a->est_tokens),
        .output = tokens_estimate(s->reply->content),
        .estimated = true,
        .provider_cost_pusd = s->reply->usage.present ? provider_cost : -1,
    };
}

/* This model's next bounds are raised by as much, and nothing more is sent to it until the calls
 * that went out under the old ones have ended. */
static void above_reservation(struct settling *s)
{
    struct ledger_settle *b = &s->cmd->u.settle.call;
    struct offer *o = &s->m->providers.offers[s->a->at.model];
    __int128 factor = (__int128)b->cost_pusd * s->a->bound_ppm / s->a->reserved_pusd + 1;
    b->flags |= FLAG_ABOVE_RESERVATION;
    if (factor > BOUND_PPM_MAX)
        factor = BOUND_PPM_MAX;
    if (factor > o->bound_ppm)
        o->bound_ppm = (int64_t)factor;
    o->held = o->in_flight > 0;
    log_event(LOG_WARN, "bill_above_bound", "a call cost more than was reserved for it",
              L_STR("model", s->m->config->models[s->a->at.model].name),
              L_STR("call_id", s->a->call_id), L_INT("reserved_pusd", s->a->reserved_pusd),
              L_INT("cost_pusd", b->cost_pusd));
}

static void book_usage(struct settling *s)
{
    struct ledger_settle *b = &s->cmd->u.settle.call;
    s->usage = s->reply->usage;
    if (!s->usage.present || shares_call_cost(&s->usage, &s->a->price, &b->cost_pusd) != ST_OK) {
        estimate_usage(s);
        if (shares_call_cost(&s->usage, &s->a->price, &b->cost_pusd) != ST_OK)
            b->cost_pusd = s->a->reserved_pusd;
    } else {
        token_scale_learn(&s->m->providers.offers[s->a->at.model].scale, s->a->est_tokens,
                          s->usage.input);
    }
    b->state = CALL_ANSWERED;
    b->usage = s->usage;
    if (s->usage.estimated)
        b->flags |= FLAG_USAGE_ESTIMATED;
    if (s->usage.clamped)
        b->flags |= FLAG_USAGE_CLAMPED;
    if (!s->a->price.priced)
        b->flags |= FLAG_UNPRICED;
    else if (b->cost_pusd > s->a->reserved_pusd)
        above_reservation(s);
}

static void book_call(struct settling *s)
{
    struct ledger_settle *b = &s->cmd->u.settle.call;
    const struct llm_reply *r = s->reply;
    struct arena *arena = &s->cmd->arena;
    b->call_no = s->a->call_no;
    b->cause = r->failure;
    b->http_status = r->http_status;
    b->answered_unix_us = mill_unix_now(s->m);
    b->latency_us = r->latency_us;
    b->usage.provider_cost_pusd = -1;
    b->finish_reason = arena_copy(arena, slice_str(r->finish_reason));
    b->served_model = arena_copy(arena, slice_str(r->served_model));
    b->request_id = arena_copy(arena, slice_str(r->request_id));
    b->provider_code = arena_copy(arena, slice_str(r->provider_code));
    b->message = arena_copy(arena, slice_str(r->message));
    switch (failure_billing(r->failure)) {
    case BILLED_USAGE:
        book_usage(s);
        if (r->content.n > 0)
            check_answer(s);
        b->raw_answer = arena_copy(arena, r->content.p ? r->content : r->raw);
        break;
    case BILLED_UNKNOWN:
        b->state = CALL_UNKNOWN;
        b->cost_pusd = s->a->reserved_pusd;
        break;
    case BILLED_NOTHING:
        b->state = CALL_FAILED;
        break;
    }
    if (s->checked && s->answer.salvaged)
        b->flags |= FLAG_SALVAGED;
}

static void fill_shares(struct settling *s, struct settle_item *items)
{
    size_t n = s->a->n, system_bytes = strlen(s->m->o.system_message);
    const struct ledger_settle *b = &s->cmd->u.settle.call;
    struct share_weight *w = arena_zalloc(&s->cmd->arena, n * sizeof *w);
    struct share *shares = arena_zalloc(&s->cmd->arena, n * sizeof *shares);
    int64_t *parts = arena_zalloc(&s->cmd->arena, n * sizeof *parts);
    for (size_t i = 0; i < n; i++) {
        w[i].text_bytes = s->a->texts[i].n;
        w[i].item_bytes = s->checked ? s->answer.slots[i].raw_item.n : 0;
    }
    bool split = b->state == CALL_ANSWERED &&
                 shares_split(&s->usage, &s->a->price, system_bytes, w, n, shares) == ST_OK;
    if (!split && b->cost_pusd != PUSD_UNPRICED)
        shares_amount(b->cost_pusd, system_bytes, w, n, parts);
    for (size_t i = 0; i < n; i++) {
        items[i].input_tokens = shares[i].input;
        items[i].cached_tokens = shares[i].cached;
        items[i].output_tokens = shares[i].output;
        items[i].cost_pusd = b->cost_pusd == PUSD_UNPRICED ? PUSD_UNPRICED
                             : split                       ? shares[i].cost_pusd
                                                           : parts[i];
    }
}

static void book_stats(struct settling *s)
{
    struct mill_stats *st = &s->m->stats;
    const struct ledger_settle *b = &s->cmd->u.settle.call;
    if (b->state == CALL_ANSWERED) {
        st->calls_answered++;
        latencies_add(&s->m->latencies, b->latency_us);
    }
    if (b->state == CALL_UNKNOWN) {
        st->calls_unknown++;
        if (b->cost_pusd != PUSD_UNPRICED)
            st->unknown_pusd += b->cost_pusd;
    } else if (b->cost_pusd == PUSD_UNPRICED) {
        st->unpriced_calls++;
    } else {
        st->spent_pusd += b->cost_pusd;
    }
    st->throttled += s->reply->failure == FAIL_THROTTLED;
}

#define TELL_EVERY_US INT64_C(10000000)

/* One line a class every 10 s; every call stands in the ledger anyway. */
static bool worth_telling(struct mill *m, enum failure f)
{
    int64_t now = mill_now(m);
    if (m->told[f].logged_mono_us > 0 && now - m->told[f].logged_mono_us < TELL_EVERY_US) {
        m->told[f].held_back++;
        return false;
    }
    m->told[f].logged_mono_us = now;
    return true;
}

static void log_failure(const struct settling *s)
{
    const struct llm_reply *r = s->reply;
    if (r->failure == FAIL_CONFIG)
        snprintf(s->m->refusal, sizeof s->m->refusal, "%s", r->message);
    if (r->failure == FAIL_NONE || !worth_telling(s->m, r->failure))
        return;
    log_event(LOG_WARN, "call_failed", r->message[0] ? r->message : "the call gave no answer",
              L_STR("class", failure_name(r->failure)), L_INT("status", r->http_status),
              L_STR("code", r->provider_code), L_STR("call_id", s->a->call_id),
              L_INT("latency_ms", r->latency_us / 1000),
              L_INT("more", s->m->told[r->failure].held_back));
    s->m->told[r->failure].held_back = 0;
}

static void settle(struct mill *m, struct ask *a, const struct llm_reply *reply)
{
    struct settling s = {.m = m, .a = a, .reply = reply, .cmd = ledger_cmd_new(LOP_SETTLE)};
    s.cmd->u.settle.items = arena_zalloc(&s.cmd->arena, a->n * sizeof *s.cmd->u.settle.items);
    s.cmd->u.settle.count = a->n;
    a->failure = reply->failure;
    a->http_status = reply->http_status;
    a->retry_after_us = reply->retry_after_us;
    book_call(&s);
    fill_shares(&s, s.cmd->u.settle.items);
    for (size_t i = 0; i < a->n; i++)
        settling_item(&s, i, &s.cmd->u.settle.items[i]);
    if (s.checked && s.answer.valid > 0 && !a->line->compared) {
        m->answers++;
        if (a->at.place->endpoint->answers_sent_mono_us < a->sent_mono_us)
            a->at.place->endpoint->answers_sent_mono_us = a->sent_mono_us;
        mill_progress(m);
    }
    budget_settle(m->o.budget, &a->slip, s.cmd->u.settle.call.cost_pusd);
    book_stats(&s);
    log_failure(&s);
    s.cmd->owner = a;
    failpoint(FP_ANSWERED);
    mill_submit(m, s.cmd);
}

/* Tokens that the provider's limits will have counted. */
static int64_t counted_tokens(const struct ask *a, const struct llm_reply *reply)
{
    if (reply->failure == FAIL_NOT_SENT)
        return -1;
    if (reply->usage.present)
        return reply->usage.input + reply->usage.output;
    return a->pace_tokens;
}

static void leave(struct mill *m, struct ask *a, const struct llm_reply *reply)
{
    const struct llm_limits *l = &reply->limits;
    int64_t now = mill_now(m);
    providers_leave(&m->providers, &a->at, a->pace_tokens, counted_tokens(a, reply), now);
    gate_told(&a->at.place->gate,
              &(struct gate_told){l->requests_limit, l->requests_left, l->requests_reset_us,
                                  l->tokens_limit, l->tokens_left, l->tokens_reset_us},
              now);
    lines_wake(m);
}

void ask_replied(void *arg, const struct llm_reply *reply)
{
    struct ask *a = arg;
    struct mill *m = a->mill;
    a->flight = NULL;
    m->stats.in_flight--;
    leave(m, a, reply);
    settle(m, a, reply);
    judge_endpoint(m, a); /* before anything more is sent there */
    mill_turn(m);
}

void ask_unsent(struct mill *m, struct ask *a)
{
    struct llm_reply reply;
    reply_init(&reply);
    reply.failure = FAIL_NOT_SENT;
    leave(m, a, &reply);
    settle(m, a, &reply);
    breaker_void(&a->at.place->endpoint->breaker,
                 mill_now(m)); /* it was not the endpoint's fault */
}

void ask_settled(struct mill *m, struct ledger_cmd *cmd)
{
    struct ask *a = cmd->owner;
    if (cmd->status != ST_OK) {
        drain_stop(m, cmd->status, cmd->fail.text);
        ask_first(a);
        return;
    }
    lines_wake(m);
    if (a->line->compared)
        opinion_done(m, a);
    else
        follow_up(m, a);
}
