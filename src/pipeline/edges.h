/* The real edges that every run has, in the shape of the pipeline's ports. Where tickets come from
 * and go to is the transport's.
 *
 * Only passes on: which thread may call what stands with each edge. Whoever makes an edge sets it
 * here before its port is used, and ends it.
 */
#ifndef TICKETMILL_PIPELINE_EDGES_H
#define TICKETMILL_PIPELINE_EDGES_H

#include "pipeline/ports.h"

struct ledger_writer;
struct publisher;

struct edges {
    struct llm_client *client;
    struct ledger_writer *writer;
    struct publisher *publisher;
};

/* The edges are borrowed for as long as a port is used. */
struct caller edges_caller(struct edges *e);
struct books edges_books(struct edges *e);
struct press edges_press(struct edges *e);

#endif
