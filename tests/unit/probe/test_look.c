/* Replies as a probe sees them: shape, usage members, thinking, limits, streams. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "probe/look.h"

#define RESULT                                                                                     \
    "{\\\"results\\\":[{\\\"id\\\":\\\"aan\\\",\\\"category\\\":\\\"other\\\","                    \
    "\\\"confidence\\\":1,\\\"summary\\\":\\\"x\\\"}]}"
#define ANSWER(message, usage)                                                                     \
    "{\"id\":\"c-1\",\"model\":\"served\",\"choices\":[{\"finish_reason\":\"stop\","               \
    "\"message\":" message "}]" usage "}"
#define USAGE(more) ",\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":4" more "}"

static void look(int status, const char *body, struct probe_trial *out)
{
    struct reply_head head = {.http_status = status};
    struct reply_memory memory;
    struct llm_reply reply;
    reply_memory_init(&memory);
    reply_init(&reply);
    reply_read(&head, slice_str(body), &memory, &reply);
    look_at_reply(&reply, 128, out);
    reply_memory_deinit(&memory);
}

struct shape_case {
    const char *name, *body;
    bool choices, message, text, parts, object, results, thinking, cached, reasoning;
};

static const struct shape_case shapes[] = {
    {"as it should be", ANSWER("{\"content\":\"" RESULT "\"}", USAGE("")), true, true, true, false,
     true, true, false, false, false},
    {"parts", ANSWER("{\"content\":[{\"type\":\"text\",\"text\":\"" RESULT "\"}]}", ""), true, true,
     false, true, true, true, false, false, false},
    {"prose", ANSWER("{\"content\":\"Hello\"}", USAGE("")), true, true, true, false, false, false,
     false, false, false},
    {"reasoning_content", ANSWER("{\"content\":\"" RESULT "\",\"reasoning_content\":\"hm\"}", ""),
     true, true, true, false, true, true, true, false, false},
    {"reasoning", ANSWER("{\"content\":\"" RESULT "\",\"reasoning\":\"hm\"}", ""), true, true, true,
     false, true, true, true, false, false},
    {"empty reasoning", ANSWER("{\"content\":\"" RESULT "\",\"reasoning_content\":\"\"}", ""), true,
     true, true, false, true, true, false, false, false},
    {"a think block", ANSWER("{\"content\":\"<think>hm</think>" RESULT "\"}", ""), true, true, true,
     false, false, false, true, false, false},
    {"OpenAI's details",
     ANSWER("{\"content\":\"x\"}", USAGE(",\"prompt_tokens_details\":{\"cached_tokens\":0},"
                                         "\"completion_tokens_details\":{\"reasoning_tokens\":0}")),
     true, true, true, false, false, false, false, true, true},
    {"DeepSeek's hits",
     ANSWER("{\"content\":\"x\"}",
            USAGE(",\"prompt_cache_hit_tokens\":0,\"prompt_cache_miss_tokens\":9")),
     true, true, true, false, false, false, false, true, false},
    {"Kimi's", ANSWER("{\"content\":\"x\"}", USAGE(",\"cached_tokens\":0")), true, true, true,
     false, false, false, false, true, false},
    {"no choices", "{\"choices\":[]}", false, false, false, false, false, false, false, false,
     false},
    {"not JSON", "<html>", false, false, false, false, false, false, false, false, false},
};

static void shapes_are_told_apart(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        const struct shape_case *c = &shapes[i];
        struct probe_trial t;
        look(200, c->body, &t);
        assert_true(t.ended);
        if (t.choices != c->choices || t.message != c->message || t.text != c->text ||
            t.parts != c->parts)
            fail_msg("%s: choices %d, message %d, text %d, parts %d", c->name, t.choices, t.message,
                     t.text, t.parts);
        if (t.object != c->object || t.results != c->results || t.thinking != c->thinking)
            fail_msg("%s: object %d, results %d, thinking %d", c->name, t.object, t.results,
                     t.thinking);
        if (t.cached_told != c->cached || t.reasoning_told != c->reasoning)
            fail_msg("%s: cached %d, reasoning %d", c->name, t.cached_told, t.reasoning_told);
    }
}

static void an_error_keeps_status_code_and_message(void **state)
{
    (void)state;
    struct probe_trial t;
    look(404, "{\"error\":{\"code\":\"model_not_found\",\"message\":\"No such model\"}}", &t);
    assert_int_equal(t.failure, FAIL_CONFIG);
    assert_int_equal(t.http_status, 404);
    assert_string_equal(t.provider_code, "model_not_found");
    assert_string_equal(t.message_text, "No such model");
    assert_false(t.choices);
}

static void what_is_told_of_limits_stays(void **state)
{
    (void)state;
    struct probe_seen seen = {.limits = {-1, -1, -1, -1, -1, -1}, .retry_after_us = -1};
    struct llm_reply r;
    reply_init(&r);
    r.limits.requests_limit = 500;
    r.limits.requests_left = 499;
    r.retry_after_us = 2000000;
    look_at_limits(&r, &seen);
    reply_init(&r);
    r.limits.requests_left = 498;
    r.retry_after_us = 1000000;
    look_at_limits(&r, &seen);
    assert_int_equal(seen.limits.requests_limit, 500);
    assert_int_equal(seen.limits.requests_left, 498);
    assert_int_equal(seen.limits.tokens_limit, -1);
    assert_int_equal(seen.retry_after_us, 2000000);
}

static void a_stream_is_timed_from_when_it_was_asked_for(void **state)
{
    (void)state;
    struct llm_stream s;
    struct llm_reply r;
    struct probe_stream out;
    reply_init(&r);
    stream_init(&s, 4096);
    stream_feed(&s, SLICE_LIT("data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n"), 150);
    stream_feed(&s, SLICE_LIT("data: {\"choices\":[{\"delta\":{\"content\":\"b\"}}]}\n\n"), 250);
    look_at_stream(&r, &s, 100, &out);
    assert_true(out.events);
    assert_int_equal(out.first_token_us, 50);
    assert_int_equal(out.text_us, 100);
    assert_int_equal(out.output_tokens, -1);
    assert_int_equal(out.pieces, 2);
    assert_false(out.done);
    stream_deinit(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shapes_are_told_apart),
        cmocka_unit_test(an_error_keeps_status_code_and_message),
        cmocka_unit_test(what_is_told_of_limits_stays),
        cmocka_unit_test(a_stream_is_timed_from_when_it_was_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
