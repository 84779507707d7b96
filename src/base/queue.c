/* Queue between threads: a chain under a mutex, taken whole, so that a consumer pays one lock for
 * everything that waits. Waiting is on the monotonic clock; a wall clock set back must not make
 * a thread sleep longer. Nodes are never touched after they were taken.
 */
#include "base/queue.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <time.h>

#include "base/mem.h"

struct queue {
    pthread_mutex_t lock;
    pthread_cond_t ready;
    struct queue_node *first, **end; /* end: where the next node is hung */
    bool closed;
    void (*wake)(void *self);
    void *wake_self;
};

struct queue *queue_new(void (*wake)(void *self), void *self)
{
    struct queue *q = mem_zalloc(sizeof *q);
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_mutex_init(&q->lock, NULL);
    pthread_cond_init(&q->ready, &attr);
    pthread_condattr_destroy(&attr);
    q->end = &q->first;
    q->wake = wake;
    q->wake_self = self;
    return q;
}

void queue_free(struct queue *q)
{
    if (!q)
        return;
    assert(!q->first);
    pthread_cond_destroy(&q->ready);
    pthread_mutex_destroy(&q->lock);
    mem_free(q);
}

void queue_push(struct queue *q, struct queue_node *node)
{
    node->next = NULL;
    pthread_mutex_lock(&q->lock);
    bool was_empty = !q->first;
    *q->end = node;
    q->end = &node->next;
    pthread_mutex_unlock(&q->lock);
    if (was_empty)
        pthread_cond_signal(&q->ready);
    if (was_empty && q->wake)
        q->wake(q->wake_self);
}

/* Under the lock. */
static struct queue_node *detach(struct queue *q)
{
    struct queue_node *chain = q->first;
    q->first = NULL;
    q->end = &q->first;
    return chain;
}

struct queue_node *queue_take(struct queue *q)
{
    pthread_mutex_lock(&q->lock);
    struct queue_node *chain = detach(q);
    pthread_mutex_unlock(&q->lock);
    return chain;
}

static struct timespec deadline_after(int timeout_ms)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    at.tv_sec += timeout_ms / 1000;
    at.tv_nsec += (long)(timeout_ms % 1000) * 1000000;
    if (at.tv_nsec >= 1000000000) {
        at.tv_sec++;
        at.tv_nsec -= 1000000000;
    }
    return at;
}

struct queue_node *queue_wait(struct queue *q, int timeout_ms)
{
    struct timespec until = deadline_after(timeout_ms < 0 ? 0 : timeout_ms);
    pthread_mutex_lock(&q->lock);
    int rc = 0;
    while (!q->first && !q->closed && rc != ETIMEDOUT) {
        if (timeout_ms < 0)
            rc = pthread_cond_wait(&q->ready, &q->lock);
        else
            rc = pthread_cond_timedwait(&q->ready, &q->lock, &until);
    }
    struct queue_node *chain = detach(q);
    pthread_mutex_unlock(&q->lock);
    return chain;
}

void queue_close(struct queue *q)
{
    pthread_mutex_lock(&q->lock);
    q->closed = true;
    pthread_cond_broadcast(&q->ready);
    pthread_mutex_unlock(&q->lock);
}

bool queue_closed(struct queue *q)
{
    pthread_mutex_lock(&q->lock);
    bool closed = q->closed;
    pthread_mutex_unlock(&q->lock);
    return closed;
}
