/* librdkafka's error codes as the program's statuses. Inside kafka/ only. Pure. */
#ifndef TICKETMILL_KAFKA_ERRMAP_H
#define TICKETMILL_KAFKA_ERRMAP_H

#include <librdkafka/rdkafka.h>
#include <stdbool.h>

#include "base/status.h"

/* ST_UNAVAILABLE and ST_AGAIN pass by themselves; ST_LIMIT is about one record; ST_LEDGER_STATE
 * about an offset that is not in the log. A code this version does not know is ST_INTERNAL. */
enum status kafka_status(rd_kafka_resp_err_t err);

/* Is this code in the map (as opposed to falling to ST_INTERNAL unseen)? */
bool kafka_status_known(rd_kafka_resp_err_t err);

/* Fills *fail with "what: library's text (NAME)" and returns its status. */
enum status kafka_fail(struct fail *fail, rd_kafka_resp_err_t err, const char *what);

/* The same for an error object, which it destroys. NULL is ST_OK and leaves *fail alone. */
enum status kafka_fail_error(struct fail *fail, rd_kafka_error_t *error, const char *what);

#endif
