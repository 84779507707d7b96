/* What the simulated provider's settings change about its answers, and answers as streams. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "sim/stream.h"
#include "unit/sim/asked.h"

static void a_provider_may_bill_more_and_ignore_the_cap(void **state)
{
    (void)state;
    struct asked usual, dear, cut;
    struct answer_settings settings = {.bill_percent = 130};
    static const char capped[] =
        "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"{\\\"tickets\\\":[" TICKET(
            "aaa", "wrong charge") "]}\"}],\"max_tokens\":5}";
    ask(&usual, THREE, NULL, NULL);
    ask(&dear, THREE, NULL, &settings);
    assert_int_equal(dear.answer.prompt_tokens, usual.answer.prompt_tokens * 130 / 100);
    assert_int_equal(dear.answer.completion_tokens, usual.answer.completion_tokens * 130 / 100);
    forget(&usual);
    forget(&dear);
    settings = (struct answer_settings){.ignore_cap = true};
    ask(&cut, capped, NULL, &settings);
    assert_true(cut.answer.completion_tokens > 5);
    assert_string_equal(json_str(json_pointer(cut.body, "/choices/0/finish_reason")).p, "stop");
    forget(&cut);
}

#define MANY 2000

/* How many of many texts get another category, and how many a low confidence. */
static void count_opinions(int disagree, int unsure, int *others, int *low)
{
    struct answer_settings settings = {.disagree_percent = disagree, .unsure_percent = unsure};
    *others = *low = 0;
    for (int i = 0; i < MANY; i++) {
        char request[400];
        struct asked usual, asked;
        double confidence;
        snprintf(request, sizeof request, ASK(TICKET("aaa", "text %d")), i);
        ask(&usual, request, NULL, NULL);
        ask(&asked, request, NULL, &settings);
        *others += strcmp(text_at(&usual, "/results/0/category"),
                          text_at(&asked, "/results/0/category")) != 0;
        assert_int_equal(
            json_number(json_pointer(asked.content, "/results/0/confidence"), &confidence), ST_OK);
        *low += confidence < 0.5;
        forget(&usual);
        forget(&asked);
    }
}

static void a_share_of_the_texts_divides_opinions(void **state)
{
    (void)state;
    int others, low;
    count_opinions(0, 0, &others, &low);
    assert_int_equal(others, 0);
    assert_int_equal(low, 0);
    count_opinions(10, 25, &others, &low);
    assert_in_range(others, MANY * 8 / 100, MANY * 12 / 100);
    assert_in_range(low, MANY * 22 / 100, MANY * 28 / 100);
}

#define STREAMED(options)                                                                          \
    "{\"model\":\"m\",\"stream\":true" options ",\"messages\":[{\"role\":\"user\",\"content\":"    \
    "\"{\\\"tickets\\\":[" TICKET("aaa", "wrong charge €€€€") "]}\"}]}"

/* Puts the content of all events together; returns how many events there were. */
static int read_stream(struct slice body, struct buf *content, int64_t *completion_tokens)
{
    int events = 0;
    for (size_t at = 0; at < body.n; events++) {
        size_t end = stream_event_end(body, at);
        struct slice event = slice_of(body.p + at + 6, end - at - 8);
        json *doc;
        assert_memory_equal(body.p + at, "data: ", 6);
        at = end;
        if (slice_eq(event, SLICE_LIT("[DONE]"))) {
            assert_int_equal(at, body.n);
            continue;
        }
        assert_int_equal(json_parse(event, JSON_MAX_DEPTH, &doc), ST_OK);
        struct slice piece = json_str(json_pointer(doc, "/choices/0/delta/content"));
        if (piece.p != NULL)
            buf_slice(content, piece);
        if (json_i64(json_pointer(doc, "/usage/completion_tokens"), completion_tokens) == ST_OK)
            assert_int_equal(json_size(json_get(doc, "choices")), 0);
        json_free(doc);
    }
    return events;
}

static void a_stream_says_the_same_token_by_token(void **state)
{
    (void)state;
    for (int usage = 0; usage < 2; usage++) {
        struct asked a;
        struct buf content;
        struct answer_settings settings = {.tokens_per_second = 50};
        int64_t told = -1;
        json *doc;
        buf_init(&content, SIZE_MAX);
        ask(&a, usage ? STREAMED(",\"stream_options\":{\"include_usage\":true}") : STREAMED(""),
            NULL, &settings);
        assert_string_equal(a.answer.content_type, "text/event-stream");
        assert_int_equal(a.answer.delivery, DELIVER_EVENTS);
        assert_int_equal(a.answer.event_us, 20000);
        int events = read_stream(buf_view(&a.answer.body), &content, &told);
        assert_in_range(events, a.answer.completion_tokens - 3, a.answer.completion_tokens + 4);
        assert_int_equal(told, usage ? a.answer.completion_tokens : -1);
        assert_int_equal(json_parse(buf_view(&content), JSON_MAX_DEPTH, &doc), ST_OK);
        assert_true(slice_eq(json_str(json_pointer(doc, "/results/0/id")), SLICE_LIT("aaa")));
        json_free(doc);
        buf_deinit(&content);
        forget(&a);
    }
}

static void a_plain_question_gets_as_many_tokens_as_it_allows(void **state)
{
    (void)state;
    struct asked a;
    ask(&a,
        "{\"model\":\"m\",\"max_tokens\":1000,\"messages\":[{\"role\":\"user\",\"content\":"
        "\"Count.\"}]}",
        NULL, NULL);
    assert_int_equal(a.answer.completion_tokens, 1000);
    forget(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_provider_may_bill_more_and_ignore_the_cap),
        cmocka_unit_test(a_share_of_the_texts_divides_opinions),
        cmocka_unit_test(a_stream_says_the_same_token_by_token),
        cmocka_unit_test(a_plain_question_gets_as_many_tokens_as_it_allows),
    };
    return cmocka_run_group_tests_name("settings", tests, NULL, NULL);
}
