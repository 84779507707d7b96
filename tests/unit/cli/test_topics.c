/* Which topic settings `check` warns of, and the command it gives for a missing topic. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "cli/topics.h"

#define DAY_MS INT64_C(86400000)

static struct topic_seen topic(enum topic_role role)
{
    return (struct topic_seen){.role = role,
                               .key = "kafka.a_topic",
                               .name = "t",
                               .exists = true,
                               .partitions = 4,
                               .pending = -1,
                               .settings = {.max_message_bytes = 1048588,
                                            .retention_ms = 7 * DAY_MS,
                                            .retention_bytes = -1}};
}

static void expect(const struct topic_seen *t, const struct topic_seen *input, const char *part)
{
    struct buf out;
    buf_init(&out, 4096);
    buf_str(&out, "");
    topic_warnings(t, input, &out);
    if (part == NULL ? out.n != 0 : out.p == NULL || strstr(out.p, part) == NULL)
        fail_msg("said: %s", out.p != NULL ? out.p : "nothing");
    buf_deinit(&out);
}

static void default_settings_are_fine(void **state)
{
    static const enum topic_role roles[] = {TOPIC_INPUT, TOPIC_REPLAY, TOPIC_RESULTS,
                                            TOPIC_DEAD_LETTERS};
    struct topic_seen input = topic(TOPIC_INPUT);
    (void)state;
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++) {
        struct topic_seen t = topic(roles[i]);
        t.settings.append_time = roles[i] == TOPIC_DEAD_LETTERS;
        expect(&t, &input, NULL);
        t.settings.append_time = false;
        t.settings.retention_ms = -1; /* for ever */
        expect(&t, &input, NULL);
    }
}

static void retention_shorter_than_a_long_weekend_is_told(void **state)
{
    struct topic_seen input = topic(TOPIC_INPUT), results = topic(TOPIC_RESULTS);
    (void)state;
    input.settings.retention_ms = results.settings.retention_ms = 3 * DAY_MS;
    expect(&input, &input, NULL);
    input.settings.retention_ms = results.settings.retention_ms = 3 * DAY_MS - 1;
    expect(&input, &input, "retention.ms is 2d 23h: tickets that no run has read by then are lost");
    expect(&results, &input, "reach no further back");
}

static void letters_that_age_with_their_tickets_are_told(void **state)
{
    struct topic_seen input = topic(TOPIC_INPUT), dead = topic(TOPIC_DEAD_LETTERS);
    (void)state;
    expect(&dead, &input, "retention.ms is 7d 00h and counts from when the ticket was written");
}

static void deletion_by_size_is_told_for_what_we_read(void **state)
{
    struct topic_seen input = topic(TOPIC_INPUT), results = topic(TOPIC_RESULTS);
    (void)state;
    input.settings.retention_bytes = results.settings.retention_bytes = 1 << 20;
    expect(&input, &input, "retention.bytes is 1.0 MiB a partition");
    expect(&results, &input, NULL);
}

static void compaction_is_told_everywhere(void **state)
{
    struct topic_seen input = topic(TOPIC_INPUT), results = topic(TOPIC_RESULTS);
    (void)state;
    input.settings.compacted = results.settings.compacted = true;
    expect(&input, &input, "only the last one may be left to read");
    expect(&results, &input, "ledger rebuild");
}

static void dead_letters_smaller_than_the_input_are_told(void **state)
{
    struct topic_seen input = topic(TOPIC_INPUT), dead = topic(TOPIC_DEAD_LETTERS);
    (void)state;
    dead.settings.append_time = true;
    dead.settings.max_message_bytes--;
    expect(&dead, &input, "below the input's");
    dead.settings.max_message_bytes = 1000;
    expect(&dead, &input, "not even a cut dead letter");
    input.exists = false;
    dead.settings.max_message_bytes = 200000;
    expect(&dead, &input, NULL);
    dead.settings.max_message_bytes = -1; /* the broker did not say */
    expect(&dead, &input, NULL);
}

static void an_open_transaction_upstream_is_told(void **state)
{
    struct topic_seen input = topic(TOPIC_INPUT);
    (void)state;
    input.held = 1200;
    expect(&input, &input, "1,200 records wait behind a transaction");
}

static void missing_topics_come_with_their_command(void **state)
{
    struct config_kafka k = {.brokers = "b:9092"};
    struct topic_seen input = topic(TOPIC_INPUT), dead = topic(TOPIC_DEAD_LETTERS);
    struct buf out;
    (void)state;
    dead.exists = false;
    buf_init(&out, 4096);
    topic_create_command(&k, &dead, &input, &out);
    assert_string_equal(out.p, "kafka-topics.sh --bootstrap-server b:9092 --create --topic t "
                               "--partitions 4 --config message.timestamp.type=LogAppendTime "
                               "--config max.message.bytes=1048588");
    buf_clear(&out);
    input.exists = false;
    topic_create_command(&k, &input, &input, &out);
    assert_string_equal(out.p, "kafka-topics.sh --bootstrap-server b:9092 --create --topic t "
                               "--partitions 8");
    expect(&dead, &input, NULL); /* nothing to warn of where nothing is */
    buf_deinit(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(default_settings_are_fine),
        cmocka_unit_test(retention_shorter_than_a_long_weekend_is_told),
        cmocka_unit_test(letters_that_age_with_their_tickets_are_told),
        cmocka_unit_test(deletion_by_size_is_told_for_what_we_read),
        cmocka_unit_test(compaction_is_told_everywhere),
        cmocka_unit_test(dead_letters_smaller_than_the_input_are_told),
        cmocka_unit_test(an_open_transaction_upstream_is_told),
        cmocka_unit_test(missing_topics_come_with_their_command),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
