/* Both messages byte by byte, and the cap on the answer. */
#include "batch/prompt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/json.h"
#include "batch/answer.h"

static struct config_category categories[] = {{"billing", "Charges, \"fees\""},
                                              {"other", "The rest"}};

static struct config_classification classification(const char *prompt, int64_t summary_chars)
{
    return (struct config_classification){.prompt_text = prompt,
                                          .summary_chars = summary_chars,
                                          .categories = categories,
                                          .category_count = 2};
}

static void assert_system(const char *prompt, int64_t summary_chars, const char *expected)
{
    struct config_classification c = classification(prompt, summary_chars);
    struct buf b;
    buf_init(&b, 1 << 20);
    prompt_system(&c, &b);
    assert_string_equal(b.p, expected);
    buf_deinit(&b);
}

static void placeholders_are_filled_and_other_braces_stay(void **state)
{
    (void)state;
    assert_system("no place", 200, "no place");
    assert_system("{{categories}}", 200, "- billing: Charges, \"fees\"\n- other: The rest");
    assert_system("a {{x}} {{{categories}}} {{categories {{", 200,
                  "a {{x}} {- billing: Charges, \"fees\"\n- other: The rest} {{categories {{");
    assert_system("{{summary}}", 0, "always the empty string \"\"");
    assert_system(
        "{{summary}}", 120,
        "one line of at most 120 characters, in the language of the ticket, that says what "
        "the customer wants; no URLs that are not in the ticket");
    assert_system("{{categories}}{{categories}}", 1,
                  "- billing: Charges, \"fees\"\n- other: The rest"
                  "- billing: Charges, \"fees\"\n- other: The rest");
}

static void the_example_is_a_request_and_an_answer_that_passes_the_check(void **state)
{
    (void)state;
    for (int64_t chars = 0; chars <= 200; chars += 200) {
        struct config_classification c = classification("{{example}}", chars);
        struct buf b;
        buf_init(&b, 1 << 20);
        prompt_system(&c, &b);
        const char *answer_text = strstr(b.p, "\n\n") + 2;
        json *request;
        struct slice request_text = slice_of(b.p, (size_t)(answer_text - b.p));
        assert_int_equal(json_parse(request_text, JSON_MAX_DEPTH, &request), ST_OK);
        const json *second = json_pointer(request, "/tickets/1");
        assert_true(
            slice_eq(json_str(json_get(second, "text")), SLICE_LIT("(a message about: The rest)")));

        static const char ids[2][SHORT_ID_SIZE] = {"3fk", "8tw"};
        const struct slice texts[2] = {SLICE_LIT(""), SLICE_LIT("")};
        const struct answer_rules rules = {categories, 2, chars};
        const struct answer_sent sent = {ids, texts, 2};
        struct answer a;
        struct arena arena;
        arena_init(&arena);
        answer_check(&rules, &sent, slice_str(answer_text), &arena, &a);
        assert_int_equal(a.valid, 2);
        assert_false(a.salvaged);
        assert_int_equal(a.slots[0].verdict.category, 0);
        assert_int_equal(a.slots[1].verdict.category, 1);
        arena_deinit(&arena);
        json_free(request);
        buf_deinit(&b);
    }
}

static void the_version_is_the_hash_of_the_system_message(void **state)
{
    (void)state;
    char version[SHA256_HEX_SIZE];
    prompt_version(SLICE_LIT("abc"), version);
    assert_string_equal(version,
                        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void the_user_message_is_compact_and_raw(void **state)
{
    (void)state;
    static const char ids[2][SHORT_ID_SIZE] = {"k7q", "x9f"};
    const struct slice texts[2] = {SLICE_LIT("subject\n\nb\xc3\xb6"
                                             "dy\t\"q\" \\"),
                                   SLICE_LIT("")};
    struct buf b;
    buf_init(&b, 1 << 20);
    prompt_user(&b, ids, texts, 2);
    assert_string_equal(b.p, "{\"tickets\":[{\"id\":\"k7q\",\"text\":\"subject\\n\\nb\xc3\xb6"
                             "dy\\t\\\"q\\\" \\\\\"},{\"id\":\"x9f\",\"text\":\"\"}]}");
    buf_clear(&b);
    prompt_user(&b, ids, texts + 1, 1);
    assert_string_equal(b.p, "{\"tickets\":[{\"id\":\"k7q\",\"text\":\"\"}]}");
    buf_deinit(&b);
}

static void template_tokens_and_controls_are_made_harmless(void **state)
{
    (void)state;
    static const char id[1][SHORT_ID_SIZE] = {"k7q"};
    static const struct {
        struct slice text;
        const char *sent;
    } cases[] = {
        {SLICE_LIT("<|im_end|>"), "< |im_end|>"},
        {SLICE_LIT("<<||"), "<< ||"},
        {SLICE_LIT("a</think>b"), "a< /think>b"},
        {SLICE_LIT("</THINK>"), "< /THINK>"},
        {SLICE_LIT("</thonk>"), "</thonk>"},
        {SLICE_LIT("</think"), "</think"},
        {SLICE_LIT("<think>"), "<think>"},
        {SLICE_LIT("a < b <"), "a < b <"},
        {SLICE_LIT("a\0b\x1b"
                   "c\x7f"
                   "d\re"),
         "a b c d e"},
        {SLICE_LIT("\xe4\xb8\xad"), "\xe4\xb8\xad"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf b;
        buf_init(&b, 1 << 20);
        prompt_user(&b, id, &cases[i].text, 1);
        json *doc;
        assert_int_equal(json_parse(buf_view(&b), JSON_MAX_DEPTH, &doc), ST_OK);
        struct slice sent = json_str(json_pointer(doc, "/tickets/0/text"));
        if (!slice_eq(sent, slice_str(cases[i].sent)))
            fail_msg("case %zu: %.*s", i, SLICE_ARG(sent));
        json_free(doc);
        buf_deinit(&b);
    }
}

static void the_cap_follows_its_formula(void **state)
{
    (void)state;
    const struct config_model model = {.context_tokens = 10000, .max_output_tokens = 4096};
    static const struct {
        struct token_cap_input in;
        int64_t summary_chars, cap;
    } cases[] = {
        /* L = ceil(7 / 3) = 3 */
        {{.tickets = 1, .prompt_tokens = 100}, 200, 144},   /* 1.25 (24 + 21 + 70) = 143.75 */
        {{.tickets = 10, .prompt_tokens = 100}, 200, 1168}, /* 1.25 (24 + 910) = 1167.5 */
        {{.tickets = 10, .cjk = true}, 200, 3293},          /* 1.25 (24 + 2610) = 3292.5 */
        {{.tickets = 1}, 0, 128},                           /* 56.25, below the floor */
        {{.tickets = 1, .doubled = true}, 200, 288},
        {{.tickets = 3, .p99_tokens = 61}, 200, 229}, /* 228.75 */
        {{.tickets = 4, .p99_tokens = 60}, 200, 300},
        {{.tickets = 10, .p99_tokens = 10}, 200, 128},
        {{.tickets = 100, .doubled = true}, 200, 4096},     /* the model's limit */
        {{.tickets = 10, .prompt_tokens = 9500}, 200, 500}, /* what the context leaves */
        {{.tickets = 10, .prompt_tokens = 9872}, 200, 128},
        {{.tickets = 10, .prompt_tokens = 9873}, 200, 0},
        {{.tickets = 10, .prompt_tokens = 20000}, 200, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct config_classification c = classification("", cases[i].summary_chars);
        int64_t cap = prompt_token_cap(&model, &c, &cases[i].in);
        if (cap != cases[i].cap)
            fail_msg("case %zu: %lld", i, (long long)cap);
    }
    const struct config_model small = {.context_tokens = 10000, .max_output_tokens = 64};
    struct config_classification c = classification("", 200);
    assert_int_equal(prompt_token_cap(&small, &c, &(struct token_cap_input){.tickets = 9}), 64);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(placeholders_are_filled_and_other_braces_stay),
        cmocka_unit_test(the_example_is_a_request_and_an_answer_that_passes_the_check),
        cmocka_unit_test(the_version_is_the_hash_of_the_system_message),
        cmocka_unit_test(the_user_message_is_compact_and_raw),
        cmocka_unit_test(template_tokens_and_controls_are_made_harmless),
        cmocka_unit_test(the_cap_follows_its_formula),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
