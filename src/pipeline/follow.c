/* Follow-up: what comes after a call is booked, for its endpoint and for each of its tickets.
 *
 * The ladder (batch/) has decided per ticket, the failure class decides for the endpoint. Nothing
 * is booked here except deaths without a call.
 */
#include <stdio.h>

#include "base/log.h"
#include "base/mem.h"
#include "pipeline/state.h"
#include "ticket/text.h"

static void stop_endpoint(struct mill *m, enum status why, const char *text)
{
    const struct config_provider *p = &m->config->providers[m->provider];
    char message[400];
    snprintf(message, sizeof message, "%s: %s", p->name, text);
    drain_stop(m, why, message);
}

static void endpoint_failed(struct mill *m, struct ask *a, int64_t now)
{
    a->failures++;
    a->is_retry = true;
    m->endpoint_failures++;
    if (a->failure == FAIL_TIMEOUT)
        gate_timeout(&m->gate, a->sent_mono_us, now);
    if (m->endpoint_failures < ENDPOINT_TROUBLE)
        return;
    int over = m->endpoint_failures - ENDPOINT_TROUBLE + 1;
    gate_throttled(&m->gate, a->sent_mono_us, now);
    gate_pause(&m->gate, now + retry_delay_us(over, a->retry_after_us, &m->random));
}

static void endpoint_throttled(struct mill *m, struct ask *a, int64_t now)
{
    a->failures++;
    a->is_retry = true;
    gate_throttled(&m->gate, a->sent_mono_us, now);
    gate_pause(&m->gate, now + retry_delay_us(a->failures, a->retry_after_us, &m->random));
}

static void model_stopped(struct mill *m, const struct ask *a)
{
    m->model_off[a->model] = true;
    log_event(LOG_ERROR, "model_stopped", "the provider refuses what is configured for the model",
              L_STR("model", m->config->models[a->model].name));
}

/* A region that refuses us (403) stays off for the run; without another one the run stalls. */
static void region_off(struct mill *m)
{
    log_event(LOG_ERROR, "endpoint_off", "the endpoint refuses requests from here (403)",
              L_STR("provider", m->config->providers[m->provider].name));
    gate_pause(&m->gate, INT64_MAX);
}

/* A rotated key is read again; calls that were sent with the old one just go again. */
static void key_refused(struct mill *m, const struct ask *a, int64_t now)
{
    if (a->sent_mono_us <= m->key_read_mono_us)
        return;
    if (m->o.ports.caller.reload_key(m->o.ports.caller.self, m->provider)) {
        m->key_read_mono_us = now;
        log_event(LOG_WARN, "key_read_again",
                  "the provider refused the key, its file has a new one",
                  L_STR("provider", m->config->providers[m->provider].name));
    } else {
        stop_endpoint(m, ST_KEY_REFUSED, "the key is refused (401): check key_env or key_file");
    }
}

static void judge_endpoint(struct mill *m, struct ask *a)
{
    int64_t now = mill_now(m);
    switch (a->failure) {
    case FAIL_NOT_SENT:
    case FAIL_TIMEOUT:
    case FAIL_RESET:
    case FAIL_SERVER:
    case FAIL_GATEWAY:
    case FAIL_TOO_LARGE:
        endpoint_failed(m, a, now);
        break;
    case FAIL_THROTTLED:
        endpoint_throttled(m, a, now);
        break;
    case FAIL_KEY:
        key_refused(m, a, now);
        break;
    case FAIL_MONEY:
        stop_endpoint(m, ST_NO_MONEY, "no money left on the account");
        break;
    case FAIL_REGION:
        region_off(m);
        break;
    case FAIL_CONFIG:
        model_stopped(m, a);
        break;
    case FAIL_NONE:
    case FAIL_BAD_ANSWER:
    case FAIL_REFUSED:
    case FAIL_FILTERED:
    case FAIL_TRUNCATED:
        m->outages += m->endpoint_failures >= ENDPOINT_TROUBLE;
        m->endpoint_failures = 0;
        gate_success(&m->gate, now - a->sent_mono_us, now);
        break;
    case FAIL_OVERSIZE:
    case FAIL_POLICY:
    case FAIL_REJECTED:
    case FAIL_CANCELLED:
    case FAIL_CRASH:
    case FAIL_COUNT:
        break;
    }
}

static void ask_alone(struct mill *m, struct ticket *t, enum call_purpose purpose)
{
    t->alone = true;
    ask_wait(m, ask_new(m, &t, 1, purpose), 0);
}

/* What is left of the text fits where it stood. */
static void cut_text(struct ticket *t)
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
}

void follow_release_held(struct mill *m)
{
    for (struct list *n; (n = list_pop(&m->held));) {
        struct ticket *t = LIST_ENTRY(n, struct ticket, node);
        tickets_dead(m, &t, 1, REASON_REFUSED, "the provider refuses this ticket alone");
    }
}

/* The second one refused alike: the configuration was the reason, for the first one as well. */
static void refused_alike(struct mill *m, int http_status)
{
    LIST_EACH_SAFE(n, &m->held)
    {
        struct ticket *t = LIST_ENTRY(n, struct ticket, node);
        if (t->held_status != http_status)
            continue;
        list_remove(n);
        ask_alone(m, t, t->purpose);
    }
}

static void escalate(struct mill *m, struct ticket *t, enum call_purpose purpose)
{
    int step;
    if (model_next(m, t->tier, t->step, &step))
        t->step = step;
    ask_alone(m, t, purpose);
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
        model_stopped(m, a);
        refused_alike(m, a->http_status);
        ask_alone(m, t, move.purpose);
        break;
    case LADDER_HOLD:
        t->held_status = a->http_status;
        list_push(&m->held, &t->node);
        break;
    case LADDER_DOUBLE_CAP:
        t->cap_doubled = true;
        ask_alone(m, t, move.purpose);
        break;
    case LADDER_CUT_ONCE:
        cut_text(t);
        ask_alone(m, t, move.purpose);
        break;
    case LADDER_NEXT_PROVIDER:
        t->next_provider_tried = true;
        escalate(m, t, move.purpose);
        break;
    case LADDER_ESCALATE:
        escalate(m, t, move.purpose);
        break;
    case LADDER_SOLO:
        ask_alone(m, t, move.purpose);
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

/* A pack that keeps failing while others are answered: perhaps one of its tickets is the reason. */
static bool must_part(const struct mill *m, const struct ask *a)
{
    return a->n > 1 && m->answers > 0 && a->failures >= m->config->providers[m->provider].tries;
}

static void again(struct mill *m, struct ask *a, struct ticket **v, size_t n)
{
    int64_t delay = 0;
    if (a->failures > 0)
        delay = retry_delay_us(a->failures, a->retry_after_us, &m->random);
    bool part = must_part(m, a);
    size_t step = part ? 1 : n;
    for (size_t at = 0; at < n; at += step) {
        struct ask *next = ask_new(m, v + at, step, part ? PURPOSE_SOLO : a->purpose);
        next->failures = a->failures;
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
    judge_endpoint(m, a);
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
        follow_release_held(m);
    mem_free(group);
    ask_free(m, a);
}
