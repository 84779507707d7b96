/* The ledger thread: everything that is waiting becomes one transaction.
 *
 * While a group is being fsynced the next one gathers, so the group's size follows the load and
 * nobody waits for a timer. The thread knows neither Kafka nor HTTP; what a command means is
 * apply.c. A group that cannot be committed still comes back, with the reason in every command.
 */
#include "ledger/writer.h"

#include <assert.h>
#include <pthread.h>

#include "base/mem.h"

struct ledger_writer {
    struct ledger *ledger;
    struct queue *queue;
    void (*committed)(void *self, struct ledger_cmd *cmd);
    void *self;
    pthread_t thread;
};

static void apply_and_hand_on(struct ledger_writer *w, struct queue_node *chain)
{
    struct fail fail; /* every command carries it too */

    (void)ledger_apply(w->ledger, chain, &fail);
    while (chain) {
        struct queue_node *next = chain->next;
        w->committed(w->self, LIST_ENTRY(chain, struct ledger_cmd, node));
        chain = next;
    }
}

static void *writer_main(void *arg)
{
    struct ledger_writer *w = arg;

    for (;;) {
        struct queue_node *chain = queue_wait(w->queue, -1);
        if (chain)
            apply_and_hand_on(w, chain);
        else if (queue_closed(w->queue))
            return NULL;
    }
}

struct ledger_writer *ledger_writer_start(struct ledger *l,
                                          void (*committed)(void *self, struct ledger_cmd *cmd),
                                          void *self)
{
    struct ledger_writer *w = mem_zalloc(sizeof(*w));

    w->ledger = l;
    w->queue = queue_new(NULL, NULL);
    w->committed = committed;
    w->self = self;
    int rc = pthread_create(&w->thread, NULL, writer_main, w);
    assert(rc == 0);
    (void)rc;
    return w;
}

void ledger_writer_submit(struct ledger_writer *w, struct ledger_cmd *cmd)
{
    queue_push(w->queue, &cmd->node);
}

void ledger_writer_stop(struct ledger_writer *w)
{
    if (!w)
        return;
    queue_close(w->queue);
    pthread_join(w->thread, NULL);
    queue_free(w->queue);
    mem_free(w);
}
