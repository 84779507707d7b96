/* HTTP to the models: many calls at once on the event loop, each one ended by exactly one reply.
 *
 * Loop thread only. Connections are kept and reused per endpoint. Nothing is retried here: a call
 * is at most one request on the wire, and what became of it is told as an enum failure, so that
 * whoever pays decides. Redirects are not followed, proxy variables of the environment are
 * ignored, TLS is always verified.
 */
#ifndef TICKETMILL_LLM_CLIENT_H
#define TICKETMILL_LLM_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/reactor.h"
#include "base/slice.h"
#include "base/status.h"
#include "config/config.h"
#include "llm/reply.h"

struct llm_client;
struct llm_stream;
struct llm_flight; /* one call under way; valid until its done() has been called */

struct llm_call {
    int model;           /* index into config->models */
    int endpoint;        /* index into the endpoints of that model's provider */
    const char *call_id; /* printable ASCII; sent as X-Client-Request-Id; copied */
    struct slice body;   /* JSON; borrowed until done() */
    int64_t timeout_us;  /* from now to the last byte; the only limit besides connect_timeout */
    /* For a body that asks for a stream: fresh from stream_init; fed as the bytes come, borrowed
     * until done(), whose reply is read from it when the status is 2xx and an event came. NULL
     * for an answer in one piece. */
    struct llm_stream *stream;
    void (*done)(void *arg, const struct llm_reply *reply); /* reply is borrowed for the call */
    void *arg;
};

struct llm_client_options {
    const struct config *config;
    const bool
        *used; /* per config->providers: is it going to be called? NULL = if it has a model */
    const struct reactor *reactor;
    const struct clock *clock;
};

/* Reads the key of every provider that is used and raises RLIMIT_NOFILE as far as it goes. What the
 * options point to is borrowed until llm_client_free. ST_CONFIG: a key cannot be had, a header is
 * not sendable, a CA file is missing, or the sum of the providers' max_in_flight does not fit into
 * the limit of open files. */
MUST_CHECK enum status llm_client_new(const struct llm_client_options *o, struct llm_client **out,
                                      struct fail *fail);

/* Hangs up on everything; done() is not called for calls still in flight. Not from within done().
 * Takes NULL. */
void llm_client_free(struct llm_client *client);

/* Starts a call. Whatever goes wrong is told by done(), which is never called from in here. */
struct llm_flight *llm_client_send(struct llm_client *client, const struct llm_call *call);

/* Hangs up. done() comes soon from the loop, never from in here, with FAIL_CANCELLED, or
 * FAIL_NOT_SENT when no byte of the request had left. */
void llm_client_cancel(struct llm_client *client, struct llm_flight *flight);

int llm_client_in_flight(const struct llm_client *client);    /* done() not yet called */
int64_t llm_client_connects(const struct llm_client *client); /* connections opened so far */

/* After FAIL_KEY: reads the provider's key file again. True when the key in it differs from the
 * one in use; calls sent from now on carry the new one. A key from the environment never changes.
 */
bool llm_client_reload_key(struct llm_client *client, int provider);

#endif
