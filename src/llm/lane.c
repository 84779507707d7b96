/* A multi handle on the loop: tells the loop which sockets and times the HTTP library waits for,
 * and the library when they come.
 *
 * Each lane holds few transfers, since the library's work per transfer grows with their number in
 * one handle. Connections stay in their lane and are used again there.
 */
#include "llm/internal.h"

#include "base/mem.h"

#define MAX_IDLE_CONNECTIONS 256L

static void drain(struct lane *lane)
{
    CURLMsg *message;
    int left;
    while ((message = curl_multi_info_read(lane->multi, &left)) != NULL)
        if (message->msg == CURLMSG_DONE)
            client_finished(lane->client, message->easy_handle, message->data.result);
}

static void act(struct lane *lane, curl_socket_t fd, int events)
{
    int running;
    curl_multi_socket_action(lane->multi, fd, events, &running);
    drain(lane);
}

static void on_socket(void *arg, int fd, int events)
{
    int flags = (events & REACTOR_READ ? CURL_CSELECT_IN : 0) |
                (events & REACTOR_WRITE ? CURL_CSELECT_OUT : 0) |
                (events & REACTOR_ERROR ? CURL_CSELECT_ERR : 0);
    act(arg, fd, flags);
}

static void on_timer(void *arg)
{
    act(arg, CURL_SOCKET_TIMEOUT, 0);
}

static int want_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *watched)
{
    struct lane *lane = arg;
    const struct reactor *r = lane->client->reactor;
    struct reactor_watch *watch = watched;
    (void)easy;
    if (what == CURL_POLL_REMOVE) {
        if (watch != NULL)
            r->ops->unwatch(r->self, watch);
        curl_multi_assign(lane->multi, fd, NULL);
        return 0;
    }
    int events =
        (what & CURL_POLL_IN ? REACTOR_READ : 0) | (what & CURL_POLL_OUT ? REACTOR_WRITE : 0);
    if (watch != NULL)
        r->ops->rewatch(r->self, watch, events);
    else
        curl_multi_assign(lane->multi, fd, r->ops->watch(r->self, fd, events, on_socket, lane));
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
