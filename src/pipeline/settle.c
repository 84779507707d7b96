/* Settle: a reply becomes usage, cost, shares, verdicts — one durable command.
 *
 * Third arrow: HTTP → answer check → SETTLE. Money is booked here and only here: what the usage
 * says for an answered call, the reservation for one that may have been billed, nothing for the
 * rest. What the tickets do next is decided from the ladder's table now and acted on in follow.c
 * once the books are closed.
 */
#include <stdio.h>

#include "base/failpoint.h"
#include "base/log.h"
#include "base/mem.h"
#include "batch/answer.h"
#include "batch/shares.h"
#include "pipeline/state.h"

#define BOUND_PPM_MAX INT64_C(100000000) /* a bill above 100 times its bound is no bill */

/* An answer to one ask while it is being booked; lives for one call of ask_replied. */
struct settling {
    struct mill *m;
    struct ask *a;
    const struct llm_reply *reply;
    struct ledger_cmd *cmd;
    struct usage usage;
    struct answer answer;
    bool checked; /* answer is filled */
};

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

static bool rejected_alike(const struct settling *s)
{
    if (s->m->providers.offers[s->a->at.model].off) /* sent before the model was stopped for it */
        return true;
    LIST_EACH(n, &s->m->held)
    {
        const struct ticket *other = LIST_ENTRY(n, struct ticket, node);
        if (other->held_status == s->reply->http_status)
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
    if (t->outage_unknowns++ == 0)
        t->answers_mark = s->a->answers_at_send;
}

static bool others_answered(const struct settling *s, const struct ticket *t)
{
    return t->outage == s->m->outages && t->outage_unknowns >= LADDER_UNKNOWN_MAX &&
           s->m->answers > t->answers_mark;
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

static struct ladder_move decide(struct settling *s, size_t i)
{
    struct ticket *t = s->a->tickets[i];
    enum slot_state slot = s->checked ? s->answer.slots[i].state : SLOT_MISSING;
    enum failure f = s->reply->failure;
    int used = model_step(s->m, t->tier, s->a->at.model), next;
    if (f == FAIL_NONE && (!s->checked || !s->answer.parsed))
        f = FAIL_BAD_ANSWER;
    return ladder_next(ladder_outcome(f, slot),
                       &(struct ladder_ticket){
                           .paid = t->paid,
                           .unknowns = t->unknowns,
                           .last = s->a->purpose,
                           .pack_size = s->a->n,
                           .has_next_model = model_next(s->m, t, used, &next),
                           .has_next_provider = other_provider_left(s, t, used),
                           .next_provider_tried = t->next_provider_tried,
                           .cap_doubled = t->cap_doubled,
                           .text_cut = t->text_cut,
                           .endpoint_answers = others_answered(s, t),
                           .rejected_alike = rejected_alike(s),
                       });
}

static void fill_verdict(struct settling *s, size_t i, struct settle_item *it)
{
    const struct config_classification *c = &s->m->config->classification;
    it->verdict = s->answer.slots[i].verdict;
    it->verdict.flags |= s->a->tickets[i]->content.flags;
    it->verdict.flags |=
        s->cmd->u.settle.call.flags & (FLAG_USAGE_ESTIMATED | FLAG_USAGE_CLAMPED | FLAG_UNPRICED);
    it->category = slice_str(c->categories[it->verdict.category].name);
    it->needs_review = it->verdict.confidence_ppm < c->review_below_ppm;
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
    struct slice summary = it->verdict.summary;
    t->kept.verdict = it->verdict;
    t->kept.summary = mem_alloc(summary.n + 1);
    memcpy(t->kept.summary, summary.p, summary.n);
    t->kept.verdict.summary = slice_of(t->kept.summary, summary.n);
    t->kept.verdict.raw_item = SLICE_NONE;
    t->kept.call_no = s->a->call_no;
    it->outcome = SHARE_ESCALATED;
}

/* The further tier had nothing better. */
static void fill_kept(struct settling *s, const struct ticket *t, struct settle_item *it)
{
    const struct config_classification *c = &s->m->config->classification;
    it->then = SETTLE_RESULT;
    it->verdict = t->kept.verdict;
    it->verdict.summary = arena_copy(&s->cmd->arena, t->kept.verdict.summary);
    it->verdict_call_no = t->kept.call_no;
    it->category = slice_str(c->categories[it->verdict.category].name);
    it->needs_review = it->verdict.confidence_ppm < c->review_below_ppm;
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

static void fill_item(struct settling *s, size_t i, struct settle_item *it)
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
        fill_item(&s, i, &s.cmd->u.settle.items[i]);
    if (s.checked && s.answer.valid > 0 && !a->line->compared) {
        m->answers++;
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
    judge_endpoint(m, a);
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
