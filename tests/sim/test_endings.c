/* How runs end, each story told on purpose: what is lost upstream, refused, too large, told to
 * stop or out of its limit ends with the right code, in time, and with straight books.
 */
#include "support/sim_world.h"

#include <stdio.h>
#include <unistd.h>

#include "base/log.h"
#include "support/config_fixture.h"

#define SECOND INT64_C(1000000)

static void put(struct sim_world *w, int partition, int count, int same)
{
    char value[100];
    for (int i = 0; i < count; i++) {
        int n = i < same ? 0 : i;
        snprintf(value, sizeof value, "{\"ticket_id\":\"T-%d-%d\",\"body\":\"ticket %d\"}",
                 partition, n, n);
        fake_kafka_put(&w->kafka, partition, "k", value);
    }
}

static int64_t published(const struct sim_world *w)
{
    int64_t n = 0;
    for (int p = 0; p < SIM_PARTITIONS; p++)
        for (int64_t i = 0; i < w->kafka.partitions[p].count; i++)
            n += w->kafka.partitions[p].v[i].published;
    return n;
}

static void delete_partition(void *arg)
{
    struct sim_world *w = arg;
    fake_kafka_delete_below(&w->kafka, 0, w->kafka.partitions[0].count);
}

static void records_deleted_up_to_the_end_during_a_run_are_counted_as_lost(void **state)
{
    struct sim_world w;
    (void)state;
    sim_world_init(&w, 1);
    put(&w, 0, 100, 0);
    virtual_after(&w.time, SECOND / 10, delete_partition, &w); /* the window holds 40 */
    sim_live(&w, -1);
    assert_int_equal(w.end.lost, 60);
    assert_int_equal(w.exit_code, 3);
    assert_int_equal(published(&w), 40);
    assert_int_equal(w.kafka.partitions[0].committed, 100);
    sim_world_deinit(&w);
}

static void a_model_that_rejects_every_request_kills_no_ticket(void **state)
{
    struct sim_world w;
    (void)state;
    sim_world_init(&w, 1);
    put(&w, 0, 30, 0);
    w.provider.rejected = "\"model\":\"m\"";
    sim_live(&w, -1);
    assert_int_equal(w.exit_code, 0);
    assert_int_equal(w.end.dead, 0);
    assert_int_equal(published(&w), 30);
    sim_world_deinit(&w);
}

static void copies_of_a_rejected_ticket_that_fill_the_window_do_not_stall_the_run(void **state)
{
    struct sim_world w;
    (void)state;
    sim_world_init(&w, 1);
    put(&w, 0, 60, 50);
    w.provider.rejected = "ticket 0\\";
    sim_live(&w, -1);
    assert_int_equal(w.exit_code, 0);
    assert_int_equal(w.end.dead, 50);
    assert_int_equal(published(&w), 10);
    sim_world_deinit(&w);
}

static void answers_that_are_all_too_large_are_not_asked_for_without_pause(void **state)
{
    struct sim_world w;
    (void)state;
    sim_world_init(&w, 1);
    put(&w, 0, 30, 0);
    w.provider.percent[FAKE_TOO_LARGE] = 100;
    sim_live(&w, -1);
    assert_int_equal(w.exit_code, 69);
    assert_true(w.end.calls < 200); /* in run.stall_after, 15 minutes */
    sim_world_deinit(&w);
}

static void stop(void *arg)
{
    struct sim_world *w = arg;
    mill_signal(w->mill);
}

static void lose_brokers(void *arg)
{
    struct sim_world *w = arg;
    w->kafka.fail_percent = 100;
}

static void told_to_stop_while_no_broker_answers_a_run_leaves_after_its_grace(void **state)
{
    struct sim_world w;
    (void)state;
    sim_world_init(&w, 1);
    put(&w, 0, 30, 0);
    virtual_after(&w.time, SECOND, lose_brokers, &w);
    virtual_after(&w.time, 5 * SECOND, stop, &w);
    int64_t start = w.time.now_us;
    sim_live(&w, -1);
    assert_int_equal(w.exit_code, 5);
    assert_true(w.time.now_us - start < 70 * SECOND);
    w.kafka.fail_percent = 0;
    sim_live(&w, -1);
    assert_int_equal(w.exit_code, 0);
    assert_int_equal(published(&w), 30);
    sim_world_deinit(&w);
}

static void nothing_is_paid_before_the_offsets_are_claimed(void **state)
{
    struct sim_world w;
    (void)state;
    sim_world_init(&w, 1);
    put(&w, 0, 30, 0);
    w.kafka.fail_percent = 100;
    sim_live(&w, -1);
    assert_int_equal(w.exit_code, 69);
    assert_int_equal(w.end.read, 0);
    assert_int_equal(w.provider.calls, 0);
    sim_world_deinit(&w);
}

static void a_limit_ends_a_run_well_and_the_next_one_goes_on(void **state)
{
    struct sim_world w;
    (void)state;
    sim_world_init(&w, 1);
    put(&w, 0, 30, 0);
    w.limit = 7;
    sim_live(&w, -1);
    assert_int_equal(w.exit_code, 0);
    assert_int_equal(published(&w), 7);
    sim_live(&w, -1);
    assert_int_equal(published(&w), 14);
    sim_world_deinit(&w);
}

static void an_error_of_our_own_is_not_hidden_by_lost_records(void **state)
{
    struct sim_world w;
    (void)state;
    sim_world_init(&w, 1);
    put(&w, 0, 100, 0);
    w.groups_left = 11; /* enough to notice the loss, not for the rest */
    w.ledger_error = ST_INTERNAL;
    virtual_after(&w.time, SECOND / 10, delete_partition, &w);
    sim_live(&w, -1);
    assert_true(w.end.lost > 0);
    assert_int_equal(w.exit_code, 1); /* 3 would say that all is done */
    sim_world_deinit(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_deleted_up_to_the_end_during_a_run_are_counted_as_lost),
        cmocka_unit_test(a_model_that_rejects_every_request_kills_no_ticket),
        cmocka_unit_test(copies_of_a_rejected_ticket_that_fill_the_window_do_not_stall_the_run),
        cmocka_unit_test(answers_that_are_all_too_large_are_not_asked_for_without_pause),
        cmocka_unit_test(told_to_stop_while_no_broker_answers_a_run_leaves_after_its_grace),
        cmocka_unit_test(nothing_is_paid_before_the_offsets_are_claimed),
        cmocka_unit_test(a_limit_ends_a_run_well_and_the_next_one_goes_on),
        cmocka_unit_test(an_error_of_our_own_is_not_hidden_by_lost_records),
    };
    log_init(STDERR_FILENO, true, LOG_ERROR + 1);
    return cmocka_run_group_tests(tests, config_folder_make, config_folder_remove);
}
