/* Latencies of calls and their exact percentiles (nearest rank). One int32 a call. */
#ifndef TICKETMILL_PIPELINE_LATENCY_H
#define TICKETMILL_PIPELINE_LATENCY_H

#include <stddef.h>
#include <stdint.h>

struct latencies {
    int32_t *v; /* microseconds, capped at INT32_MAX (35 minutes) */
    size_t n, cap;
};

struct latency_figures {
    int64_t p50_us, p95_us, p99_us, max_us; /* -1 = there was no call */
};

void latencies_init(struct latencies *l);
void latencies_deinit(struct latencies *l);
void latencies_add(struct latencies *l, int64_t latency_us);
struct latency_figures latencies_figures(struct latencies *l); /* sorts in place */

#endif
