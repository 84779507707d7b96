/* An endpoint where all is well, and one function for each thing that may be wrong with it. */
#include "support/probe_fixture.h"

#include <stdio.h>

static const struct config_endpoint endpoint = {.name = "us-east", .url = "https://a.example/v1"};
static const struct config_provider provider = {
    .name = "p",
    .key_env = "KEY",
    .max_in_flight = 64,
    .target = {.availability_ppm = 999000, .p99_us = 2000000}};
static const struct config_model model = {.name = "m",
                                          .served_name = "m-1",
                                          .json = JSON_MODE_OBJECT,
                                          .temperature_ppm = 200000,
                                          .token_param = "max_tokens",
                                          .extra_body = "{}"};
static const struct config_model thinker = {.name = "m",
                                            .served_name = "m-1",
                                            .json = JSON_MODE_OBJECT,
                                            .temperature_ppm = CONFIG_OFF,
                                            .token_param = "max_tokens",
                                            .reasoning_tokens = 1000,
                                            .extra_body = "{}"};

static struct probe_trial good_trial(void)
{
    struct probe_trial t = {.ended = true,
                            .failure = FAIL_NONE,
                            .http_status = 200,
                            .latency_us = 500000,
                            .token_cap = 128,
                            .content_bytes = 90,
                            .choices = true,
                            .message = true,
                            .text = true,
                            .object = true,
                            .results = true,
                            .cached_told = true,
                            .reasoning_told = true,
                            .usage = {.input = 100, .output = 30, .present = true},
                            .served_model = "m-1",
                            .request_id = "r-1"};
    return t;
}

static struct probe_trial refused_trial(enum failure failure, int status)
{
    struct probe_trial t = {.ended = true, .failure = failure, .http_status = status};
    snprintf(t.message_text, sizeof t.message_text, "as the provider says");
    return t;
}

struct probe_seen seen_good(void)
{
    struct probe_seen s = {.provider = &provider,
                           .endpoint = &endpoint,
                           .model = &model,
                           .reach_tried = true,
                           .reached = {.ok = true,
                                       .dns_us = 1000,
                                       .connect_us = 2000,
                                       .tls_us = 30000,
                                       .address = "192.0.2.1"},
                           .limits = {500, 499, 1000, 200000, 199000, 1000},
                           .retry_after_us = -1,
                           .stream_count = 3,
                           .step_count = 2};
    s.plain = s.base = good_trial();
    for (int i = 0; i < 3; i++)
        s.modes[i] = good_trial();
    s.unknown_model = refused_trial(FAIL_CONFIG, 404);
    s.capped = good_trial();
    s.capped.failure = FAIL_TRUNCATED;
    s.capped.token_cap = s.capped.usage.output = 16;
    for (int i = 0; i < 3; i++)
        s.streams[i] = (struct probe_stream){.failure = FAIL_NONE,
                                             .events = true,
                                             .done = true,
                                             .usage = true,
                                             .first_token_us = 200000 + i * 1000,
                                             .text_us = 1000000,
                                             .output_tokens = 61,
                                             .pieces = 61};
    s.load = (struct probe_load){.calls = 200,
                                 .answered = 200,
                                 .output_tokens = 200000,
                                 .latency_us = {200, 600000, 900000, 1400000, 1500000}};
    s.steps[0] = (struct probe_step){
        .width = 1, .asked = true, .answered = 1, .latency_us = {1, 100, 100, 100, 100}};
    s.steps[1] = (struct probe_step){
        .width = 64, .asked = true, .answered = 64, .latency_us = {64, 200, 300, 300, 300}};
    return s;
}

void seen_no_connection(struct probe_seen *s)
{
    *s = (struct probe_seen){.provider = &provider,
                             .endpoint = &endpoint,
                             .model = &model,
                             .reach_tried = true,
                             .limits = {-1, -1, -1, -1, -1, -1},
                             .retry_after_us = -1};
    snprintf(s->reached.message, sizeof s->reached.message, "Could not resolve host");
}
void seen_no_key(struct probe_seen *s)
{
    s->base = (struct probe_trial){.ended = false};
    snprintf(s->key_trouble, sizeof s->key_trouble, "KEY is not set");
}
void seen_key_refused(struct probe_seen *s)
{
    s->base = refused_trial(FAIL_KEY, 401);
}
void seen_region(struct probe_seen *s)
{
    s->base = refused_trial(FAIL_REGION, 403);
}
void seen_money(struct probe_seen *s)
{
    s->base = refused_trial(FAIL_MONEY, 402);
}
void seen_model_gone(struct probe_seen *s)
{
    s->base = refused_trial(FAIL_CONFIG, 404);
}
void seen_no_answer(struct probe_seen *s)
{
    s->base = refused_trial(FAIL_TIMEOUT, 0);
}
void seen_salvaged(struct probe_seen *s)
{
    s->base.salvaged = true;
}
void seen_parts(struct probe_seen *s)
{
    s->base.text = false;
    s->base.parts = true;
}
void seen_no_choices(struct probe_seen *s)
{
    s->base.choices = s->base.message = s->base.text = false;
}
void seen_json_refused(struct probe_seen *s)
{
    s->relaxed = RELAX_JSON;
    s->plain = refused_trial(FAIL_CONFIG, 400);
}
void seen_prose(struct probe_seen *s)
{
    s->base.object = s->base.results = false;
}
void seen_other_json(struct probe_seen *s)
{
    s->base.results = false;
}
void seen_other_modes_refused(struct probe_seen *s)
{
    s->modes[JSON_MODE_SCHEMA] = refused_trial(FAIL_CONFIG, 400);
}
void seen_no_usage(struct probe_seen *s)
{
    s->base.usage.present = false;
}
void seen_bad_usage(struct probe_seen *s)
{
    s->base.usage.clamped = true;
}
void seen_no_cached(struct probe_seen *s)
{
    s->base.cached_told = false;
}
void seen_cap_refused(struct probe_seen *s)
{
    s->relaxed = RELAX_TOKEN_PARAM;
    s->plain = refused_trial(FAIL_CONFIG, 400);
}
void seen_cap_ignored(struct probe_seen *s)
{
    s->base.usage.output = 129;
}
void seen_small_cap_ignored(struct probe_seen *s)
{
    s->capped.usage.output = 17;
}
void seen_temperature_refused(struct probe_seen *s)
{
    s->relaxed = RELAX_TEMPERATURE;
    s->plain = refused_trial(FAIL_CONFIG, 400);
}
void seen_extra_refused(struct probe_seen *s)
{
    s->relaxed = RELAX_EXTRA;
    s->plain = refused_trial(FAIL_CONFIG, 400);
}
void seen_thinks(struct probe_seen *s)
{
    s->base.usage.reasoning = 20;
}
void seen_thinks_as_allowed(struct probe_seen *s)
{
    s->model = &thinker;
    s->base.usage.reasoning = 20;
}
void seen_thinks_in_the_stream(struct probe_seen *s)
{
    s->streams[1].reasoning = true;
}
void seen_thinks_and_says_nothing(struct probe_seen *s)
{
    s->model = &thinker;
    s->base.failure = FAIL_TRUNCATED;
    s->base.content_bytes = 0;
}
void seen_other_model(struct probe_seen *s)
{
    snprintf(s->base.served_model, sizeof s->base.served_model, "cheap-one");
}
void seen_dated_model(struct probe_seen *s)
{
    snprintf(s->base.served_model, sizeof s->base.served_model, "vendor/M-1-2026-08-01");
}
void seen_unnamed_model(struct probe_seen *s)
{
    s->base.served_model[0] = '\0';
}
void seen_no_request_id(struct probe_seen *s)
{
    s->base.request_id[0] = '\0';
}
void seen_any_model(struct probe_seen *s)
{
    s->unknown_model = good_trial();
}
void seen_unknown_is_500(struct probe_seen *s)
{
    s->unknown_model = refused_trial(FAIL_SERVER, 500);
}
void seen_no_limits(struct probe_seen *s)
{
    s->limits = (struct llm_limits){-1, -1, -1, -1, -1, -1};
}
void seen_waits(struct probe_seen *s)
{
    seen_no_limits(s);
    s->retry_after_us = 2000000;
}
void seen_no_stream(struct probe_seen *s)
{
    s->streams[2].events = false;
}
void seen_stream_error(struct probe_seen *s)
{
    s->streams[0].failure = FAIL_BAD_ANSWER;
}
void seen_stream_burst(struct probe_seen *s)
{
    for (int i = 0; i < 3; i++)
        s->streams[i].text_us = 900;
}
void seen_stream_without_done(struct probe_seen *s)
{
    s->streams[1].done = false;
}
void seen_stream_without_usage(struct probe_seen *s)
{
    s->streams[1].usage = false;
    s->streams[1].output_tokens = -1;
}
void seen_slow(struct probe_seen *s)
{
    s->load.latency_us.p99 = 2000001;
}
void seen_just_in_time(struct probe_seen *s)
{
    s->load.latency_us.p99 = 2000000;
}
void seen_never_answered(struct probe_seen *s)
{
    s->load = (struct probe_load){.calls = 3, .failed = 3};
}
void seen_one_in_two_hundred_failed(struct probe_seen *s)
{
    s->load.answered = 199;
    s->load.failed = 1;
}
void seen_one_in_two_thousand_failed(struct probe_seen *s)
{
    s->load.answered = 1999;
    s->load.failed = 1;
}
void seen_some_throttled(struct probe_seen *s)
{
    s->load.throttled = 5;
}
void seen_all_throttled(struct probe_seen *s)
{
    s->load = (struct probe_load){.calls = 3, .throttled = 3};
}
void seen_step_throttled(struct probe_seen *s)
{
    s->steps[1].throttled = 3;
}
void seen_step_failed(struct probe_seen *s)
{
    s->steps[1].failed = 1;
}
void seen_step_unpaid(struct probe_seen *s)
{
    s->steps[1] = (struct probe_step){.width = 64};
    s->stop = STOP_MONEY;
}

void seen_stopped(struct probe_seen *s)
{
    s->stop = STOP_SIGNAL;
}

void (*const seen_faults[])(struct probe_seen *s) = {
#define X(name) seen_##name,
    SEEN_FAULTS(X)
#undef X
};
const int seen_fault_count = (int)(sizeof seen_faults / sizeof *seen_faults);
