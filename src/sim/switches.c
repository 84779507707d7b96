/* What can be changed while the simulator runs: from its options at the start, from the JSON of
 * POST /control later.
 */
#include <string.h>

#include "base/mem.h"
#include "sim/core.h"

#define MAX_LATENCY_MS 1e7

bool sim_share_parse(const char *text, struct sim_share *out)
{
    size_t n = strcspn(text, "@");
    int64_t percent;
    if (slice_to_i64(slice_of(text, n), &percent) != ST_OK || percent < 0 || percent > 100)
        return false;
    *out = (struct sim_share){(int)percent, text[n] == '@' ? text + n + 1 : NULL};
    return true;
}

bool sim_window_parse(const char *text, enum sim_window *out)
{
    static const char *const names[] = {"bucket", "fixed", "sliding"};
    for (int i = 0; i < 3; i++) {
        if (strcmp(text, names[i]) == 0) {
            *out = (enum sim_window)i;
            return true;
        }
    }
    return false;
}

static void set_share(struct share *share, const struct sim_share *from)
{
    mem_free(share->model);
    *share = (struct share){from->percent, mem_str(from->model)};
}

static void free_models(struct sim_switches *now)
{
    for (int i = 0; i < now->model_count; i++)
        mem_free(now->models[i]);
    mem_free(now->models);
    now->models = NULL;
    now->model_count = 0;
}

static void add_model(struct sim_switches *now, struct slice name)
{
    now->models = mem_grow(now->models, (size_t)now->model_count + 1, sizeof *now->models);
    now->models[now->model_count++] = mem_slice(name);
}

void switches_init(struct sim_switches *now, const struct sim_options *o)
{
    *now = (struct sim_switches){.key = mem_str(o->key),
                                 .latency_p50_us = o->latency_p50_us,
                                 .latency_p99_us = o->latency_p99_us,
                                 .tokens_per_second = o->tokens_per_second,
                                 .concurrency_limit = o->concurrency_limit,
                                 .count_cap = o->count_cap,
                                 .announce = o->announce_limits,
                                 .retry_after = mem_str(o->retry_after),
                                 .bill_percent = o->bill_percent,
                                 .ignore_cap = o->ignore_cap};
    limit_init(&now->requests, o->window, o->requests_per_minute, o->limit_period_us);
    limit_init(&now->tokens, o->window, o->tokens_per_minute, o->limit_period_us);
    for (int i = 0; i < o->model_count; i++)
        add_model(now, slice_str(o->models[i]));
    set_share(&now->disagree, &o->disagree);
    set_share(&now->unsure, &o->unsure);
}

void switches_deinit(struct sim_switches *now)
{
    free_models(now);
    mem_free(now->key);
    mem_free(now->retry_after);
    mem_free(now->disagree.model);
    mem_free(now->unsure.model);
    sim_fault_clear(&now->faults);
}

bool switches_know(const struct sim_switches *now, struct slice model)
{
    for (int i = 0; i < now->model_count; i++)
        if (slice_eq(model, slice_str(now->models[i])))
            return true;
    return now->models == NULL;
}

int switches_percent(const struct share *share, struct slice model)
{
    bool meant = share->model == NULL || slice_eq(model, slice_str(share->model));
    return meant ? share->percent : 0;
}

/* ---- POST /control ------------------------------------------------------------------------ */

static enum status throw_faults(struct sim_switches *now, const json *list, struct fail *fail)
{
    struct sim_fault_rules rules = {0};
    for (const json *v = json_first(list); v != NULL; v = json_next(v)) {
        struct sim_fault_rule rule;
        enum status st = sim_fault_parse(json_str(v), &rule, fail);
        if (st != ST_OK) {
            sim_fault_clear(&rules);
            return st;
        }
        sim_fault_add(&rules, &rule);
    }
    sim_fault_clear(&now->faults);
    now->faults = rules;
    return ST_OK;
}

/* Milliseconds: a number, or [p50, p99]. */
static void throw_latency(struct sim_switches *now, const json *v)
{
    double p50, p99;
    const json *first = json_is(v, JSON_ARRAY) ? json_first(v) : v;
    if (json_number(first, &p50) != ST_OK || p50 < 0 || p50 > MAX_LATENCY_MS)
        return;
    if (first == v || json_number(json_next(first), &p99) != ST_OK || p99 < p50 ||
        p99 > MAX_LATENCY_MS)
        p99 = p50;
    now->latency_p50_us = (int64_t)(p50 * 1000);
    now->latency_p99_us = (int64_t)(p99 * 1000);
}

static void throw_number(const json *doc, const char *key, int64_t *out)
{
    int64_t v;
    if (json_i64(json_get(doc, key), &v) == ST_OK && v >= 0 && v <= INT32_MAX)
        *out = v;
}

static void throw_text(const json *doc, const char *key, char **out)
{
    const json *v = json_get(doc, key);
    if (v == NULL)
        return;
    mem_free(*out);
    *out = mem_slice(json_str(v)); /* null: off */
}

static enum status throw_share(const json *doc, const char *key, struct share *share,
                               struct fail *fail)
{
    struct sim_share read;
    char *text = mem_slice(json_str(json_get(doc, key)));
    enum status st = ST_OK;
    if (text != NULL && sim_share_parse(text, &read))
        set_share(share, &read);
    else if (text != NULL)
        st = fail_set(fail, ST_USAGE, 0, "%s: expected \"PERCENT\" or \"PERCENT@MODEL\"", key);
    mem_free(text);
    return st;
}

static void throw_models(struct sim_switches *now, const json *list)
{
    if (list == NULL)
        return;
    free_models(now);
    if (json_is(list, JSON_ARRAY))
        now->models = mem_array(1, sizeof *now->models); /* an empty list knows none */
    for (const json *v = json_first(list); v != NULL; v = json_next(v))
        add_model(now, json_str(v));
}

/* New limits start unused. */
static enum status throw_limits(struct sim_switches *now, const json *doc, struct fail *fail)
{
    int64_t requests = now->requests.per_minute, tokens = now->tokens.per_minute;
    int64_t period_ms = now->requests.period_us / 1000;
    enum sim_window window = now->requests.window;
    char *name = mem_slice(json_str(json_get(doc, "limit_window")));
    bool good = name == NULL || sim_window_parse(name, &window);
    mem_free(name);
    throw_number(doc, "requests_per_minute", &requests);
    throw_number(doc, "tokens_per_minute", &tokens);
    throw_number(doc, "limit_period_ms", &period_ms);
    if (!good || period_ms < 1)
        return fail_set(fail, ST_USAGE, 0,
                        "limit_window is bucket, fixed or sliding, limit_period_ms at least 1");
    bool same = window == now->requests.window && period_ms == now->requests.period_us / 1000;
    if (!same || requests != now->requests.per_minute)
        limit_init(&now->requests, window, requests, period_ms * 1000);
    if (!same || tokens != now->tokens.per_minute)
        limit_init(&now->tokens, window, tokens, period_ms * 1000);
    return ST_OK;
}

enum status switches_throw(struct sim *sim, const json *doc, struct fail *fail)
{
    struct sim_switches *now = &sim->now;
    const json *faults = json_get(doc, "faults"), *phase = json_get(doc, "phase");
    enum status st = faults != NULL ? throw_faults(now, faults, fail) : ST_OK;
    if (st == ST_OK)
        st = throw_share(doc, "disagree", &now->disagree, fail);
    if (st == ST_OK)
        st = throw_share(doc, "unsure", &now->unsure, fail);
    if (st == ST_OK)
        st = throw_limits(now, doc, fail);
    if (st != ST_OK)
        return st;
    throw_text(doc, "key", &now->key);
    throw_text(doc, "retry_after", &now->retry_after);
    if (now->retry_after == NULL)
        now->retry_after = mem_str("none");
    throw_models(now, json_get(doc, "models"));
    throw_latency(now, json_get(doc, "latency"));
    throw_number(doc, "concurrency_limit", &now->concurrency_limit);
    throw_number(doc, "tokens_per_second", &now->tokens_per_second);
    throw_number(doc, "bill_percent", &now->bill_percent);
    now->ignore_cap = json_bool(json_get(doc, "ignore_cap"), now->ignore_cap);
    now->count_cap = json_bool(json_get(doc, "count_cap"), now->count_cap);
    now->announce = json_bool(json_get(doc, "announce_limits"), now->announce);
    call_log_allowed(sim->log, now->requests.per_minute, now->tokens.per_minute, sim_unix_us());
    if (json_is(phase, JSON_STRING))
        call_log_phase(sim->log, json_str(phase));
    return ST_OK;
}
