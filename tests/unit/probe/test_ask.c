/* The probe's own calls: valid bodies, what is asked for, what counts as an answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "probe/ask.h"

static struct config_model plain_model(void)
{
    return (struct config_model){.name = "m",
                                 .served_name = "served",
                                 .json = JSON_MODE_OBJECT,
                                 .temperature_ppm = 200000,
                                 .token_param = "max_tokens",
                                 .max_output_tokens = 500,
                                 .extra_body = "{\"thinking\":{\"type\":\"disabled\"}}"};
}

static json *build(const struct config_model *m, int64_t tokens, bool stream)
{
    struct ask a = {.model = m, .tokens = tokens, .stream = stream, .nonce = 123};
    struct buf body;
    struct fail fail;
    json *doc;
    buf_init(&body, SIZE_MAX);
    assert_int_equal(ask_build(&a, &body, &fail), ST_OK);
    assert_int_equal(json_parse(buf_view(&body), JSON_MAX_DEPTH, &doc), ST_OK);
    buf_deinit(&body);
    return doc;
}

static void a_body_is_what_a_run_would_send(void **state)
{
    (void)state;
    struct config_model m = plain_model();
    json *doc = build(&m, 128, false), *user;
    int64_t cap;
    assert_true(slice_eq(json_str(json_get(doc, "model")), SLICE_LIT("served")));
    assert_int_equal(json_i64(json_get(doc, "max_tokens"), &cap), ST_OK);
    assert_int_equal(cap, 128);
    assert_non_null(json_pointer(doc, "/thinking/type"));
    assert_false(json_bool(json_get(doc, "stream"), true));
    assert_true(slice_find(json_str(json_pointer(doc, "/messages/0/content")), SLICE_LIT("JSON")) >
                0);
    assert_int_equal(
        json_parse(json_str(json_pointer(doc, "/messages/1/content")), JSON_MAX_DEPTH, &user),
        ST_OK);
    assert_int_equal(json_size(json_get(user, "tickets")), 1);
    json_free(user);
    json_free(doc);
    doc = build(&m, 128, true);
    assert_true(json_bool(json_get(doc, "stream"), false));
    assert_true(json_bool(json_pointer(doc, "/stream_options/include_usage"), false));
    json_free(doc);
}

static void the_cap_never_passes_the_models_own(void **state)
{
    (void)state;
    struct config_model m = plain_model();
    int64_t cap;
    json *doc = build(&m, 1000, false);
    assert_int_equal(json_i64(json_get(doc, "max_tokens"), &cap), ST_OK);
    assert_int_equal(cap, 500);
    assert_int_equal(ask_token_cap(&m, 499), 499);
    json_free(doc);
}

static void tickets_grow_with_the_tokens_and_differ_in_id(void **state)
{
    (void)state;
    struct config_model m = plain_model();
    json *user;
    assert_int_equal(ask_tickets(1), 1);
    assert_int_equal(ask_tickets(128), 1);
    assert_int_equal(ask_tickets(1000), 23);
    assert_int_equal(ask_tickets(1000000), 400);
    json *doc = build(&m, 1000000, false);
    assert_int_equal(
        json_parse(json_str(json_pointer(doc, "/messages/1/content")), JSON_MAX_DEPTH, &user),
        ST_OK);
    const json *tickets = json_get(user, "tickets");
    assert_int_equal(json_size(tickets), 400);
    for (const json *a = json_first(tickets); a != NULL; a = json_next(a))
        for (const json *b = json_next(a); b != NULL; b = json_next(b))
            assert_false(slice_eq(json_str(json_get(a, "id")), json_str(json_get(b, "id"))));
    json_free(user);
    json_free(doc);
}

static void another_nonce_makes_other_texts(void **state)
{
    (void)state;
    struct config_model m = plain_model();
    struct ask a = {.model = &m, .tokens = 10, .nonce = 1},
               b = {.model = &m, .tokens = 10, .nonce = 2};
    struct buf x, y;
    struct fail fail;
    buf_init(&x, SIZE_MAX);
    buf_init(&y, SIZE_MAX);
    assert_int_equal(ask_build(&a, &x, &fail), ST_OK);
    assert_int_equal(ask_build(&b, &y, &fail), ST_OK);
    assert_false(slice_eq(buf_view(&x), buf_view(&y)));
    buf_deinit(&x);
    buf_deinit(&y);
}

static void what_cannot_be_sent_is_refused_before(void **state)
{
    (void)state;
    struct config_model m = plain_model();
    struct ask a = {.model = &m, .tokens = 10};
    struct buf body;
    struct fail fail;
    m.extra_body = "{\"max_tokens\":100000}";
    buf_init(&body, SIZE_MAX);
    assert_int_equal(ask_build(&a, &body, &fail), ST_CONFIG);
    buf_deinit(&body);
}

#define ITEM(id, category)                                                                         \
    "{\"id\":\"" id "\",\"category\":\"" category "\",\"confidence\":0.9,\"summary\":\"x\"}"

static void an_answer_has_the_id_and_a_category_that_was_named(void **state)
{
    (void)state;
    static const struct {
        const char *content;
        bool object, answer;
    } cases[] = {
        {"{\"results\":[" ITEM("aan", "billing") "]}", true, true},
        {" \n{\"results\":[" ITEM("aan", "other") "]} ", true, true},
        {"{\"results\":[" ITEM("zzz", "billing") "]}", true, false},
        {"{\"results\":[" ITEM("aan", "refund") "]}", true, false},
        {"{\"results\":[]}", true, false},
        {"{\"answer\":1}", true, false},
        {"[" ITEM("aan", "billing") "]", false, false},
        {"```json\n{\"results\":[" ITEM("aan", "billing") "]}\n```", false, false},
        {"Sure! Here it is.", false, false},
        {"", false, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bool object = false;
        bool answer = ask_is_answer(slice_str(cases[i].content), &object);
        if (answer != cases[i].answer || object != cases[i].object)
            fail_msg("%s: object %d, answer %d", cases[i].content, object, answer);
    }
}

static void each_relaxing_changes_one_thing_or_says_so(void **state)
{
    (void)state;
    struct config_model m = plain_model();
    assert_true(ask_relax(&m, RELAX_TOKEN_PARAM));
    assert_string_equal(m.token_param, "max_completion_tokens");
    assert_true(ask_relax(&m, RELAX_TOKEN_PARAM));
    assert_string_equal(m.token_param, "max_tokens");
    assert_true(ask_relax(&m, RELAX_TEMPERATURE));
    assert_false(ask_relax(&m, RELAX_TEMPERATURE));
    assert_true(ask_relax(&m, RELAX_JSON));
    assert_false(ask_relax(&m, RELAX_JSON));
    assert_true(ask_relax(&m, RELAX_EXTRA));
    assert_false(ask_relax(&m, RELAX_EXTRA));
    assert_false(ask_relax(&m, RELAX_NOTHING));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_body_is_what_a_run_would_send),
        cmocka_unit_test(the_cap_never_passes_the_models_own),
        cmocka_unit_test(tickets_grow_with_the_tokens_and_differ_in_id),
        cmocka_unit_test(another_nonce_makes_other_texts),
        cmocka_unit_test(what_cannot_be_sent_is_refused_before),
        cmocka_unit_test(an_answer_has_the_id_and_a_category_that_was_named),
        cmocka_unit_test(each_relaxing_changes_one_thing_or_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
