/* The inside of struct kadmin, for the files that implement admin.h. */
#ifndef TICKETMILL_KAFKA_ADMIN_IMPL_H
#define TICKETMILL_KAFKA_ADMIN_IMPL_H

#include <librdkafka/rdkafka.h>

#include "kafka/admin.h"

struct kadmin {
    const struct config_kafka *cfg;
    int timeout_ms;
    rd_kafka_t *rk;          /* read_committed consumer, assigned only while reading */
    rd_kafka_t *uncommitted; /* the same, read_uncommitted; NULL until it is needed */
    int error;               /* last error of the client as a whole, e.g. a refused login */
    char reason[256];
};

MUST_CHECK enum status kadmin_handle(struct kadmin *a, bool uncommitted, rd_kafka_t **out,
                                     struct fail *fail);

/* As kafka_fail; when brokers did not answer, with the reason the client last gave. */
enum status kadmin_fail(struct kadmin *a, struct fail *fail, rd_kafka_resp_err_t err,
                        const char *what);

#endif
