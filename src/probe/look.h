/* Reading of a reply with the eyes of a probe: not only what it says, but in which shape. Pure. */
#ifndef TICKETMILL_PROBE_LOOK_H
#define TICKETMILL_PROBE_LOOK_H

#include "llm/stream.h"
#include "probe/seen.h"

void look_at_reply(const struct llm_reply *reply, int64_t token_cap, struct probe_trial *out);

/* sent_mono_us: when the call was started. */
void look_at_stream(const struct llm_reply *reply, const struct llm_stream *s, int64_t sent_mono_us,
                    struct probe_stream *out);

/* Keeps what the headers of any reply tell about limits. */
void look_at_limits(const struct llm_reply *reply, struct probe_seen *seen);

#endif
