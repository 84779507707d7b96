/* What the parts of ktool share: the client handle, leaving with a message, base64. */
#ifndef TICKETMILL_TESTS_KTOOL_H
#define TICKETMILL_TESTS_KTOOL_H

#include <librdkafka/rdkafka.h>
#include <stdbool.h>

#include "base/buf.h"
#include "base/slice.h"

#define KTOOL_TIMEOUT_MS 15000

/* Options that may stand in front of the command. */
struct ktool {
    const char *brokers;
    const char *properties[32]; /* key=value for librdkafka, NULL-terminated */
    void (*delivered)(rd_kafka_t *rk, const rd_kafka_message_t *m, void *opaque); /* or NULL */
};

/* Prints "ktool: …" to stderr and ends with status 1. */
_Noreturn void ktool_die(const char *fmt, ...) PRINTF_LIKE(1, 2);

/* Ends with status 1 when err is not "no error". */
void ktool_check(rd_kafka_resp_err_t err, const char *what);

/* A handle with the common settings, the caller's key, value pairs (NULL-terminated list) and -X.
 */
rd_kafka_t *ktool_client(const struct ktool *k, rd_kafka_type_t type, const char *const *pairs);

/* Number of partitions; ends with status 1 when there is no such topic. */
int ktool_partitions(rd_kafka_t *rk, const char *topic);

void ktool_base64(struct buf *b, struct slice s);
bool ktool_unbase64(struct buf *b, struct slice s); /* false = not base64 */

/* Each gets the arguments behind its name and returns the exit status. */
typedef int ktool_command(const struct ktool *k, int argc, char **argv);
ktool_command ktool_ping, ktool_topics, ktool_create, ktool_delete, ktool_delete_records;
ktool_command ktool_watermarks, ktool_offsets, ktool_commit, ktool_delete_offsets;
ktool_command ktool_delete_group, ktool_produce, ktool_consume;

#endif
