/* Judges topic settings. Only what can lose tickets, break the promises about them or stop a run is
 * worth a warning; a matter of taste is not.
 */
#include "cli/topics.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/human.h"

#define DAY_MS             INT64_C(86400000)
#define SHORT_RETENTION_MS (3 * DAY_MS) /* a long weekend without a run */
#define DEFAULT_PARTITIONS 8
#define SMALL_RECORD_BYTES INT64_C(65536)

static const char *const consequence_of_deletion[] = {
    [TOPIC_INPUT] = "tickets that no run has read by then are lost",
    [TOPIC_REPLAY] = "replays that no run has read by then are lost",
    [TOPIC_RESULTS] = "`ledger verify` and `ledger rebuild` reach no further back",
    [TOPIC_DEAD_LETTERS] = "dead letters must be looked at by then",
};

static void warn(const struct topic_seen *t, struct buf *out, const char *fmt, ...)
    PRINTF_LIKE(3, 4);

static void warn(const struct topic_seen *t, struct buf *out, const char *fmt, ...)
{
    char text[512];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    buf_fmt(out, "topic %s: %s\n", t->name, text);
}

static void warn_of_retention(const struct topic_seen *t, struct buf *out)
{
    char text[HUMAN_SIZE];
    bool input = t->role == TOPIC_INPUT || t->role == TOPIC_REPLAY;

    if (t->settings.retention_ms >= 0 && t->settings.retention_ms < SHORT_RETENTION_MS) {
        human_span(t->settings.retention_ms / 1000, text);
        warn(t, out, "retention.ms is %s: %s", text, consequence_of_deletion[t->role]);
    }
    if (t->role == TOPIC_DEAD_LETTERS && t->settings.retention_ms >= 0 &&
        !t->settings.append_time) {
        human_span(t->settings.retention_ms / 1000, text);
        warn(t, out,
             "retention.ms is %s and counts from when the ticket was written, whose time a dead "
             "letter keeps: that of an older ticket is deleted at once; set "
             "message.timestamp.type=LogAppendTime",
             text);
    }
    if (input && t->settings.retention_bytes >= 0) {
        human_bytes(t->settings.retention_bytes, text);
        warn(t, out,
             "retention.bytes is %s a partition: a burst deletes tickets before they are "
             "read",
             text);
    }
}

static void warn_of_compaction(const struct topic_seen *t, struct buf *out)
{
    if (!t->settings.compacted)
        return;
    switch (t->role) {
    case TOPIC_INPUT:
    case TOPIC_REPLAY:
        warn(t, out,
             "is compacted: of tickets with the same key only the last one may be left to "
             "read");
        break;
    case TOPIC_RESULTS:
    case TOPIC_DEAD_LETTERS:
        warn(t, out,
             "is compacted: of tickets with the same id only the last record stays, so "
             "`ledger verify` and `ledger rebuild` will miss the others");
        break;
    }
}

static void warn_of_size(const struct topic_seen *t, const struct topic_seen *input,
                         struct buf *out)
{
    char own[HUMAN_SIZE], theirs[HUMAN_SIZE];
    int64_t max = t->settings.max_message_bytes;

    if (max < 0)
        return;
    human_bytes(max, own);
    human_bytes(input->settings.max_message_bytes, theirs);
    if (t->role == TOPIC_DEAD_LETTERS && input->exists && max < input->settings.max_message_bytes)
        warn(t, out,
             "max.message.bytes is %s, below the input's %s: larger dead letters are cut to "
             "their first 64 KiB",
             own, theirs);
    if (t->role == TOPIC_RESULTS && max < SMALL_RECORD_BYTES)
        warn(t, out, "max.message.bytes is %s: results that do not fit become dead letters", own);
    if (t->role == TOPIC_DEAD_LETTERS && max < 2 * SMALL_RECORD_BYTES)
        warn(t, out, "max.message.bytes is %s: not even a cut dead letter is sure to fit", own);
}

void topic_warnings(const struct topic_seen *t, const struct topic_seen *input, struct buf *out)
{
    char text[HUMAN_SIZE];

    if (!t->exists)
        return;
    warn_of_retention(t, out);
    warn_of_compaction(t, out);
    warn_of_size(t, input, out);
    if (t->held > 0) {
        human_count(t->held, text);
        warn(t, out,
             "%s records wait behind a transaction that its producer left open; a run does "
             "not see them",
             text);
    }
}

void topic_create_command(const struct config_kafka *k, const struct topic_seen *t,
                          const struct topic_seen *input, struct buf *out)
{
    buf_fmt(out, "kafka-topics.sh --bootstrap-server %s --create --topic %s --partitions %d",
            k->brokers, t->name, input->exists ? input->partitions : DEFAULT_PARTITIONS);
    if (t->role == TOPIC_DEAD_LETTERS)
        buf_fmt(out, " --config message.timestamp.type=LogAppendTime");
    if (t->role == TOPIC_DEAD_LETTERS && input->exists && input->settings.max_message_bytes > 0)
        buf_fmt(out, " --config max.message.bytes=%lld",
                (long long)input->settings.max_message_bytes);
}
