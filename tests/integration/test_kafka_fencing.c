/* Producers of the kafka room against their successors and against brokers that come and go. Run as
 * "test_kafka_fencing zombie …" it is its own victim: another process that stops or dies inside a
 * transaction.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/failpoint.h"
#include "base/log.h"
#include "support/kafka_fixture.h"

enum { INIT_MS = 20000, METADATA_BYTES = 5000 };

static struct kafka_fixture f;

static int set_up(void **state)
{
    (void)state;
    return kafka_fixture_open(&f, 2) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    kafka_fixture_close(&f);
    return 0;
}

/* ---- fencing --------------------------------------------------------------------------------- */

static void newer_producer_fences_the_older_for_good(void **state)
{
    (void)state;
    struct kproducer *older = kafka_fixture_producer(&f);
    assert_int_equal(kafka_fixture_publish(&f, older, 1, "a", 1, "1;a"), ST_OK);
    struct kproducer *newer = kafka_fixture_producer(&f);
    assert_int_equal(kafka_fixture_publish(&f, older, 2, "b", 2, "1;b"), ST_FENCED);
    assert_int_equal(kafka_fixture_publish(&f, older, 2, "b", 2, "1;b"), ST_FENCED);
    assert_int_equal(kafka_fixture_publish(&f, newer, 3, "c", 3, "1;c"), ST_OK);
    kproducer_close(older);
    assert_int_equal(kafka_fixture_publish(&f, newer, 4, "d", 4, "1;d"), ST_OK);
    assert_int_equal(kafka_fixture_count(&f, f.results, false), 3);
    kproducer_close(newer);
}

static void throwaway_fence_shuts_a_producer_out(void **state)
{
    (void)state;
    struct kproducer *p = kafka_fixture_producer(&f);
    struct fail fail;
    assert_int_equal(kafka_fixture_publish(&f, p, 1, "a", 1, "1;a"), ST_OK);
    assert_int_equal(kadmin_fence(&f.cfg, f.transactional_id, INIT_MS, &fail), ST_OK);
    assert_int_equal(kafka_fixture_publish(&f, p, 2, "b", 2, "1;b"), ST_FENCED);
    assert_int_equal(kafka_fixture_count(&f, f.results, false), 1);
    kproducer_close(p);
}

static enum status publish_stubbornly(struct kafka_fixture *who, struct kproducer *p,
                                      const char *value, int64_t next, const char *metadata)
{
    enum status s = ST_UNAVAILABLE;
    for (int tries = 0; tries < 8 && (s == ST_UNAVAILABLE || s == ST_AGAIN); tries++)
        s = kafka_fixture_publish(who, p, 1, value, next, metadata);
    return s;
}

/* ---- another process ------------------------------------------------------------------------- */

/* argv: zombie RESULTS INPUT GROUP TRANSACTIONAL_ID; publishes one row as stubbornly as a run does
 * and exits with the status of that. */
static int be_zombie(char **argv)
{
    failpoint_init();
    struct kafka_fixture z = {.cfg = {.brokers = getenv("TICKETMILL_TEST_BROKERS"),
                                      .results_topic = argv[2],
                                      .dead_letter_topic = argv[2],
                                      .group = argv[4],
                                      .transactional = true}};
    snprintf(z.input, sizeof z.input, "%s", argv[3]);
    struct kproducer *p;
    struct fail fail;
    if (kproducer_open(&z.cfg, argv[5], (struct kproducer_limits){0}, &p, &fail) != ST_OK ||
        kproducer_init(p, INIT_MS, &fail) != ST_OK)
        return 100;
    enum status s = publish_stubbornly(&z, p, "zombie", 50, "1;zombie");
    kproducer_close(p);
    return (int)s;
}

static pid_t start_zombie(const char *failpoint_spec)
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        setenv("TICKETMILL_FAILPOINT", failpoint_spec, 1);
        execl("/proc/self/exe", "test_kafka_fencing", "zombie", f.results, f.input, f.group,
              f.transactional_id, (char *)NULL);
        _exit(101);
    }
    return pid;
}

static void zombie_woken_at(const char *failpoint_spec)
{
    pid_t pid = start_zombie(failpoint_spec);
    int status;
    assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
    assert_true(WIFSTOPPED(status));
    struct kproducer *p = kafka_fixture_producer(&f);
    assert_int_equal(kafka_fixture_publish(&f, p, 1, "successor", 7, "1;successor"), ST_OK);
    assert_int_equal(kill(pid, SIGCONT), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), ST_FENCED);
    assert_int_equal(kafka_fixture_publish(&f, p, 2, "still there", 8, "1;still"), ST_OK);
    kproducer_close(p);
    char metadata[METADATA_BYTES];
    assert_int_equal(kafka_fixture_committed(&f, metadata), 8);
    assert_int_equal(kafka_fixture_count(&f, f.results, false), 2);
    assert_int_equal(kafka_fixture_count(&f, f.results, true), 3);
}

static void zombie_woken_before_its_offsets_is_fenced(void **state)
{
    (void)state;
    zombie_woken_at("in_transaction:1:stop");
}

static void zombie_woken_before_its_commit_is_fenced(void **state)
{
    (void)state;
    zombie_woken_at("before_commit:1:stop");
}

static void killed_producer_leaves_an_open_transaction_that_its_successor_ends(void **state)
{
    (void)state;
    pid_t pid = start_zombie("before_commit");
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    int held = 0;
    struct kwatermarks w;
    struct fail fail;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(kadmin_watermarks(f.admin, f.results, i, &w, &fail), ST_OK);
        held += w.high > w.stable;
    }
    assert_int_equal(held, 1);
    struct kproducer *p = kafka_fixture_producer(&f);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(kadmin_watermarks(f.admin, f.results, i, &w, &fail), ST_OK);
        assert_int_equal(w.stable, w.high);
    }
    char metadata[METADATA_BYTES];
    assert_int_equal(kafka_fixture_committed(&f, metadata), -1);
    assert_int_equal(kafka_fixture_count(&f, f.results, false), 0);
    kproducer_close(p);
}

/* ---- brokers come and go --------------------------------------------------------------------- */

static void end_well(pid_t pid)
{
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void publishes_go_on_after_a_broker_restart(void **state)
{
    (void)state;
    struct kproducer *p = kafka_fixture_producer(&f);
    assert_int_equal(kafka_fixture_publish(&f, p, 1, "before", 1, "1;before"), ST_OK);
    kafka_fixture_broker("stop");
    pid_t broker = kafka_fixture_broker_returns();
    assert_int_equal(publish_stubbornly(&f, p, "after", 2, "1;after"), ST_OK);
    end_well(broker);
    char metadata[METADATA_BYTES];
    assert_int_equal(kafka_fixture_committed(&f, metadata), 2);
    assert_string_equal(metadata, "1;after");
    assert_int_equal(kafka_fixture_count(&f, f.results, false), 2);
    kproducer_close(p);
}

static void outage_that_outlasts_a_publish_is_survived(void **state)
{
    (void)state;
    struct config_pair impatient[] = {{"message.timeout.ms", "1000"}};
    f.cfg.properties = impatient;
    f.cfg.property_count = 1;
    struct kproducer *p = kafka_fixture_producer(&f);
    assert_int_equal(kafka_fixture_publish(&f, p, 1, "before", 1, "1;before"), ST_OK);
    kafka_fixture_broker("stop");
    assert_int_equal(kafka_fixture_publish(&f, p, 2, "after", 2, "1;after"), ST_UNAVAILABLE);
    kafka_fixture_broker("restart");
    assert_int_equal(publish_stubbornly(&f, p, "after", 2, "1;after"), ST_OK);
    assert_int_equal(publish_stubbornly(&f, p, "last", 3, "1;last"), ST_OK);
    char metadata[METADATA_BYTES];
    assert_int_equal(kafka_fixture_committed(&f, metadata), 3);
    assert_int_equal(kafka_fixture_count(&f, f.results, false), 3);
    kproducer_close(p);
}

/* The other process stops at the failpoint, the broker is killed, both go on. */
static void outage_at(const char *failpoint_spec)
{
    pid_t pid = start_zombie(failpoint_spec);
    int status;
    assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
    assert_true(WIFSTOPPED(status));
    kafka_fixture_broker("stop -9");
    assert_int_equal(kill(pid, SIGCONT), 0);
    pid_t broker = kafka_fixture_broker_returns();
    end_well(pid); /* ST_OK is 0 */
    end_well(broker);
    char metadata[METADATA_BYTES];
    assert_int_equal(kafka_fixture_committed(&f, metadata), 50);
    assert_int_equal(kafka_fixture_count(&f, f.results, false), 1);
}

static void outage_before_the_offsets_publishes_once(void **state)
{
    (void)state;
    outage_at("in_transaction:1:stop");
}

static void outage_before_the_commit_publishes_once(void **state)
{
    (void)state;
    outage_at("before_commit:1:stop");
}

static void unreachable_brokers_are_reported_in_time(void **state)
{
    (void)state;
    f.cfg.brokers = "127.0.0.1:1";
    struct kproducer *p;
    struct fail fail;
    assert_int_equal(
        kproducer_open(&f.cfg, f.transactional_id, (struct kproducer_limits){0}, &p, &fail), ST_OK);
    assert_int_equal(kproducer_init(p, 1500, &fail), ST_UNAVAILABLE);
    assert_int_equal(kproducer_init(p, 500, &fail), ST_UNAVAILABLE);
    kproducer_close(p);
}

#define ON_BROKER(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(int argc, char **argv)
{
    log_init(STDERR_FILENO, false, LOG_ERROR);
    if (argc == 6 && strcmp(argv[1], "zombie") == 0)
        return be_zombie(argv);
    if (!getenv("TICKETMILL_TEST_BROKERS")) {
        puts("no broker: TICKETMILL_TEST_BROKERS is not set");
        return 77;
    }
    const struct CMUnitTest tests[] = {
        ON_BROKER(newer_producer_fences_the_older_for_good),
        ON_BROKER(throwaway_fence_shuts_a_producer_out),
        ON_BROKER(zombie_woken_before_its_offsets_is_fenced),
        ON_BROKER(zombie_woken_before_its_commit_is_fenced),
        ON_BROKER(killed_producer_leaves_an_open_transaction_that_its_successor_ends),
        ON_BROKER(publishes_go_on_after_a_broker_restart),
        ON_BROKER(outage_that_outlasts_a_publish_is_survived),
        ON_BROKER(outage_before_the_offsets_publishes_once),
        ON_BROKER(outage_before_the_commit_publishes_once),
        ON_BROKER(unreachable_brokers_are_reported_in_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
