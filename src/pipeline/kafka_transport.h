/* Kafka at both ends of a run: topics in, topics out. */
#ifndef TICKETMILL_PIPELINE_KAFKA_TRANSPORT_H
#define TICKETMILL_PIPELINE_KAFKA_TRANSPORT_H

#include "kafka/producer.h"
#include "pipeline/run.h"
#include "pipeline/startup.h"
#include "pipeline/transport.h"

struct kafka_transport {
    const struct run_options *o;
    struct kadmin *admin; /* NULL once start-up is over */
    struct startup startup;
    struct kproducer *producer; /* initialised: older runs are fenced */
    struct kconsumer *consumer;
    struct run_partition *owned;
    char transactional_id[300];
    struct transport port;
};

/* Talks to nobody yet. `o` is borrowed until deinit. */
void kafka_transport_init(struct kafka_transport *k, const struct run_options *o);
void kafka_transport_deinit(struct kafka_transport *k);

#endif
