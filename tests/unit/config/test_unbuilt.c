/* Features that are not available yet, and the shipped file, which asks for none of them. */
#include "support/config_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/mem.h"

static void shipped_file_is_ready_to_run(void **state)
{
    struct config *c = config_of_file(SHIPPED, CONFIG_FOR_RUN);
    char *missing = config_missing(c);

    (void)state;
    assert_string_equal(missing, "");
    assert_int_equal(c->provider_count, 4);
    assert_int_equal(c->model_count, 11);
    assert_int_equal(c->route_count, 5);
    assert_string_equal(c->models[c->tiers[0].models[0]].name, "deepseek-v4-flash");
    assert_string_equal(c->models[c->tiers[0].models[1]].name, "qwen3-32b");
    mem_free(missing);
    config_free(c);
}

static void shipped_prompt_and_categories_are_the_built_in_ones(void **state)
{
    struct config *shipped = config_of_file(SHIPPED, CONFIG_FOR_RUN);
    struct config *built_in = config_of_text("", CONFIG_FOR_LEDGER);
    const struct config_classification *a = &shipped->classification;
    const struct config_classification *b = &built_in->classification;

    (void)state;
    assert_string_equal(a->prompt_text, b->prompt_text);
    assert_int_equal(a->category_count, b->category_count);
    for (int i = 0; i < a->category_count; i++) {
        assert_string_equal(a->categories[i].name, b->categories[i].name);
        assert_string_equal(a->categories[i].definition, b->categories[i].definition);
    }
    config_free(shipped);
    config_free(built_in);
}

/* Every example line of the shipped file must be one: taken in, the file still loads. Left out is
 * the prompt, whose path is relative. */
static void examples_in_the_shipped_file_load(void **state)
{
    static char text[64 * 1024], taken[64 * 1024];
    FILE *f = fopen(SHIPPED, "r");
    size_t n = 0;

    (void)state;
    assert_non_null(f);
    text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
    fclose(f);
    for (char *line = text; *line;) {
        size_t length = strcspn(line, "\n") + 1, blanks = strspn(line, " ");
        bool example = strncmp(line + blanks, "#: ", 3) == 0;
        bool left_out = strncmp(line + blanks, "prompt: ", 8) == 0;
        if (!left_out) {
            memcpy(taken + n, line, blanks);
            memcpy(taken + n + blanks, line + blanks + (example ? 3 : 0),
                   length - blanks - (example ? 3 : 0));
            n += length - (example ? 3 : 0);
        }
        line += length;
    }
    taken[n] = '\0';
    struct config *c = config_of_text(taken, CONFIG_FOR_RUN);
    assert_int_equal(c->route_count, 5);
    assert_int_equal(c->providers[0].endpoint_count, 4);
    assert_int_equal(c->tier_count, 5);
    assert_true(c->only_provider >= 0);
    assert_true(c->shadow.from >= 0);
    config_free(c);
}

static void only_what_the_file_asks_for_is_missed(void **state)
{
    static const struct {
        const char *more, *missing; /* NULL = nothing */
    } cases[] = {
        {"", NULL},
        {"redaction: {kinds: [email], patterns: {a: b}}\n", NULL},
        {"ledger: {keep: {rows: 1d}}\n", NULL},
        {"admin: {listen: \"127.0.0.1:9464\"}\n", NULL},
        {"admin: {listen: null}\n", "admin.listen: not available yet"},
        {"admin: {listen: \"0.0.0.0:1\"}\n", "admin.listen: not available yet"},
        {"admin: {text_file: m}\n", "admin.text_file: not available yet"},
        {"admin: {push_url: \"https://h\"}\n", "admin.push_url: not available yet"},
        {"notify: {webhook: null}\n", NULL},
        {"notify: {webhook: \"https://h\", secret_env: S, tries: 2}\n", NULL},
        {"retry_budget: {percent: 20, floor: 1, window: 1m}\n", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        char text[2048];
        snprintf(text, sizeof(text), "%s%s", SMALLEST, cases[i].more);
        struct config *c = config_of_text(text, CONFIG_FOR_RUN);
        char *missing = config_missing(c);
        if (!cases[i].missing)
            assert_string_equal(missing, "");
        else
            assert_non_null(strstr(missing, cases[i].missing));
        mem_free(missing);
        config_free(c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shipped_file_is_ready_to_run),
        cmocka_unit_test(shipped_prompt_and_categories_are_the_built_in_ones),
        cmocka_unit_test(examples_in_the_shipped_file_load),
        cmocka_unit_test(only_what_the_file_asks_for_is_missed),
    };

    return cmocka_run_group_tests(tests, config_folder_make, config_folder_remove);
}
