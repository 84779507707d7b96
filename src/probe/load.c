/* The stages with many calls: one behind the other over a time, and all at once in steps.
 *
 * Over the time, calls are spread so that the money lasts until its end; what the steps will need
 * is kept back, for as many of them as half of what there is can pay. A step that meets a refusal
 * or a failure is the last one: a probe does not push a provider that says stop.
 */
#include <stdio.h>

#include "probe/look.h"
#include "probe/target.h"

#define GAP_LEAST_US   INT64_C(100000)  /* between the starts of two calls */
#define WAIT_UNTOLD_US INT64_C(1000000) /* after a 429 that does not say how long */

static struct ask long_ask(struct target *t)
{
    return (struct ask){.model = &t->model,
                        .tokens = t->probe->options.tokens,
                        .nonce = random_u64(&t->probe->random)};
}

static struct ask short_ask(struct target *t)
{
    struct ask a = long_ask(t);
    a.tokens = ASK_SHORT_TOKENS;
    return a;
}

static int64_t now_us(const struct target *t)
{
    return clock_mono_us(t->probe->clock);
}

static void note_failure(const struct llm_reply *reply, char out[256])
{
    snprintf(out, 256, "%s%s%.200s", failure_name(reply->failure),
             reply->message[0] != '\0' ? ": " : "", reply->message);
}

/* ---- over a time -------------------------------------------------------------------------- */

/* What as many of the first steps need as half of what there is can pay. */
static void keep_back(struct target *t)
{
    struct ask a = short_ask(t);
    struct purse half = t->seen.purse;
    int64_t bound = target_bound(t, &a), calls = 0;
    half.cap_pusd -= purse_left(&half) / 2;
    if (half.max_calls >= 0)
        half.max_calls -= (half.max_calls - half.calls) / 2;
    int64_t affords = purse_affords(&half, bound);
    for (int i = 0; i < t->seen.step_count && calls + t->seen.steps[i].width <= affords; i++)
        calls += t->seen.steps[i].width;
    t->load_keep_calls = calls;
    t->load_keep_pusd = bound > 0 ? calls * bound : 0; /* below the cap, so it fits */
}

void load_begin(struct target *t)
{
    keep_back(t);
    t->seen.load.from_mono_us = now_us(t);
    t->load_until_mono_us = t->seen.load.from_mono_us + t->probe->options.duration_us;
}

/* Calls that can be paid without what is kept back. */
static int64_t calls_left(struct target *t)
{
    struct purse p = t->seen.purse;
    struct ask a = long_ask(t);
    p.cap_pusd = p.cap_pusd > t->load_keep_pusd ? p.cap_pusd - t->load_keep_pusd : 0;
    if (p.max_calls >= 0)
        p.max_calls -= t->load_keep_calls;
    return purse_affords(&p, target_bound(t, &a));
}

static void sum_up_load(struct target *t)
{
    struct probe_load *l = &t->seen.load;
    l->to_mono_us = now_us(t);
    l->latency_us = spread_work_out(&t->latencies);
    t->latencies.count = 0;
}

static void end_load(struct target *t)
{
    sum_up_load(t);
    target_idle(t);
}

static void on_load(struct probe_call *c, const struct llm_reply *reply)
{
    struct target *t = c->target;
    struct probe_load *l = &t->seen.load;
    int64_t now = now_us(t), rest = t->load_until_mono_us - now;
    int64_t wait = 0;
    l->calls++;
    if (reply->failure == FAIL_THROTTLED) {
        l->throttled++;
        wait = reply->retry_after_us >= 0 ? reply->retry_after_us : WAIT_UNTOLD_US;
    } else if (probe_answered(reply->failure)) {
        l->answered++;
        l->output_tokens += reply->usage.present ? reply->usage.output : 0;
        spread_add(&t->latencies, reply->latency_us, 1);
    } else {
        l->failed++;
        note_failure(reply, l->message);
    }
    int64_t calls = calls_left(t);
    int64_t gap = calls > 0 && calls < INT64_MAX ? (rest + reply->latency_us) / calls : 0;
    gap = (gap > GAP_LEAST_US ? gap : GAP_LEAST_US) - reply->latency_us;
    if (gap > wait)
        wait = gap;
    if (calls < 1 || wait >= rest)
        end_load(t);
    else
        target_wait(t, wait > 0 ? wait : 0);
}

void load_run(struct target *t)
{
    struct ask a = long_ask(t);
    if (!target_send(t, &a, on_load))
        end_load(t);
}

/* ---- all at once -------------------------------------------------------------------------- */

static void end_step(struct target *t)
{
    struct probe_step *s = &t->seen.steps[t->step];
    s->took_us = now_us(t) - t->step_from_mono_us;
    s->latency_us = spread_work_out(&t->latencies);
    t->latencies.count = 0;
    t->step++;
    if (s->throttled + s->failed > 0)
        target_idle(t);
    else
        steps_run(t);
}

static void on_step(struct probe_call *c, const struct llm_reply *reply)
{
    struct target *t = c->target;
    struct probe_step *s = &t->seen.steps[t->step];
    if (reply->failure == FAIL_THROTTLED) {
        s->throttled++;
    } else if (probe_answered(reply->failure)) {
        s->answered++;
        s->output_tokens += reply->usage.present ? reply->usage.output : 0;
        spread_add(&t->latencies, reply->latency_us, 1);
    } else {
        s->failed++;
        note_failure(reply, s->message);
    }
    if (list_empty(&t->calls))
        end_step(t);
}

static void no_step(struct target *t)
{
    const struct purse *p = &t->seen.purse;
    int64_t width = t->seen.steps[t->step].width;
    bool calls = p->max_calls >= 0 && p->max_calls - p->calls < width;
    t->seen.stop = calls ? STOP_CALLS : STOP_MONEY;
    target_idle(t);
}

void steps_run(struct target *t)
{
    struct ask a = short_ask(t);
    if (t->step >= t->seen.step_count) {
        target_idle(t);
        return;
    }
    struct probe_step *s = &t->seen.steps[t->step];
    if (purse_affords(&t->seen.purse, target_bound(t, &a)) < s->width) {
        no_step(t);
        return;
    }
    s->asked = true;
    t->step_from_mono_us = now_us(t);
    for (int64_t i = 0; i < s->width; i++) {
        a = short_ask(t);
        if (!target_send(t, &a, on_step))
            break; /* bodies differ by a digit or two */
    }
}

void load_stop(struct target *t)
{
    if (t->stage == STAGE_LOAD && t->busy)
        sum_up_load(t);
    if (t->stage == STAGE_STEPS && t->step < t->seen.step_count)
        t->seen.steps[t->step] = (struct probe_step){.width = t->seen.steps[t->step].width};
}
