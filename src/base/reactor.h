/* What an edge needs of the event loop: watching descriptors, timers, and waking the loop from
 * another thread. A port: pipeline/loop.c implements it on libuv, tests by hand.
 * All calls and callbacks on the loop thread, except reactor_wake.
 */
#ifndef TICKETMILL_BASE_REACTOR_H
#define TICKETMILL_BASE_REACTOR_H

#include <stdint.h>

enum { REACTOR_READ = 1, REACTOR_WRITE = 2, REACTOR_ERROR = 4 };

struct reactor_watch; /* one watched descriptor */
struct reactor_timer;
struct reactor_wakeup; /* a doorbell for other threads */

struct reactor_ops {
    /* events = REACTOR_READ | REACTOR_WRITE; calling again with the same watch changes them. */
    struct reactor_watch *(*watch)(void *self, int fd, int events,
                                   void (*fn)(void *arg, int fd, int events), void *arg);
    void (*rewatch)(void *self, struct reactor_watch *w, int events);
    void (*unwatch)(void *self, struct reactor_watch *w); /* frees w; fn is never called again */

    struct reactor_timer *(*timer)(void *self, void (*fn)(void *arg), void *arg); /* not armed */
    void (*timer_set)(void *self, struct reactor_timer *t, int64_t delay_us); /* one shot, ≥ 0 */
    void (*timer_off)(void *self, struct reactor_timer *t);
    void (*timer_free)(void *self, struct reactor_timer *t);

    struct reactor_wakeup *(*wakeup)(void *self, void (*fn)(void *arg), void *arg);
    void (*wake)(void *self, struct reactor_wakeup *w); /* any thread; calls may coalesce */
    void (*wakeup_free)(void *self, struct reactor_wakeup *w);
};

struct reactor {
    void *self;
    const struct reactor_ops *ops;
};

#endif
