/* What the simulated provider answers, and what it bills for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/sim/asked.h"

static void every_ticket_gets_an_item_in_order(void **state)
{
    (void)state;
    struct asked a;
    ask(&a, THREE, NULL, NULL);
    assert_int_equal(a.answer.status, 200);
    assert_int_equal(json_size(json_get(a.content, "results")), 3);
    assert_string_equal(text_at(&a, "/results/0/id"), "aaa");
    assert_string_equal(text_at(&a, "/results/0/category"), "billing");
    assert_string_equal(text_at(&a, "/results/1/category"), "shipping");
    assert_string_equal(text_at(&a, "/results/2/summary"), "xyzzy");
    assert_string_equal(json_str(json_pointer(a.body, "/choices/0/finish_reason")).p, "stop");
    forget(&a);
}

static void verdict_does_not_depend_on_neighbours_or_place(void **state)
{
    (void)state;
    struct asked alone, packed;
    ask(&alone, ASK(TICKET("zzz", "xyzzy")), NULL, NULL);
    ask(&packed, THREE, "reorder", NULL);
    assert_string_equal(text_at(&packed, "/results/0/id"), "ccc");
    assert_string_equal(text_at(&alone, "/results/0/category"),
                        text_at(&packed, "/results/0/category"));
    double p, q;
    assert_int_equal(json_number(json_pointer(alone.content, "/results/0/confidence"), &p), ST_OK);
    assert_int_equal(json_number(json_pointer(packed.content, "/results/0/confidence"), &q), ST_OK);
    assert_true(p == q && p >= 0.5 && p < 1);
    forget(&alone);
    forget(&packed);
}

static void injected_ticket_spoils_its_neighbours(void **state)
{
    (void)state;
    struct asked a;
    ask(&a, ASK(TICKET("aaa", "lost parcel") "," TICKET("bbb", "charge [[inject]]")), NULL, NULL);
    assert_string_equal(text_at(&a, "/results/0/category"), "billing");
    assert_string_equal(text_at(&a, "/results/0/summary"), "charge [[inject]]");
    forget(&a);
}

static void tokens_are_a_quarter_of_the_bytes(void **state)
{
    (void)state;
    struct asked a;
    struct answer_settings again = {.cached_percent = 50, .prefix_seen = true};
    ask(&a, THREE, NULL, &again);
    int64_t system = (int64_t)strlen(SYSTEM);
    assert_int_equal(a.answer.prompt_tokens, (system + a.q.user_bytes + 3) / 4);
    assert_int_equal(a.answer.cached_tokens, (system + 3) / 4 / 2);
    struct slice content = json_str(json_pointer(a.body, "/choices/0/message/content"));
    assert_int_equal(a.answer.completion_tokens, ((int64_t)content.n + 3) / 4);
    int64_t told;
    assert_int_equal(json_i64(json_pointer(a.body, "/usage/completion_tokens"), &told), ST_OK);
    assert_int_equal(told, a.answer.completion_tokens);
    forget(&a);
    ask(&a, THREE, NULL, NULL);
    assert_int_equal(a.answer.cached_tokens, 0); /* seen for the first time */
    forget(&a);
}

static void token_cap_cuts_the_answer(void **state)
{
    (void)state;
    struct asked a;
    static const char request[] =
        "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"{\\\"tickets\\\":[" TICKET(
            "aaa", "wrong charge") "]}\"}],\"max_completion_tokens\":5}";
    ask(&a, request, NULL, NULL);
    assert_string_equal(json_str(json_pointer(a.body, "/choices/0/finish_reason")).p, "length");
    assert_int_equal(json_str(json_pointer(a.body, "/choices/0/message/content")).n, 20);
    assert_int_equal(a.answer.completion_tokens, 5);
    forget(&a);
}

struct shape_case {
    const char *fault;
    int items;                /* in the list; -1 = the content is no JSON */
    const char *where, *what; /* a text in it, NULL = not looked for */
};

static void faults_spoil_the_content_as_they_say(void **state)
{
    (void)state;
    static const struct shape_case cases[] = {
        {"missing", 2, "/results/1/id", "bbb"},
        {"missing:100:2", 1, "/results/0/id", "aaa"},
        {"missing:100:9", 0, NULL, NULL},
        {"extra", 4, "/results/3/id", "zzzz"},
        {"duplicate", 4, "/results/1/category", "billing"},
        {"conflict", 4, "/results/1/category", "shipping"},
        {"foreign-id", 3, "/results/0/id", "0000"},
        {"wrong-category", 3, "/results/0/category", "no_such_category"},
        {"prose", -1, NULL, NULL},
        {"fence", -1, NULL, NULL},
        {"think", -1, NULL, NULL},
        {"blank", -1, NULL, NULL},
        {"spaces", -1, NULL, NULL},
        {"truncate", -1, NULL, NULL},
        {"surrogate:100:inner", -1, NULL, NULL},
        {"nul:100:inner", -1, NULL, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct asked a;
        ask(&a, THREE, cases[i].fault, NULL);
        const json *list = json_get(a.content, "results");
        if (cases[i].items >= 0
                ? !json_is(list, JSON_ARRAY) || json_size(list) != (size_t)cases[i].items
                : a.content != NULL)
            fail_msg("%s: %zu items", cases[i].fault, json_size(list));
        if (cases[i].where != NULL)
            assert_string_equal(text_at(&a, cases[i].where), cases[i].what);
        assert_non_null(a.body);
        assert_true(a.answer.billed);
        forget(&a);
    }
}

static void body_with_a_lone_surrogate_is_no_json(void **state)
{
    (void)state;
    static const char *const faults[] = {"surrogate", "nul"};
    static const char *const escapes[] = {"\\ud83d", "\\u0000"};
    for (int i = 0; i < 2; i++) {
        struct asked a;
        ask(&a, THREE, faults[i], NULL);
        assert_null(a.body);
        assert_true(slice_find(buf_view(&a.answer.body), slice_str(escapes[i])) > 0);
        forget(&a);
    }
}

static void errors_are_not_billed(void **state)
{
    (void)state;
    static const struct {
        const char *fault;
        int status;
        bool billed;
    } cases[] = {{"429", 429, false},
                 {"500", 500, false},
                 {"402", 402, false},
                 {"504", 504, false},
                 {"504:100:billed", 504, true},
                 {"redirect", 302, false},
                 {"policy-400", 400, false},
                 {"oversize-400", 400, false},
                 {"oversize-400:100:3", 200, true},
                 {"oversize-400:100:9999B", 200, true},
                 {"oversize-400:100:10B", 400, false},
                 {"html", 200, true}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct asked a;
        ask(&a, THREE, cases[i].fault, NULL);
        if (a.answer.status != cases[i].status || a.answer.billed != cases[i].billed)
            fail_msg("%s: %d, billed %d", cases[i].fault, a.answer.status, a.answer.billed);
        forget(&a);
    }
}

static void other_requests_are_refused_with_a_reason(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "[]",
        "{}",
        "{\"model\":\"m\"}",
        "{\"model\":7,\"messages\":[]}",
        "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":[]}]}",
        "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"max_tokens\":0}",
        "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"\xff\"}]}",
        "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"\\q\"}]}",
        "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]} x",
    };
    struct question q;
    question_init(&q);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct fail fail;
        if (question_read(&q, slice_str(bad[i]), &fail) != ST_BAD_JSON)
            fail_msg("'%s' was taken", bad[i]);
        assert_true(fail.text[0] != '\0');
    }
    question_deinit(&q);
}

static void anything_else_is_one_ticket(void **state)
{
    (void)state;
    struct question q;
    struct fail fail;
    question_init(&q);
    assert_int_equal(
        question_read(&q,
                      SLICE_LIT("{\"messages\":[{\"content\":\"say \\\"hi\\\"\",\"role\":\"user\"}]"
                                ",\"model\":\"m\"}"),
                      &fail),
        ST_OK);
    assert_false(q.packed);
    assert_int_equal(q.ticket_count, 1);
    assert_true(slice_eq(q.tickets[0].text, SLICE_LIT("say \"hi\"")));
    question_deinit(&q);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_ticket_gets_an_item_in_order),
        cmocka_unit_test(verdict_does_not_depend_on_neighbours_or_place),
        cmocka_unit_test(injected_ticket_spoils_its_neighbours),
        cmocka_unit_test(tokens_are_a_quarter_of_the_bytes),
        cmocka_unit_test(token_cap_cuts_the_answer),
        cmocka_unit_test(faults_spoil_the_content_as_they_say),
        cmocka_unit_test(body_with_a_lone_surrogate_is_no_json),
        cmocka_unit_test(errors_are_not_billed),
        cmocka_unit_test(other_requests_are_refused_with_a_reason),
        cmocka_unit_test(anything_else_is_one_ticket),
    };
    return cmocka_run_group_tests_name("answer", tests, NULL, NULL);
}
