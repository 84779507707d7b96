/* The publisher thread.
 *
 * Waits for items and for publish.h's deadlines, in turn. Which rows go together and what an abort
 * means is decided there; the sink blocks, so all of it is off the loop.
 */
#include "pipeline/publisher.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>

#include "base/mem.h"

#define RETRY_WAIT_MS 500

struct publisher {
    struct publish *publish;
    struct queue *inbox;
    pthread_t thread;
    atomic_bool stopping;
};

static void accept_chain(struct publisher *p, struct queue_node *chain)
{
    while (chain) {
        struct queue_node *next = chain->next;
        publish_accept(p->publish, (struct publish_item *)(void *)chain);
        chain = next;
    }
}

static void *publisher_main(void *arg)
{
    struct publisher *p = arg;
    enum publish_next next = publish_step(p->publish);
    while (next != PUBLISH_OVER && !atomic_load(&p->stopping)) {
        int wait = next == PUBLISH_RETRY ? RETRY_WAIT_MS : publish_wait_ms(p->publish);
        accept_chain(p, wait == 0 ? queue_take(p->inbox) : queue_wait(p->inbox, wait));
        if (atomic_load(&p->stopping))
            break;
        if (next == PUBLISH_RETRY || publish_wait_ms(p->publish) == 0)
            next = publish_step(p->publish);
    }
    return NULL;
}

struct publisher *publisher_start(const struct publish_options *o)
{
    struct publisher *p = mem_zalloc(sizeof *p);
    p->publish = publish_new(o);
    p->inbox = queue_new(NULL, NULL);
    int rc = pthread_create(&p->thread, NULL, publisher_main, p);
    assert(rc == 0);
    (void)rc;
    return p;
}

void publisher_post(struct publisher *p, struct publish_item *item)
{
    queue_push(p->inbox, &item->node);
}

void publisher_stop(struct publisher *p)
{
    if (!p)
        return;
    atomic_store(&p->stopping, true);
    queue_close(p->inbox);
    pthread_join(p->thread, NULL);
    accept_chain(p, queue_take(p->inbox));
    queue_free(p->inbox);
    publish_free(p->publish);
    mem_free(p);
}
