/* A multi handle on the loop: tells the loop which sockets and times the HTTP library waits for,
 * and the library when they come.
 *
 * Each lane holds few transfers, since the library's work per transfer grows with their number in
 * one handle. Connections stay in their lane and are used again there.
 */
#include "llm/internal.h"

#include <string.h>

#include "base/mem.h"

#define MAX_IDLE_CONNECTIONS 256L

static void drain(struct lane *lane)
{
    CURLMsg *message;
    int left;
    while ((message = curl_multi_info_read(lane->multi, &left)) != NULL)
        if (message->msg == CURLMSG_DONE)
            lane->finished(lane, message->easy_handle, message->data.result);
}

static void act(struct lane *lane, curl_socket_t fd, int events)
{
    int running;
    curl_multi_socket_action(lane->multi, fd, events, &running);
    drain(lane);
}

static struct lane_socket *socket_of(struct llm_client *client, int fd)
{
    if (fd >= client->socket_count) {
        int count = fd * 2 + 64;
        client->sockets = mem_grow(client->sockets, (size_t)count, sizeof *client->sockets);
        memset(client->sockets + client->socket_count, 0,
               (size_t)(count - client->socket_count) * sizeof *client->sockets);
        client->socket_count = count;
    }
    return &client->sockets[fd];
}

static void forget_watch(struct llm_client *client, struct lane_socket *s)
{
    if (s->watch != NULL)
        client->reactor->ops->unwatch(client->reactor->self, s->watch);
    s->watch = NULL;
    s->events = 0;
}

void lane_socket_opened(struct llm_client *client, int fd)
{
    *socket_of(client, fd) = (struct lane_socket){.connection = true};
}

void lane_socket_closing(struct llm_client *client, int fd)
{
    struct lane_socket *s = socket_of(client, fd);
    forget_watch(client, s);
    *s = (struct lane_socket){.connection = false};
}

static void on_socket(void *arg, int fd, int events)
{
    struct lane *lane = arg;
    struct lane_socket *s = socket_of(lane->client, fd);
    if (s->idle) { /* the other side hung up; the library finds out when it wants to use it */
        forget_watch(lane->client, s);
        return;
    }
    int flags = (events & REACTOR_READ ? CURL_CSELECT_IN : 0) |
                (events & REACTOR_WRITE ? CURL_CSELECT_OUT : 0) |
                (events & REACTOR_ERROR ? CURL_CSELECT_ERR : 0);
    act(lane, fd, flags);
}

static void on_timer(void *arg)
{
    act(arg, CURL_SOCKET_TIMEOUT, 0);
}

static int want_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *ignored)
{
    struct lane *lane = arg;
    const struct reactor *r = lane->client->reactor;
    struct lane_socket *s = socket_of(lane->client, fd);
    int events =
        (what & CURL_POLL_IN ? REACTOR_READ : 0) | (what & CURL_POLL_OUT ? REACTOR_WRITE : 0);
    (void)easy;
    (void)ignored;
    s->idle = what == CURL_POLL_REMOVE;
    if (s->idle) {
        if (!s->connection || s->events != REACTOR_READ)
            forget_watch(lane->client, s);
        return 0;
    }
    if (s->watch == NULL)
        s->watch = r->ops->watch(r->self, fd, events, on_socket, lane);
    else if (events != s->events)
        r->ops->rewatch(r->self, s->watch, events);
    s->events = events;
    return 0;
}

static int want_timer(CURLM *multi, long timeout_ms, void *arg)
{
    struct lane *lane = arg;
    const struct reactor *r = lane->client->reactor;
    (void)multi;
    if (timeout_ms < 0)
        r->ops->timer_off(r->self, lane->timer);
    else
        r->ops->timer_set(r->self, lane->timer, (int64_t)timeout_ms * 1000);
    return 0;
}

struct lane *lane_new(struct llm_client *client)
{
    struct lane *lane = mem_zalloc(sizeof *lane);
    lane->client = client;
    lane->finished = client_finished;
    lane->timer = client->reactor->ops->timer(client->reactor->self, on_timer, lane);
    lane->multi = curl_multi_init();
    curl_multi_setopt(lane->multi, CURLMOPT_SOCKETFUNCTION, want_socket);
    curl_multi_setopt(lane->multi, CURLMOPT_SOCKETDATA, lane);
    curl_multi_setopt(lane->multi, CURLMOPT_TIMERFUNCTION, want_timer);
    curl_multi_setopt(lane->multi, CURLMOPT_TIMERDATA, lane);
    curl_multi_setopt(lane->multi, CURLMOPT_MAXCONNECTS, MAX_IDLE_CONNECTIONS);
    return lane;
}

void lane_free(struct lane *lane)
{
    curl_multi_cleanup(lane->multi);
    lane->client->reactor->ops->timer_free(lane->client->reactor->self, lane->timer);
    mem_free(lane);
}
