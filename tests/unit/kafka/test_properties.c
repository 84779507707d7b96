/* What of kafka.properties is taken and what is refused, and what a refusal says. Handles are
 * opened but never meet a broker.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "kafka/admin.h"
#include "kafka/embedded.h"
#include "kafka/producer.h"
#include "kafka/version.h"

static struct config_pair property;

static struct config_kafka with(const char *name, const char *value)
{
    property = (struct config_pair){name, value};
    return (struct config_kafka){.brokers = "127.0.0.1:1",
                                 .results_topic = "r",
                                 .dead_letter_topic = "d",
                                 .group = "g",
                                 .transactional = true,
                                 .properties = &property,
                                 .property_count = 1};
}

static enum status open_both(const struct config_kafka *cfg, struct fail *fail)
{
    struct kadmin *a;
    struct kproducer *p;
    enum status s = kadmin_open(cfg, 10, &a, fail);
    if (s != ST_OK)
        return s;
    kadmin_close(a);
    s = kproducer_open(cfg, "g-0", (struct kproducer_limits){0}, &p, fail);
    if (s == ST_OK)
        kproducer_close(p);
    return s;
}

static void properties_that_carry_a_promise_are_refused_by_name(void **state)
{
    (void)state;
    static const char *const names[] = {"transactional.id",       "group.id",
                                        "isolation.level",        "enable.auto.commit",
                                        "Enable.Auto.Commit",     "enable.auto.offset.store",
                                        "auto.offset.reset",      "acks",
                                        "enable.partition.eof",   "enable.idempotence",
                                        "bootstrap.servers",      "request.required.acks",
                                        "transaction.timeout.ms", "metadata.broker.list"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct config_kafka cfg = with(names[i], "1");
        struct fail fail;
        if (open_both(&cfg, &fail) != ST_CONFIG)
            fail_msg("%s was taken", names[i]);
        assert_non_null(strstr(fail.text, names[i]));
    }
}

static void properties_of_either_client_are_taken_by_both(void **state)
{
    (void)state;
    static const struct config_pair good[] = {
        {"linger.ms", "20"}, {"fetch.wait.max.ms", "10"}, {"security.protocol", "plaintext"}};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct config_kafka cfg = with(good[i].name, good[i].value);
        struct fail fail = {.text = ""};
        if (open_both(&cfg, &fail) != ST_OK)
            fail_msg("%s: %s", good[i].name, fail.text);
    }
}

static void refused_value_is_never_shown(void **state)
{
    (void)state;
    struct config_kafka cfg = with("sasl.oauthbearer.method", "hunter2");
    struct fail fail;
    assert_int_equal(open_both(&cfg, &fail), ST_CONFIG);
    assert_non_null(strstr(fail.text, "sasl.oauthbearer.method"));
    assert_null(strstr(fail.text, "hunter2"));
    cfg = with("no.such.property", "hunter2");
    assert_int_equal(open_both(&cfg, &fail), ST_CONFIG);
    assert_null(strstr(fail.text, "hunter2"));
}

static void settings_that_contradict_each_other_are_configuration(void **state)
{
    (void)state;
    struct config_kafka cfg = with("message.timeout.ms", "86400000"); /* beyond the transaction's */
    struct fail fail;
    assert_int_equal(open_both(&cfg, &fail), ST_CONFIG);
}

static void embedded_topics_are_sized_with_a_quarter_to_spare(void **state)
{
    (void)state;
    static const struct {
        int partitions;
        int64_t records, bytes;
        bool fits;
    } cases[] = {
        {1, 0, 0, true},          {1, 3932, 920, true},     {1, 3933, 920, false},
        {4, 15728, 920, true},    {4, 15729, 920, false},   {0, 1, 1, false},
        {1, INT64_MAX, 2, false}, {1, 2, INT64_MAX, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (kembedded_fits(cases[i].partitions, cases[i].records, cases[i].bytes) != cases[i].fits)
            fail_msg("case %zu", i);
}

static void linked_library_names_itself(void **state)
{
    (void)state;
    assert_true(kafka_library_version()[0] >= '0' && kafka_library_version()[0] <= '9');
    assert_non_null(strstr(kafka_library_features(), "lz4"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(properties_that_carry_a_promise_are_refused_by_name),
        cmocka_unit_test(properties_of_either_client_are_taken_by_both),
        cmocka_unit_test(refused_value_is_never_shown),
        cmocka_unit_test(settings_that_contradict_each_other_are_configuration),
        cmocka_unit_test(embedded_topics_are_sized_with_a_quarter_to_spare),
        cmocka_unit_test(linked_library_names_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
