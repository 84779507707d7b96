/* Streams put together: cut at every byte, all line endings, signs of life, errors, broken ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "llm/stream.h"

#define MAX_BYTES 65536

static const char good[] =
    ": keep-alive\n\n"
    "data: {\"id\":\"c1\",\"model\":\"m-1\",\"choices\":[{\"index\":0,\"delta\":{\"role\":"
    "\"assistant\",\"content\":\"\"}}]}\n\n"
    "data: {\"id\":\"c1\",\"model\":\"m-1\",\"choices\":[{\"delta\":{\"content\":\"Hel\"}}]}\n\n"
    "data: {\"id\":\"c1\",\"model\":\"m-1\",\"choices\":[{\"delta\":{\"content\":\"lo \\u00e9\"}}]}"
    "\n\n"
    "data: {\"id\":\"c1\",\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
    "data: {\"id\":\"c1\",\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":3}}\n"
    "\n"
    "data: [DONE]\n\n";

/* Feeds `text` in pieces of `size` bytes, one millisecond apart, and ends the stream. */
static void feed(struct llm_stream *s, struct slice text, size_t size)
{
    int64_t now_us = 1000;
    stream_init(s, MAX_BYTES);
    for (size_t at = 0; at < text.n; at += size, now_us += 1000)
        stream_feed(s, slice_of(text.p + at, text.n - at < size ? text.n - at : size), now_us);
    stream_end(s, now_us);
}

static void read_reply(const struct llm_stream *s, struct llm_reply *out)
{
    struct reply_head head = {.http_status = 200, .host = SLICE_LIT("api.example.com")};
    reply_init(out);
    stream_reply(s, &head, out);
}

static void check_good(const struct llm_stream *s)
{
    struct llm_reply r;
    read_reply(s, &r);
    assert_int_equal(r.failure, FAIL_NONE);
    assert_true(slice_eq(r.content, SLICE_LIT("Hello \xc3\xa9")));
    assert_true(r.usage.present);
    assert_int_equal(r.usage.input, 9);
    assert_int_equal(r.usage.output, 3);
    assert_string_equal(r.finish_reason, "stop");
    assert_string_equal(r.served_model, "m-1");
    assert_string_equal(r.request_id, "c1");
    assert_true(s->done);
    assert_int_equal(s->chunks, 5);
    assert_int_equal(s->pieces, 2);
    assert_int_equal(s->bad_events, 0);
    assert_int_equal(s->keepalives, 2);
}

static void a_stream_reads_the_same_wherever_it_is_cut(void **state)
{
    (void)state;
    for (size_t size = 1; size < sizeof good; size++) {
        struct llm_stream s;
        feed(&s, slice_of(good, sizeof good - 1), size);
        check_good(&s);
        stream_deinit(&s);
    }
}

static void two_halves_at_every_byte_give_the_whole(void **state)
{
    (void)state;
    for (size_t cut = 0; cut < sizeof good; cut++) {
        struct llm_stream s;
        stream_init(&s, MAX_BYTES);
        stream_feed(&s, slice_of(good, cut), 1);
        stream_feed(&s, slice_of(good + cut, sizeof good - 1 - cut), 2);
        stream_end(&s, 3);
        check_good(&s);
        stream_deinit(&s);
    }
}

/* The same text with another line ending. */
static void with_ending(const char *ending, struct buf *out)
{
    buf_init(out, SIZE_MAX);
    for (const char *p = good; *p != '\0'; p++) {
        if (*p == '\n')
            buf_str(out, ending);
        else
            buf_char(out, *p);
    }
}

static void every_line_ending_is_taken(void **state)
{
    (void)state;
    static const char *const endings[] = {"\r\n", "\r", "\n"};
    for (size_t i = 0; i < 3; i++) {
        struct buf text;
        with_ending(endings[i], &text);
        for (size_t size = 1; size < 40; size++) {
            struct llm_stream s;
            feed(&s, buf_view(&text), size);
            check_good(&s);
            stream_deinit(&s);
        }
        buf_deinit(&text);
    }
}

static void a_prefix_never_reads_as_a_whole_answer(void **state)
{
    (void)state;
    size_t finish = (size_t)(strstr(good, "\"stop\"") - good);
    for (size_t n = 0; n < finish; n++) {
        struct llm_stream s;
        struct llm_reply r;
        feed(&s, slice_of(good, n), 7);
        read_reply(&s, &r);
        assert_true(r.failure == FAIL_BAD_ANSWER || r.failure == FAIL_TRUNCATED);
        assert_true(r.failure == (r.content.n > 0 ? FAIL_TRUNCATED : FAIL_BAD_ANSWER));
        assert_false(s.done);
        stream_deinit(&s);
    }
}

static void times_are_those_of_the_first_and_last_piece(void **state)
{
    (void)state;
    struct llm_stream s;
    stream_init(&s, MAX_BYTES);
    stream_feed(&s, SLICE_LIT(": wait\n\n"), 10);
    stream_feed(&s, SLICE_LIT("data: {\"choices\":[{\"delta\":{\"role\":\"assistant\"}}]}\n\n"),
                20);
    stream_feed(&s, SLICE_LIT("data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n"), 30);
    stream_feed(&s, SLICE_LIT("data: {\"choices\":[{\"delta\":{\"content\":\"b\"}}]}\n\n"), 50);
    stream_feed(&s,
                SLICE_LIT("data: {\"choices\":[],\"usage\":{\"prompt_tokens\":1,"
                          "\"completion_tokens\":2}}\n\ndata: [DONE]\n\n"),
                60);
    stream_end(&s, 70);
    assert_int_equal(s.first_mono_us, 30);
    assert_int_equal(s.last_mono_us, 50);
    stream_deinit(&s);
}

struct odd_case {
    const char *name, *text;
    enum failure failure;
    const char *content; /* NULL = none */
    int64_t bad_events, reasoning_bytes;
    bool usage;
};

#define TEXT(t)  "{\"choices\":[{\"delta\":{\"content\":\"" t "\"}}]}"
#define STOP     "{\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}"
#define CUT      "{\"choices\":[{\"delta\":{},\"finish_reason\":\"length\"}]}"
#define FILTERED "{\"choices\":[{\"delta\":{},\"finish_reason\":\"content_filter\"}]}"

static const struct odd_case odd[] = {
    {"no [DONE] but a finish reason", "data: " TEXT("x") "\n\ndata: " STOP "\n\n", FAIL_NONE, "x",
     0, 0, false},
    {"no finish reason but [DONE]", "data: " TEXT("x") "\n\ndata: [DONE]\n\n", FAIL_NONE, "x", 0, 0,
     false},
    {"neither", "data: " TEXT("x") "\n\n", FAIL_TRUNCATED, "x", 0, 0, false},
    {"nothing at all", "", FAIL_BAD_ANSWER, NULL, 0, 0, false},
    {"last event without its blank line", "data: " TEXT("x") "\n\ndata: [DONE]", FAIL_NONE, "x", 0,
     0, false},
    {"no blank after the colon", "data:" TEXT("x") "\n\ndata:[DONE]\n\n", FAIL_NONE, "x", 0, 0,
     false},
    {"data over several lines",
     "data: {\"choices\":[{\"delta\":\ndata: {\"content\":\"x\"}}]}\n\ndata: [DONE]\n\n", FAIL_NONE,
     "x", 0, 0, false},
    {"other fields", "event: message\nid: 7\nretry: 10\ndata: " TEXT("x") "\n\ndata: [DONE]\n\n",
     FAIL_NONE, "x", 0, 0, false},
    {"byte order mark",
     "\xef\xbb\xbf"
     "data: " TEXT("x") "\n\ndata: [DONE]\n\n",
     FAIL_NONE, "x", 0, 0, false},
    {"JSON that breaks off", "data: {\"choices\":[\n\ndata: " TEXT("x") "\n\ndata: [DONE]\n\n",
     FAIL_NONE, "x", 1, 0, false},
    {"data that is no object", "data: 7\n\ndata: \n\ndata: [DONE]\n\n", FAIL_BAD_ANSWER, NULL, 2, 0,
     false},
    {"no UTF-8", "data: " TEXT("\xff") "\n\ndata: [DONE]\n\n", FAIL_BAD_ANSWER, NULL, 1, 0, false},
    {"an error in the middle",
     "data: " TEXT("x") "\n\ndata: {\"error\":{\"code\":\"overloaded\",\"message\":\"Too busy\"}}"
                        "\n\ndata: [DONE]\n\n",
     FAIL_BAD_ANSWER, "x", 0, 0, false},
    {"error: null is none",
     "data: {\"error\":null,\"choices\":[{\"delta\":{\"content\":\"x\"}}]}"
     "\n\ndata: [DONE]\n\n",
     FAIL_NONE, "x", 0, 0, false},
    {"cut at the token cap", "data: " TEXT("x") "\n\ndata: " CUT "\n\ndata: [DONE]\n\n",
     FAIL_TRUNCATED, "x", 0, 0, false},
    {"the provider's filter", "data: " TEXT("x") "\n\ndata: " FILTERED "\n\ndata: [DONE]\n\n",
     FAIL_FILTERED, "x", 0, 0, false},
    {"a refusal",
     "data: {\"choices\":[{\"delta\":{\"refusal\":\"no\"}}]}\n\ndata: " STOP "\n\ndata: [DONE]\n\n",
     FAIL_REFUSED, NULL, 0, 0, false},
    {"thinking before the text",
     "data: {\"choices\":[{\"delta\":{\"reasoning_content\":\"hmm\"}}]}\n\n"
     "data: {\"choices\":[{\"delta\":{\"reasoning\":\"so\"}}]}\n\ndata: " TEXT(
         "x") "\n\n"
              "data: [DONE]\n\n",
     FAIL_NONE, "x", 0, 5, false},
    {"thinking only",
     "data: {\"choices\":[{\"delta\":{\"reasoning_content\":\"hmm\"}}]}\n\n"
     "data: [DONE]\n\n",
     FAIL_BAD_ANSWER, "", 0, 3, false},
    {"usage inside of the choice",
     "data: {\"choices\":[{\"delta\":{\"content\":\"x\"},\"finish_reason\":\"stop\",\"usage\":"
     "{\"prompt_tokens\":1,\"completion_tokens\":1}}]}\n\ndata: [DONE]\n\n",
     FAIL_NONE, "x", 0, 0, true},
    {"usage null in every chunk but the last",
     "data: {\"choices\":[{\"delta\":{\"content\":\"x\"}}],\"usage\":null}\n\n"
     "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":1}}\n\n"
     "data: {\"choices\":[],\"usage\":null}\n\ndata: [DONE]\n\n",
     FAIL_NONE, "x", 0, 0, true},
};

static void check_odd(const struct odd_case *c)
{
    struct llm_stream s;
    struct llm_reply r;
    for (size_t size = 1; size < 70; size += 23) {
        feed(&s, slice_str(c->text), size);
        read_reply(&s, &r);
        if (r.failure != c->failure)
            fail_msg("%s: %s instead of %s (%s)", c->name, failure_name(r.failure),
                     failure_name(c->failure), r.message);
        if ((r.content.p != NULL) != (c->content != NULL) ||
            !slice_eq(r.content, slice_str(c->content)))
            fail_msg("%s: content is '" SLICE_FMT "'", c->name, SLICE_ARG(r.content));
        if (s.bad_events != c->bad_events || s.reasoning_bytes != c->reasoning_bytes ||
            r.usage.present != c->usage)
            fail_msg("%s: %lld bad, %lld of thinking, usage %d", c->name, (long long)s.bad_events,
                     (long long)s.reasoning_bytes, r.usage.present);
        assert_true(c->failure == FAIL_NONE || r.message[0] != '\0');
        stream_deinit(&s);
    }
}

static void odd_streams_end_in_their_class(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
        check_odd(&odd[i]);
}

static void an_error_keeps_its_code_and_message(void **state)
{
    (void)state;
    struct llm_stream s;
    struct llm_reply r;
    feed(&s,
         SLICE_LIT("data: {\"error\":{\"code\":\"overloaded\",\"message\":\"Too\\nbusy\"}}\n\n"),
         9);
    read_reply(&s, &r);
    assert_string_equal(r.provider_code, "overloaded");
    assert_string_equal(r.message, "Too busy");
    stream_deinit(&s);
}

static void too_much_is_told_and_held(void **state)
{
    (void)state;
    struct llm_stream s;
    struct llm_reply r;
    stream_init(&s, 100);
    for (int i = 0; i < 50; i++)
        stream_feed(&s, SLICE_LIT("data: " TEXT("0123456789") "\n\n"), 1);
    stream_feed(&s, SLICE_LIT("data: [DONE]\n\n"), 1);
    stream_end(&s, 2);
    read_reply(&s, &r);
    assert_int_equal(r.failure, FAIL_TOO_LARGE);
    assert_true(s.content.n <= 100);
    stream_deinit(&s);
}

static void a_cost_told_by_the_provider_is_exact(void **state)
{
    (void)state;
    struct llm_stream s;
    feed(&s,
         SLICE_LIT("data: {\"choices\":[],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":1,"
                   "\"cost\":3.45e-05}}\n\ndata: [DONE]\n\n"),
         11);
    assert_int_equal(s.usage.provider_cost_pusd, 34500000);
    stream_deinit(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stream_reads_the_same_wherever_it_is_cut),
        cmocka_unit_test(two_halves_at_every_byte_give_the_whole),
        cmocka_unit_test(every_line_ending_is_taken),
        cmocka_unit_test(a_prefix_never_reads_as_a_whole_answer),
        cmocka_unit_test(times_are_those_of_the_first_and_last_piece),
        cmocka_unit_test(odd_streams_end_in_their_class),
        cmocka_unit_test(an_error_keeps_its_code_and_message),
        cmocka_unit_test(too_much_is_told_and_held),
        cmocka_unit_test(a_cost_told_by_the_provider_is_exact),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
