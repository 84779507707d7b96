/* The checklist: what was seen at an endpoint, held against what is asked of it. Pure. */
#ifndef TICKETMILL_PROBE_JUDGE_H
#define TICKETMILL_PROBE_JUDGE_H

#include "probe/seen.h"

/* In the order in which they are shown. */
#define CHECK_LIST(X)                                                                              \
    X(CHECK_REACHABLE, "reachable")                                                                \
    X(CHECK_KEY, "key")                                                                            \
    X(CHECK_WIRE, "wire format")                                                                   \
    X(CHECK_JSON, "JSON mode")                                                                     \
    X(CHECK_USAGE, "usage")                                                                        \
    X(CHECK_TOKEN_CAP, "token cap")                                                                \
    X(CHECK_TEMPERATURE, "temperature")                                                            \
    X(CHECK_THINKING, "thinking")                                                                  \
    X(CHECK_SERVED, "served model")                                                                \
    X(CHECK_REQUEST_ID, "request id")                                                              \
    X(CHECK_UNKNOWN_MODEL, "unknown model")                                                        \
    X(CHECK_LIMITS, "limits")                                                                      \
    X(CHECK_STREAM, "streaming")                                                                   \
    X(CHECK_LATENCY, "latency")                                                                    \
    X(CHECK_AVAILABILITY, "availability")                                                          \
    X(CHECK_CONCURRENCY, "concurrency")

enum probe_check {
#define X(id, name) id,
    CHECK_LIST(X)
#undef X
        CHECK_COUNT
};

enum probe_result {
    RESULT_SKIPPED, /* not measured; the text says why */
    RESULT_PASS,
    RESULT_NOTE, /* worth knowing, nothing to mend */
    RESULT_FAIL
};

struct finding {
    enum probe_result result;
    char text[480]; /* one printable line: what was seen, against what, what would help */
};

struct findings {
    struct finding v[CHECK_COUNT];
};

const char *check_name(enum probe_check c);
const char *result_name(enum probe_result r); /* "pass", "note", "fail", "skipped" */

void judge(const struct probe_seen *seen, struct findings *out);

/* What all endpoints together come to. */
enum probe_verdict {
    VERDICT_PASS,       /* exit 0: nothing failed, everything was measured */
    VERDICT_FAILED,     /* 3: a check failed */
    VERDICT_UNMEASURED, /* 4: nothing failed, but the cap kept something from being measured */
    VERDICT_STOPPED,    /* 5: by a signal */
    VERDICT_NO_MONEY,   /* 7: wherever there is an answer, it is that no money is left */
    VERDICT_NOWHERE,    /* 69: no connection, or not allowed from here, everywhere */
    VERDICT_KEYS,       /* 77: wherever there is an answer, the key is refused */
    VERDICT_NO_KEY      /* 78: wherever there is a connection, the key cannot be had */
};
enum probe_verdict judge_all(const struct probe_seen *seen, const struct findings *findings,
                             int count);
int verdict_exit(enum probe_verdict v);

/* Median over the streams that were good; -1 = none. */
int64_t judge_first_token_us(const struct probe_seen *seen);
int64_t judge_tokens_per_s(const struct probe_seen *seen);
/* Of all calls that were not throttled, in millionths; -1 = there were none. */
int64_t judge_availability_ppm(const struct probe_load *load);

/* judge_load.c: streaming, latency, availability, concurrency. */
void judge_stream(const struct probe_seen *seen, struct finding *f);
void judge_latency(const struct probe_seen *seen, struct finding *f);
void judge_availability(const struct probe_seen *seen, struct finding *f);
void judge_concurrency(const struct probe_seen *seen, struct finding *f);

/* Sets result and text; the text is made one printable line. */
void finding_set(struct finding *f, enum probe_result result, const char *fmt, ...)
    PRINTF_LIKE(3, 4);
/* The same behind what is there, after "; "; the graver of the two results stays. */
void finding_add(struct finding *f, enum probe_result result, const char *fmt, ...)
    PRINTF_LIKE(3, 4);
void finding_skip(struct finding *f, const struct probe_seen *seen);

#endif
