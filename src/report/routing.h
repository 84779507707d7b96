/* The part of the report that several tiers and providers add: where tickets went, how endpoints
 * kept up, what second opinions said, what is left of the budget, how good the estimates were. */
#ifndef TICKETMILL_REPORT_ROUTING_H
#define TICKETMILL_REPORT_ROUTING_H

#include <stdbool.h>

#include "report/figures.h"

#define REPORT_OUTAGES_SHOWN 20
#define REPORT_RUNS_SHOWN    10

struct report_endpoint {
    char *provider, *name;
    int64_t calls, answered, failed, unknown;
    struct report_groups causes; /* of calls that were not answered; detail = state */
    struct report_spread latency_us;
    int64_t target_p99_us;
    /* This month, as far as runs watched: breaker and region, not what is ours (key, money). */
    int64_t down_us, allowed_us;
};

struct report_outage {
    char *provider, *endpoint, *cause, *run_id;
    int64_t from_unix_us, to_unix_us;
    bool open; /* not closed; `to` is the last known time */
};

/* Tickets answered twice. Amounts: over those of `priced` pairs, where both are known. */
struct report_pairs {
    int64_t pairs, agree;
    int64_t confidence_ppm; /* Σ compared − result */
    int64_t priced, cost_pusd, primary_pusd;
};

struct report_pairing {
    char *name, *detail; /* tiers; category of the result, category compared */
    int64_t number;      /* tickets in the pack, place in it; 0 without */
    struct report_pairs of;
};

struct report_pairings {
    struct report_pairing *v;
    size_t count;
};

struct report_waiting {
    char *topic;
    int64_t tickets, oldest_unix_ms;      /* -1 = not known */
    int64_t retention_ms, leaves_unix_us; /* -1 = for good, or not known */
    bool retention_known;
};

struct report_estimate {
    char *run_id;
    int64_t started_unix_us, made_unix_us;
    int64_t tickets, calls, cost_pusd, upper_pusd, seconds; /* amounts: PUSD_UNPRICED */
    int64_t came_tickets, came_calls, came_pusd, came_unknown_pusd, came_unpriced;
    int64_t came_seconds; /* -1 = the run has no end */
};

struct report_cap {
    char *name; /* "day", "month", "run", "shadow", "tier premium" */
    int64_t cap_pusd;
    int64_t spent_pusd; /* -1 = told by the run only */
};

struct report_routing {
    struct report_groups routes, tiers;
    struct report_endpoint *endpoints;
    size_t endpoint_count;
    struct report_outage *outages; /* of the runs looked at, oldest first */
    size_t outage_count;

    struct report_pairings shadows;    /* name → detail: tiers; largest first */
    struct report_pairings categories; /* of results that a shadow looked at, least agreed first */
    struct report_pairings instead;    /* category → what the shadow said, where it differs */
    struct report_pairs guard;
    struct report_pairings sizes, slots; /* of the guard, ascending */
    int64_t without_result;              /* compared with nothing: the ticket has no result */
    int64_t warn_below_percent;
    int64_t advised_size; /* largest pack whose agreement is surely good enough; 0 = none is */

    int64_t day_pusd, month_pusd; /* spent or reserved since their begin */
    bool configured;              /* caps are known */
    struct report_cap *caps;      /* those that are set */
    size_t cap_count;
    struct report_waiting *waiting;
    size_t waiting_count;
    struct report_estimate *estimates; /* one for each run with an estimate before it */
    size_t estimate_count;
};

/* 95 % interval of a share by Wilson's score, in millionths; [0, 1000000] without observations. */
void report_interval(int64_t hits, int64_t of, int64_t *low_ppm, int64_t *high_ppm);

#endif
