/* Every code of the linked librdkafka has a status of its own choosing. */
#include "kafka/errmap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void every_code_of_the_library_is_mapped(void **state)
{
    (void)state;
    const struct rd_kafka_err_desc *descs;
    size_t count;
    rd_kafka_get_err_descs(&descs, &count);
    size_t named = 0;
    for (size_t i = 0; i < count; i++) {
        if (!descs[i].name) /* the table has holes between its two ranges */
            continue;
        named++;
        if (!kafka_status_known(descs[i].code))
            fail_msg("%s (%d) is in no list", descs[i].name, descs[i].code);
    }
    assert_true(named > 100);
}

static void code_from_the_future_is_our_bug_and_not_ok(void **state)
{
    (void)state;
    assert_false(kafka_status_known((rd_kafka_resp_err_t)9999));
    assert_int_equal(kafka_status((rd_kafka_resp_err_t)9999), ST_INTERNAL);
}

static void codes_that_decide_a_run_have_the_right_status(void **state)
{
    (void)state;
    static const struct {
        rd_kafka_resp_err_t err;
        enum status status;
    } cases[] = {
        {RD_KAFKA_RESP_ERR_NO_ERROR, ST_OK},
        {RD_KAFKA_RESP_ERR__FENCED, ST_FENCED},
        {RD_KAFKA_RESP_ERR_PRODUCER_FENCED, ST_FENCED},
        {RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH, ST_FENCED},
        {RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS, ST_UNAVAILABLE},
        {RD_KAFKA_RESP_ERR_TRANSACTION_COORDINATOR_FENCED, ST_UNAVAILABLE},
        {RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, ST_UNAVAILABLE},
        {RD_KAFKA_RESP_ERR__QUEUE_FULL, ST_AGAIN},
        {RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, ST_LIMIT},
        {RD_KAFKA_RESP_ERR_OFFSET_METADATA_TOO_LARGE, ST_CONFIG},
        {RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET, ST_LEDGER_STATE},
        {RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, ST_NOT_FOUND},
        {RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS, ST_LOCKED},
        {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, ST_CONFIG},
        {RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, ST_INTERNAL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (kafka_status(cases[i].err) != cases[i].status)
            fail_msg("%s became %s", rd_kafka_err2name(cases[i].err),
                     status_name(kafka_status(cases[i].err)));
}

static void failure_says_what_was_tried_and_the_code(void **state)
{
    (void)state;
    struct fail fail = {0};
    assert_int_equal(kafka_fail(&fail, RD_KAFKA_RESP_ERR_PRODUCER_FENCED, "commit"), ST_FENCED);
    assert_int_equal(fail.code, ST_FENCED);
    assert_int_equal(fail.sys, RD_KAFKA_RESP_ERR_PRODUCER_FENCED);
    assert_non_null(strstr(fail.text, "commit: "));
    assert_non_null(strstr(fail.text, "PRODUCER_FENCED"));
}

static void no_error_object_is_ok_and_leaves_the_failure_alone(void **state)
{
    (void)state;
    struct fail fail = {.code = ST_LOCKED};
    assert_int_equal(kafka_fail_error(&fail, NULL, "commit"), ST_OK);
    assert_int_equal(fail.code, ST_LOCKED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_of_the_library_is_mapped),
        cmocka_unit_test(code_from_the_future_is_our_bug_and_not_ok),
        cmocka_unit_test(codes_that_decide_a_run_have_the_right_status),
        cmocka_unit_test(failure_says_what_was_tried_and_the_code),
        cmocka_unit_test(no_error_object_is_ok_and_leaves_the_failure_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
