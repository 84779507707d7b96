/* Who wrote a record of the results or the dead letter topic, and about which ticket. Pure. */
#ifndef TICKETMILL_CLI_TERMINAL_H
#define TICKETMILL_CLI_TERMINAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/random.h"
#include "base/slice.h"
#include "model/record.h"

struct terminal {
    char ledger_id[ID_SIZE];
    int64_t seq;               /* of that ledger */
    int64_t partition, offset; /* of the source */
    uint64_t place;            /* stands for source topic, partition and offset; never 0 */
};

/* The same number for the same place, in this process. */
uint64_t terminal_place(struct slice topic, int64_t partition, int64_t offset);
/* For key, value and headers as they are on Kafka; null differs from empty. Never 0. */
uint64_t terminal_bytes(struct slice key, struct slice value, struct slice headers);

/* False: the record is not one of ours. */
bool terminal_read(enum outrow_kind kind, struct slice value, struct slice headers,
                   struct terminal *out);

#endif
