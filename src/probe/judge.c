/* What a provider's answers are worth, check by check.
 *
 * Facts come from look.c and target.c. Each check reads them and says pass, note or fail, with the
 * reason and, where the configuration is to blame, the key that mends it. Speed and load are judged
 * in judge_load.c.
 */
#include "probe/judge.h"

#include <stdio.h>

#include "base/human.h"
#include "base/mem.h"

/* ": Model not found" behind a status, where the provider said something. */
#define SAID(t) (t)->message_text[0] != '\0' ? ": " : "", (t)->message_text

static bool is_usable(const struct probe_seen *s)
{
    return s->base.ended && probe_answered(s->base.failure);
}

static void judge_reachable(const struct probe_seen *s, struct finding *f)
{
    char dns[HUMAN_SIZE], connect[HUMAN_SIZE], tls[HUMAN_SIZE];
    const struct llm_reached *r = &s->reached;
    if (!s->reach_tried) {
        finding_skip(f, s);
        return;
    }
    if (!r->ok) {
        finding_set(f, RESULT_FAIL, "no connection: %s", r->message);
        return;
    }
    human_latency(r->dns_us < 0 ? 0 : r->dns_us, dns);
    human_latency(r->connect_us < 0 ? 0 : r->connect_us, connect);
    human_latency(r->tls_us, tls);
    finding_set(f, RESULT_PASS, "%s: DNS %s, connect %s, TLS %s", r->address, dns, connect,
                r->tls_us < 0 ? "none" : tls);
}

static void judge_key(const struct probe_seen *s, struct finding *f)
{
    const struct probe_trial *t = &s->base;
    bool has_key = s->provider->key_env != NULL || s->provider->key_file != NULL;
    if (s->key_trouble[0] != '\0')
        finding_set(f, RESULT_FAIL, "%s", s->key_trouble);
    else if (!t->ended)
        finding_skip(f, s);
    else if (t->failure == FAIL_KEY)
        finding_set(f, RESULT_FAIL, "refused, HTTP %d%s%s", t->http_status, SAID(t));
    else if (t->failure == FAIL_REGION)
        finding_set(f, RESULT_FAIL,
                    "HTTP %d: not allowed from this address, or not with this key%s%s",
                    t->http_status, SAID(t));
    else if (t->failure == FAIL_MONEY)
        finding_set(f, RESULT_FAIL, "accepted, but no money is left, HTTP %d%s%s", t->http_status,
                    SAID(t));
    else if (t->http_status == 0)
        finding_set(f, RESULT_SKIPPED, "no answer to judge by");
    else
        finding_set(f, RESULT_PASS, "%s", has_key ? "accepted" : "none configured, none asked for");
}

static void judge_wire(const struct probe_seen *s, struct finding *f)
{
    char took[HUMAN_SIZE];
    const struct probe_trial *t = &s->base;
    bool denied = t->failure == FAIL_KEY || t->failure == FAIL_REGION || t->failure == FAIL_MONEY;
    human_latency(t->latency_us, took);
    if (!t->ended || denied)
        finding_skip(f, s);
    else if (!is_usable(s) && t->http_status == 0)
        finding_set(f, RESULT_FAIL, "no answer after %s (%s)%s%s", took, failure_name(t->failure),
                    SAID(t));
    else if (!is_usable(s))
        finding_set(f, RESULT_FAIL, "a call as a run sends it ends in HTTP %d (%s)%s%s",
                    t->http_status, failure_name(t->failure), SAID(t));
    else if (t->salvaged)
        finding_set(f, RESULT_FAIL, "the body is not valid JSON; the text had to be cut out of it");
    else if (t->parts)
        finding_set(f, RESULT_NOTE, "content comes as a list of parts; it is read all the same");
    else if (!t->choices || !t->message || !t->text)
        finding_set(f, RESULT_FAIL, "choices[0].message.content is not there or no string");
    else
        finding_set(f, RESULT_PASS, "choices[0].message.content, answered in %s", took);
}

/* ---- JSON --------------------------------------------------------------------------------- */

static const char *mode_name(enum json_mode mode)
{
    static const char *const names[] = {"json_schema", "json_object", "none"};
    return names[mode];
}

static bool mode_works(const struct probe_trial *t)
{
    return t->ended && probe_answered(t->failure) && t->results;
}

static void add_mode(const struct probe_trial *t, enum json_mode mode, struct finding *f)
{
    const char *name = mode_name(mode);
    if (!t->ended)
        return;
    if (mode_works(t))
        finding_add(f, RESULT_PASS, "%s works too", name);
    else if (probe_answered(t->failure))
        finding_add(f, RESULT_PASS, "%s brings %s", name, t->object ? "other members" : "no JSON");
    else if (t->http_status > 0)
        finding_add(f, RESULT_PASS, "%s: HTTP %d (%s)", name, t->http_status,
                    failure_name(t->failure));
    else
        finding_add(f, RESULT_PASS, "%s: no answer (%s)", name, failure_name(t->failure));
}

static void judge_json(const struct probe_seen *s, struct finding *f)
{
    enum json_mode wanted = s->model->json;
    const struct probe_trial *t = s->relaxed == RELAX_JSON ? &s->plain : &s->base;
    if (!is_usable(s)) {
        finding_skip(f, s);
        return;
    }
    if (s->relaxed == RELAX_JSON)
        finding_set(f, RESULT_FAIL, "%s, as configured, is refused%s%s; set `json: none`",
                    mode_name(wanted), SAID(&s->plain));
    else if (mode_works(t))
        finding_set(f, RESULT_PASS, "%s, as configured, works", mode_name(wanted));
    else if (t->failure == FAIL_TRUNCATED)
        finding_set(f, RESULT_FAIL, "%s, as configured: the answer breaks off at %lld tokens",
                    mode_name(wanted), (long long)t->token_cap);
    else
        finding_set(f, t->object ? RESULT_NOTE : RESULT_FAIL, "%s, as configured, brings %s",
                    mode_name(wanted), t->object ? "JSON, but not what was asked for" : "no JSON");
    for (int mode = JSON_MODE_SCHEMA; mode <= JSON_MODE_NONE; mode++)
        if (mode != (int)wanted)
            add_mode(&s->modes[mode], (enum json_mode)mode, f);
}

/* ---- members of the answer ---------------------------------------------------------------- */

static void judge_usage(const struct probe_seen *s, struct finding *f)
{
    const struct usage *u = &s->base.usage;
    if (!is_usable(s)) {
        finding_skip(f, s);
        return;
    }
    if (!u->present) {
        finding_set(f, RESULT_FAIL, "not told: costs could only be estimated");
        return;
    }
    finding_set(f, RESULT_PASS, "input %lld, output %lld", (long long)u->input,
                (long long)u->output);
    if (u->clamped || u->input == 0 || u->output == 0)
        finding_add(f, RESULT_FAIL, "figures that cannot be");
    if (s->base.cached_told)
        finding_add(f, RESULT_PASS, "cached %lld", (long long)u->cached);
    else
        finding_add(f, RESULT_NOTE, "cached tokens are not told: they are booked at full price");
}

/* More output than the cap and the thinking that is reckoned with; -1 = no. */
static int64_t above_cap(const struct probe_seen *s, const struct probe_trial *t)
{
    bool above =
        t->ended && t->usage.present && t->usage.output > t->token_cap + s->model->reasoning_tokens;
    return above ? t->usage.output : -1;
}

static void judge_token_cap(const struct probe_seen *s, struct finding *f)
{
    const char *name = s->model->token_param;
    const struct probe_trial *t = above_cap(s, &s->base) >= 0 ? &s->base : &s->capped;
    if (!is_usable(s))
        finding_skip(f, s);
    else if (s->relaxed == RELAX_TOKEN_PARAM)
        finding_set(f, RESULT_FAIL, "%s is refused%s%s; set `token_param: %s`", name,
                    SAID(&s->plain),
                    strcmp(name, "max_tokens") == 0 ? "max_completion_tokens" : "max_tokens");
    else if (above_cap(s, t) >= 0)
        finding_set(f, RESULT_FAIL,
                    "%s %lld is not held: %lld output tokens; calls can cost more than is reserved "
                    "for them",
                    name, (long long)t->token_cap, (long long)t->usage.output);
    else if (s->capped.ended && probe_answered(s->capped.failure) && s->capped.usage.present)
        finding_set(f, RESULT_PASS, "%s is accepted and held", name);
    else
        finding_set(f, RESULT_PASS, "%s is accepted", name);
}

static void judge_temperature(const struct probe_seen *s, struct finding *f)
{
    int64_t ppm = s->model->temperature_ppm;
    if (!is_usable(s))
        finding_skip(f, s);
    else if (s->relaxed == RELAX_TEMPERATURE)
        finding_set(f, RESULT_FAIL, "refused%s%s; set `temperature: null`", SAID(&s->plain));
    else if (ppm == CONFIG_OFF)
        finding_set(f, RESULT_PASS, "not sent, as configured");
    else
        finding_set(f, RESULT_PASS, "%lld.%02lld is accepted", (long long)(ppm / 1000000),
                    (long long)(ppm % 1000000 / 10000));
}

static bool stream_thinks(const struct probe_seen *s)
{
    for (int i = 0; i < s->stream_count; i++)
        if (s->streams[i].reasoning)
            return true;
    return false;
}

static void judge_thinking(const struct probe_seen *s, struct finding *f)
{
    const struct probe_trial *t = &s->base;
    bool thinks = t->thinking || t->usage.reasoning > 0 || stream_thinks(s);
    bool blank = t->content_bytes == 0;
    if (!is_usable(s)) {
        finding_skip(f, s);
        return;
    }
    if (s->relaxed == RELAX_EXTRA)
        finding_set(f, RESULT_FAIL, "extra_body is refused%s%s", SAID(&s->plain));
    else if (thinks || blank)
        finding_set(f, s->model->reasoning_tokens > 0 && !blank ? RESULT_NOTE : RESULT_FAIL,
                    "it thinks: %lld of %lld output tokens%s%s", (long long)t->usage.reasoning,
                    (long long)t->usage.output, blank ? ", and no text is left" : "",
                    s->model->reasoning_tokens > 0 ? ", as reasoning_tokens allows for"
                                                   : "; switch it off in extra_body");
    else
        finding_set(f, RESULT_PASS, "none seen%s",
                    t->reasoning_told ? "" : "; reasoning tokens are not told");
}

/* Providers put their name in front or a date behind. */
static bool contains(const char *hay, const char *needle)
{
    return strcasestr(hay, needle) != NULL;
}

static void judge_served(const struct probe_seen *s, struct finding *f)
{
    const char *asked = s->model->served_name, *served = s->base.served_model;
    if (!is_usable(s))
        finding_skip(f, s);
    else if (served[0] == '\0')
        finding_set(f, RESULT_NOTE, "not told");
    else if (contains(served, asked) || contains(asked, served))
        finding_set(f, RESULT_PASS, "%s", served);
    else
        finding_set(f, RESULT_FAIL, "%s, asked for was %s", served, asked);
}

static void judge_request_id(const struct probe_seen *s, struct finding *f)
{
    if (!is_usable(s))
        finding_skip(f, s);
    else if (s->base.request_id[0] == '\0')
        finding_set(f, RESULT_NOTE, "none: a complaint to the provider has nothing to name");
    else
        finding_set(f, RESULT_PASS, "%s", s->base.request_id);
}

static void judge_unknown_model(const struct probe_seen *s, struct finding *f)
{
    const struct probe_trial *t = &s->unknown_model;
    if (!t->ended)
        finding_skip(f, s);
    else if (t->failure == FAIL_CONFIG)
        finding_set(f, RESULT_PASS, "refused with HTTP %d%s%s", t->http_status,
                    t->provider_code[0] != '\0' ? ", " : "", t->provider_code);
    else if (t->http_status >= 200 && t->http_status < 300)
        finding_set(f, RESULT_FAIL,
                    "answered with HTTP %d as %s: a model that is gone would not "
                    "be noticed",
                    t->http_status, t->served_model[0] != '\0' ? t->served_model : "no name");
    else
        finding_set(f, RESULT_NOTE, "HTTP %d (%s) instead of 404%s%s", t->http_status,
                    failure_name(t->failure), SAID(t));
}

/* "requests 500, 499 left" */
static void add_limit(struct finding *f, const char *what, int64_t limit, int64_t left)
{
    char most[HUMAN_SIZE], rest[HUMAN_SIZE];
    human_count(limit, most);
    human_count(left, rest);
    if (limit >= 0 && left >= 0)
        finding_add(f, RESULT_PASS, "%s %s, %s left", what, most, rest);
    else if (limit >= 0)
        finding_add(f, RESULT_PASS, "%s %s", what, most);
    else if (left >= 0)
        finding_add(f, RESULT_PASS, "%s: %s left", what, rest);
}

static void judge_limits(const struct probe_seen *s, struct finding *f)
{
    char wait[HUMAN_SIZE];
    finding_set(f, RESULT_SKIPPED, "%s", "");
    add_limit(f, "requests", s->limits.requests_limit, s->limits.requests_left);
    add_limit(f, "tokens", s->limits.tokens_limit, s->limits.tokens_left);
    if (s->retry_after_us >= 0) {
        human_latency(s->retry_after_us, wait);
        finding_add(f, RESULT_PASS, "told to wait up to %s", wait);
    }
    if (f->text[0] == '\0' && !is_usable(s))
        finding_skip(f, s);
    else if (f->text[0] == '\0')
        finding_set(f, RESULT_NOTE, "none told: a run learns them by being refused");
}

void judge(const struct probe_seen *seen, struct findings *out)
{
    static void (*const checks[])(const struct probe_seen *, struct finding *) = {
        [CHECK_REACHABLE] = judge_reachable,
        [CHECK_KEY] = judge_key,
        [CHECK_WIRE] = judge_wire,
        [CHECK_JSON] = judge_json,
        [CHECK_USAGE] = judge_usage,
        [CHECK_TOKEN_CAP] = judge_token_cap,
        [CHECK_TEMPERATURE] = judge_temperature,
        [CHECK_THINKING] = judge_thinking,
        [CHECK_SERVED] = judge_served,
        [CHECK_REQUEST_ID] = judge_request_id,
        [CHECK_UNKNOWN_MODEL] = judge_unknown_model,
        [CHECK_LIMITS] = judge_limits,
        [CHECK_STREAM] = judge_stream,
        [CHECK_LATENCY] = judge_latency,
        [CHECK_AVAILABILITY] = judge_availability,
        [CHECK_CONCURRENCY] = judge_concurrency,
    };
    *out = (struct findings){0};
    for (int i = 0; i < CHECK_COUNT; i++)
        checks[i](seen, &out->v[i]);
}
