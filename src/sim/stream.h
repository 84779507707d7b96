/* An answer as a stream of server-sent events. Pure. */
#ifndef TICKETMILL_SIM_STREAM_H
#define TICKETMILL_SIM_STREAM_H

#include "sim/answer.h"

/* Fills the body with the events, one for each token, and says how they are to be delivered. Usage
 * comes in a last event of its own when the question asked for it. */
void stream_print(struct answer *a, const struct question *q, struct slice content,
                  const char *finish, const struct answer_settings *s);

/* Where the event that begins at `at` ends, with its blank line. */
size_t stream_event_end(struct slice body, size_t at);

#endif
