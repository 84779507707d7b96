/* Judge: what the end of a call means for the endpoint, the provider and the model it went to.
 *
 * The failure class decides (contract of the classes: model/failure.h): leave an endpoint alone for
 * a while, for the run, the whole provider, or one model. What becomes of the tickets is
 * follow.c's, what happens when nothing is left dead_end.c's.
 */
#include "base/log.h"
#include "pipeline/state.h"

#define PARKED_ABOVE_US INT64_C(120000000) /* a longer Retry-After is no reason to wait here */
#define TROUBLE         5                  /* failures in a row that make an outage */

static const char *endpoint_name(const struct mill *m, const struct endpoint *e)
{
    return m->config->providers[e->provider].endpoints[e->index].name;
}

static const char *provider_name(const struct mill *m, const struct endpoint *e)
{
    return m->config->providers[e->provider].name;
}

static void log_endpoint(const struct mill *m, enum log_level level, const char *event,
                         const char *text, const struct endpoint *e)
{
    log_event(level, event, text, L_STR("provider", provider_name(m, e)),
              L_STR("endpoint", endpoint_name(m, e)));
}

/* An outage that ends before its beginning is booked is closed when that has come back. */
static void end_outage(struct mill *m, struct endpoint *e)
{
    if (e->outage_no == 0)
        return;
    struct ledger_cmd *cmd = ledger_cmd_new(LOP_OUTAGE);
    cmd->u.outage.outage_no = e->outage_no;
    cmd->u.outage.at_unix_us = mill_unix_now(m);
    e->outage_no = 0;
    mill_submit(m, cmd);
}

static void begin_outage(struct mill *m, struct endpoint *e, const char *cause)
{
    if (e->out) /* for whatever reason: one outage at a time */
        return;
    struct ledger_cmd *cmd = ledger_cmd_new(LOP_OUTAGE);
    cmd->u.outage.provider = slice_str(provider_name(m, e));
    cmd->u.outage.endpoint = slice_str(endpoint_name(m, e));
    cmd->u.outage.cause = slice_str(cause);
    cmd->u.outage.at_unix_us = mill_unix_now(m);
    cmd->owner = e;
    e->out = true;
    mill_submit(m, cmd);
}

void judge_outage_booked(struct mill *m, const struct ledger_cmd *cmd)
{
    struct endpoint *e = cmd->owner;
    if (cmd->status != ST_OK) {
        drain_stop(m, cmd->status, cmd->fail.text);
        return;
    }
    if (!e)
        return;
    end_outage(m, e); /* the one before: over, and a next one begun, before either was booked */
    e->outage_no = cmd->u.outage.outage_no;
    if (!e->out)
        end_outage(m, e);
}

static void endpoint_down(struct mill *m, struct endpoint *e)
{
    m->stats.endpoint_outages++;
    log_endpoint(m, LOG_WARN, "endpoint_down",
                 "too many calls fail: the endpoint is left alone and probed now and then", e);
    begin_outage(m, e, "breaker");
}

static void endpoint_up(struct mill *m, struct endpoint *e)
{
    log_endpoint(m, LOG_INFO, "endpoint_up", "the endpoint answers again", e);
    if (e->off != FAIL_NONE || m->providers.accounts[e->provider].off != FAIL_NONE)
        return; /* a late answer: it stays off all the same */
    e->out = false;
    end_outage(m, e);
}

/* How often an ask may fail there in a row before another endpoint is tried first. */
static int failures_allowed(const struct mill *m, const struct ask *a)
{
    if (a->failure == FAIL_NOT_SENT)
        return 1;
    if (failure_billing(a->failure) == BILLED_UNKNOWN)
        return 2;
    return (int)m->config->providers[a->at.place->endpoint->provider].tries;
}

static void remember_failure(const struct mill *m, struct ask *a)
{
    int number = a->at.place->endpoint->number;
    a->failures++;
    a->failed_here = a->failed_at == number ? a->failed_here + 1 : 1;
    a->failed_at = number;
    if (a->failed_here >= failures_allowed(m, a))
        a->avoid |= UINT64_C(1) << (number % 64);
}

static void failed(struct mill *m, struct ask *a, int64_t now)
{
    struct endpoint *e = a->at.place->endpoint;
    remember_failure(m, a);
    a->is_retry = a->failure != FAIL_NOT_SENT; /* which cost nobody anything */
    e->failures++;
    if (a->failure == FAIL_TIMEOUT)
        gate_timeout(&a->at.place->gate, a->sent_mono_us, now);
    if (breaker_failed(&e->breaker, a->sent_mono_us, now, &m->random) && e->breaker.opened == 1)
        endpoint_down(m, e);
}

static void throttled(struct mill *m, struct ask *a, int64_t now)
{
    struct endpoint *e = a->at.place->endpoint;
    a->failures++;
    a->throttled++;
    a->is_retry = true;
    breaker_void(&e->breaker, a->sent_mono_us);
    gate_throttled(&a->at.place->gate, a->sent_mono_us, now);
    if (a->retry_after_us > PARKED_ABOVE_US) {
        if (e->parked_until_us < now)
            log_endpoint(m, LOG_WARN, "endpoint_parked",
                         "the endpoint asks to be left alone for minutes", e);
        if (e->parked_until_us < now + a->retry_after_us)
            e->parked_until_us = now + a->retry_after_us;
        return;
    }
    if (a->retry_after_us > 0)
        gate_pause(&a->at.place->gate, now + a->retry_after_us);
}

static void answered(struct mill *m, struct ask *a, int64_t now)
{
    struct endpoint *e = a->at.place->endpoint;
    m->outages += e->failures >= TROUBLE;
    e->failures = 0;
    gate_success(&a->at.place->gate, now - a->sent_mono_us, now);
    if (breaker_ok(&e->breaker, a->sent_mono_us, now))
        endpoint_up(m, e);
}

void judge_model(struct mill *m, const struct ask *a)
{
    if (m->providers.offers[a->at.model].off)
        return;
    m->providers.offers[a->at.model].off = true;
    log_event(LOG_ERROR, "model_stopped", "the provider refuses what is configured for the model",
              L_STR("model", m->config->models[a->at.model].name));
}

/* A region that refuses us (403) stays off for the run. */
static void region_off(struct mill *m, const struct ask *a)
{
    struct endpoint *e = a->at.place->endpoint;
    if (e->off != FAIL_NONE)
        return;
    e->off = FAIL_REGION;
    log_endpoint(m, LOG_ERROR, "endpoint_off", "the endpoint refuses requests from here (403)", e);
    begin_outage(m, e, "region");
}

static void account_off(struct mill *m, const struct ask *a, enum failure why, const char *text)
{
    const struct endpoint *e = a->at.place->endpoint;
    struct account *account = &m->providers.accounts[e->provider];
    if (account->off != FAIL_NONE)
        return;
    account->off = why;
    log_event(LOG_ERROR, "provider_off", text, L_STR("provider", provider_name(m, e)));
    for (int i = 0; i < account->endpoint_count; i++)
        begin_outage(m, &account->endpoints[i], failure_name(why));
}

/* A rotated key is read again; calls that were sent with the old one just go again. */
static void key_refused(struct mill *m, const struct ask *a, int64_t now)
{
    int provider = a->at.place->endpoint->provider;
    struct account *account = &m->providers.accounts[provider];
    if (a->sent_mono_us <= account->key_read_mono_us)
        return;
    if (m->o.ports.caller.reload_key(m->o.ports.caller.self, provider)) {
        account->key_read_mono_us = now;
        log_event(LOG_WARN, "key_read_again",
                  "the provider refused the key, its file has a new one",
                  L_STR("provider", m->config->providers[provider].name));
    } else {
        account_off(m, a, FAIL_KEY, "the key is refused (401): check key_env or key_file");
    }
}

void judge_endpoint(struct mill *m, struct ask *a)
{
    int64_t now = mill_now(m);
    struct breaker *breaker = &a->at.place->endpoint->breaker;
    switch (a->failure) {
    case FAIL_NOT_SENT:
    case FAIL_TIMEOUT:
    case FAIL_RESET:
    case FAIL_SERVER:
    case FAIL_GATEWAY:
    case FAIL_TOO_LARGE:
        failed(m, a, now);
        return;
    case FAIL_THROTTLED:
        throttled(m, a, now);
        return;
    case FAIL_NONE:
    case FAIL_BAD_ANSWER:
    case FAIL_REFUSED:
    case FAIL_FILTERED:
    case FAIL_TRUNCATED:
        answered(m, a, now);
        return;
    case FAIL_KEY:
        key_refused(m, a, now);
        break;
    case FAIL_MONEY:
        account_off(m, a, FAIL_MONEY, "no money is left on the account");
        break;
    case FAIL_REGION:
        region_off(m, a);
        break;
    case FAIL_CONFIG:
        judge_model(m, a);
        break;
    case FAIL_OVERSIZE:
    case FAIL_POLICY:
    case FAIL_REJECTED:
    case FAIL_CANCELLED:
    case FAIL_CRASH:
    case FAIL_COUNT:
        break;
    }
    breaker_void(breaker, a->sent_mono_us);
}
