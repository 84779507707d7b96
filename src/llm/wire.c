/* One endpoint: its URL, the headers of every call to it, its lanes.
 *
 * Handles and connections are never shared between endpoints, so nothing meant for one provider
 * can reach another.
 */
#include "llm/internal.h"

#include <string.h>
#include <strings.h>

#include "base/mem.h"

#ifndef TICKETMILL_VERSION
#define TICKETMILL_VERSION "0"
#endif

/* A header must stay one header. */
static bool is_sendable(const char *s)
{
    for (; *s != '\0'; s++)
        if ((unsigned char)*s < 0x20 || *s == 0x7f)
            return false;
    return true;
}

static enum status add_header(struct curl_slist **list, const char *name, const char *value,
                              struct fail *fail)
{
    struct buf line;
    if (!is_sendable(name) || strpbrk(name, ": ") != NULL || name[0] == '\0')
        return fail_set(fail, ST_CONFIG, 0, "a header's name is not sendable");
    if (!is_sendable(value))
        return fail_set(fail, ST_CONFIG, 0, "the value of header '%s' is not sendable", name);
    buf_init(&line, SIZE_MAX);
    buf_fmt(&line, "%s: %s", name, value);
    struct curl_slist *longer = curl_slist_append(*list, line.p);
    explicit_bzero(line.p, line.n);
    buf_deinit(&line);
    if (longer == NULL)
        return fail_set(fail, ST_NO_MEMORY, 0, "headers");
    *list = longer;
    return ST_OK;
}

static enum status add_key(const struct wire *w, struct curl_slist **list, struct fail *fail)
{
    const char *name = w->config->key_header, *key = w->key->text;
    struct buf value;
    if (key == NULL)
        return ST_OK;
    buf_init(&value, SIZE_MAX);
    if (strcasecmp(name, "Authorization") == 0)
        buf_str(&value, "Bearer ");
    buf_str(&value, key);
    enum status st = add_header(list, name, value.p, fail);
    explicit_bzero(value.p, value.n);
    buf_deinit(&value);
    return st;
}

enum status wire_headers(struct wire *w, struct fail *fail)
{
    /* No waiting for 100 Continue; gateways must not repeat a call behind our back. */
    static const char *const fixed[][2] = {{"Content-Type", "application/json"},
                                           {"x-litellm-num-retries", "0"}};
    struct curl_slist *list = curl_slist_append(NULL, "Expect:");
    enum status st = list != NULL ? ST_OK : fail_set(fail, ST_NO_MEMORY, 0, "headers");
    for (size_t i = 0; st == ST_OK && i < 2; i++)
        st = add_header(&list, fixed[i][0], fixed[i][1], fail);
    for (int i = 0; st == ST_OK && i < w->config->header_count; i++)
        st = add_header(&list, w->config->headers[i].name, w->config->headers[i].value, fail);
    if (st == ST_OK)
        st = add_key(w, &list, fail);
    if (st != ST_OK) {
        fail_context(fail, "providers.%s", w->config->name);
        curl_slist_free_all(list);
        return st;
    }
    w->headers = list;
    return ST_OK;
}

static struct slice host_of(const char *url)
{
    const char *from = strstr(url, "://");
    from = from != NULL ? from + 3 : url;
    return slice_of(from, strcspn(from, "/"));
}

enum status wire_init(struct wire *w, struct llm_client *client, int provider, int endpoint,
                      struct fail *fail)
{
    struct buf url;
    *w = (struct wire){.client = client,
                       .config = &client->config->providers[provider],
                       .key = &client->keys[provider]};
    list_init(&w->idle);
    buf_init(&url, SIZE_MAX);
    buf_fmt(&url, "%s/chat/completions", w->config->endpoints[endpoint].url);
    w->url = buf_take(&url, NULL);
    w->host = host_of(w->url);
    return wire_headers(w, fail);
}

void wire_deinit(struct wire *w)
{
    for (struct list *node; (node = list_pop(&w->idle)) != NULL;)
        flight_free(LIST_ENTRY(node, struct llm_flight, node));
    for (int i = 0; i < w->lane_count; i++)
        lane_free(w->lanes[i]);
    curl_slist_free_all(w->headers);
    mem_free(w->lanes);
    mem_free(w->url);
}

/* The first with room, so that few lanes stay busy and their connections with them. */
struct lane *wire_lane(struct wire *w)
{
    for (int i = 0; i < w->lane_count; i++)
        if (w->lanes[i]->in_flight < LANE_SIZE)
            return w->lanes[i];
    w->lanes = mem_grow(w->lanes, (size_t)w->lane_count + 1, sizeof(struct lane *));
    return w->lanes[w->lane_count++] = lane_new(w->client);
}
