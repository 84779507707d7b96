/* The publisher thread: turns publish.h with what the ledger thread posts. */
#ifndef TICKETMILL_PIPELINE_PUBLISHER_H
#define TICKETMILL_PIPELINE_PUBLISHER_H

#include "pipeline/publish.h"

struct publisher;

/* Options as for publish_new. */
struct publisher *publisher_start(const struct publish_options *o);
void publisher_post(struct publisher *p, struct publish_item *item); /* takes; any thread */
/* Ends the thread after the transaction at hand, whatever is waiting (a finished one has nothing
 * waiting); frees. Takes NULL. */
void publisher_stop(struct publisher *p);

#endif
