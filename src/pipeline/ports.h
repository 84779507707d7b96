/* What the pipeline sees of the world: four small interfaces, a clock, randomness and a reactor.
 *
 * run.c plugs in Kafka, HTTP and the ledger thread; tests plug in fakes and drive the same code
 * in one thread from a seed.
 */
#ifndef TICKETMILL_PIPELINE_PORTS_H
#define TICKETMILL_PIPELINE_PORTS_H

#include "base/clock.h"
#include "base/random.h"
#include "base/reactor.h"
#include "kafka/consumer.h"
#include "ledger/command.h"
#include "llm/client.h"
#include "pipeline/publish.h"

struct source {
    void *self;
    void (*poll)(void *self, struct kevent *out); /* as kconsumer_poll */
    enum status (*restart)(void *self, struct pos pos, int64_t offset, struct fail *fail);
};

struct caller {
    void *self;
    struct llm_flight *(*send)(void *self, const struct llm_call *call);
    void (*cancel)(void *self, struct llm_flight *flight);
    bool (*reload_key)(void *self, int provider);
};

/* The ledger thread. Commands come back through mill_ledger_done, in order; what they mean for
 * publishing has been posted to the publisher by then. */
struct books {
    void *self;
    void (*submit)(void *self, struct ledger_cmd *cmd);
};

struct press {
    void *self;
    void (*finish)(void *self); /* nothing more will be committed: publish all, commit, report */
};

struct ports {
    struct source source;
    struct caller caller;
    struct books books;
    struct press press;
    const struct clock *clock;
    const struct reactor *reactor;
};

#endif
