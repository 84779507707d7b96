/* What was observed at one endpoint with one model: facts only, no verdicts (judge.h has those).
 * Plain data; times in microseconds, -1 = not known.
 */
#ifndef TICKETMILL_PROBE_SEEN_H
#define TICKETMILL_PROBE_SEEN_H

#include <stdbool.h>
#include <stdint.h>

#include "config/config.h"
#include "llm/reach.h"
#include "probe/purse.h"
#include "report/report.h"

#define PROBE_STEPS   12   /* of concurrency, at most */
#define PROBE_WIDEST  1024 /* calls in flight, at most */
#define PROBE_STREAMS 3

/* One call that was made to learn something. */
struct probe_trial {
    bool ended; /* it was sent, and this is what became of it */
    enum failure failure;
    int http_status;
    int64_t latency_us, token_cap, content_bytes;
    bool choices, message, text; /* choices[0], its message, and content as a plain string */
    bool parts;                  /* content as a list of parts */
    bool salvaged;               /* the body is no valid JSON */
    bool object, results;        /* the content is a JSON object; it is the answer asked for */
    bool thinking;               /* reasoning text beside or inside of the content */
    bool cached_told, reasoning_told;
    struct usage usage;
    char served_model[96], request_id[96], finish_reason[32], provider_code[64], message_text[256];
};

/* What had to be changed before the endpoint took the call at all. */
enum probe_relax {
    RELAX_NOTHING,
    RELAX_TOKEN_PARAM, /* the other name of the token cap */
    RELAX_TEMPERATURE, /* not sent */
    RELAX_JSON,        /* no response_format */
    RELAX_EXTRA,       /* no extra_body */
    RELAX_COUNT
};

struct probe_stream {
    enum failure failure;
    bool events, done, usage; /* it came as a stream; [DONE]; usage was told in it */
    bool reasoning;           /* thinking came in it */
    int64_t first_token_us, text_us, output_tokens, pieces, keepalives, bad_events;
    char message[256];
};

/* Calls over a time, one behind the other. */
struct probe_load {
    int64_t calls, answered, throttled, failed; /* calls = the sum; cancelled ones are none */
    int64_t from_mono_us, to_mono_us, output_tokens;
    struct report_spread latency_us; /* of answered calls */
    char message[256];               /* of the last failure; "" = none */
};

struct probe_step {
    int64_t width; /* calls in flight */
    bool asked;    /* else it was not tried */
    int64_t answered, throttled, failed;
    int64_t took_us, output_tokens;
    struct report_spread latency_us;
    char message[256];
};

/* Why something was not measured. */
enum probe_stop { STOP_NONE, STOP_MONEY, STOP_CALLS, STOP_SIGNAL };

struct probe_seen {
    const struct config_provider *provider; /* borrowed, as are the next two */
    const struct config_endpoint *endpoint;
    const struct config_model *model; /* as configured */
    char key_trouble[256];            /* the key cannot be had; "" = it can */
    bool reach_tried;
    struct llm_reached reached;
    struct probe_trial plain;    /* as a run would ask, before anything was relaxed */
    struct probe_trial base;     /* the first that was answered, else the same */
    enum probe_relax relaxed;    /* between the two */
    struct probe_trial modes[3]; /* by enum json_mode; the configured one is base */
    struct probe_trial unknown_model;
    struct probe_trial capped; /* a token cap below what the answer needs */
    struct probe_stream streams[PROBE_STREAMS];
    int stream_count;
    struct probe_load load;
    struct probe_step steps[PROBE_STEPS];
    int step_count;
    struct llm_limits limits; /* as told last */
    int64_t retry_after_us;   /* longest that was told; -1 = none */
    enum probe_stop stop;     /* what kept checks from being made */
    struct purse purse;
};

/* Did the call bring an answer, whatever it is worth? */
static inline bool probe_answered(enum failure f)
{
    return f == FAIL_NONE || f == FAIL_TRUNCATED;
}

#endif
