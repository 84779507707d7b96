/* Small models of rate limiters and a client behind gate and pace, in virtual time.
 *
 * The client sends whenever gate and pace let it; a refused call's work goes again. Latencies are
 * seeded; nothing sleeps.
 */
#ifndef TICKETMILL_TESTS_THROTTLE_WORLD_H
#define TICKETMILL_TESTS_THROTTLE_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/random.h"
#include "route/gate.h"
#include "route/pace.h"

#define SECOND    INT64_C(1000000)
#define MINUTE    (60 * SECOND)
#define CALLS_MAX 64
#define LOG_MAX   8192

enum throttle_counts { NOTHING, BUCKET, FIXED, SLIDING, CONCURRENCY };

struct throttle_provider {
    enum throttle_counts counts;
    int64_t cap;       /* a minute, or in flight */
    bool tokens;       /* counts tokens, otherwise requests */
    int64_t bucket_ms; /* capacity in time; 0 = a minute's */
    int64_t begun;     /* of its minute when we come */
    bool tells;        /* x-ratelimit-* */
    bool retry_after;
    bool counts_refused; /* … and what the client reserved, not what was used */
    int64_t random_permille;
    int64_t lifted_at, latency_ms, slow_from, slow_until;

    double level;
    int64_t filled_at, window, in_use;
    struct {
        int64_t at, amount;
    } log[LOG_MAX];
    int log_first, log_n;
};

struct throttle_client {
    int64_t in_flight, tokens_per_minute, requests_per_minute, timeout;
    int64_t work; /* calls to get through; 0 = until `until` */
    int64_t until;
    int64_t cap_tokens; /* reserved for the answer; a fifth to three fifths are used */
    uint64_t seed;
};

enum throttle_stage { FREE, ARRIVES, SERVED, BACK };

struct throttle_flight {
    enum throttle_stage stage;
    int64_t at, sent, reserved, used, left, reset;
    bool refused;
};

struct throttle_world {
    struct throttle_provider p;
    struct throttle_client c;
    struct gate gate;
    struct pace pace;
    struct random random;
    struct throttle_flight v[CALLS_MAX];
    int64_t now, sent, refused, passed, passed_amount, timeouts, next_tokens;
    int64_t limit_least, limit_sum, limit_samples, full_at;
};

void throttle_run(struct throttle_world *w, struct throttle_provider p, struct throttle_client c);

/* Least time in minutes in which so many calls of the mean size can be let through, demand being
 * `demand` calls a minute and above the cap. */
double throttle_ideal(const struct throttle_provider *p, double calls, double size, double demand);

#endif
