/* The form of a log line, on a pipe and on a terminal. */
#include "base/log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/json.h"

static int out[2]; /* a pipe: written by the logger, read by the test */

static void start(bool as_json, enum log_level min)
{
    assert_int_equal(pipe2(out, O_NONBLOCK), 0);
    log_init(out[1], as_json, min);
    log_context(NULL, NULL);
}

static struct slice read_line(int fd, char *text, size_t size)
{
    ssize_t n = read(fd, text, size);
    return n > 0 ? slice_of(text, (size_t)n) : SLICE_NONE;
}

static void stop(void)
{
    log_init(STDERR_FILENO, true, LOG_ERROR);
    close(out[0]);
    close(out[1]);
}

static void a_json_line_has_fixed_and_typed_fields(void **state)
{
    (void)state;
    char text[4096];
    start(true, LOG_INFO);
    log_context("run-1", "0/4");
    log_event(LOG_WARN, "call_failed", "provider answered 500", L_INT("status", 500),
              L_STR("model", "m\"1\""), L_NUM("seconds", 0.25), L_BOOL("retry", true),
              L_STR("none", NULL), L_NUM("nan", NAN), L_NONE);
    struct slice line = read_line(out[0], text, sizeof text);
    assert_true(line.n > 34 && line.p[line.n - 1] == '\n');
    assert_memory_equal(line.p, "{\"ts\":\"", 7);
    assert_memory_equal(line.p + 30, "Z\",", 3);
    struct slice rest = slice_of(line.p + 33, line.n - 33);
    struct slice expected = SLICE_LIT(
        "\"level\":\"warn\",\"event\":\"call_failed\",\"message\":\"provider answered 500\","
        "\"run_id\":\"run-1\",\"shard\":\"0/4\",\"status\":500,\"model\":\"m\\\"1\\\"\","
        "\"seconds\":0.25,\"retry\":true,\"none\":null,\"nan\":null}\n");
    assert_true(slice_eq(rest, expected));
    assert_int_equal(json_guard(line, 2), ST_OK);
    stop();
}

static void whatever_a_value_holds_the_line_stays_one_json_object(void **state)
{
    (void)state;
    char text[65536], long_value[10000];
    memset(long_value, 'x', sizeof long_value);
    const struct slice values[] = {
        SLICE_LIT("two\nlines"),
        SLICE_LIT("\x1b[31mred\x7f"),
        SLICE_LIT("bad \xff\xc3 utf8"),
        SLICE_LIT("\xc2\x9b"
                  "31m"),
        slice_of("nul\0inside", 10),
        SLICE_LIT("\xed\xa0\x80"),
        SLICE_LIT("\xf0\x9f\x98\x80"),
        slice_of(long_value, sizeof long_value),
    };
    start(true, LOG_INFO);
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        log_event(LOG_INFO, "e", NULL, L_SLICE("v", values[i]));
        struct slice line = read_line(out[0], text, sizeof text);
        assert_int_equal(json_guard(line, 2), i == 4 ? ST_BAD_JSON : ST_OK);
        assert_int_equal(slice_find(line, SLICE_LIT("\n")), (ptrdiff_t)line.n - 1);
        assert_int_equal(slice_find(line, SLICE_LIT("\x1b")), -1);
        assert_int_equal(slice_find(line, SLICE_LIT("\xc2\x9b")), -1);
        assert_true(line.n < 3000);
    }
    stop();
}

static void lines_below_the_minimum_are_not_written(void **state)
{
    (void)state;
    char text[4096];
    start(true, LOG_WARN);
    log_event(LOG_DEBUG, "a", NULL, L_NONE);
    log_event(LOG_INFO, "b", NULL, L_NONE);
    assert_null(read_line(out[0], text, sizeof text).p);
    log_event(LOG_ERROR, "c", NULL, L_NONE);
    assert_non_null(read_line(out[0], text, sizeof text).p);
    stop();
}

static void a_pipe_gets_json_without_asking(void **state)
{
    (void)state;
    char text[4096];
    start(false, LOG_INFO);
    log_event(LOG_INFO, "e", NULL, L_NONE);
    assert_int_equal(json_guard(read_line(out[0], text, sizeof text), 1), ST_OK);
    stop();
}

static void a_terminal_gets_a_sentence(void **state)
{
    (void)state;
    char text[4096];
    int terminal = posix_openpt(O_RDWR | O_NOCTTY);
    assert_true(terminal >= 0);
    assert_int_equal(grantpt(terminal), 0);
    assert_int_equal(unlockpt(terminal), 0);
    int fd = open(ptsname(terminal), O_RDWR | O_NOCTTY);
    assert_true(fd >= 0);

    log_init(fd, false, LOG_INFO);
    log_context("run-1", NULL);
    log_event(LOG_WARN, "call_failed", "bad\nanswer\x1b[2J", L_INT("status", 500),
              L_STR("why", "two words"), L_STR("model", "m-1"), L_STR("esc", "\x1b[31m"),
              L_STR("forged", "a=b"));
    struct slice line = read_line(terminal, text, sizeof text);
    assert_true(line.n > 9 && line.p[2] == ':' && line.p[5] == ':');
    assert_true(slice_eq(slice_of(line.p + 8, line.n - 8),
                         SLICE_LIT(" WARN  bad answer [2J status=500 why=\"two words\" model=m-1 "
                                   "esc=\"\\u001b[31m\" forged=\"a=b\"\r\n")));

    log_init(fd, true, LOG_INFO); /* asked for JSON all the same */
    log_event(LOG_WARN, "e", NULL, L_NONE);
    assert_int_equal(read_line(terminal, text, sizeof text).p[0], '{');
    log_init(STDERR_FILENO, true, LOG_ERROR);
    close(fd);
    close(terminal);
}

static void note_call(void *self, bool before)
{
    char *calls = self;
    char seen[8];
    calls[strlen(calls)] = before ? 'b' : 'a';
    if (before)
        assert_null(read_line(out[0], seen, sizeof seen).p);
    else
        assert_non_null(read_line(out[0], seen, sizeof seen).p);
}

static void the_progress_line_is_told_before_and_after_each_line(void **state)
{
    (void)state;
    char calls[16] = "";
    start(true, LOG_WARN);
    log_on_line(note_call, calls);
    log_event(LOG_ERROR, "e", NULL, L_NONE);
    log_event(LOG_INFO, "not_written", NULL, L_NONE);
    assert_string_equal(calls, "ba");
    log_on_line(NULL, NULL);
    stop();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_json_line_has_fixed_and_typed_fields),
        cmocka_unit_test(whatever_a_value_holds_the_line_stays_one_json_object),
        cmocka_unit_test(lines_below_the_minimum_are_not_written),
        cmocka_unit_test(a_pipe_gets_json_without_asking),
        cmocka_unit_test(a_terminal_gets_a_sentence),
        cmocka_unit_test(the_progress_line_is_told_before_and_after_each_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
