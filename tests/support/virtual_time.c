/* Virtual time. A timer or wake-up that was given back leaves its event behind as a shell. */
#include "support/virtual_time.h"

#include <assert.h>

#include "base/list.h"
#include "base/mem.h"

struct event {
    struct heap_node node;
    void (*fn)(void *arg);
    void *arg;
};

struct reactor_timer {
    void (*fn)(void *arg);
    void *arg;
};

struct reactor_wakeup {
    struct virtual_time *time;
    void (*fn)(void *arg);
    void *arg;
    int waiting;
    bool freed;
};

void virtual_after(struct virtual_time *t, int64_t delay_us, void (*fn)(void *arg), void *arg)
{
    struct event *e = mem_zalloc(sizeof *e);
    e->node.at = HEAP_OUT;
    e->fn = fn;
    e->arg = arg;
    heap_add(&t->events, &e->node, t->now_us + delay_us);
}

static void timer_event(void *arg)
{
    struct reactor_timer *timer = arg;
    timer->fn(timer->arg);
}

/* Timers live in the heap as an event of their own that is moved about. */
struct timer_handle {
    struct event event;
    struct reactor_timer timer;
};

static struct timer_handle *handle_of(struct reactor_timer *timer)
{
    return LIST_ENTRY(timer, struct timer_handle, timer);
}

static struct reactor_timer *timer_new(void *self, void (*fn)(void *arg), void *arg)
{
    struct timer_handle *h = mem_zalloc(sizeof *h);
    (void)self;
    h->event.node.at = HEAP_OUT;
    h->event.fn = timer_event;
    h->event.arg = &h->timer;
    h->timer.fn = fn;
    h->timer.arg = arg;
    return &h->timer;
}

static void timer_off(void *self, struct reactor_timer *timer)
{
    struct virtual_time *t = self;
    heap_remove(&t->events, &handle_of(timer)->event.node);
}

static void timer_set(void *self, struct reactor_timer *timer, int64_t delay_us)
{
    struct virtual_time *t = self;
    assert(delay_us >= 0);
    timer_off(self, timer);
    heap_add(&t->events, &handle_of(timer)->event.node, t->now_us + delay_us);
}

static void timer_free(void *self, struct reactor_timer *timer)
{
    timer_off(self, timer);
    mem_free(handle_of(timer));
}

static struct reactor_wakeup *wakeup_new(void *self, void (*fn)(void *arg), void *arg)
{
    struct reactor_wakeup *w = mem_zalloc(sizeof *w);
    *w = (struct reactor_wakeup){.time = self, .fn = fn, .arg = arg};
    return w;
}

static void wakeup_event(void *arg)
{
    struct reactor_wakeup *w = arg;
    w->waiting--;
    if (!w->freed)
        w->fn(w->arg);
    else if (w->waiting == 0)
        mem_free(w);
}

static void wake(void *self, struct reactor_wakeup *w)
{
    w->waiting++;
    virtual_after(self, 0, wakeup_event, w);
}

static void wakeup_free(void *self, struct reactor_wakeup *w)
{
    (void)self;
    w->freed = true;
    if (w->waiting == 0)
        mem_free(w);
}

static const struct reactor_ops ops = {
    .timer = timer_new,
    .timer_set = timer_set,
    .timer_off = timer_off,
    .timer_free = timer_free,
    .wakeup = wakeup_new,
    .wake = wake,
    .wakeup_free = wakeup_free,
};

static int64_t mono_us(void *self)
{
    return ((struct virtual_time *)self)->now_us;
}

static int64_t unix_us(void *self)
{
    return VIRTUAL_EPOCH_US + ((struct virtual_time *)self)->now_us;
}

void virtual_time_init(struct virtual_time *t)
{
    t->now_us = 1000000;
    heap_init(&t->events);
    t->reactor = (struct reactor){.self = t, .ops = &ops};
    t->clock = (struct clock){.self = t, .unix_us = unix_us, .mono_us = mono_us};
}

bool virtual_step(struct virtual_time *t)
{
    struct heap_node *node = heap_min(&t->events);
    if (!node)
        return false;
    struct event *e = LIST_ENTRY(node, struct event, node);
    heap_remove(&t->events, node);
    if (node->key > t->now_us)
        t->now_us = node->key;
    void (*fn)(void *arg) = e->fn;
    void *arg = e->arg;
    if (fn != timer_event)
        mem_free(e);
    fn(arg);
    return true;
}

void virtual_drop_events(struct virtual_time *t)
{
    for (struct heap_node *node; (node = heap_min(&t->events));) {
        struct event *e = LIST_ENTRY(node, struct event, node);
        heap_remove(&t->events, node);
        assert(e->fn != timer_event);
        if (e->fn == wakeup_event)
            wakeup_event(e->arg);
        mem_free(e);
    }
}

void virtual_time_deinit(struct virtual_time *t)
{
    virtual_drop_events(t);
    heap_deinit(&t->events);
}
