/* The event loop of the run: struct reactor on libuv, and signals. Main thread. */
#ifndef TICKETMILL_PIPELINE_LOOP_H
#define TICKETMILL_PIPELINE_LOOP_H

#include "base/reactor.h"
#include "base/status.h"

struct loop;

MUST_CHECK enum status loop_new(struct loop **out, struct fail *fail);
/* Everything watched, timed or woken through it must have been given back. Takes NULL. */
void loop_free(struct loop *l);

const struct reactor *loop_reactor(struct loop *l); /* lives as long as the loop */

/* SIGTERM, SIGINT and, unless it was ignored, SIGHUP call fn on the loop from here on; NULL gives
 * the default back. */
MUST_CHECK enum status loop_on_signal(struct loop *l, void (*fn)(void *arg, int signo), void *arg,
                                      struct fail *fail);

void loop_run(struct loop *l);  /* until loop_stop */
void loop_stop(struct loop *l); /* loop thread */

#endif
