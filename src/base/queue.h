/* Hand-over of whole objects from any thread to one thread.
 *
 * A node is embedded in the object and belongs to the queue from push to take. Order is kept per
 * queue: whoever pushes first is taken first. The consumer either blocks in queue_wait or is
 * told by `wake` (called by the pushing thread, outside the lock, only when the queue was empty)
 * and drains with queue_take.
 */
#ifndef TICKETMILL_BASE_QUEUE_H
#define TICKETMILL_BASE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct queue_node {
    struct queue_node *next;
};

struct queue;

struct queue *queue_new(void (*wake)(void *self), void *self); /* wake may be NULL */
void queue_free(struct queue *q);                              /* must be empty; takes NULL */
void queue_push(struct queue *q, struct queue_node *node);     /* takes node; any thread */

/* Everything that is waiting, in order, as a chain; NULL when empty. Consumer's thread. */
struct queue_node *queue_take(struct queue *q);

/* The same, but blocks until something is there, the queue is closed, or timeout_ms passed
 * (-1 = no timeout). NULL on timeout or when closed and empty. */
struct queue_node *queue_wait(struct queue *q, int timeout_ms);

void queue_close(struct queue *q); /* wakes waiters; later pushes are still taken */
bool queue_closed(struct queue *q);

#endif
