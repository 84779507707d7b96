/* Event loop on epoll for tests. Watches freed during a turn are kept until its end, since events
 * already fetched may point to them.
 */
#include "support/test_reactor.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "base/heap.h"
#include "base/list.h"
#include "base/mem.h"

struct reactor_watch {
    struct list node; /* in dead, once unwatched */
    int fd;
    bool gone;
    void (*fn)(void *arg, int fd, int events);
    void *arg;
};

struct reactor_timer {
    struct heap_node node;
    void (*fn)(void *arg);
    void *arg;
};

struct reactor_wakeup {
    int fd;
    void (*fn)(void *arg);
    void *arg;
    struct reactor_watch *watch;
};

struct test_reactor {
    struct reactor port;
    int epoll;
    struct heap timers;
    struct list dead;
};

static int64_t now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static uint32_t epoll_events(int events)
{
    return (events & REACTOR_READ ? (uint32_t)EPOLLIN : 0) |
           (events & REACTOR_WRITE ? (uint32_t)EPOLLOUT : 0);
}

static struct reactor_watch *watch(void *self, int fd, int events,
                                   void (*fn)(void *arg, int fd, int events), void *arg)
{
    struct test_reactor *t = self;
    struct reactor_watch *w = mem_zalloc(sizeof *w);
    *w = (struct reactor_watch){.fd = fd, .fn = fn, .arg = arg};
    list_init(&w->node);
    struct epoll_event e = {.events = epoll_events(events), .data.ptr = w};
    epoll_ctl(t->epoll, EPOLL_CTL_ADD, fd, &e);
    return w;
}

static void rewatch(void *self, struct reactor_watch *w, int events)
{
    struct test_reactor *t = self;
    struct epoll_event e = {.events = epoll_events(events), .data.ptr = w};
    epoll_ctl(t->epoll, EPOLL_CTL_MOD, w->fd, &e);
}

static void unwatch(void *self, struct reactor_watch *w)
{
    struct test_reactor *t = self;
    epoll_ctl(t->epoll, EPOLL_CTL_DEL, w->fd, NULL);
    w->gone = true;
    list_push(&t->dead, &w->node);
}

static struct reactor_timer *timer(void *self, void (*fn)(void *arg), void *arg)
{
    struct reactor_timer *timer = mem_zalloc(sizeof *timer);
    (void)self;
    timer->node.at = HEAP_OUT;
    timer->fn = fn;
    timer->arg = arg;
    return timer;
}

static void timer_off(void *self, struct reactor_timer *timer)
{
    struct test_reactor *t = self;
    heap_remove(&t->timers, &timer->node);
}

static void timer_set(void *self, struct reactor_timer *timer, int64_t delay_us)
{
    struct test_reactor *t = self;
    timer_off(self, timer);
    heap_add(&t->timers, &timer->node, now_us() + delay_us);
}

static void timer_free(void *self, struct reactor_timer *timer)
{
    timer_off(self, timer);
    mem_free(timer);
}

static void on_wakeup(void *arg, int fd, int events)
{
    struct reactor_wakeup *w = arg;
    uint64_t count;
    (void)events;
    if (read(fd, &count, sizeof count) > 0)
        w->fn(w->arg);
}

static struct reactor_wakeup *wakeup(void *self, void (*fn)(void *arg), void *arg)
{
    struct reactor_wakeup *w = mem_zalloc(sizeof *w);
    w->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    w->fn = fn;
    w->arg = arg;
    w->watch = watch(self, w->fd, REACTOR_READ, on_wakeup, w);
    return w;
}

static void wake(void *self, struct reactor_wakeup *w)
{
    uint64_t one = 1;
    (void)self;
    ssize_t ignored = write(w->fd, &one, sizeof one);
    (void)ignored;
}

static void wakeup_free(void *self, struct reactor_wakeup *w)
{
    unwatch(self, w->watch);
    close(w->fd);
    mem_free(w);
}

static const struct reactor_ops ops = {.watch = watch,
                                       .rewatch = rewatch,
                                       .unwatch = unwatch,
                                       .timer = timer,
                                       .timer_set = timer_set,
                                       .timer_off = timer_off,
                                       .timer_free = timer_free,
                                       .wakeup = wakeup,
                                       .wake = wake,
                                       .wakeup_free = wakeup_free};

struct test_reactor *test_reactor_new(void)
{
    struct test_reactor *t = mem_zalloc(sizeof *t);
    t->port = (struct reactor){t, &ops};
    t->epoll = epoll_create1(EPOLL_CLOEXEC);
    heap_init(&t->timers);
    list_init(&t->dead);
    return t;
}

static void bury(struct test_reactor *t)
{
    for (struct list *node; (node = list_pop(&t->dead)) != NULL;)
        mem_free(LIST_ENTRY(node, struct reactor_watch, node));
}

void test_reactor_free(struct test_reactor *t)
{
    bury(t);
    close(t->epoll);
    heap_deinit(&t->timers);
    mem_free(t);
}

const struct reactor *test_reactor_port(struct test_reactor *t)
{
    return &t->port;
}

static void fire_timers(struct test_reactor *t)
{
    struct heap_node *node;
    int64_t now = now_us();
    while ((node = heap_min(&t->timers)) != NULL && node->key <= now) {
        struct reactor_timer *timer = LIST_ENTRY(node, struct reactor_timer, node);
        heap_remove(&t->timers, node);
        timer->fn(timer->arg);
    }
}

static void turn(struct test_reactor *t, int64_t until_us)
{
    struct epoll_event events[256];
    const struct heap_node *node = heap_min(&t->timers);
    int64_t next = node != NULL && node->key < until_us ? node->key : until_us;
    int64_t ms = (next - now_us() + 999) / 1000;
    int n = epoll_wait(t->epoll, events, 256, ms > 0 ? (int)ms : 0);
    for (int i = 0; i < n; i++) {
        struct reactor_watch *w = events[i].data.ptr;
        uint32_t e = events[i].events;
        int got = (e & (EPOLLIN | EPOLLHUP) ? REACTOR_READ : 0) |
                  (e & EPOLLOUT ? REACTOR_WRITE : 0) | (e & EPOLLERR ? REACTOR_ERROR : 0);
        if (!w->gone)
            w->fn(w->arg, w->fd, got);
    }
    bury(t);
    fire_timers(t);
}

bool test_reactor_run(struct test_reactor *t, const bool *done, int timeout_ms)
{
    int64_t until = now_us() + (int64_t)timeout_ms * 1000;
    while (!*done && now_us() < until)
        turn(t, until);
    return *done;
}
