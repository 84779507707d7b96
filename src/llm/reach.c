/* A connection that is opened, measured and closed again.
 *
 * Stands beside flight.c: the same settings and the same guards on addresses, but a handle and a
 * lane of its own, because a connection that carried nothing is of no use to calls.
 */
#include "llm/reach.h"

#include "base/mem.h"
#include "llm/internal.h"

struct llm_reach {
    struct list node; /* in client->reaches */
    struct lane *lane;
    CURL *easy;
    char error[CURL_ERROR_SIZE];
    void (*done)(void *arg, const struct llm_reached *r);
    void *arg;
};

static int64_t time_of(CURL *easy, CURLINFO what)
{
    curl_off_t us = 0;
    return curl_easy_getinfo(easy, what, &us) == CURLE_OK && us > 0 ? (int64_t)us : -1;
}

/* The library tells times from the start; a step's own is the difference to the one before. */
static int64_t step(int64_t before_us, int64_t after_us)
{
    return after_us < 0 ? -1 : after_us - (before_us > 0 ? before_us : 0);
}

static void read_times(CURL *easy, struct llm_reached *out)
{
    int64_t dns = time_of(easy, CURLINFO_NAMELOOKUP_TIME_T);
    int64_t connect = time_of(easy, CURLINFO_CONNECT_TIME_T);
    int64_t tls = time_of(easy, CURLINFO_APPCONNECT_TIME_T);
    out->dns_us = dns;
    out->connect_us = step(dns, connect);
    out->tls_us = step(connect, tls);
}

static void finished(struct lane *lane, CURL *easy, CURLcode code)
{
    struct llm_reached reached = {.ok = code == CURLE_OK};
    char *private = NULL, *address = NULL;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &private);
    struct llm_reach *r = (struct llm_reach *)(void *)private;
    read_times(easy, &reached);
    if (curl_easy_getinfo(easy, CURLINFO_PRIMARY_IP, &address) == CURLE_OK && address != NULL)
        reply_line(slice_str(address), reached.address, sizeof reached.address);
    if (!reached.ok) {
        const char *text = r->error[0] != '\0' ? r->error : curl_easy_strerror(code);
        reply_line(slice_str(text), reached.message, sizeof reached.message);
    }
    curl_multi_remove_handle(lane->multi, easy);
    curl_easy_cleanup(easy);
    r->easy = NULL;
    r->done(r->arg, &reached);
}

void llm_client_reach(struct llm_client *client, int provider, int endpoint,
                      void (*done)(void *arg, const struct llm_reached *r), void *arg)
{
    struct wire *w = &client->wires[provider][endpoint];
    struct llm_reach *r = mem_zalloc(sizeof *r);
    r->done = done;
    r->arg = arg;
    r->lane = lane_new(client);
    r->lane->finished = finished;
    r->easy = curl_easy_init();
    flight_settings(r->easy, w);
    curl_easy_setopt(r->easy, CURLOPT_PRIVATE, r);
    curl_easy_setopt(r->easy, CURLOPT_ERRORBUFFER, r->error);
    curl_easy_setopt(r->easy, CURLOPT_CONNECT_ONLY, 1L);
    curl_easy_setopt(r->easy, CURLOPT_FRESH_CONNECT, 1L);
    curl_easy_setopt(r->easy, CURLOPT_DNS_CACHE_TIMEOUT, 0L);
    list_push(&client->reaches, &r->node);
    curl_multi_add_handle(r->lane->multi, r->easy);
}

void reach_free_all(struct llm_client *client)
{
    for (struct list *node; (node = list_pop(&client->reaches)) != NULL;) {
        struct llm_reach *r = LIST_ENTRY(node, struct llm_reach, node);
        if (r->easy != NULL) {
            curl_multi_remove_handle(r->lane->multi, r->easy);
            curl_easy_cleanup(r->easy);
        }
        lane_free(r->lane);
        mem_free(r);
    }
}
