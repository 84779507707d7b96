/* The real edges of a run on Kafka, in the shape of the pipeline's ports.
 *
 * Only passes on: which thread may call what stands with each edge. Whoever makes an edge sets it
 * here before its port is used, and ends it.
 */
#ifndef TICKETMILL_PIPELINE_EDGES_H
#define TICKETMILL_PIPELINE_EDGES_H

#include "pipeline/ports.h"

struct kproducer;
struct ledger_writer;
struct publisher;

struct edges {
    struct kconsumer *consumer;
    struct llm_client *client;
    struct ledger_writer *writer;
    struct publisher *publisher;
    struct kproducer *producer;
};

/* The edges are borrowed for as long as a port is used. */
struct source edges_source(struct edges *e);
struct caller edges_caller(struct edges *e);
struct books edges_books(struct edges *e);
struct press edges_press(struct edges *e);
struct sink edges_sink(struct edges *e); /* for the publisher's thread */

#endif
