/* Client and simulator in one process for tests; the simulator has its own thread. */
#include "support/llm_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"

#define PATIENCE_MS 20000

static void must(enum status st, const struct fail *fail)
{
    if (st == ST_OK)
        return;
    fprintf(stderr, "fixture: %s\n", fail->text);
    abort();
}

void llm_fixture_prepare(struct llm_fixture *f)
{
    *f = (struct llm_fixture){0};
    f->loop = test_reactor_new();
    f->provider = (struct config_provider){.name = "test",
                                           .endpoints = &f->endpoint,
                                           .endpoint_count = 1,
                                           .key_header = "Authorization",
                                           .plain_http = true,
                                           .connect_timeout_us = 2000000,
                                           .timeout_us = 5000000,
                                           .max_response_bytes = 1 << 20,
                                           .max_in_flight = 64,
                                           .tries = 3};
    f->model = (struct config_model){.name = "m", .served_name = "m", .extra_body = "{}"};
    f->config.providers = &f->provider;
    f->config.provider_count = 1;
    f->config.models = &f->model;
    f->config.model_count = 1;
    f->endpoint.name = "here";
}

struct llm_client_options llm_fixture_options(const struct llm_fixture *f)
{
    return (struct llm_client_options){
        .config = &f->config, .reactor = test_reactor_port(f->loop), .clock = &clock_system};
}

void llm_fixture_connect(struct llm_fixture *f, const char *url)
{
    struct fail fail;
    f->endpoint.url = mem_str(url);
    struct llm_client_options o = llm_fixture_options(f);
    must(llm_client_new(&o, &f->client, &fail), &fail);
}

void llm_fixture_start_at(struct llm_fixture *f, const char *url)
{
    llm_fixture_prepare(f);
    llm_fixture_connect(f, url);
}

void llm_fixture_start(struct llm_fixture *f, const char *const *faults)
{
    struct sim_options options;
    struct fail fail;
    llm_fixture_prepare(f);
    sim_options_init(&options);
    options.faults = faults;
    while (faults != NULL && faults[options.fault_count] != NULL)
        options.fault_count++;
    must(sim_start(&options, &f->sim, &fail), &fail);
    llm_fixture_connect(f, sim_url(f->sim));
}

void llm_fixture_stop(struct llm_fixture *f)
{
    llm_client_free(f->client);
    sim_stop(f->sim);
    test_reactor_free(f->loop);
    mem_free((char *)f->endpoint.url);
}

static void on_done(void *arg, const struct llm_reply *reply)
{
    struct llm_outcome *out = arg;
    out->done = true;
    out->reply = *reply;
    out->content = mem_slice(reply->content);
    out->raw_bytes = reply->raw.n;
}

struct llm_flight *llm_fixture_send(struct llm_fixture *f, const char *body,
                                    struct llm_outcome *out)
{
    *out = (struct llm_outcome){0};
    struct llm_call call = {.call_id = "01TESTCALL",
                            .body = slice_str(body),
                            .timeout_us = f->provider.timeout_us,
                            .done = on_done,
                            .arg = out};
    return llm_client_send(f->client, &call);
}

void llm_fixture_ask(struct llm_fixture *f, const char *body, struct llm_outcome *out)
{
    llm_fixture_send(f, body, out);
    if (test_reactor_run(f->loop, &out->done, PATIENCE_MS))
        return;
    fprintf(stderr, "fixture: the call did not end\n");
    abort();
}

void llm_outcome_clear(struct llm_outcome *out)
{
    mem_free(out->content);
    out->content = NULL;
}

char *llm_fixture_body(const char *first_text, const char *second_text)
{
    struct buf user, body;
    buf_init(&user, SIZE_MAX);
    buf_init(&body, SIZE_MAX);
    buf_str(&user, "{\"tickets\":[{\"id\":\"k7q\",\"text\":");
    json_quote(&user, slice_str(first_text));
    buf_str(&user, "},{\"id\":\"m4x\",\"text\":");
    json_quote(&user, slice_str(second_text));
    buf_str(&user, "}]}");
    buf_str(&body, "{\"model\":\"m\",\"messages\":[{\"role\":\"system\",\"content\":"
                   "\"- billing: charges and invoices\\n- shipping: delivery of parcels\\n"
                   "- other: the rest\"},{\"role\":\"user\",\"content\":");
    json_quote(&body, buf_view(&user));
    buf_str(&body, "}],\"max_tokens\":400}");
    buf_deinit(&user);
    return buf_take(&body, NULL);
}
