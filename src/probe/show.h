/* A probe's outcome for people and for programs. Pure. */
#ifndef TICKETMILL_PROBE_SHOW_H
#define TICKETMILL_PROBE_SHOW_H

#include "base/buf.h"
#include "probe/probe.h"

struct probe_outcome {
    const struct probe_options *options;
    const struct probe_seen *seen; /* count of each */
    const struct findings *findings;
    int count;
    enum probe_verdict verdict;
    int64_t began_unix_us, ended_unix_us;
};

/* width: columns of the terminal, texts are wrapped to it (at least 60). */
void show_text(const struct probe_outcome *o, int width, bool colour, struct buf *out);
void show_json(const struct probe_outcome *o, struct buf *out); /* one object, schema in it */

#endif
