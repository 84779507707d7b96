/* The models of throttle_world.h: a provider that counts, a client that sends, and the events
 * between them in order of time. The gate and the pace in use are the program's own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
/* cmocka needs the above */
#include <cmocka.h>

#include "support/throttle_world.h"

static int64_t between(struct throttle_world *w, int64_t low, int64_t high)
{
    return low + (int64_t)random_below(&w->random, (uint64_t)(high - low + 1));
}

static bool limited(const struct throttle_provider *p, int64_t now)
{
    return p->counts != NOTHING && (p->lifted_at == 0 || now < p->lifted_at);
}

static void sliding_forget(struct throttle_provider *p, int64_t now)
{
    while (p->log_n > 0 && p->log[p->log_first].at <= now - MINUTE) {
        p->level += (double)p->log[p->log_first].amount;
        p->log_first = (p->log_first + 1) % LOG_MAX;
        p->log_n--;
    }
}

/* level: what is left now */
static void refill(struct throttle_provider *p, int64_t now)
{
    double cap = (double)p->cap, room = p->bucket_ms ? cap * (double)p->bucket_ms / 60000 : cap;
    if (p->counts == BUCKET) {
        p->level += cap * (double)(now - p->filled_at) / (double)MINUTE;
        p->level = p->level > room ? room : p->level;
        p->filled_at = now;
    } else if (p->counts == FIXED && (now + p->begun) / MINUTE != p->window) {
        p->window = (now + p->begun) / MINUTE;
        p->level = cap;
    } else if (p->counts == SLIDING) {
        sliding_forget(p, now);
    }
}

static void provider_start(struct throttle_provider *p)
{
    p->level = p->bucket_ms ? (double)(p->cap * p->bucket_ms) / 60000 : (double)p->cap;
}

static void use(struct throttle_provider *p, int64_t amount, int64_t now)
{
    p->level -= (double)amount;
    if (p->counts != SLIDING)
        return;
    assert_true(p->log_n < LOG_MAX);
    int at = (p->log_first + p->log_n++) % LOG_MAX;
    p->log[at].at = now;
    p->log[at].amount = amount;
}

static bool provider_takes(struct throttle_world *w, int64_t amount)
{
    struct throttle_provider *p = &w->p;
    if (between(w, 0, 999) < p->random_permille)
        return false;
    if (!limited(p, w->now))
        return true;
    if (p->counts == CONCURRENCY)
        return p->in_use < p->cap;
    refill(p, w->now);
    bool fits = p->level >= (double)amount;
    if (fits || (p->counts_refused && p->level > 0))
        use(p, amount, w->now);
    return fits;
}

static int64_t reset_in(const struct throttle_provider *p, int64_t now)
{
    if (p->counts == BUCKET)
        return (int64_t)(((double)p->cap - p->level) / (double)p->cap * (double)MINUTE);
    return p->counts == FIXED ? MINUTE - (now + p->begun) % MINUTE : MINUTE;
}

static int64_t latency(struct throttle_world *w)
{
    int64_t ms = w->p.latency_ms ? w->p.latency_ms : 2000;
    int64_t us = between(w, ms * 500, ms * 1500);
    return w->now >= w->p.slow_from && w->now < w->p.slow_until ? us * 10 : us;
}

static void arrives(struct throttle_world *w, struct throttle_flight *f)
{
    int64_t counted = w->p.counts_refused ? f->reserved : f->used;
    f->refused = !provider_takes(w, w->p.tokens ? counted : 1);
    f->left = w->p.level > 0 ? (int64_t)w->p.level : 0;
    f->reset = reset_in(&w->p, w->now);
    if (!f->refused) {
        w->p.in_use++;
        w->passed_amount += w->p.tokens ? counted : 1;
        f->stage = SERVED;
        f->at = w->now + latency(w);
    } else {
        f->stage = BACK;
        f->at = w->now + between(w, 10000, 40000);
    }
}

static void served(struct throttle_world *w, struct throttle_flight *f)
{
    w->p.in_use--;
    f->stage = BACK;
    f->at = w->now + between(w, 10000, 40000);
}

static void tell(struct throttle_world *w, const struct throttle_flight *f)
{
    struct gate_told told = {-1, -1, -1, -1, -1, -1};
    if (w->p.tells && w->p.tokens) {
        told.tokens_limit = w->p.cap;
        told.tokens_left = f->left;
        told.tokens_reset_us = f->reset;
    } else if (w->p.tells) {
        told.requests_limit = w->p.cap;
        told.requests_left = f->left;
        told.requests_reset_us = f->reset;
    }
    gate_told(&w->gate, &told, w->now);
    if (f->refused && w->p.retry_after)
        gate_pause(&w->gate, w->now + (f->reset + SECOND - 1) / SECOND * SECOND);
}

static void back(struct throttle_world *w, struct throttle_flight *f)
{
    int64_t used = f->refused ? f->reserved : f->used;
    bool late = w->c.timeout > 0 && w->now - f->sent >= w->c.timeout;
    f->stage = FREE;
    gate_leave(&w->gate, f->reserved, used, w->now);
    pace_settle(&w->pace, f->reserved, used, w->now);
    tell(w, f);
    w->refused += f->refused;
    w->timeouts += late;
    w->passed += !f->refused && !late;
    if (f->refused)
        gate_throttled(&w->gate, f->sent, w->now);
    else if (late)
        gate_timeout(&w->gate, f->sent, w->now);
    else
        gate_success(&w->gate, w->now - f->sent, w->now);
    int64_t limit = gate_limit(&w->gate);
    w->limit_sum += limit;
    w->limit_samples++;
    w->limit_least = limit < w->limit_least ? limit : w->limit_least;
}

static void flight_moves(struct throttle_world *w, struct throttle_flight *f)
{
    if (f->stage == ARRIVES)
        arrives(w, f);
    else if (f->stage == SERVED)
        served(w, f);
    else
        back(w, f);
}

static struct throttle_flight *next_event(struct throttle_world *w)
{
    struct throttle_flight *next = NULL;
    for (int i = 0; i < CALLS_MAX; i++)
        if (w->v[i].stage != FREE && (!next || w->v[i].at < next->at))
            next = &w->v[i];
    return next;
}

static bool send_one(struct throttle_world *w, int64_t *wait)
{
    int64_t reserved = w->next_tokens + w->c.cap_tokens;
    int64_t by_pace = pace_wait_us(&w->pace, reserved, w->now);
    *wait = gate_wait_us(&w->gate, reserved, w->now);
    *wait = by_pace > *wait ? by_pace : *wait;
    int i = 0;
    while (i < CALLS_MAX && w->v[i].stage != FREE)
        i++;
    if (*wait > 0 || i == CALLS_MAX)
        return false;
    int64_t used = w->next_tokens + w->c.cap_tokens * between(w, 20, 60) / 100;
    w->v[i] = (struct throttle_flight){.stage = ARRIVES,
                                       .at = w->now + between(w, 10000, 40000),
                                       .sent = w->now,
                                       .reserved = reserved,
                                       .used = used};
    gate_enter(&w->gate, reserved, w->now);
    pace_take(&w->pace, reserved, w->now);
    w->sent++;
    w->next_tokens = between(w, 1500, 2500);
    return true;
}

static bool over(const struct throttle_world *w)
{
    return w->c.work ? w->passed >= w->c.work : w->now >= w->c.until;
}

void throttle_run(struct throttle_world *w, struct throttle_provider p, struct throttle_client c)
{
    memset(w, 0, sizeof *w);
    w->p = p;
    w->c = c;
    w->next_tokens = 2000;
    w->now = 0;
    w->limit_least = INT64_MAX;
    random_seed(&w->random, c.seed + 7);
    provider_start(&w->p);
    gate_init(&w->gate, c.in_flight, 1000000);
    pace_init(&w->pace, c.requests_per_minute, c.tokens_per_minute, 1000000, 0);
    while (!over(w)) {
        int64_t wait = INT64_MAX;
        int64_t under_way = w->gate.in_flight;
        if ((w->c.work == 0 || w->passed + under_way < w->c.work) && send_one(w, &wait))
            continue;
        struct throttle_flight *f = next_event(w);
        int64_t at = wait < INT64_MAX - w->now ? w->now + wait : INT64_MAX;
        if (f && f->at <= at) {
            w->now = f->at;
            flight_moves(w, f);
        } else {
            assert_true(at < INT64_MAX);
            w->now = at;
        }
        if (w->p.lifted_at && !w->full_at && w->now > w->p.lifted_at &&
            gate_limit(&w->gate) >= c.in_flight * 9 / 10 && w->gate.drought.per_minute == 0)
            w->full_at = w->now;
    }
}

double throttle_ideal(const struct throttle_provider *p, double calls, double size, double demand)
{
    double cap = (double)p->cap / size;
    if (p->counts == CONCURRENCY)
        return calls / (double)p->cap * 2 / 60;
    if (p->counts == BUCKET) {
        double stock = p->bucket_ms ? cap * (double)p->bucket_ms / 60000 : cap;
        double empty = stock / (demand - cap);
        return empty * demand >= calls ? calls / demand : (calls - stock) / cap;
    }
    double at = 0, rest = 1 - (double)p->begun / (double)MINUTE;
    while (calls > 0) {
        double most = demand * rest < cap ? demand * rest : cap;
        if (calls <= most)
            return at + calls / demand;
        calls -= most;
        at += rest;
        rest = 1;
    }
    return at;
}
