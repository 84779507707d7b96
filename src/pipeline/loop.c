/* libuv behind the reactor port.
 *
 * The edges (Kafka's wake-up descriptor, curl's sockets, timers) and the pipeline see only
 * base/reactor.h; this is the one file that knows which loop is underneath. Handles are freed in
 * their close callbacks, as libuv demands, so giving one back is always safe inside a callback.
 */
#include "pipeline/loop.h"

#include <assert.h>
#include <signal.h>
#include <uv.h>

#include "base/mem.h"
#include "pipeline/signals.h"

struct loop {
    uv_loop_t uv;
    struct reactor reactor;
    uv_signal_t term, intr, hup;
    bool signals;
    void (*on_signal)(void *arg, int signo);
    void *signal_arg;
};

struct reactor_watch {
    uv_poll_t poll;
    int fd;
    void (*fn)(void *arg, int fd, int events);
    void *arg;
};

struct reactor_timer {
    uv_timer_t timer;
    void (*fn)(void *arg);
    void *arg;
};

struct reactor_wakeup {
    uv_async_t async;
    void (*fn)(void *arg);
    void *arg;
};

/* Handles are the first member of their wrapper, so freeing the handle frees the wrapper. */
static void free_handle(uv_handle_t *h)
{
    mem_free(h);
}

static void on_poll(uv_poll_t *h, int status, int events)
{
    struct reactor_watch *w = (struct reactor_watch *)(void *)h;
    int out = 0;
    if (status < 0)
        out = REACTOR_ERROR;
    if (events & UV_READABLE)
        out |= REACTOR_READ;
    if (events & UV_WRITABLE)
        out |= REACTOR_WRITE;
    w->fn(w->arg, w->fd, out);
}

static void start_poll(struct reactor_watch *w, int events)
{
    int uv_events = 0;
    if (events & REACTOR_READ)
        uv_events |= UV_READABLE;
    if (events & REACTOR_WRITE)
        uv_events |= UV_WRITABLE;
    uv_poll_start(&w->poll, uv_events, on_poll);
}

static struct reactor_watch *loop_watch(void *self, int fd, int events,
                                        void (*fn)(void *arg, int fd, int events), void *arg)
{
    struct loop *l = self;
    struct reactor_watch *w = mem_zalloc(sizeof *w);
    w->fd = fd;
    w->fn = fn;
    w->arg = arg;
    int rc = uv_poll_init(&l->uv, &w->poll, fd);
    assert(rc == 0);
    (void)rc;
    start_poll(w, events);
    return w;
}

static void loop_rewatch(void *self, struct reactor_watch *w, int events)
{
    (void)self;
    start_poll(w, events);
}

static void loop_unwatch(void *self, struct reactor_watch *w)
{
    (void)self;
    uv_close((uv_handle_t *)&w->poll, free_handle);
}

static void on_timer(uv_timer_t *h)
{
    struct reactor_timer *t = (struct reactor_timer *)(void *)h;
    t->fn(t->arg);
}

static struct reactor_timer *loop_timer(void *self, void (*fn)(void *arg), void *arg)
{
    struct loop *l = self;
    struct reactor_timer *t = mem_zalloc(sizeof *t);
    t->fn = fn;
    t->arg = arg;
    uv_timer_init(&l->uv, &t->timer);
    return t;
}

static void loop_timer_set(void *self, struct reactor_timer *t, int64_t delay_us)
{
    (void)self;
    assert(delay_us >= 0);
    uv_update_time(t->timer.loop);
    uv_timer_start(&t->timer, on_timer, (uint64_t)((delay_us + 999) / 1000), 0);
}

static void loop_timer_off(void *self, struct reactor_timer *t)
{
    (void)self;
    uv_timer_stop(&t->timer);
}

static void loop_timer_free(void *self, struct reactor_timer *t)
{
    (void)self;
    uv_close((uv_handle_t *)&t->timer, free_handle);
}

static void on_async(uv_async_t *h)
{
    struct reactor_wakeup *w = (struct reactor_wakeup *)(void *)h;
    w->fn(w->arg);
}

static struct reactor_wakeup *loop_wakeup(void *self, void (*fn)(void *arg), void *arg)
{
    struct loop *l = self;
    struct reactor_wakeup *w = mem_zalloc(sizeof *w);
    w->fn = fn;
    w->arg = arg;
    uv_async_init(&l->uv, &w->async, on_async);
    return w;
}

static void loop_wake(void *self, struct reactor_wakeup *w)
{
    (void)self;
    uv_async_send(&w->async);
}

static void loop_wakeup_free(void *self, struct reactor_wakeup *w)
{
    (void)self;
    uv_close((uv_handle_t *)&w->async, free_handle);
}

static const struct reactor_ops ops = {
    .watch = loop_watch,
    .rewatch = loop_rewatch,
    .unwatch = loop_unwatch,
    .timer = loop_timer,
    .timer_set = loop_timer_set,
    .timer_off = loop_timer_off,
    .timer_free = loop_timer_free,
    .wakeup = loop_wakeup,
    .wake = loop_wake,
    .wakeup_free = loop_wakeup_free,
};

enum status loop_new(struct loop **out, struct fail *fail)
{
    struct loop *l = mem_zalloc(sizeof *l);
    int rc = uv_loop_init(&l->uv);
    if (rc != 0) {
        mem_free(l);
        return fail_set(fail, ST_SYSTEM, rc, "event loop: %s", uv_strerror(rc));
    }
    l->reactor = (struct reactor){.self = l, .ops = &ops};
    *out = l;
    return ST_OK;
}

const struct reactor *loop_reactor(struct loop *l)
{
    return &l->reactor;
}

static void on_uv_signal(uv_signal_t *h, int signo)
{
    struct loop *l = h->data;
    l->on_signal(l->signal_arg, signo);
}

static void close_signals(struct loop *l)
{
    if (!l->signals)
        return;
    uv_close((uv_handle_t *)&l->term, NULL);
    uv_close((uv_handle_t *)&l->intr, NULL);
    uv_close((uv_handle_t *)&l->hup, NULL);
    uv_run(&l->uv, UV_RUN_NOWAIT);
    l->signals = false;
}

enum status loop_on_signal(struct loop *l, void (*fn)(void *arg, int signo), void *arg,
                           struct fail *fail)
{
    close_signals(l);
    if (!fn)
        return ST_OK;
    l->on_signal = fn;
    l->signal_arg = arg;
    uv_signal_init(&l->uv, &l->term);
    uv_signal_init(&l->uv, &l->intr);
    uv_signal_init(&l->uv, &l->hup);
    l->signals = true;
    l->term.data = l->intr.data = l->hup.data = l;
    int rc = uv_signal_start(&l->term, on_uv_signal, SIGTERM);
    if (rc == 0)
        rc = uv_signal_start(&l->intr, on_uv_signal, SIGINT);
    if (rc == 0 && signals_hangup_matters())
        rc = uv_signal_start(&l->hup, on_uv_signal, SIGHUP);
    return rc == 0 ? ST_OK : fail_set(fail, ST_SYSTEM, rc, "signals: %s", uv_strerror(rc));
}

void loop_run(struct loop *l)
{
    uv_run(&l->uv, UV_RUN_DEFAULT);
}

void loop_stop(struct loop *l)
{
    uv_stop(&l->uv);
}

void loop_free(struct loop *l)
{
    if (!l)
        return;
    close_signals(l);
    uv_run(&l->uv, UV_RUN_DEFAULT);
    int rc = uv_loop_close(&l->uv);
    assert(rc == 0);
    (void)rc;
    mem_free(l);
}
