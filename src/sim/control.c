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

static void post_control(struct exchange *x)
{
    json *doc;
    struct fail fail = {.text = "the body is not a JSON object"};
    if (json_parse(buf_view(&x->body), JSON_MAX_DEPTH, &doc) != ST_OK) {
        answer_error(&x->answer, 400, NULL, "invalid_request_error", fail.text);
        return;
    }
    if (!json_is(doc, JSON_OBJECT) || switches_throw(x->sim, doc, &fail) != ST_OK) {
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

static void print_models(const struct sim_switches *now, struct buf *out)
{
    buf_str(out, "{\"object\":\"list\",\"data\":[");
    for (int i = 0; i < now->model_count; i++) {
        buf_fmt(out, "%s{\"id\":", i > 0 ? "," : "");
        json_quote(out, slice_str(now->models[i]));
        buf_str(out, ",\"object\":\"model\",\"owned_by\":\"simulator\"}");
    }
    buf_str(out, "]}\n");
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
        bill_print(x->sim->bill, x->sim->log, &x->answer.body);
    } else if (is(url, "/log")) {
        page(&x->answer);
        x->answer.content_type = "application/x-ndjson";
        call_log_print(x->sim->log, &x->answer.body);
    } else if (is(url, "/calls")) {
        page(&x->answer);
        x->answer.content_type = "application/x-ndjson";
        bill_print_calls(x->sim->bill, &x->answer.body);
    } else if (is(url, "/v1/models")) {
        page(&x->answer);
        print_models(&x->sim->now, &x->answer.body);
    } else {
        return false;
    }
    return true;
}
