/* A client, a simulated provider and a loop, wired together for tests. */
#ifndef TICKETMILL_TESTS_SUPPORT_LLM_FIXTURE_H
#define TICKETMILL_TESTS_SUPPORT_LLM_FIXTURE_H

#include <stdbool.h>

#include "config/config.h"
#include "llm/client.h"
#include "sim/server.h"
#include "support/test_reactor.h"

struct llm_fixture {
    struct test_reactor *loop;
    struct llm_client *client;
    struct sim *sim;
    struct config config;
    struct config_provider provider;
    struct config_endpoint endpoint;
    struct config_model model;
};

/* What became of a call; text members are copies. */
struct llm_outcome {
    bool done;
    struct llm_reply reply; /* its slices are void */
    char *content;          /* NULL = none */
    size_t raw_bytes;
};

/* faults: NULL-terminated list, or NULL. */
void llm_fixture_start(struct llm_fixture *f, const char *const *faults);
/* The same against a URL of the test's own, without a simulator. */
void llm_fixture_start_at(struct llm_fixture *f, const char *url);
/* Settings of f->provider are changed between these two. */
void llm_fixture_prepare(struct llm_fixture *f);
void llm_fixture_connect(struct llm_fixture *f, const char *url);
struct llm_client_options llm_fixture_options(const struct llm_fixture *f);
void llm_fixture_stop(struct llm_fixture *f);

/* Sends a body and does not wait. */
struct llm_flight *llm_fixture_send(struct llm_fixture *f, const char *body,
                                    struct llm_outcome *out);
/* Sends and waits for the end. */
void llm_fixture_ask(struct llm_fixture *f, const char *body, struct llm_outcome *out);
void llm_outcome_clear(struct llm_outcome *out);

/* {"model":…} with the tickets "k7q" and "m4x" of these texts. mem_free. */
char *llm_fixture_body(const char *first_text, const char *second_text);

#endif
