/* A group and three topics of their own on the test broker (TICKETMILL_TEST_BROKERS), and what is
 * in them. Everything that goes wrong here fails the running cmocka test.
 */
#ifndef TICKETMILL_TESTS_KAFKA_FIXTURE_H
#define TICKETMILL_TESTS_KAFKA_FIXTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "config/config.h"
#include "kafka/admin.h"
#include "kafka/producer.h"
#include "model/record.h"

struct kafka_fixture {
    struct config_kafka cfg; /* input, results, dead letters, group */
    struct kadmin *admin;
    char input[64], results[64], dead[64], group[64], transactional_id[64];
};

/* False when there is no broker to test against. */
bool kafka_fixture_open(struct kafka_fixture *f, int partitions);
void kafka_fixture_close(struct kafka_fixture *f);

/* All records of a topic, in the order read; kafka_fixture_free ends them. */
size_t kafka_fixture_read(struct kafka_fixture *f, const char *topic, bool uncommitted,
                          struct record ***out);
void kafka_fixture_free(struct record **v, size_t n);
size_t kafka_fixture_count(struct kafka_fixture *f, const char *topic, bool uncommitted);

/* Records "key-i" → "value-i", i below n, into one partition of a topic. */
void kafka_fixture_fill(struct kafka_fixture *f, const char *topic, int32_t partition, int n);

struct kproducer *kafka_fixture_producer(struct kafka_fixture *f);

/* One result row with that value and offset `next` of partition 0 with metadata. */
enum status kafka_fixture_publish(struct kafka_fixture *f, struct kproducer *p, int64_t seq,
                                  const char *value, int64_t next, const char *metadata);

/* Committed offset of the input's partition 0; metadata is copied to `metadata` (5,000 bytes). */
int64_t kafka_fixture_committed(struct kafka_fixture *f, char *metadata);

/* Runs $KTOOL against the broker; skips the test when there is none. */
void kafka_fixture_ktool(struct kafka_fixture *f, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* kafka.sh `what` on the test broker; skips the test when the broker is not ours to stop. */
void kafka_fixture_broker(const char *what);

/* Restarts the broker in two seconds while the test goes on; a child that exits with 0. */
pid_t kafka_fixture_broker_returns(void);

#endif
