/* What breakdowns of the report are made of. */
#ifndef TICKETMILL_REPORT_FIGURES_H
#define TICKETMILL_REPORT_FIGURES_H

#include <stddef.h>
#include <stdint.h>

/* A row of a breakdown; each one fills what makes sense for it. */
struct report_group {
    char *name, *detail; /* category; model and its provider; date; state and cause; purpose */
    int64_t runs, tickets, reused, needs_review, unpriced, dead, pending;
    int64_t calls, answered, failed, unknown;
    int64_t input_tokens, cached_tokens, output_tokens;
    int64_t places;                  /* of kinds that redaction finds */
    int64_t confidence_ppm;          /* sum over the tickets */
    int64_t cost_pusd;               /* settled */
    int64_t unknown_pusd;            /* reservations of unknown calls */
    int64_t extra_calls, extra_pusd; /* shadow and guard, where the rest is primary calls' */
};

struct report_groups {
    struct report_group *v;
    size_t count;
};

/* Of `count` values; all -1 when there are none. */
struct report_spread {
    int64_t count, p50, p95, p99, max;
};

#endif
