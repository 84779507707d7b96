/* A model provider in virtual time: answers packed tickets by a rule on their text, bills what it
 * generates, and misbehaves by a seed. What it billed is the witness.
 */
#ifndef TESTS_SUPPORT_FAKE_PROVIDER_H
#define TESTS_SUPPORT_FAKE_PROVIDER_H

#include "base/list.h"
#include "base/map.h"
#include "base/random.h"
#include "llm/client.h"
#include "support/fake_shop.h"
#include "support/virtual_time.h"

#define FAKE_FAULTS(X)                                                                             \
    X(FAKE_GOOD)                                                                                   \
    X(FAKE_MISSING)                                                                                \
    X(FAKE_CONFLICT)                                                                               \
    X(FAKE_PROSE)                                                                                  \
    X(FAKE_BLANK)                                                                                  \
    X(FAKE_TRUNCATED)                                                                              \
    X(FAKE_REFUSED)                                                                                \
    X(FAKE_POLICY)                                                                                 \
    X(FAKE_OVERSIZE)                                                                               \
    X(FAKE_THROTTLED)                                                                              \
    X(FAKE_SERVER)                                                                                 \
    X(FAKE_GATEWAY)                                                                                \
    X(FAKE_NOT_SENT)                                                                               \
    X(FAKE_TIMEOUT_BILLED)                                                                         \
    X(FAKE_RESET_UNBILLED)                                                                         \
    X(FAKE_TOO_LARGE)                                                                              \
    X(FAKE_NO_USAGE)                                                                               \
    X(FAKE_REJECTED) /* not a passing fault: the configuration of a model is wrong */

enum fake_fault {
#define X(id) id,
    FAKE_FAULTS(X)
#undef X
        FAKE_FAULT_COUNT
};

struct fake_provider {
    struct virtual_time *time;
    struct random *random;
    int percent[FAKE_FAULT_COUNT]; /* of calls; the rest is FAKE_GOOD */
    const char *rejected;          /* part of a request; those that hold it are FAKE_REJECTED */
    struct list flights;
    struct map *good; /* text → times a valid item for it was delivered (as a pointer's value) */
    int64_t billed_input, billed_output, calls;
    struct fake_shop *shop; /* NULL = one provider, to whom nothing happens but faults */
};

void fake_provider_init(struct fake_provider *p, struct virtual_time *time, struct random *random);
void fake_provider_deinit(struct fake_provider *p);
/* The process died: calls in flight end at the provider's side, nobody hears of it. */
void fake_provider_hang_up(struct fake_provider *p);

struct llm_flight *fake_caller_send(void *self, const struct llm_call *call);
void fake_caller_cancel(void *self, struct llm_flight *flight);
bool fake_caller_reload_key(void *self, int provider);

/* The rule: what a text is answered with. */
void fake_summary(struct slice text, char out[32]);

#endif
