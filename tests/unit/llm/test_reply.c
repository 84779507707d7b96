/* Bodies of status 200 and of errors, as replies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "llm/reply.h"

#define FFFD "\xef\xbf\xbd"

#define USAGE ",\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":5}"
#define CHOICE(message, finish)                                                                    \
    "{\"id\":\"chat-1\",\"model\":\"m-0612\",\"choices\":[{\"index\":0,\"message\":{" message      \
    "},\"finish_reason\":" finish "}]" USAGE "}"
#define TEXT(content)    CHOICE("\"role\":\"assistant\",\"content\":" content, "\"stop\"")
#define ENDED(why)       CHOICE("\"content\":\"half\"", why)
#define BLANK_ENDED(why) CHOICE("\"content\":\"\"", why)

struct body_case {
    const char *name, *body;
    enum failure failure;
    const char *content; /* NULL = none */
    bool usage, salvaged;
};

static const struct body_case body_cases[] = {
    {"plain", TEXT("\"hi \\u4e2d\""), FAIL_NONE, "hi \xe4\xb8\xad", true, false},
    {"blank lines before it", "\n\n\r\n   " TEXT("\"hi\""), FAIL_NONE, "hi", true, false},
    {"blank lines behind it", TEXT("\"hi\"") "\n\n", FAIL_NONE, "hi", true, false},
    {"parts", TEXT("[{\"type\":\"text\",\"text\":\"a\"},{\"type\":\"x\"},{\"text\":\"b\"}]"),
     FAIL_NONE, "ab", true, false},
    {"no parts", TEXT("[]"), FAIL_BAD_ANSWER, "", true, false},
    {"null", TEXT("null"), FAIL_BAD_ANSWER, NULL, true, false},
    {"empty", TEXT("\"\""), FAIL_BAD_ANSWER, "", true, false},
    {"spaces", TEXT("\"  \\n \""), FAIL_BAD_ANSWER, "  \n ", true, false},
    {"a number", TEXT("7"), FAIL_BAD_ANSWER, NULL, true, false},
    {"reasoning only", CHOICE("\"content\":null,\"reasoning_content\":\"hm\"", "\"stop\""),
     FAIL_BAD_ANSWER, NULL, true, false},
    {"refusal", CHOICE("\"content\":null,\"refusal\":\"no\"", "\"stop\""), FAIL_REFUSED, NULL, true,
     false},
    {"refusal null", CHOICE("\"content\":\"hi\",\"refusal\":null", "\"stop\""), FAIL_NONE, "hi",
     true, false},
    {"refusal beside text", CHOICE("\"content\":\"hi\",\"refusal\":\"but\"", "\"stop\""), FAIL_NONE,
     "hi", true, false},
    /* finish reasons */
    {"length", ENDED("\"length\""), FAIL_TRUNCATED, "half", true, false},
    {"length, blank", BLANK_ENDED("\"length\""), FAIL_TRUNCATED, "", true, false},
    {"content_filter", ENDED("\"content_filter\""), FAIL_FILTERED, "half", true, false},
    {"content_filter, blank", BLANK_ENDED("\"content_filter\""), FAIL_FILTERED, "", true, false},
    {"sensitive", ENDED("\"sensitive\""), FAIL_FILTERED, "half", true, false},
    {"no resources", ENDED("\"insufficient_system_resource\""), FAIL_TRUNCATED, "half", true,
     false},
    {"no resources, blank", BLANK_ENDED("\"insufficient_system_resource\""), FAIL_BAD_ANSWER, "",
     true, false},
    {"network_error", ENDED("\"network_error\""), FAIL_TRUNCATED, "half", true, false},
    {"window exceeded", ENDED("\"model_context_window_exceeded\""), FAIL_TRUNCATED, "half", true,
     false},
    {"unknown reason", ENDED("\"abort\""), FAIL_NONE, "half", true, false},
    {"unknown reason, blank", BLANK_ENDED("\"error\""), FAIL_BAD_ANSWER, "", true, false},
    {"no reason", ENDED("null"), FAIL_NONE, "half", true, false},
    /* no answer */
    {"no choices", "{\"choices\":[]" USAGE "}", FAIL_BAD_ANSWER, NULL, true, false},
    {"choices missing", "{\"id\":\"x\"}", FAIL_BAD_ANSWER, NULL, false, false},
    {"an error object", "{\"error\":{\"code\":502,\"message\":\"down\"}" USAGE "}", FAIL_BAD_ANSWER,
     NULL, true, false},
    {"empty body", "", FAIL_BAD_ANSWER, NULL, false, false},
    {"blank body", " \n\n ", FAIL_BAD_ANSWER, NULL, false, false},
    {"a page", "<html><body>\"oops\"</body></html>", FAIL_BAD_ANSWER, NULL, false, false},
    {"another JSON", "[1,2]", FAIL_BAD_ANSWER, NULL, false, false},
    {"a word", "true", FAIL_BAD_ANSWER, NULL, false, false},
    /* documents that a strict reader refuses */
    {"lone surrogate", TEXT("\"a\\ud83db\""), FAIL_NONE, "a" FFFD "b", true, true},
    {"NUL", TEXT("\"a\\u0000b\""), FAIL_NONE, "a" FFFD "b", true, true},
    {"no UTF-8",
     TEXT("\"a\xff"
          "b\""),
     FAIL_NONE, "a" FFFD "b", true, true},
    {"line break in a string", TEXT("\"a\nb\""), FAIL_NONE, "a" FFFD "b", true, true},
    {"surrogate elsewhere", CHOICE("\"content\":\"hi\",\"x\":\"\\udc00\"", "\"stop\""), FAIL_NONE,
     "hi", true, true},
    {"broken off in the content", "{\"choices\":[{\"message\":{\"content\":\"one \\\"two\\\" thr",
     FAIL_TRUNCATED, "one \"two\" thr", false, true},
    {"broken off in an escape", "{\"choices\":[{\"message\":{\"content\":\"one \\u4e",
     FAIL_TRUNCATED, "one " FFFD "u4e", false, true},
    {"broken off behind the usage",
     "{\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":5},\"choices\":[{\"message\":{"
     "\"content\":\"all\"}",
     FAIL_TRUNCATED, "all", true, true},
    {"broken off before the content", "{\"choices\":[{\"message\":{\"role\":", FAIL_BAD_ANSWER,
     NULL, false, false},
    {"too deep", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
     FAIL_BAD_ANSWER, NULL, false, false},
};

static void every_body_of_status_200_has_its_class(void **state)
{
    (void)state;
    struct reply_memory memory;
    reply_memory_init(&memory);
    for (size_t i = 0; i < sizeof body_cases / sizeof body_cases[0]; i++) {
        const struct body_case *c = &body_cases[i];
        struct reply_head head = {.http_status = 200};
        struct llm_reply r;
        reply_init(&r);
        reply_read(&head, slice_str(c->body), &memory, &r);
        if (r.failure != c->failure || r.usage.present != c->usage ||
            r.content_salvaged != c->salvaged)
            fail_msg("%s: %s, usage %d, salvaged %d", c->name, failure_name(r.failure),
                     r.usage.present, r.content_salvaged);
        if ((r.content.p == NULL) != (c->content == NULL) ||
            (c->content != NULL && !slice_eq(r.content, slice_str(c->content))))
            fail_msg("%s: content '" SLICE_FMT "'", c->name, SLICE_ARG(r.content));
        if ((r.failure == FAIL_NONE) != (r.message[0] == '\0'))
            fail_msg("%s: message '%s'", c->name, r.message);
        assert_true(slice_eq(r.raw, slice_str(c->body)));
    }
    reply_memory_deinit(&memory);
}

static struct llm_reply read_one(const struct reply_head *head, const char *body)
{
    struct reply_memory memory;
    struct llm_reply r;
    reply_memory_init(&memory);
    reply_init(&r);
    reply_read(head, slice_str(body), &memory, &r);
    reply_memory_deinit(&memory);
    return r;
}

static void names_of_the_answer_are_kept(void **state)
{
    (void)state;
    struct reply_head head = {.http_status = 200};
    struct llm_reply r = read_one(&head, TEXT("\"hi\""));
    assert_string_equal(r.served_model, "m-0612");
    assert_string_equal(r.request_id, "chat-1");
    assert_string_equal(r.finish_reason, "stop");
    assert_int_equal(r.usage.input, 10);
    assert_int_equal(r.usage.output, 5);
    head.request_id = SLICE_LIT("req-9");
    r = read_one(&head, TEXT("\"hi\""));
    assert_string_equal(r.request_id, "req-9"); /* the header's comes first */
}

static void cost_of_the_header_comes_before_that_of_the_body(void **state)
{
    (void)state;
    static const char body[] = "{\"choices\":[{\"message\":{\"content\":\"x\"}}],\"usage\":{"
                               "\"prompt_tokens\":1,\"completion_tokens\":1,\"cost\":0.5}}";
    struct reply_head head = {.http_status = 200};
    assert_int_equal(read_one(&head, body).usage.provider_cost_pusd, INT64_C(500000000000));
    head.response_cost = SLICE_LIT("3.45e-05");
    assert_int_equal(read_one(&head, body).usage.provider_cost_pusd, 34500000);
}

static void errors_tell_class_code_message_and_wait(void **state)
{
    (void)state;
    struct reply_head head = {
        .http_status = 429, .host = SLICE_LIT("api.openai.com"), .retry_after = SLICE_LIT("2")};
    struct llm_reply r = read_one(&head, "{\"error\":{\"message\":\"Slow\\ndown \\u0007 please\","
                                         "\"code\":\"rate_limit_exceeded\"}}");
    assert_int_equal(r.failure, FAIL_THROTTLED);
    assert_string_equal(r.provider_code, "rate_limit_exceeded");
    assert_string_equal(r.message, "Slow down please");
    assert_int_equal(r.retry_after_us, 2000000);
    assert_false(r.usage.present);
    head.retry_after_ms = SLICE_LIT("300");
    r = read_one(&head, "");
    assert_int_equal(r.retry_after_us, 300000); /* the finer one comes first */
    assert_string_equal(r.message, "HTTP status 429 without an explanation");
}

static void long_messages_are_cut_on_a_character(void **state)
{
    (void)state;
    struct buf body;
    buf_init(&body, 10000);
    buf_str(&body, "{\"error\":{\"message\":\"x");
    for (int i = 0; i < 500; i++)
        buf_str(&body, "\xe4\xb8\xad");
    buf_str(&body, "\"}}");
    struct reply_head head = {.http_status = 500};
    struct llm_reply r = read_one(&head, body.p);
    assert_true(strlen(r.message) <= 201);
    assert_int_equal(strlen(r.message) > 190, 1);
    buf_deinit(&body);
}

static void resets_count_as_a_wait_only_for_the_limit_that_is_used_up(void **state)
{
    (void)state;
    static const struct {
        int status;
        const char *requests_left, *requests_reset, *tokens_left, *tokens_reset;
        int64_t want;
    } cases[] = {
        {429, "0", "2s", "900", "6m0s", 2000000},
        {429, "5", "2s", "0", "6m0s", 360000000},
        {429, "0", "2s", "0", "6m0s", 360000000},
        {429, "5", "2s", "5", "3s", -1},
        {429, "", "2s", "", "", 2000000},
        {503, "", "", "", "3s", 3000000},
        {500, "0", "2s", "", "", -1},
        {429, "", "", "", "", -1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct reply_head head = {.http_status = cases[i].status,
                                  .remaining_requests = slice_str(cases[i].requests_left),
                                  .reset_requests = slice_str(cases[i].requests_reset),
                                  .remaining_tokens = slice_str(cases[i].tokens_left),
                                  .reset_tokens = slice_str(cases[i].tokens_reset)};
        struct llm_reply r = read_one(&head, "");
        assert_int_equal(r.retry_after_us, cases[i].want);
    }
}

static void limits_are_told_with_good_answers_too(void **state)
{
    (void)state;
    struct reply_head head = {.http_status = 200,
                              .limit_requests = SLICE_LIT("500"),
                              .remaining_requests = SLICE_LIT("499"),
                              .reset_requests = SLICE_LIT("120ms")};
    struct llm_reply r = read_one(&head, TEXT("\"hi\""));
    assert_int_equal(r.limits.requests_limit, 500);
    assert_int_equal(r.limits.requests_left, 499);
    assert_int_equal(r.limits.requests_reset_us, 120000);
    assert_int_equal(r.limits.tokens_limit, -1);
    assert_int_equal(r.retry_after_us, -1);
}

static void line_is_one_line_of_valid_text(void **state)
{
    (void)state;
    static const struct {
        const char *in, *want; /* into 12 bytes */
    } cases[] = {
        {"plain", "plain"},
        {"  a \r\n\t b  ", "a b"},
        {"exactly 11 b", "exactly 11"},
        {"0123456789ab", "0123456789a"},
        {"012345678\xe4\xb8\xad", "012345678"},
        {"01234567\xe4\xb8\xad", "01234567\xe4\xb8\xad"},
        {"a\xff"
         "b\x7f"
         "c",
         "a?b c"},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char line[12];
        reply_line(slice_str(cases[i].in), line, sizeof line);
        assert_string_equal(line, cases[i].want);
    }
    char line[4] = "old";
    reply_line(SLICE_NONE, line, sizeof line);
    assert_string_equal(line, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_body_of_status_200_has_its_class),
        cmocka_unit_test(names_of_the_answer_are_kept),
        cmocka_unit_test(cost_of_the_header_comes_before_that_of_the_body),
        cmocka_unit_test(errors_tell_class_code_message_and_wait),
        cmocka_unit_test(long_messages_are_cut_on_a_character),
        cmocka_unit_test(resets_count_as_a_wait_only_for_the_limit_that_is_used_up),
        cmocka_unit_test(limits_are_told_with_good_answers_too),
        cmocka_unit_test(line_is_one_line_of_valid_text),
    };
    return cmocka_run_group_tests_name("reply", tests, NULL, NULL);
}
