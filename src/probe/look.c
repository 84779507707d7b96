/* From a reply to the facts of a trial.
 *
 * llm/ has already made the best of what came; here it is looked at once more, for what a provider
 * should have sent. Texts are not kept.
 */
#include "probe/look.h"

#include "probe/ask.h"

static bool has_text(const json *message, const char *key)
{
    return json_str(json_get(message, key)).n > 0;
}

static void look_at_usage(const json *usage, struct probe_trial *out)
{
    const json *in = json_get(usage, "prompt_tokens_details");
    const json *done = json_get(usage, "completion_tokens_details");
    out->cached_told = json_get(in, "cached_tokens") != NULL ||
                       json_get(usage, "prompt_cache_hit_tokens") != NULL ||
                       json_get(usage, "cached_tokens") != NULL;
    out->reasoning_told = json_get(done, "reasoning_tokens") != NULL;
}

static void look_at_body(struct slice body, struct probe_trial *out)
{
    json *doc = NULL;
    if (json_parse(slice_trim(body), JSON_MAX_DEPTH, &doc) != ST_OK)
        return;
    const json *choice = json_first(json_get(doc, "choices"));
    const json *message = json_get(choice, "message");
    const json *content = json_get(message, "content");
    out->choices = choice != NULL;
    out->message = json_is(message, JSON_OBJECT);
    out->text = json_is(content, JSON_STRING);
    out->parts = json_is(content, JSON_ARRAY);
    out->thinking = has_text(message, "reasoning_content") || has_text(message, "reasoning") ||
                    slice_find(json_str(content), SLICE_LIT("<think>")) >= 0;
    look_at_usage(json_get(doc, "usage"), out);
    json_free(doc);
}

void look_at_reply(const struct llm_reply *reply, int64_t token_cap, struct probe_trial *out)
{
    *out = (struct probe_trial){.ended = true,
                                .failure = reply->failure,
                                .http_status = reply->http_status,
                                .latency_us = reply->latency_us,
                                .token_cap = token_cap,
                                .content_bytes = (int64_t)slice_trim(reply->content).n,
                                .salvaged = reply->content_salvaged,
                                .usage = reply->usage};
    memcpy(out->served_model, reply->served_model, sizeof out->served_model);
    memcpy(out->request_id, reply->request_id, sizeof out->request_id);
    memcpy(out->finish_reason, reply->finish_reason, sizeof out->finish_reason);
    memcpy(out->provider_code, reply->provider_code, sizeof out->provider_code);
    memcpy(out->message_text, reply->message, sizeof out->message_text);
    if (reply->http_status < 200 || reply->http_status >= 300)
        return;
    look_at_body(reply->raw, out);
    out->results = ask_is_answer(reply->content, &out->object);
}

void look_at_stream(const struct llm_reply *reply, const struct llm_stream *s, int64_t sent_mono_us,
                    struct probe_stream *out)
{
    *out = (struct probe_stream){.failure = reply->failure,
                                 .events = s->chunks > 0,
                                 .done = s->done,
                                 .usage = s->usage.present,
                                 .reasoning = s->reasoning_bytes > 0,
                                 .first_token_us = -1,
                                 .pieces = s->pieces,
                                 .keepalives = s->keepalives,
                                 .bad_events = s->bad_events,
                                 .output_tokens = s->usage.present ? s->usage.output : -1};
    memcpy(out->message, reply->message, sizeof out->message);
    if (s->pieces > 0) {
        out->first_token_us = s->first_mono_us - sent_mono_us;
        out->text_us = s->last_mono_us - s->first_mono_us;
    }
}

/* What one reply leaves out stays as another told it. */
static void keep(int64_t told, int64_t *kept)
{
    if (told >= 0)
        *kept = told;
}

void look_at_limits(const struct llm_reply *reply, struct probe_seen *seen)
{
    const struct llm_limits *l = &reply->limits;
    keep(l->requests_limit, &seen->limits.requests_limit);
    keep(l->requests_left, &seen->limits.requests_left);
    keep(l->requests_reset_us, &seen->limits.requests_reset_us);
    keep(l->tokens_limit, &seen->limits.tokens_limit);
    keep(l->tokens_left, &seen->limits.tokens_left);
    keep(l->tokens_reset_us, &seen->limits.tokens_reset_us);
    if (reply->retry_after_us > seen->retry_after_us)
        seen->retry_after_us = reply->retry_after_us;
}
