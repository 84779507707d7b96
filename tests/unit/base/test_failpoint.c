/* Failpoints: nothing without the variable, the named end at the named pass with it. */
#include "base/failpoint.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PASSES = 3 };

/* Wait status of a child that passes two failpoints PASSES times with the variable set so. */
static int ended(const char *value, int *passes)
{
    int out[2];
    assert_int_equal(pipe(out), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        if (!freopen("/dev/null", "w", stderr) || setenv("TICKETMILL_FAILPOINT", value, 1) != 0)
            _exit(1);
        failpoint_init();
        for (int i = 0; i < PASSES; i++) {
            failpoint(FP_ANSWERED);
            if (write(out[1], "x", 1) != 1)
                _exit(1);
            failpoint(FP_COMMITTED);
        }
        _exit(42);
    }
    close(out[1]);
    int status;
    assert_int_equal(waitpid(child, &status, WUNTRACED), child);
    if (WIFSTOPPED(status)) {
        kill(child, SIGKILL);
        assert_int_equal(waitpid(child, NULL, 0), child);
    }
    char seen[PASSES];
    *passes = (int)read(out[0], seen, sizeof seen);
    close(out[0]);
    return status;
}

static void the_named_pass_ends_the_process_as_kill_would(void **state)
{
    (void)state;
    static const struct {
        const char *value;
        int signal, passes; /* passes: how often the point between the two was reached */
    } cases[] = {
        {"answered", SIGKILL, 0},
        {"answered:1", SIGKILL, 0},
        {"answered:3", SIGKILL, 2},
        {"committed:2", SIGKILL, 2},
        {"answered:4", 0, 3},
        {"in_recovery", 0, 3},
        {"", 0, 3},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int passes;
        int status = ended(cases[i].value, &passes);
        assert_int_equal(WIFSIGNALED(status) ? WTERMSIG(status) : 0, cases[i].signal);
        assert_int_equal(passes, cases[i].passes);
        if (!cases[i].signal)
            assert_int_equal(WEXITSTATUS(status), 42);
    }
}

static void stop_freezes_the_process_instead(void **state)
{
    (void)state;
    int passes;
    int status = ended("committed:1:stop", &passes);
    assert_true(WIFSTOPPED(status));
    assert_int_equal(WSTOPSIG(status), SIGSTOP);
    assert_int_equal(passes, 1);
}

static void a_value_it_does_not_know_is_a_usage_error(void **state)
{
    (void)state;
    static const char *const values[] = {"nowhere",         "answered:",    "answered:0",
                                         "answered:x",      "answered:1:x", ":1",
                                         "answered:1:stop:"};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        int passes;
        int status = ended(values[i], &passes);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 64);
        assert_int_equal(passes, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_named_pass_ends_the_process_as_kill_would),
        cmocka_unit_test(stop_freezes_the_process_instead),
        cmocka_unit_test(a_value_it_does_not_know_is_a_usage_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
