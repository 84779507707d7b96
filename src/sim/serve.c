/* One HTTP exchange: read the body, answer, wait as long as generating takes, bill, deliver.
 *
 * libmicrohttpd calls on_request for the headers, for each piece of the body, once when it is
 * complete, and again after a suspended connection was resumed; the exchange's state tells which
 * it is. A call is billed when its time is up, not when it is taken: a client that has gone by
 * then is billed all the same.
 */
#include <string.h>

#include "base/mem.h"
#include "sim/core.h"

#define MAX_BODY        (8 * 1024 * 1024)
#define KEEP_BODY_BYTES (32 * 1024)
#define MAX_CALL_ID     128

static struct exchange *exchange_get(struct sim *sim, struct MHD_Connection *connection)
{
    struct list *node = list_pop(&sim->idle);
    struct exchange *x;
    if (node != NULL) {
        x = LIST_ENTRY(node, struct exchange, node);
    } else {
        x = mem_zalloc(sizeof *x);
        x->sim = sim;
        list_init(&x->node);
        buf_init(&x->body, MAX_BODY);
        answer_init(&x->answer);
    }
    x->connection = connection;
    x->state = EXCHANGE_READING;
    x->is_call = x->generating = false;
    x->timer.at = HEAP_OUT;
    x->bill = (struct bill_call){0};
    x->bill_number = -1;
    x->sent = 0;
    buf_clear(&x->body);
    return x;
}

/* Big buffers are not worth keeping: thousands of exchanges may be idle. */
static void shrink(struct buf *b)
{
    if (b->cap > KEEP_BODY_BYTES)
        buf_deinit(b);
}

static void drop_bill(struct exchange *x)
{
    mem_free((char *)x->bill.model);
    mem_free((char *)x->bill.call_id);
    if (x->bill_number < 0)
        mem_free(x->bill.texts);
}

static void log_call(const struct exchange *x)
{
    const struct answer *a = &x->answer;
    bool answers = a->delivery != DELIVER_RESET && a->delivery != DELIVER_HANG &&
                   a->delivery != DELIVER_CUT && a->delivery != DELIVER_HUGE;
    bool good = answers && a->status == 200;
    call_log_add(x->sim->log,
                 &(struct call_log_entry){
                     .phase = x->phase,
                     .at_unix_us = x->arrived_unix_us,
                     .done_unix_us = sim_unix_us(),
                     .status = answers ? a->status : 0,
                     .tokens = good ? a->prompt_tokens + a->completion_tokens : 0,
                     .model = x->bill.model != NULL ? slice_str(x->bill.model) : SLICE_LIT("")});
}

/* The answer has been generated. */
static void finish_call(struct exchange *x)
{
    struct sim *sim = x->sim;
    if (x->generating && x->answer.delivery != DELIVER_EVENTS) {
        sim->in_flight--;
        x->generating = false;
    }
    if (x->answer.billed)
        x->bill_number = bill_record(sim->bill, &x->bill);
    if (x->is_call && x->answer.status >= 300)
        bill_rejected(sim->bill, x->answer.status);
    if (x->is_call)
        log_call(x);
    if (x->is_call)
        limits_announce(x);
}

static bool key_is_right(const struct sim *sim, struct MHD_Connection *connection)
{
    static const char *const names[] = {"Authorization", "api-key", "x-api-key"};
    if (sim->now.key == NULL)
        return true;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *value = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, names[i]);
        if (value == NULL)
            continue;
        const char *key = strncmp(value, "Bearer ", 7) == 0 ? value + 7 : value;
        if (strcmp(key, sim->now.key) == 0)
            return true;
    }
    return false;
}

static bool ends_with(const char *s, const char *end)
{
    size_t n = strlen(s), m = strlen(end);
    return n >= m && strcmp(s + n - m, end) == 0;
}

static int64_t take_call(struct exchange *x)
{
    struct sim *sim = x->sim;
    x->is_call = true;
    x->arrived_unix_us = sim_unix_us();
    x->phase = call_log_phase_now(sim->log);
    if (!key_is_right(sim, x->connection)) {
        answer_error(&x->answer, 401, "invalid_api_key", "invalid_request_error",
                     "Incorrect API key provided.");
        return 0;
    }
    const char *call_id =
        MHD_lookup_connection_value(x->connection, MHD_HEADER_KIND, "X-Client-Request-Id");
    if (call_id != NULL && strlen(call_id) > MAX_CALL_ID)
        call_id = NULL;
    int64_t delay_us = model_answer(x, call_id);
    if (!x->answer.at_once) {
        x->generating = true;
        bill_in_flight(sim->bill, ++sim->in_flight);
    }
    return delay_us;
}

static enum MHD_Result handle(struct exchange *x, const char *method, const char *url)
{
    int64_t delay_us = 0;
    if (strcmp(method, "POST") == 0 && ends_with(url, "/chat/completions"))
        delay_us = take_call(x);
    else if (!control_answer(x, method, url))
        answer_error(&x->answer, 404, NULL, "invalid_request_error", "No such page.");
    shrink(&x->body);
    if (delay_us > 0 && !x->sim->stopping) {
        x->state = EXCHANGE_WAITING;
        sim_wait(x, delay_us);
        return MHD_YES;
    }
    finish_call(x);
    return deliver(x);
}

/* The parameters are libmicrohttpd's. NOLINTNEXTLINE(readability-function-size) */
enum MHD_Result sim_on_request(void *cls, struct MHD_Connection *connection, const char *url,
                               const char *method, const char *version, const char *upload,
                               size_t *upload_size, void **state)
{
    struct exchange *x = *state;
    (void)version;
    if (x == NULL) {
        *state = exchange_get(cls, connection);
        return MHD_YES;
    }
    if (*upload_size > 0) {
        buf_add(&x->body, upload, *upload_size);
        *upload_size = 0;
        return x->body.failed ? MHD_NO : MHD_YES;
    }
    switch (x->state) {
    case EXCHANGE_READING:
        return handle(x, method, url);
    case EXCHANGE_READY:
        finish_call(x);
        return deliver(x);
    case EXCHANGE_WAITING:
    case EXCHANGE_SENDING:
        break;
    }
    return deliver(x); /* the end of DELIVER_HANG */
}

void sim_on_done(void *cls, struct MHD_Connection *connection, void **state,
                 enum MHD_RequestTerminationCode how)
{
    struct sim *sim = cls;
    struct exchange *x = *state;
    (void)connection;
    if (x == NULL)
        return;
    heap_remove(&sim->timers, &x->timer);
    if (x->generating)
        sim->in_flight--;
    enum delivery how_sent = x->answer.delivery;
    bool whole =
        (how_sent == DELIVER_WHOLE || how_sent == DELIVER_EVENTS) && x->answer.encoding == NULL;
    if (x->bill_number >= 0 && whole && how == MHD_REQUEST_TERMINATED_COMPLETED_OK)
        bill_delivered(sim->bill, x->bill_number);
    drop_bill(x);
    shrink(&x->answer.body);
    list_push(&sim->idle, &x->node);
    *state = NULL;
}
