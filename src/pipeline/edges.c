/* HTTP, the ledger's thread and the publisher's behind the ports of the state machine. The
 * last thing between it and the world: no decision is made here, nothing is kept.
 */
#include "pipeline/edges.h"

#include "ledger/writer.h"
#include "pipeline/publisher.h"

static struct llm_flight *caller_send(void *self, const struct llm_call *call)
{
    return llm_client_send(((struct edges *)self)->client, call);
}

static void caller_cancel(void *self, struct llm_flight *flight)
{
    llm_client_cancel(((struct edges *)self)->client, flight);
}

static bool caller_reload_key(void *self, int provider)
{
    return llm_client_reload_key(((struct edges *)self)->client, provider);
}

static void books_submit(void *self, struct ledger_cmd *cmd)
{
    ledger_writer_submit(((struct edges *)self)->writer, cmd);
}

static void press_finish(void *self)
{
    struct publish_item *item = publish_item_new(0);
    item->finish = true;
    publisher_post(((struct edges *)self)->publisher, item);
}

struct caller edges_caller(struct edges *e)
{
    return (struct caller){e, caller_send, caller_cancel, caller_reload_key};
}

struct books edges_books(struct edges *e)
{
    return (struct books){e, books_submit};
}

struct press edges_press(struct edges *e)
{
    return (struct press){e, press_finish};
}
