/* What `check` says about the topics: which settings would hurt a night, and why. */
#ifndef TICKETMILL_CLI_TOPICS_H
#define TICKETMILL_CLI_TOPICS_H

#include "base/buf.h"
#include "config/config.h"
#include "kafka/admin.h"

enum topic_role { TOPIC_INPUT, TOPIC_REPLAY, TOPIC_RESULTS, TOPIC_DEAD_LETTERS };

struct topic_seen {
    enum topic_role role;
    const char *key, *name; /* of the configuration, "kafka.input_topic"; the topic */
    bool exists;
    int partitions;
    int64_t records; /* between the ends of its log; gaps of transactions included */
    int64_t pending; /* input: not yet committed by our group; -1 = nothing is committed */
    int64_t held;    /* behind a transaction that is open upstream */
    struct ktopic_settings settings;
};

/* One warning a line, "topic NAME: …"; nothing when all is well. `input` is the seen input topic.
 * Pure. */
void topic_warnings(const struct topic_seen *t, const struct topic_seen *input, struct buf *out);

/* The command that creates a missing topic, as many partitions as the input has (8 when that is
 * missing too). Pure. */
void topic_create_command(const struct config_kafka *k, const struct topic_seen *t,
                          const struct topic_seen *input, struct buf *out);

/* Looks at brokers, topics and the group, prints them on stdout and what is wrong on stderr.
 * Returns 0, 69 (not reachable), 73 (the group is in use) or 78 (a topic is missing). */
MUST_CHECK int check_brokers(const struct config *c, int timeout_ms);

#endif
