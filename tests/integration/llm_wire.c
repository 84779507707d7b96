/* The HTTP client against servers that behave in ways the simulator does not: connections that
 * die between calls, keys that change, headers without end, addresses nobody should talk to.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "support/llm_fixture.h"
#include "support/raw_server.h"

static const char body[] =
    "{\"model\":\"m\",\"messages\":[{\"role\":\"system\",\"content\":\"s\"},{\"role\":\"user\","
    "\"content\":\"{\\\"tickets\\\":[{\\\"id\\\":\\\"k7q\\\",\\\"text\\\":\\\"my secret diary "
    "entry\\\"}]}\"}]}";

/* ---- requests that must not be repeated ----------------------------------------------------- */

struct seen {
    atomic_int requests, connections;
};

/* The first connection answers once and takes the second request without a word. Whoever comes
 * back gets a good answer, which the test must not see. */
static void die_under_second_request(void *arg, int number, int fd)
{
    struct seen *seen = arg;
    seen->connections++;
    for (int i = 0; raw_read_request(fd, NULL, 0); i++) {
        seen->requests++;
        if (number == 0 && i == 1)
            return;
        raw_answer(fd, RAW_BODY("ok"));
    }
}

static void request_is_not_repeated_when_a_kept_connection_dies_under_it(void **state)
{
    (void)state;
    struct seen seen = {0};
    struct llm_fixture f;
    struct llm_outcome o;
    struct raw_server *server = raw_server_new(die_under_second_request, &seen);
    llm_fixture_start_at(&f, raw_server_url(server));
    llm_fixture_ask(&f, body, &o);
    assert_int_equal(o.reply.failure, FAIL_NONE);
    llm_outcome_clear(&o);
    llm_fixture_ask(&f, body, &o);
    assert_int_equal(o.reply.failure, FAIL_RESET);
    assert_true(o.reply.sent);
    assert_int_equal(seen.requests, 2);
    llm_fixture_ask(&f, body, &o); /* the client is none the worse for it */
    assert_int_equal(o.reply.failure, FAIL_NONE);
    llm_outcome_clear(&o);
    llm_fixture_stop(&f);
    raw_server_free(server);
}

/* Each connection is good for one answer. */
static void answer_once(void *arg, int number, int fd)
{
    struct seen *seen = arg;
    (void)number;
    seen->connections++;
    if (!raw_read_request(fd, NULL, 0))
        return;
    seen->requests++;
    raw_answer(fd, RAW_BODY("ok"));
}

static void connection_closed_between_calls_costs_nothing(void **state)
{
    (void)state;
    struct seen seen = {0};
    struct llm_fixture f;
    struct llm_outcome o;
    struct raw_server *server = raw_server_new(answer_once, &seen);
    llm_fixture_start_at(&f, raw_server_url(server));
    for (int i = 0; i < 3; i++) {
        llm_fixture_ask(&f, body, &o);
        assert_int_equal(o.reply.failure, FAIL_NONE);
        llm_outcome_clear(&o);
        usleep(20000); /* the end of the connection must have arrived */
    }
    assert_int_equal(seen.requests, 3);
    assert_int_equal(seen.connections, 3);
    llm_fixture_stop(&f);
    raw_server_free(server);
}

static void take_nothing(void *arg, int number, int fd)
{
    (void)arg;
    (void)number;
    (void)fd;
}

static void connection_that_is_closed_at_once_may_have_been_billed(void **state)
{
    (void)state;
    struct llm_fixture f;
    struct llm_outcome o;
    struct raw_server *server = raw_server_new(take_nothing, NULL);
    llm_fixture_start_at(&f, raw_server_url(server));
    llm_fixture_ask(&f, body, &o);
    assert_int_equal(o.reply.failure, o.reply.sent ? FAIL_RESET : FAIL_NOT_SENT);
    llm_fixture_stop(&f);
    raw_server_free(server);
}

/* ---- not sent ------------------------------------------------------------------------------- */

static const char *const unreachable[] = {
    "http://127.0.0.1:1/v1",          /* nobody listens */
    "http://no-such-host.invalid/v1", /* no such name */
    "http://169.254.169.254/v1",      /* where clouds keep credentials */
    "http://[fe80::1]/v1",
    "http://[::ffff:169.254.169.254]/v1",
    "http://100.100.100.200/v1",
};

static void what_cannot_be_reached_costs_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof unreachable / sizeof unreachable[0]; i++) {
        struct llm_fixture f;
        struct llm_outcome o;
        llm_fixture_start_at(&f, unreachable[i]);
        llm_fixture_ask(&f, body, &o);
        if (o.reply.failure != FAIL_NOT_SENT || o.reply.sent)
            fail_msg("%s: %s", unreachable[i], failure_name(o.reply.failure));
        assert_true(o.reply.message[0] != '\0');
        llm_fixture_stop(&f);
    }
}

static void answer_always(void *arg, int number, int fd)
{
    struct seen *seen = arg;
    (void)number;
    seen->connections++;
    while (raw_read_request(fd, NULL, 0)) {
        seen->requests++;
        raw_answer(fd, RAW_BODY("ok"));
    }
}

static void plain_server_is_no_tls_server(void **state)
{
    (void)state;
    struct seen seen = {0};
    struct llm_fixture f;
    struct llm_outcome o;
    char url[80];
    struct raw_server *server = raw_server_new(take_nothing, &seen);
    snprintf(url, sizeof url, "https%s", raw_server_url(server) + 4);
    llm_fixture_start_at(&f, url);
    llm_fixture_ask(&f, body, &o);
    assert_int_equal(o.reply.failure, FAIL_NOT_SENT);
    assert_int_equal(seen.requests, 0);
    llm_fixture_stop(&f);
    raw_server_free(server);
}

static void proxy_of_the_environment_is_ignored(void **state)
{
    (void)state;
    struct seen seen = {0};
    struct llm_fixture f;
    struct llm_outcome o;
    struct raw_server *server = raw_server_new(answer_always, &seen);
    setenv("http_proxy", "http://127.0.0.1:1", 1);
    setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
    llm_fixture_start_at(&f, raw_server_url(server));
    llm_fixture_ask(&f, body, &o);
    unsetenv("http_proxy");
    unsetenv("ALL_PROXY");
    assert_int_equal(o.reply.failure, FAIL_NONE);
    llm_outcome_clear(&o);
    llm_fixture_stop(&f);
    raw_server_free(server);
}

/* ---- answers without measure ---------------------------------------------------------------- */

static void answer_with_endless_headers(void *arg, int number, int fd)
{
    (void)arg;
    (void)number;
    if (!raw_read_request(fd, NULL, 0))
        return;
    raw_write(fd, SLICE_LIT("HTTP/1.1 200 OK\r\n"));
    for (int i = 0; i < 2000; i++)
        raw_write(fd, SLICE_LIT("X-Filler: 0123456789012345678901234567890123456789\r\n"));
    raw_answer(fd, RAW_BODY("ok"));
}

static void headers_without_end_are_cut_off(void **state)
{
    (void)state;
    struct llm_fixture f;
    struct llm_outcome o;
    struct raw_server *server = raw_server_new(answer_with_endless_headers, NULL);
    llm_fixture_start_at(&f, raw_server_url(server));
    llm_fixture_ask(&f, body, &o);
    assert_int_equal(o.reply.failure, FAIL_TOO_LARGE);
    llm_fixture_stop(&f);
    raw_server_free(server);
}

static void answer_error_and_break_off(void *arg, int number, int fd)
{
    (void)arg;
    (void)number;
    if (raw_read_request(fd, NULL, 0))
        raw_write(fd,
                  SLICE_LIT("HTTP/1.1 429 Too Many\r\nRetry-After: 4\r\nContent-Length: 99\r\n\r\n"
                            "{\"error\":"));
}

static void error_status_counts_even_if_its_body_breaks_off(void **state)
{
    (void)state;
    struct llm_fixture f;
    struct llm_outcome o;
    struct raw_server *server = raw_server_new(answer_error_and_break_off, NULL);
    llm_fixture_start_at(&f, raw_server_url(server));
    llm_fixture_ask(&f, body, &o);
    assert_int_equal(o.reply.failure, FAIL_THROTTLED);
    assert_int_equal(o.reply.retry_after_us, 4000000);
    llm_fixture_stop(&f);
    raw_server_free(server);
}

static void answer_with_names(void *arg, int number, int fd)
{
    (void)number;
    static const char head[] = "HTTP/1.1 100 Continue\r\nRetry-After: 9\r\n\r\nHTTP/1.1 200 OK\r\n"
                               "X-Request-Id: req-1\r\nx-litellm-response-cost: 3.45e-05\r\n"
                               "x-ratelimit-remaining-tokens: 149984\r\n"
                               "x-ratelimit-reset-tokens: 6m0s\r\nContent-Length: ";
    if (!raw_read_request(fd, arg, 4096))
        return;
    char length[16];
    int n = snprintf(length, sizeof length, "%zu\r\n\r\n", sizeof RAW_BODY("ok") - 1);
    raw_write(fd, slice_str(head));
    raw_write(fd, slice_of(length, (size_t)n));
    raw_write(fd, SLICE_LIT(RAW_BODY("ok")));
}

static void headers_say_who_pays_and_how_much_is_left(void **state)
{
    (void)state;
    struct llm_fixture f;
    struct llm_outcome o;
    char request[4096] = "";
    struct raw_server *server = raw_server_new(answer_with_names, request);
    struct config_pair extra = {"X-Team", "support"};
    llm_fixture_prepare(&f);
    f.provider.headers = &extra;
    f.provider.header_count = 1;
    llm_fixture_connect(&f, raw_server_url(server));
    llm_fixture_ask(&f, body, &o);
    assert_int_equal(o.reply.failure, FAIL_NONE);
    assert_string_equal(o.reply.request_id, "req-1");
    assert_int_equal(o.reply.usage.provider_cost_pusd, 34500000);
    assert_int_equal(o.reply.limits.tokens_left, 149984);
    assert_int_equal(o.reply.limits.tokens_reset_us, 360000000);
    assert_int_equal(o.reply.retry_after_us, -1); /* the interim answer's is void */
    assert_non_null(strstr(request, "POST /v1/chat/completions HTTP/1.1\r\n"));
    assert_non_null(strstr(request, "X-Client-Request-Id: 01TESTCALL\r\n"));
    assert_non_null(strstr(request, "X-Team: support\r\n"));
    assert_non_null(strstr(request, "Content-Type: application/json\r\n"));
    assert_null(strstr(request, "Expect"));
    assert_null(strstr(request, "Authorization"));
    llm_outcome_clear(&o);
    llm_fixture_stop(&f);
    raw_server_free(server);
}

/* ---- keys ----------------------------------------------------------------------------------- */

static void write_key(const char *path, const char *key)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(key, file);
    fclose(file);
    assert_int_equal(chmod(path, 0600), 0);
}

static void refuse_and_repeat_key(void *arg, int number, int fd)
{
    (void)number;
    static const char answer[] =
        "HTTP/1.1 401 Unauthorized\r\nContent-Length: 106\r\n\r\n"
        "{\"error\":{\"message\":\"Bad key key-one-1234 for my secret diary entry\\nand so on\","
        "\"code\":\"invalid_api_key\"}}";
    while (raw_read_request(fd, arg, 4096))
        raw_write(fd, slice_str(answer));
}

static void new_key_is_used_and_no_message_tells_it(void **state)
{
    (void)state;
    struct llm_fixture f;
    struct llm_outcome o;
    char request[4096] = "", path[] = "/tmp/ticketmill-key-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    write_key(path, "key-one-1234\n");
    struct raw_server *server = raw_server_new(refuse_and_repeat_key, request);
    llm_fixture_prepare(&f);
    f.provider.key_file = path;
    llm_fixture_connect(&f, raw_server_url(server));
    llm_fixture_ask(&f, body, &o);
    assert_int_equal(o.reply.failure, FAIL_KEY);
    assert_non_null(strstr(request, "Authorization: Bearer key-one-1234\r\n"));
    assert_string_equal(o.reply.provider_code, "invalid_api_key");
    assert_null(strstr(o.reply.message, "key-one"));
    assert_null(strstr(o.reply.message, "diary"));
    assert_null(strchr(o.reply.message, '\n'));
    assert_false(llm_client_reload_key(f.client, 0));
    write_key(path, "key-two-5678\n");
    assert_true(llm_client_reload_key(f.client, 0));
    assert_false(llm_client_reload_key(f.client, 0));
    llm_fixture_ask(&f, body, &o);
    assert_non_null(strstr(request, "Authorization: Bearer key-two-5678\r\n"));
    assert_null(strstr(o.reply.message, "key-one")); /* nor does one that comes late */
    llm_fixture_stop(&f);
    raw_server_free(server);
    unlink(path);
}

static void headers_that_cannot_be_sent_are_refused_at_the_start(void **state)
{
    (void)state;
    static const struct config_pair bad[] = {
        {"X-Team", "a\r\nX-Other: b"}, {"X Team", "a"}, {"", "a"}, {"X:", "a"}};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct llm_fixture f;
        struct fail fail;
        struct config_pair pair = bad[i];
        llm_fixture_prepare(&f);
        f.endpoint.url = mem_str("http://127.0.0.1:1/v1");
        f.provider.headers = &pair;
        f.provider.header_count = 1;
        struct llm_client_options o = llm_fixture_options(&f);
        assert_int_equal(llm_client_new(&o, &f.client, &fail), ST_CONFIG);
        f.client = NULL;
        llm_fixture_stop(&f);
    }
}

static void more_calls_than_open_files_are_refused_at_the_start(void **state)
{
    (void)state;
    struct llm_fixture f;
    struct fail fail;
    llm_fixture_prepare(&f);
    f.endpoint.url = mem_str("http://127.0.0.1:1/v1");
    f.provider.max_in_flight = INT64_C(1) << 40;
    struct llm_client_options o = llm_fixture_options(&f);
    assert_int_equal(llm_client_new(&o, &f.client, &fail), ST_CONFIG);
    assert_non_null(strstr(fail.text, "max_in_flight"));
    f.client = NULL;
    llm_fixture_stop(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(request_is_not_repeated_when_a_kept_connection_dies_under_it),
        cmocka_unit_test(connection_closed_between_calls_costs_nothing),
        cmocka_unit_test(connection_that_is_closed_at_once_may_have_been_billed),
        cmocka_unit_test(what_cannot_be_reached_costs_nothing),
        cmocka_unit_test(plain_server_is_no_tls_server),
        cmocka_unit_test(proxy_of_the_environment_is_ignored),
        cmocka_unit_test(headers_without_end_are_cut_off),
        cmocka_unit_test(error_status_counts_even_if_its_body_breaks_off),
        cmocka_unit_test(headers_say_who_pays_and_how_much_is_left),
        cmocka_unit_test(new_key_is_used_and_no_message_tells_it),
        cmocka_unit_test(headers_that_cannot_be_sent_are_refused_at_the_start),
        cmocka_unit_test(more_calls_than_open_files_are_refused_at_the_start),
    };
    return cmocka_run_group_tests_name("llm wire", tests, NULL, NULL);
}
