/* The client: starts calls, hands their ends on, owns keys and endpoints.
 *
 * Sits between the pipeline, which decides what is sent where and when, and the HTTP library.
 * Never waits, never retries, keeps no queue: a call that is sent is on its way.
 */
#include "llm/client.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/mem.h"
#include "llm/internal.h"

#define OTHER_FILES 256 /* descriptors for everything that is not a call */

static pthread_once_t library_once = PTHREAD_ONCE_INIT;

static void *grow(void *p, size_t n)
{
    return mem_grow(p, n > 0 ? n : 1, 1);
}

/* With our allocator, so that none of its calls fails for want of memory. */
static void start_library(void)
{
    unsetenv("SSLKEYLOGFILE"); /* would write TLS keys to a file */
    curl_global_init_mem(CURL_GLOBAL_DEFAULT, mem_alloc, mem_free, grow, mem_str, mem_array);
}

static bool has_model(const struct config *c, int provider)
{
    for (int i = 0; i < c->model_count; i++)
        if (c->models[i].provider == provider)
            return true;
    return false;
}

static bool is_used(const struct llm_client *client, int provider)
{
    return client->used ? client->used[provider] : has_model(client->config, provider);
}

static enum status check_files(const struct llm_client *client, struct fail *fail)
{
    const struct config *c = client->config;
    struct rlimit limit;
    int64_t need = OTHER_FILES;
    for (int i = 0; i < c->provider_count; i++)
        need += is_used(client, i) ? c->providers[i].max_in_flight : 0;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return ST_OK;
    if (limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
            getrlimit(RLIMIT_NOFILE, &limit);
    }
    if (limit.rlim_cur == RLIM_INFINITY || (int64_t)limit.rlim_cur >= need)
        return ST_OK;
    return fail_set(fail, ST_CONFIG, 0,
                    "providers: max_in_flight needs %lld open files, the limit is %lld; lower it "
                    "or raise the limit (ulimit -n)",
                    (long long)need, (long long)limit.rlim_cur);
}

static enum status open_provider(struct llm_client *client, int index, struct fail *fail)
{
    const struct config_provider *p = &client->config->providers[index];
    if (!is_used(client, index))
        return ST_OK;
    if (p->ca_file != NULL && access(p->ca_file, R_OK) != 0)
        return fail_set(fail, ST_CONFIG, 0, "providers.%s.ca_file: cannot be read", p->name);
    enum status st = config_key(p, &client->keys[index].text, fail);
    if (st != ST_OK)
        return st;
    client->wires[index] = mem_array((size_t)p->endpoint_count, sizeof(struct wire));
    for (int i = 0; i < p->endpoint_count; i++)
        list_init(&client->wires[index][i].idle);
    for (int i = 0; st == ST_OK && i < p->endpoint_count; i++)
        st = wire_init(&client->wires[index][i], client, index, i, fail);
    return st;
}

static void deliver_cancelled(void *arg)
{
    struct llm_client *client = arg;
    for (struct list *node; (node = list_pop(&client->cancelled)) != NULL;) {
        struct llm_flight *f = LIST_ENTRY(node, struct llm_flight, node);
        struct llm_reply reply;
        reply_init(&reply);
        reply.sent = f->requests > 0;
        reply.failure = reply.sent ? FAIL_CANCELLED : FAIL_NOT_SENT;
        reply.sent_at_unix_us = f->sent_unix_us;
        reply.latency_us = clock_mono_us(client->clock) - f->sent_mono_us;
        reply.raw = slice_of("", 0);
        reply_line(SLICE_LIT("hung up by us"), reply.message, sizeof reply.message);
        client->in_flight--;
        f->call.done(f->call.arg, &reply);
        flight_put(f);
    }
}

enum status llm_client_new(const struct llm_client_options *o, struct llm_client **out,
                           struct fail *fail)
{
    const struct config *config = o->config;
    const struct reactor *reactor = o->reactor;
    pthread_once(&library_once, start_library);
    struct llm_client *client = mem_zalloc(sizeof *client);
    client->config = config;
    client->used = o->used;
    client->reactor = reactor;
    client->clock = o->clock;
    client->wires = mem_array((size_t)config->provider_count, sizeof(struct wire *));
    client->keys = mem_array((size_t)config->provider_count, sizeof *client->keys);
    list_init(&client->active);
    list_init(&client->cancelled);
    list_init(&client->reaches);
    client->cancel_timer = reactor->ops->timer(reactor->self, deliver_cancelled, client);
    client->share = curl_share_init();
    curl_share_setopt(client->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_DNS);
    curl_share_setopt(client->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
    enum status st = check_files(client, fail);
    for (int i = 0; st == ST_OK && i < config->provider_count; i++)
        st = open_provider(client, i, fail);
    if (st != ST_OK) {
        llm_client_free(client);
        return st;
    }
    *out = client;
    return ST_OK;
}

static void drop_active(struct llm_client *client)
{
    for (struct list *node; (node = list_pop(&client->active)) != NULL;) {
        struct llm_flight *f = LIST_ENTRY(node, struct llm_flight, node);
        curl_multi_remove_handle(f->lane->multi, f->easy);
        flight_free(f);
    }
    for (struct list *node; (node = list_pop(&client->cancelled)) != NULL;)
        flight_free(LIST_ENTRY(node, struct llm_flight, node));
}

static void drop_text(char *key)
{
    if (key != NULL)
        explicit_bzero(key, strlen(key));
    mem_free(key);
}

void llm_client_free(struct llm_client *client)
{
    if (client == NULL)
        return;
    drop_active(client);
    reach_free_all(client);
    for (int i = 0; i < client->config->provider_count; i++) {
        int count = client->wires[i] != NULL ? client->config->providers[i].endpoint_count : 0;
        for (int k = 0; k < count; k++)
            wire_deinit(&client->wires[i][k]);
        mem_free(client->wires[i]);
        drop_text(client->keys[i].text);
        drop_text(client->keys[i].old);
    }
    for (int i = 0; i < client->retired_count; i++)
        curl_slist_free_all(client->retired[i]);
    curl_share_cleanup(client->share);
    client->reactor->ops->timer_free(client->reactor->self, client->cancel_timer);
    mem_free(client->sockets);
    mem_free(client->retired);
    mem_free(client->wires);
    mem_free(client->keys);
    mem_free(client);
}

struct llm_flight *llm_client_send(struct llm_client *client, const struct llm_call *call)
{
    int provider = client->config->models[call->model].provider;
    assert(call->endpoint >= 0 &&
           call->endpoint < client->config->providers[provider].endpoint_count);
    struct wire *w = &client->wires[provider][call->endpoint];
    struct llm_flight *f = flight_get(w, call);
    f->lane = wire_lane(w);
    f->lane->in_flight++;
    client->in_flight++;
    list_push(&client->active, &f->node);
    curl_multi_add_handle(f->lane->multi, f->easy);
    return f;
}

/* Takes the transfer off the wire; its connection goes back to the lane or is closed. */
static void land(struct llm_flight *f)
{
    curl_multi_remove_handle(f->lane->multi, f->easy);
    f->lane->in_flight--;
    list_remove(&f->node);
}

void client_finished(struct lane *lane, CURL *easy, CURLcode code)
{
    struct llm_client *client = lane->client;
    char *private = NULL;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &private);
    struct llm_flight *f = (struct llm_flight *)(void *)private;
    struct llm_reply reply;
    land(f);
    client->in_flight--;
    flight_reply(f, code, &reply);
    f->call.done(f->call.arg, &reply);
    flight_put(f);
}

void llm_client_cancel(struct llm_client *client, struct llm_flight *flight)
{
    if (!flight_sent(flight))
        flight->requests = 0;
    land(flight);
    list_push(&client->cancelled, &flight->node);
    client->reactor->ops->timer_set(client->reactor->self, client->cancel_timer, 0);
}

int llm_client_in_flight(const struct llm_client *client)
{
    return client->in_flight;
}

int64_t llm_client_connects(const struct llm_client *client)
{
    return client->connects;
}

/* A transfer that is being set up may still point to the old list. */
static void retire(struct llm_client *client, struct curl_slist *list)
{
    client->retired =
        mem_grow(client->retired, (size_t)client->retired_count + 1, sizeof(struct curl_slist *));
    client->retired[client->retired_count++] = list;
}

bool llm_client_reload_key(struct llm_client *client, int provider)
{
    const struct config_provider *p = &client->config->providers[provider];
    struct provider_key *key = &client->keys[provider];
    char *text = NULL;
    if (p->key_file == NULL || client->wires[provider] == NULL ||
        config_key(p, &text, NULL) != ST_OK)
        return false;
    if (text == NULL || (key->text != NULL && strcmp(key->text, text) == 0)) {
        drop_text(text);
        return false;
    }
    drop_text(key->old);
    key->old = key->text;
    key->text = text;
    for (int i = 0; i < p->endpoint_count; i++) {
        struct wire *w = &client->wires[provider][i];
        struct curl_slist *old = w->headers;
        if (wire_headers(w, NULL) == ST_OK)
            retire(client, old);
    }
    return true;
}
