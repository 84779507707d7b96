/* The log of calls behind GET /log and the phases of GET /ledger.
 *
 * Phases hold the first and last time of each outcome: how long a run went on asking somebody who
 * refuses, and how soon after a repair it was back, can be read off there. What was billed stands
 * in bill.c.
 */
#include "sim/call_log.h"

#include <stdbool.h>

#include "base/json.h"
#include "base/mem.h"

#define MINUTE_US 60e6

enum outcome { OUTCOME_ANSWERED, OUTCOME_THROTTLED, OUTCOME_OTHER, OUTCOME_COUNT };

static const char *const outcome_names[] = {"answered", "throttled", "other"};

struct seen {
    int64_t count, first_us, last_us;
};

struct phase {
    char *name;
    struct seen all, by[OUTCOME_COUNT];
    int64_t tokens;
    double allowed_requests, allowed_tokens;
};

struct line {
    int64_t at_us, tokens;
    int32_t ms;
    int16_t status, model;
};

struct call_log {
    struct phase *phases;
    int phase_count;
    struct line *lines;
    int64_t count, cap;
    char **models;
    int model_count;
    int64_t requests, tokens; /* allowed a minute; 0 = all */
    int64_t reckoned_unix_us; /* up to when what is allowed was added up */
};

struct call_log *call_log_new(void)
{
    struct call_log *l = mem_zalloc(sizeof *l);
    call_log_phase(l, SLICE_LIT("start"));
    return l;
}

void call_log_free(struct call_log *l)
{
    if (l == NULL)
        return;
    for (int i = 0; i < l->phase_count; i++)
        mem_free(l->phases[i].name);
    for (int i = 0; i < l->model_count; i++)
        mem_free(l->models[i]);
    mem_free(l->phases);
    mem_free(l->models);
    mem_free(l->lines);
    mem_free(l);
}

void call_log_phase(struct call_log *l, struct slice name)
{
    l->phases = mem_grow(l->phases, (size_t)l->phase_count + 1, sizeof *l->phases);
    l->phases[l->phase_count++] = (struct phase){.name = mem_slice(name)};
}

int call_log_phase_now(const struct call_log *l)
{
    return l->phase_count - 1;
}

/* Time before a phase's first call does not count. */
static void reckon(struct call_log *l, int64_t at_unix_us)
{
    struct phase *p = &l->phases[l->phase_count - 1];
    if (p->all.count > 0 && at_unix_us > l->reckoned_unix_us) {
        double minutes = (double)(at_unix_us - l->reckoned_unix_us) / MINUTE_US;
        p->allowed_requests += (double)l->requests * minutes;
        p->allowed_tokens += (double)l->tokens * minutes;
    }
    l->reckoned_unix_us = at_unix_us;
}

void call_log_allowed(struct call_log *l, int64_t requests, int64_t tokens, int64_t at_unix_us)
{
    reckon(l, at_unix_us);
    l->requests = requests;
    l->tokens = tokens;
}

static void see(struct seen *s, int64_t at_us)
{
    if (s->count++ == 0 || at_us < s->first_us)
        s->first_us = at_us;
    if (at_us > s->last_us)
        s->last_us = at_us;
}

static int16_t model_number(struct call_log *l, struct slice name)
{
    for (int i = 0; i < l->model_count; i++)
        if (slice_eq(name, slice_str(l->models[i])))
            return (int16_t)i;
    if (l->model_count == INT16_MAX)
        return INT16_MAX - 1;
    l->models = mem_grow(l->models, (size_t)l->model_count + 1, sizeof *l->models);
    l->models[l->model_count] = mem_slice(name);
    return (int16_t)l->model_count++;
}

void call_log_add(struct call_log *l, const struct call_log_entry *e)
{
    struct phase *p = &l->phases[e->phase];
    enum outcome outcome = e->status == 200   ? OUTCOME_ANSWERED
                           : e->status == 429 ? OUTCOME_THROTTLED
                                              : OUTCOME_OTHER;
    reckon(l, e->at_unix_us > l->reckoned_unix_us ? e->at_unix_us : l->reckoned_unix_us);
    see(&p->all, e->at_unix_us);
    see(&p->by[outcome], e->at_unix_us);
    p->tokens += outcome == OUTCOME_ANSWERED ? e->tokens : 0;
    if (l->count == l->cap) {
        l->cap = l->cap > 0 ? l->cap * 2 : 256;
        l->lines = mem_grow(l->lines, (size_t)l->cap, sizeof *l->lines);
    }
    l->lines[l->count++] = (struct line){.at_us = e->at_unix_us,
                                         .tokens = e->tokens,
                                         .ms = (int32_t)((e->done_unix_us - e->at_unix_us) / 1000),
                                         .status = (int16_t)e->status,
                                         .model = model_number(l, e->model)};
}

static void print_seen(struct buf *out, const char *name, const struct seen *s)
{
    buf_fmt(out, "\"%s\":{\"count\":%lld,\"first_us\":%lld,\"last_us\":%lld},", name,
            (long long)s->count, (long long)s->first_us, (long long)s->last_us);
}

static void print_share(struct buf *out, const char *name, double part, double whole)
{
    if (whole > 0)
        buf_fmt(out, "\"%s\":%.2f", name, 100 * part / whole);
    else
        buf_fmt(out, "\"%s\":null", name);
}

static void print_phase(struct buf *out, const struct phase *p)
{
    int64_t answered = p->by[OUTCOME_ANSWERED].count;
    buf_str(out, "{\"name\":");
    json_quote(out, slice_str(p->name));
    buf_char(out, ',');
    print_seen(out, "calls", &p->all);
    for (int i = 0; i < OUTCOME_COUNT; i++)
        print_seen(out, outcome_names[i], &p->by[i]);
    buf_fmt(out, "\"tokens\":%lld,\"allowed_requests\":%.0f,\"allowed_tokens\":%.0f,",
            (long long)p->tokens, p->allowed_requests, p->allowed_tokens);
    print_share(out, "wasted_percent", (double)(p->all.count - answered), (double)p->all.count);
    buf_char(out, ',');
    print_share(out, "requests_percent", (double)answered, p->allowed_requests);
    buf_char(out, ',');
    print_share(out, "tokens_percent", (double)p->tokens, p->allowed_tokens);
    buf_char(out, '}');
}

void call_log_print_phases(const struct call_log *l, struct buf *out)
{
    buf_char(out, '[');
    for (int i = 0; i < l->phase_count; i++) {
        buf_str(out, i > 0 ? "," : "");
        print_phase(out, &l->phases[i]);
    }
    buf_char(out, ']');
}

void call_log_print(const struct call_log *l, struct buf *out)
{
    for (int64_t i = 0; i < l->count; i++) {
        const struct line *line = &l->lines[i];
        buf_fmt(out, "{\"at_us\":%lld,\"ms\":%d,\"status\":%d,\"tokens\":%lld,\"model\":",
                (long long)line->at_us, line->ms, line->status, (long long)line->tokens);
        json_quote(out, slice_str(l->models[line->model]));
        buf_str(out, "}\n");
    }
}
