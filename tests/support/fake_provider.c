/* The fake provider. Usage is one token a byte of content, both ways, so that bills are easy to
 * recompute.
 */
#include "support/fake_provider.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/sha256.h"

struct llm_flight {
    struct list node;
    struct fake_provider *provider;
    struct llm_call call;
    enum fake_fault fault;
    enum failure fate; /* what the shop does with it */
    int64_t sent_us;
    bool cancelled;
};

void fake_provider_init(struct fake_provider *p, struct virtual_time *time, struct random *random)
{
    *p = (struct fake_provider){.time = time, .random = random, .good = map_new()};
    list_init(&p->flights);
}

void fake_provider_deinit(struct fake_provider *p)
{
    fake_provider_hang_up(p);
    map_free(p->good);
}

void fake_summary(struct slice text, char out[32])
{
    uint8_t hash[SHA256_SIZE];
    sha256(text, hash);
    snprintf(out, 32, "about %02x%02x%02x%02x", hash[0], hash[1], hash[2], hash[3]);
}

static enum fake_fault draw(struct fake_provider *p)
{
    int roll = (int)random_below(p->random, 100);
    for (int f = 1; f < FAKE_FAULT_COUNT; f++) {
        roll -= p->percent[f];
        if (roll < 0)
            return (enum fake_fault)f;
    }
    return FAKE_GOOD;
}

static bool is_low(const struct llm_flight *f, struct slice text)
{
    uint8_t hash[SHA256_SIZE];
    sha256(text, hash);
    return f->provider->shop && fake_shop_low(f->provider->shop, f->call.model, hash[4]);
}

static void add_item(struct llm_flight *f, struct buf *b, struct slice id, struct slice text,
                     const char *category)
{
    char summary[32];
    fake_summary(text, summary);
    if (b->p[b->n - 1] == '}')
        buf_char(b, ',');
    buf_fmt(b, "{\"id\":\"%.*s\",\"category\":\"%s\",\"confidence\":%s,\"summary\":\"%s\"}",
            SLICE_ARG(id), category, is_low(f, text) ? "0.3" : "0.8", summary);
}

static void count_good(struct fake_provider *p, struct slice text)
{
    uintptr_t times = (uintptr_t)map_get(p->good, text);
    map_put(p->good, text, (void *)(times + 1));
}

static json *tickets_of(struct slice body)
{
    json *request, *user;
    int rc = (int)json_parse(body, 16, &request);
    assert(rc == ST_OK);
    const json *messages = json_get(request, "messages");
    struct slice content = json_str(json_get(json_next(json_first(messages)), "content"));
    rc = (int)json_parse(content, 16, &user);
    assert(rc == ST_OK);
    (void)rc;
    json_free(request);
    return user;
}

/* The answer's text; for a truncated one all but its second half. */
static void write_answer(struct llm_flight *f, struct buf *out)
{
    json *user = tickets_of(f->call.body);
    const json *tickets = json_get(user, "tickets");
    size_t n = json_size(tickets), at = 0;
    size_t spoilt = (size_t)random_below(f->provider->random, n);
    buf_str(out, f->fault == FAKE_PROSE ? "Here you are:\n{\"results\":[" : "{\"results\":[");
    for (const json *t = json_first(tickets); t; t = json_next(t), at++) {
        struct slice id = json_str(json_get(t, "id")), text = json_str(json_get(t, "text"));
        if (f->fault == FAKE_MISSING && at == spoilt)
            continue;
        if (f->fault == FAKE_TRUNCATED && at >= n / 2)
            break;
        add_item(f, out, id, text, "billing");
        if (f->fault == FAKE_CONFLICT && at == spoilt)
            add_item(f, out, id, text, "other");
        else
            count_good(f->provider, text);
    }
    buf_str(out, f->fault == FAKE_TRUNCATED ? ",{\"id\":\"" : "]}");
    json_free(user);
}

static int64_t charged(const struct llm_flight *f, size_t tokens)
{
    const struct fake_shop *s = f->provider->shop;
    bool more = s && s->accounts[s->config->models[f->call.model].provider].overcharges;
    return more ? (int64_t)(tokens * 13 / 10) : (int64_t)tokens;
}

static int64_t input_tokens(const struct llm_flight *f)
{
    return charged(f, f->call.body.n);
}

static int64_t output_tokens(const struct llm_flight *f, size_t output)
{
    return charged(f, output);
}

static void bill(struct llm_flight *f, size_t output)
{
    f->provider->billed_input += input_tokens(f);
    f->provider->billed_output += output_tokens(f, output);
    if (f->provider->shop)
        fake_shop_bill(f->provider->shop, &f->call, input_tokens(f), output_tokens(f, output));
}

void fake_provider_hang_up(struct fake_provider *p)
{
    LIST_EACH_SAFE(n, &p->flights)
    {
        struct llm_flight *f = LIST_ENTRY(n, struct llm_flight, node);
        if (f->fate == FAIL_NONE && random_below(p->random, 2) == 0)
            bill(f, 40);
        list_remove(&f->node);
        mem_free(f);
    }
}

static void reply_usage(struct llm_flight *f, size_t output, struct llm_reply *r)
{
    r->usage.input = input_tokens(f);
    r->usage.output = output_tokens(f, output);
    r->usage.present = f->fault != FAKE_NO_USAGE;
    bill(f, output);
}

static void fill_reply(struct llm_flight *f, struct llm_reply *r, struct buf *content)
{
    static const enum failure as[FAKE_FAULT_COUNT] = {
        [FAKE_BLANK] = FAIL_BAD_ANSWER,     [FAKE_TRUNCATED] = FAIL_TRUNCATED,
        [FAKE_REFUSED] = FAIL_REFUSED,      [FAKE_POLICY] = FAIL_POLICY,
        [FAKE_OVERSIZE] = FAIL_OVERSIZE,    [FAKE_THROTTLED] = FAIL_THROTTLED,
        [FAKE_SERVER] = FAIL_SERVER,        [FAKE_GATEWAY] = FAIL_GATEWAY,
        [FAKE_NOT_SENT] = FAIL_NOT_SENT,    [FAKE_TIMEOUT_BILLED] = FAIL_TIMEOUT,
        [FAKE_RESET_UNBILLED] = FAIL_RESET, [FAKE_TOO_LARGE] = FAIL_TOO_LARGE,
        [FAKE_REJECTED] = FAIL_REJECTED,
    };
    reply_init(r);
    r->failure = f->cancelled ? FAIL_CANCELLED : f->fate ? f->fate : as[f->fault];
    r->http_status = f->fault == FAKE_REJECTED ? 400 : 0;
    r->latency_us = f->provider->time->now_us - f->sent_us;
    if (failure_billing(r->failure) == BILLED_USAGE) {
        if (f->fault != FAKE_BLANK && f->fault != FAKE_REFUSED)
            write_answer(f, content);
        r->content = f->fault == FAKE_BLANK ? SLICE_NONE : buf_view(content);
        reply_usage(f, content->n + 5, r);
    } else if (!f->fate && (f->fault == FAKE_TIMEOUT_BILLED || f->fault == FAKE_TOO_LARGE)) {
        bill(f, 40);
    }
    if (f->provider->shop)
        fake_shop_told(f->provider->shop, &f->call, r, f->provider->time->now_us);
}

static void answer(void *arg)
{
    struct llm_flight *f = arg;
    struct llm_reply reply;
    struct buf content;
    buf_init(&content, (size_t)1 << 20);
    list_remove(&f->node);
    fill_reply(f, &reply, &content);
    void (*done)(void *, const struct llm_reply *) = f->call.done;
    void *done_arg = f->call.arg;
    mem_free(f);
    done(done_arg, &reply);
    buf_deinit(&content);
}

struct llm_flight *fake_caller_send(void *self, const struct llm_call *call)
{
    struct fake_provider *p = self;
    struct llm_flight *f = mem_zalloc(sizeof *f);
    f->provider = p;
    f->call = *call;
    f->fault = draw(p);
    if (p->rejected && slice_find(call->body, slice_str(p->rejected)) >= 0)
        f->fault = FAKE_REJECTED;
    f->sent_us = p->time->now_us;
    if (p->shop)
        f->fate = fake_shop_asked(p->shop, call, f->sent_us);
    p->calls++;
    list_push(&p->flights, &f->node);
    int64_t latency = 200000 + (int64_t)random_below(p->random, 2000000);
    bool lost = f->fate ? f->fate == FAIL_TIMEOUT : f->fault == FAKE_TIMEOUT_BILLED;
    if (p->shop && fake_shop_latency(p->shop, call, f->sent_us) > 0)
        latency = fake_shop_latency(p->shop, call, f->sent_us);
    virtual_after(p->time, lost ? call->timeout_us : latency, answer, f);
    return f;
}

void fake_caller_cancel(void *self, struct llm_flight *flight)
{
    (void)self;
    assert(!flight->cancelled);
    flight->cancelled = true;
}

bool fake_caller_reload_key(void *self, int provider)
{
    struct fake_provider *p = self;
    return p->shop && fake_shop_reload_key(p->shop, provider);
}
