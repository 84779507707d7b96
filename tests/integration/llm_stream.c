/* Streaming calls and connection checks on the wire, against a server that sends byte for byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "base/mem.h"
#include "llm/reach.h"
#include "llm/stream.h"
#include "support/llm_fixture.h"
#include "support/raw_server.h"

#define EVENTS                                                                                     \
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nx-request-id: r-1\r\n"                  \
    "x-ratelimit-remaining-requests: 7\r\nConnection: close\r\n\r\n"
#define TEXT(t) "data: {\"choices\":[{\"delta\":{\"content\":\"" t "\"}}]}\n\n"
#define STOP                                                                                       \
    "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"                          \
    "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":4,\"completion_tokens\":2}}\n\n"           \
    "data: [DONE]\n\n"

struct script {
    const char *parts[6]; /* sent one after the other, 30 ms apart; NULL ends */
};

static void play(void *arg, int number, int fd)
{
    const struct script *s = arg;
    struct timespec pause = {.tv_nsec = 30000000};
    (void)number;
    if (!raw_read_request(fd, NULL, 0))
        return;
    for (int i = 0; i < 6 && s->parts[i] != NULL; i++) {
        if (i > 0)
            nanosleep(&pause, NULL);
        raw_write(fd, slice_str(s->parts[i]));
    }
}

struct outcome {
    bool done;
    struct llm_reply reply;
    char *content;
};

static void on_done(void *arg, const struct llm_reply *reply)
{
    struct outcome *o = arg;
    o->done = true;
    o->reply = *reply;
    o->content = mem_slice(reply->content);
}

static void ask(struct script *script, struct llm_stream *stream, struct outcome *o)
{
    struct raw_server *server = raw_server_new(play, script);
    struct llm_fixture f;
    llm_fixture_start_at(&f, raw_server_url(server));
    stream_init(stream, 1 << 16);
    *o = (struct outcome){.done = false};
    struct llm_call call = {.call_id = "01TESTSTREAM",
                            .body = SLICE_LIT("{\"stream\":true}"),
                            .timeout_us = 5000000,
                            .stream = stream,
                            .done = on_done,
                            .arg = o};
    llm_client_send(f.client, &call);
    assert_true(test_reactor_run(f.loop, &o->done, 10000));
    llm_fixture_stop(&f);
    raw_server_free(server);
}

static void pieces_are_timed_as_they_come(void **state)
{
    (void)state;
    struct script script = {{EVENTS ": queued\n\n", TEXT("Hel"), TEXT("lo"), STOP, NULL}};
    struct llm_stream stream;
    struct outcome o;
    ask(&script, &stream, &o);
    assert_int_equal(o.reply.failure, FAIL_NONE);
    assert_string_equal(o.content, "Hello");
    assert_string_equal(o.reply.request_id, "r-1");
    assert_int_equal(o.reply.limits.requests_left, 7);
    assert_int_equal(o.reply.usage.output, 2);
    assert_int_equal(stream.keepalives, 2);
    assert_true(stream.last_mono_us - stream.first_mono_us > 15000);
    assert_true(o.reply.latency_us > 60000);
    mem_free(o.content);
    stream_deinit(&stream);
}

static void a_plain_answer_to_a_streaming_call_is_read_as_one(void **state)
{
    (void)state;
    struct script script = {{"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                             "Connection: close\r\n\r\n" RAW_BODY("whole"),
                             NULL}};
    struct llm_stream stream;
    struct outcome o;
    ask(&script, &stream, &o);
    assert_int_equal(o.reply.failure, FAIL_NONE);
    assert_string_equal(o.content, "whole");
    assert_int_equal(stream.chunks, 0);
    mem_free(o.content);
    stream_deinit(&stream);
}

static void an_error_to_a_streaming_call_is_read_as_one(void **state)
{
    (void)state;
    struct script script = {{"HTTP/1.1 429 Slow\r\nRetry-After: 3\r\nConnection: close\r\n\r\n"
                             "{\"error\":{\"message\":\"Rate limit\",\"code\":"
                             "\"rate_limit_exceeded\"}}",
                             NULL}};
    struct llm_stream stream;
    struct outcome o;
    ask(&script, &stream, &o);
    assert_int_equal(o.reply.failure, FAIL_THROTTLED);
    assert_int_equal(o.reply.retry_after_us, 3000000);
    assert_string_equal(o.reply.message, "Rate limit");
    mem_free(o.content);
    stream_deinit(&stream);
}

static void a_stream_that_is_cut_off_is_a_reset(void **state)
{
    (void)state;
    struct script script = {{"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                             "Content-Length: 9999\r\n\r\n",
                             TEXT("Hel"), NULL}};
    struct llm_stream stream;
    struct outcome o;
    ask(&script, &stream, &o);
    assert_int_equal(o.reply.failure, FAIL_RESET);
    assert_int_equal(stream.pieces, 1);
    mem_free(o.content);
    stream_deinit(&stream);
}

/* ---- reaching ----------------------------------------------------------------------------- */

struct reached {
    bool done;
    struct llm_reached r;
};

static void on_reached(void *arg, const struct llm_reached *r)
{
    struct reached *out = arg;
    out->done = true;
    out->r = *r;
}

static void reach(const char *url, struct reached *out)
{
    struct llm_fixture f;
    llm_fixture_start_at(&f, url);
    *out = (struct reached){.done = false};
    llm_client_reach(f.client, 0, 0, on_reached, out);
    assert_false(out->done);
    assert_true(test_reactor_run(f.loop, &out->done, 10000));
    llm_fixture_stop(&f);
}

static void count_requests(void *arg, int number, int fd)
{
    (void)number;
    if (raw_read_request(fd, NULL, 0))
        ++*(int *)arg;
}

static void reaching_connects_and_sends_nothing(void **state)
{
    (void)state;
    int requests = 0;
    struct raw_server *server = raw_server_new(count_requests, &requests);
    struct reached got;
    reach(raw_server_url(server), &got);
    assert_true(got.r.ok);
    assert_string_equal(got.r.address, "127.0.0.1");
    assert_true(got.r.connect_us >= 0);
    assert_int_equal(got.r.tls_us, -1);
    raw_server_free(server);
    assert_int_equal(requests, 0);
}

static void what_cannot_be_reached_says_why(void **state)
{
    (void)state;
    struct reached got;
    reach("http://127.0.0.1:1/v1", &got);
    assert_false(got.r.ok);
    assert_non_null(strstr(got.r.message, "127.0.0.1"));
    reach("http://no-such-host.invalid/v1", &got);
    assert_false(got.r.ok);
    assert_non_null(strstr(got.r.message, "no-such-host.invalid"));
    reach("http://169.254.169.254/v1", &got);
    assert_false(got.r.ok);
}

static void a_server_without_tls_is_no_https_endpoint(void **state)
{
    (void)state;
    int requests = 0;
    struct raw_server *server = raw_server_new(count_requests, &requests);
    struct reached got;
    char url[96];
    snprintf(url, sizeof url, "https%s", raw_server_url(server) + 4);
    struct llm_fixture f;
    llm_fixture_prepare(&f);
    f.provider.connect_timeout_us = 300000; /* it never answers the handshake */
    llm_fixture_connect(&f, url);
    got = (struct reached){.done = false};
    llm_client_reach(f.client, 0, 0, on_reached, &got);
    assert_true(test_reactor_run(f.loop, &got.done, 10000));
    llm_fixture_stop(&f);
    assert_false(got.r.ok);
    assert_int_equal(got.r.tls_us, -1);
    raw_server_free(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_are_timed_as_they_come),
        cmocka_unit_test(a_plain_answer_to_a_streaming_call_is_read_as_one),
        cmocka_unit_test(an_error_to_a_streaming_call_is_read_as_one),
        cmocka_unit_test(a_stream_that_is_cut_off_is_a_reset),
        cmocka_unit_test(reaching_connects_and_sends_nothing),
        cmocka_unit_test(what_cannot_be_reached_says_why),
        cmocka_unit_test(a_server_without_tls_is_no_https_endpoint),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
