/* The simulator's own pages: its ledger, the calls it billed, and the switches that can be thrown
 * while it runs. They need no key; the simulator listens on the loopback.
 */
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "sim/core.h"

static void page(struct answer *a)
{
    answer_error(a, 200, NULL, "", "");
    buf_clear(&a->body);
}

static enum status read_faults(const json *list, struct sim_fault_rules *out, struct fail *fail)
{
    for (const json *v = json_first(list); v != NULL; v = json_next(v)) {
        struct sim_fault_rule rule;
        enum status st = sim_fault_parse(json_str(v), &rule, fail);
        if (st != ST_OK)
            return st;
        sim_fault_add(out, &rule);
    }
    return ST_OK;
}

static void read_number(const json *doc, const char *key, int *out)
{
    int64_t v;
    if (json_i64(json_get(doc, key), &v) == ST_OK && v >= 0 && v <= INT32_MAX)
        *out = (int)v;
}

/* Milliseconds: a number, or [p50, p99]. */
static void read_latency(const json *v, struct sim_switches *now)
{
    double p50, p99;
    const json *first = json_is(v, JSON_ARRAY) ? json_first(v) : v;
    if (json_number(first, &p50) != ST_OK || p50 < 0 || p50 > 1e7)
        return;
    if (first == v || json_number(json_next(first), &p99) != ST_OK || p99 < p50 || p99 > 1e7)
        p99 = p50;
    now->latency_p50_us = (int64_t)(p50 * 1000);
    now->latency_p99_us = (int64_t)(p99 * 1000);
}

/* A member that is absent leaves its switch as it is. */
static enum status throw_switches(struct sim_switches *now, const json *doc, struct fail *fail)
{
    const json *faults = json_get(doc, "faults"), *key = json_get(doc, "key");
    if (faults != NULL) {
        struct sim_fault_rules rules = {0};
        enum status st = read_faults(faults, &rules, fail);
        if (st != ST_OK) {
            sim_fault_clear(&rules);
            return st;
        }
        sim_fault_clear(&now->faults);
        now->faults = rules;
    }
    if (key != NULL) {
        mem_free(now->key);
        now->key = mem_slice(json_str(key)); /* null: no key is asked for */
    }
    read_latency(json_get(doc, "latency"), now);
    read_number(doc, "concurrency_limit", &now->concurrency_limit);
    read_number(doc, "requests_per_minute", &now->requests_per_minute);
    return ST_OK;
}

static void post_control(struct exchange *x)
{
    json *doc;
    struct fail fail = {.text = "the body is not a JSON object"};
    if (json_parse(buf_view(&x->body), JSON_MAX_DEPTH, &doc) != ST_OK) {
        answer_error(&x->answer, 400, NULL, "invalid_request_error", fail.text);
        return;
    }
    if (!json_is(doc, JSON_OBJECT) || throw_switches(&x->sim->now, doc, &fail) != ST_OK) {
        answer_error(&x->answer, 400, NULL, "invalid_request_error", fail.text);
    } else {
        page(&x->answer);
        buf_str(&x->answer.body, "{\"ok\":true}\n");
    }
    json_free(doc);
}

static bool is(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
}

bool control_answer(struct exchange *x, const char *method, const char *url)
{
    if (is(method, "POST") && is(url, "/control")) {
        post_control(x);
        return true;
    }
    if (!is(method, "GET"))
        return false;
    if (is(url, "/ledger")) {
        page(&x->answer);
        bill_print(x->sim->bill, &x->answer.body);
    } else if (is(url, "/calls")) {
        page(&x->answer);
        x->answer.content_type = "application/x-ndjson";
        bill_print_calls(x->sim->bill, &x->answer.body);
    } else if (is(url, "/v1/models")) {
        page(&x->answer);
        buf_str(&x->answer.body, "{\"object\":\"list\",\"data\":[]}\n");
    } else {
        return false;
    }
    return true;
}
