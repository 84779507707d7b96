/* Why a call did not give a usable answer: the classes that decide what happens next. */
#ifndef TICKETMILL_MODEL_FAILURE_H
#define TICKETMILL_MODEL_FAILURE_H

#include <stdbool.h>

/* X(id, name, billing): what is booked for a call that ended so. */
#define FAILURE_LIST(X)                                                                            \
    X(FAIL_NONE, "ok", BILLED_USAGE)                /* HTTP 200 with content to check */           \
    X(FAIL_NOT_SENT, "not_sent", BILLED_NOTHING)    /* DNS, connect, TLS: free */                  \
    X(FAIL_TIMEOUT, "timeout", BILLED_UNKNOWN)      /* sent, no whole answer in time */            \
    X(FAIL_RESET, "reset", BILLED_UNKNOWN)          /* sent, then reset or a short body */         \
    X(FAIL_THROTTLED, "throttled", BILLED_NOTHING)  /* 429 rate, concurrency, overload codes */    \
    X(FAIL_SERVER, "server", BILLED_NOTHING)        /* 409, 500, 503, 529 */                       \
    X(FAIL_GATEWAY, "gateway", BILLED_UNKNOWN)      /* 408, 502, 504 */                            \
    X(FAIL_KEY, "key", BILLED_NOTHING)              /* 401 */                                      \
    X(FAIL_REGION, "region", BILLED_NOTHING)        /* 403 */                                      \
    X(FAIL_MONEY, "money", BILLED_NOTHING)          /* 402 and every vendor's money codes */       \
    X(FAIL_CONFIG, "configuration", BILLED_NOTHING) /* 404 model, 400/422 parameter, 3xx */        \
    X(FAIL_OVERSIZE, "oversize", BILLED_NOTHING)    /* 413, context length */                      \
    X(FAIL_POLICY, "policy", BILLED_NOTHING)     /* the provider's content filter, as an error */  \
    X(FAIL_REJECTED, "rejected", BILLED_NOTHING) /* other 4xx */                                   \
    X(FAIL_BAD_ANSWER, "bad_answer", BILLED_USAGE) /* 200: blank, error object, not JSON at all */ \
    X(FAIL_REFUSED, "refused", BILLED_USAGE)       /* 200: the model's refusal */                  \
    X(FAIL_FILTERED, "filtered", BILLED_USAGE)     /* 200: finish_reason of a content filter */    \
    X(FAIL_TRUNCATED, "truncated", BILLED_USAGE) /* 200: cut at the token cap; content to check */ \
    X(FAIL_TOO_LARGE, "too_large", BILLED_UNKNOWN) /* body over max_response */                    \
    X(FAIL_CANCELLED, "cancelled", BILLED_UNKNOWN) /* we hung up while it was in flight */         \
    X(FAIL_CRASH, "crash", BILLED_UNKNOWN)         /* in flight when the process died */

enum failure_billing { BILLED_NOTHING, BILLED_UNKNOWN /* at the reservation */, BILLED_USAGE };

enum failure {
#define X(id, name, billing) id,
    FAILURE_LIST(X)
#undef X
        FAIL_COUNT
};

const char *failure_name(enum failure f);
enum failure_billing failure_billing(enum failure f);

#endif
