/* An input topic, the two output topics and the committed offsets, as one value that outlives any
 * number of runs. Publishing can fail, or leave its outcome open, by a seed.
 */
#ifndef TESTS_SUPPORT_FAKE_KAFKA_H
#define TESTS_SUPPORT_FAKE_KAFKA_H

#include "base/random.h"
#include "kafka/consumer.h"
#include "pipeline/publish.h"
#include "support/virtual_time.h"

struct fake_record {
    char *value; /* NULL = tombstone */
    char *key;
    int published, dead; /* terminal records seen for it */
    char *result;        /* value of its last terminal record */
};

struct fake_partition {
    struct fake_record *v;
    int64_t count;
    int64_t low;  /* everything below was deleted by retention */
    int64_t next; /* to be polled by the run at hand */
    bool lost;    /* it was told that `next` is gone; stands still until the restart */
    bool eof_told;
    int64_t committed; /* -1 = none */
    char *metadata;
};

struct fake_kafka {
    struct random *random;
    struct virtual_time *time;
    struct fake_partition *partitions;
    int partition_count;
    int fail_percent, unsure_percent; /* of transactions */
    int slow_percent;                 /* of polls: nothing yet */
    void (*wake)(void *arg);
    void *wake_arg;
    bool unsure;         /* the last transaction's outcome has not been told */
    bool unsure_applied; /* … and whether it went through */
    int64_t highest_seq; /* published so far */
    int order_broken;    /* rows that came out of order of their sequence */
};

void fake_kafka_init(struct fake_kafka *k, int partitions, struct virtual_time *time,
                     struct random *random);
void fake_kafka_deinit(struct fake_kafka *k);
void fake_kafka_put(struct fake_kafka *k, int partition, const char *key, const char *value);

/* Retention, also under a run's feet. */
void fake_kafka_delete_below(struct fake_kafka *k, int partition, int64_t offset);

/* A run begins: partitions are read from their start offsets. */
void fake_kafka_begin(struct fake_kafka *k, int partition, int64_t start);

void fake_source_poll(void *self, struct kevent *out);
enum status fake_source_restart(void *self, struct pos pos, int64_t offset, struct fail *fail);
enum status fake_sink_publish(void *self, struct outrow *const *rows, size_t n,
                              const struct commit_offset *offs, size_t m, struct fail *fail);

#endif
