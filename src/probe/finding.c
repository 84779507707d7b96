/* Texts and results of findings, and what all of them come to. */
#include "probe/judge.h"

#include <stdarg.h>
#include <stdio.h>

#include "llm/reply.h"

const char *check_name(enum probe_check c)
{
    static const char *const names[] = {
#define X(id, name) name,
        CHECK_LIST(X)
#undef X
    };
    return names[c];
}

const char *result_name(enum probe_result r)
{
    static const char *const names[] = {"skipped", "pass", "note", "fail"};
    return names[r];
}

static void put(struct finding *f, size_t at, const char *fmt, va_list args)
{
    char text[sizeof f->text];
    vsnprintf(text, sizeof text, fmt, args);
    reply_line(slice_str(text), f->text + at, sizeof f->text - at);
}

void finding_set(struct finding *f, enum probe_result result, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    f->result = result;
    put(f, 0, fmt, args);
    va_end(args);
}

void finding_add(struct finding *f, enum probe_result result, const char *fmt, ...)
{
    size_t n = strlen(f->text);
    va_list args;
    if (result > f->result)
        f->result = result;
    if (n + 3 >= sizeof f->text)
        return;
    if (n > 0) {
        memcpy(f->text + n, "; ", 3);
        n += 2;
    }
    va_start(args, fmt);
    put(f, n, fmt, args);
    va_end(args);
}

void finding_skip(struct finding *f, const struct probe_seen *seen)
{
    static const char *const why[] = {
        [STOP_NONE] = "not tried, after what failed above",
        [STOP_MONEY] = "not measured: the money cap (--max-usd) is reached",
        [STOP_CALLS] = "not measured: --max-calls is reached",
        [STOP_SIGNAL] = "not measured: stopped",
    };
    finding_set(f, RESULT_SKIPPED, "%s", why[seen->stop]);
}

/* ---- all endpoints ------------------------------------------------------------------------ */

static bool is_dead(const struct probe_seen *s)
{
    return !s->reached.ok || (s->base.ended && s->base.failure == FAIL_REGION);
}

static bool has_no_key(const struct probe_seen *s)
{
    return s->key_trouble[0] != '\0';
}

static bool key_fails(const struct probe_seen *s)
{
    return has_no_key(s) || (s->base.ended && s->base.failure == FAIL_KEY);
}

static bool has_no_money(const struct probe_seen *s)
{
    return s->base.ended && s->base.failure == FAIL_MONEY;
}

/* Is there an endpoint that is not dead, and are all of those so? */
static bool all_alive(const struct probe_seen *seen, int count,
                      bool (*so)(const struct probe_seen *))
{
    int alive = 0;
    for (int i = 0; i < count; i++) {
        if (is_dead(&seen[i]))
            continue;
        if (!so(&seen[i]))
            return false;
        alive++;
    }
    return alive > 0;
}

enum probe_verdict judge_all(const struct probe_seen *seen, const struct findings *findings,
                             int count)
{
    bool failed = false, unmeasured = false, stopped = false;
    int dead = 0;
    for (int i = 0; i < count; i++) {
        dead += is_dead(&seen[i]) && (seen[i].reach_tried || seen[i].stop != STOP_SIGNAL);
        stopped = stopped || seen[i].stop == STOP_SIGNAL;
        unmeasured = unmeasured || seen[i].stop != STOP_NONE;
        for (int c = 0; c < CHECK_COUNT; c++)
            failed = failed || findings[i].v[c].result == RESULT_FAIL;
    }
    if (stopped)
        return VERDICT_STOPPED;
    if (dead == count)
        return VERDICT_NOWHERE;
    if (all_alive(seen, count, has_no_key))
        return VERDICT_NO_KEY;
    if (all_alive(seen, count, key_fails))
        return VERDICT_KEYS;
    if (all_alive(seen, count, has_no_money))
        return VERDICT_NO_MONEY;
    if (failed)
        return VERDICT_FAILED;
    return unmeasured ? VERDICT_UNMEASURED : VERDICT_PASS;
}

int verdict_exit(enum probe_verdict v)
{
    static const int codes[] = {
        [VERDICT_PASS] = 0,    [VERDICT_FAILED] = 3,   [VERDICT_UNMEASURED] = 4,
        [VERDICT_STOPPED] = 5, [VERDICT_NO_MONEY] = 7, [VERDICT_NOWHERE] = 69,
        [VERDICT_KEYS] = 77,   [VERDICT_NO_KEY] = 78,
    };
    return codes[v];
}
