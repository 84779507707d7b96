/* What a probe may have seen: an endpoint where all is well, and one fault each. */
#ifndef TICKETMILL_TESTS_SUPPORT_PROBE_FIXTURE_H
#define TICKETMILL_TESTS_SUPPORT_PROBE_FIXTURE_H

#include "probe/seen.h"

struct probe_seen seen_good(void); /* provider p, endpoint us-east, model m */

#define SEEN_FAULTS(X)                                                                             \
    X(no_connection)                                                                               \
    X(no_key)                                                                                      \
    X(key_refused)                                                                                 \
    X(region)                                                                                      \
    X(money)                                                                                       \
    X(model_gone)                                                                                  \
    X(no_answer)                                                                                   \
    X(salvaged)                                                                                    \
    X(parts)                                                                                       \
    X(no_choices)                                                                                  \
    X(json_refused)                                                                                \
    X(prose)                                                                                       \
    X(other_json)                                                                                  \
    X(other_modes_refused)                                                                         \
    X(no_usage)                                                                                    \
    X(bad_usage)                                                                                   \
    X(no_cached)                                                                                   \
    X(cap_refused)                                                                                 \
    X(cap_ignored)                                                                                 \
    X(small_cap_ignored)                                                                           \
    X(temperature_refused)                                                                         \
    X(extra_refused)                                                                               \
    X(thinks)                                                                                      \
    X(thinks_as_allowed)                                                                           \
    X(thinks_in_the_stream)                                                                        \
    X(thinks_and_says_nothing)                                                                     \
    X(other_model)                                                                                 \
    X(dated_model)                                                                                 \
    X(unnamed_model)                                                                               \
    X(no_request_id)                                                                               \
    X(any_model)                                                                                   \
    X(unknown_is_500)                                                                              \
    X(no_limits)                                                                                   \
    X(waits)                                                                                       \
    X(no_stream)                                                                                   \
    X(stream_error)                                                                                \
    X(stream_burst)                                                                                \
    X(stream_without_done)                                                                         \
    X(stream_without_usage)                                                                        \
    X(slow)                                                                                        \
    X(just_in_time)                                                                                \
    X(never_answered)                                                                              \
    X(one_in_two_hundred_failed)                                                                   \
    X(one_in_two_thousand_failed)                                                                  \
    X(some_throttled)                                                                              \
    X(all_throttled)                                                                               \
    X(step_throttled)                                                                              \
    X(step_failed)                                                                                 \
    X(step_unpaid)                                                                                 \
    X(stopped)

/* Changes *s, which came from seen_good. */
#define X(name) void seen_##name(struct probe_seen *s);
SEEN_FAULTS(X)
#undef X
extern void (*const seen_faults[])(struct probe_seen *s);
extern const int seen_fault_count;

#endif
