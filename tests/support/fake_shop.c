/* The shop's rules. What was decided before a refusal was told may still arrive for a moment: an
 * intent is written down first.
 */
#include "support/fake_shop.h"

#include <stdio.h>
#include <string.h>

#include "route/price.h"

#define SECOND   INT64_C(1000000)
#define UNDERWAY 30000 /* µs: what had its place when the refusal came */
#define PARKED   (120 * SECOND)

static struct fake_site *site_of(struct fake_shop *s, const struct llm_call *call)
{
    return &s->sites[s->config->models[call->model].provider][call->endpoint];
}

static struct fake_account *account_of(struct fake_shop *s, const struct llm_call *call)
{
    return &s->accounts[s->config->models[call->model].provider];
}

static void draw_site(struct fake_site *site, struct random *random)
{
    static const int64_t waits[] = {
        -1, 0, SECOND, 3 * SECOND / 2, 30 * SECOND, 300 * SECOND, 3600 * SECOND};
    if (random_below(random, 5) < 2)
        return;
    site->fate = (enum fake_fate)(1 + random_below(random, FATE_COUNT - 1));
    if (site->fate == FATE_REGION && random_below(random, 2))
        site->fate = FATE_DEAD;
    site->from_us = (int64_t)random_below(random, 20) * SECOND;
    site->until_us = site->from_us + (int64_t)(5 + random_below(random, 60)) * SECOND;
    site->retry_after_us = waits[random_below(random, sizeof waits / sizeof *waits)];
}

static void draw_account(struct fake_account *a, struct random *random)
{
    if (random_below(random, 12) == 0)
        a->money_until_us = (int64_t)random_below(random, 20) * SECOND;
    if (random_below(random, 8) == 0)
        a->key_until_us = (int64_t)random_below(random, 20) * SECOND;
    a->key_rotates = random_below(random, 2) == 0;
    a->overcharges = random_below(random, 6) == 0;
}

void fake_shop_draw(struct fake_shop *s, struct random *random)
{
    for (int p = 0; p < s->config->provider_count; p++) {
        for (int e = 0; e < s->config->providers[p].endpoint_count; e++)
            draw_site(&s->sites[p][e], random);
        draw_account(&s->accounts[p], random);
    }
    for (int m = 0; m < s->config->model_count; m++)
        s->gone[m] = random_below(random, 20) == 0;
    if (random_below(random, 2) == 0)
        s->low_percent = (int)random_below(random, 50);
}

void fake_shop_heal(struct fake_shop *s)
{
    memset(s->gone, 0, sizeof s->gone);
    for (int p = 0; p < SHOP_PROVIDERS; p++) {
        for (int e = 0; e < SHOP_ENDPOINTS; e++)
            s->sites[p][e].fate = FATE_WELL;
        s->accounts[p].money_until_us = s->accounts[p].key_until_us = INT64_MAX;
    }
}

void fake_shop_begin(struct fake_shop *s)
{
    memset(s->told, 0, sizeof s->told);
    for (int m = 0; m < SHOP_MODELS; m++)
        s->gone_told_us[m] = INT64_MAX;
    for (int p = 0; p < SHOP_PROVIDERS; p++) {
        s->accounts[p].told_us = INT64_MAX;
        s->accounts[p].key_new |= s->accounts[p].key_rotates;
        for (int e = 0; e < SHOP_ENDPOINTS; e++)
            s->sites[p][e].told_us = s->sites[p][e].parked_told_us = INT64_MAX;
    }
}

static void wrong(struct fake_shop *s, const struct llm_call *call, const char *what)
{
    snprintf(s->wrong, sizeof s->wrong, "model %s, endpoint %d was asked: %s",
             s->config->models[call->model].name, call->endpoint, what);
}

static bool later(int64_t now, int64_t told)
{
    return told != INT64_MAX && now > told + UNDERWAY;
}

static void witness(struct fake_shop *s, const struct llm_call *call, int64_t now)
{
    const struct fake_site *site = site_of(s, call);
    if (later(now, site->told_us))
        wrong(s, call, "it refuses our region");
    if (later(now, account_of(s, call)->told_us))
        wrong(s, call, "its account is off");
    if (later(now, s->gone_told_us[call->model]))
        wrong(s, call, "the model is gone");
    if (later(now, site->parked_told_us) && now < site->parked_until_us)
        wrong(s, call, "it asked to be left alone");
    if (slice_find(call->body, slice_str("PICTURE")) >= 0 && !s->config->models[call->model].vision)
        wrong(s, call, "it cannot see pictures");
}

static enum failure fate_now(const struct fake_site *site, int64_t now)
{
    static const enum failure failures[FATE_COUNT] = {
        [FATE_DEAD] = FAIL_NOT_SENT,       [FATE_SERVER] = FAIL_SERVER,
        [FATE_LOSES] = FAIL_TIMEOUT,       [FATE_FLAPS] = FAIL_NOT_SENT,
        [FATE_THROTTLES] = FAIL_THROTTLED, [FATE_REGION] = FAIL_REGION,
    };
    bool on = now >= site->from_us && (now < site->until_us || site->fate == FATE_REGION);
    if (site->fate == FATE_FLAPS)
        on = on && now / (10 * SECOND) % 2 == 0;
    return on ? failures[site->fate] : FAIL_NONE;
}

enum failure fake_shop_asked(struct fake_shop *s, const struct llm_call *call, int64_t now_us)
{
    const struct fake_account *a = account_of(s, call);
    witness(s, call, now_us);
    enum failure f = fate_now(site_of(s, call), now_us);
    if (f != FAIL_NONE)
        return f;
    if (now_us >= a->key_until_us && !a->key_new)
        return FAIL_KEY;
    if (now_us >= a->money_until_us)
        return FAIL_MONEY;
    return s->gone[call->model] ? FAIL_CONFIG : FAIL_NONE;
}

int64_t fake_shop_latency(const struct fake_shop *s, const struct llm_call *call, int64_t now_us)
{
    const struct fake_site *site =
        &s->sites[s->config->models[call->model].provider][call->endpoint];
    bool slow = site->fate == FATE_SLOW && now_us >= site->from_us && now_us < site->until_us;
    return slow ? call->timeout_us * 9 / 10 : -1;
}

void fake_shop_told(struct fake_shop *s, const struct llm_call *call, struct llm_reply *reply,
                    int64_t now_us)
{
    static const int statuses[FAIL_COUNT] = {
        [FAIL_SERVER] = 500, [FAIL_THROTTLED] = 429, [FAIL_REGION] = 403,
        [FAIL_KEY] = 401,    [FAIL_MONEY] = 402,     [FAIL_CONFIG] = 404};
    struct fake_site *site = site_of(s, call);
    struct fake_account *a = account_of(s, call);
    enum failure f = reply->failure;
    s->told[f] = true;
    if (statuses[f])
        reply->http_status = statuses[f];
    if (f == FAIL_THROTTLED && site->fate == FATE_THROTTLES)
        reply->retry_after_us = site->retry_after_us;
    if (reply->retry_after_us > PARKED) {
        site->parked_told_us = now_us;
        site->parked_until_us = now_us + reply->retry_after_us;
    }
    if (f == FAIL_REGION && site->told_us == INT64_MAX)
        site->told_us = now_us;
    bool off = f == FAIL_MONEY || (f == FAIL_KEY && !a->key_rotates);
    if (off && a->told_us == INT64_MAX)
        a->told_us = now_us;
    if (f == FAIL_CONFIG && s->gone_told_us[call->model] == INT64_MAX)
        s->gone_told_us[call->model] = now_us;
}

void fake_shop_bill(struct fake_shop *s, const struct llm_call *call, int64_t input, int64_t output)
{
    const struct config_model *m = &s->config->models[call->model];
    if (m->price_count == 0)
        return;
    struct price p = price_at(m, 0);
    account_of(s, call)->billed_pusd += input * p.input + output * p.output;
}

bool fake_shop_low(const struct fake_shop *s, int model, uint8_t hash)
{
    return (hash + 37 * model) % 100 < s->low_percent;
}

bool fake_shop_reload_key(struct fake_shop *s, int provider)
{
    struct fake_account *a = &s->accounts[provider];
    bool fresh = a->key_rotates && !a->key_new;
    a->key_new |= a->key_rotates;
    return fresh;
}
