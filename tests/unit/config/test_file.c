/* What a file stands in: the environment, its folder, the prompt beside it, its bytes. */
#include "support/config_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"

static void variables_are_put_in_after_parsing(void **state)
{
    setenv("CONFIG_TEST_A", "a: {b", 1);
    setenv("CONFIG_TEST_NUMBER", "7", 1);
    setenv("CONFIG_TEST_EMPTY", "", 1);
    setenv("CONFIG_TEST_NESTED", "${CONFIG_TEST_NUMBER}", 1);
    struct config *c =
        config_of_text("kafka:\n"
                       "  group: ${CONFIG_TEST_NUMBER}\n"
                       "  runs_topic: ${CONFIG_TEST_EMPTY}\n"
                       "  properties:\n"
                       "    a: x${CONFIG_TEST_A}y${CONFIG_TEST_NUMBER}\n"
                       "    b: \"${CONFIG_TEST_NONE:-d}\"\n"
                       "    c: \"${CONFIG_TEST_EMPTY:-d}\"\n"
                       "    d: \"${CONFIG_TEST_EMPTY}\"\n"
                       "    e: \"$${CONFIG_TEST_A} $ $$\"\n"
                       "    f: \"${CONFIG_TEST_NESTED}\"\n"
                       "    g: \"${CONFIG_TEST_NONE:-}\"\n"
                       "packing: {max_tickets: \"${CONFIG_TEST_NUMBER}\"}\n"
                       "classification: {escalate_below: \"${CONFIG_TEST_NONE:-null}\"}\n"
                       "admin: {listen: \"${CONFIG_TEST_NONE:-127.0.0.1}:1\"}\n",
                       CONFIG_FOR_LEDGER);
    static const char *const expected[] = {
        "xa: {by7", "d", "d", "", "${CONFIG_TEST_A} $ $$", "${CONFIG_TEST_NUMBER}", ""};

    (void)state;
    assert_string_equal(c->kafka.group, "7");
    assert_null(c->kafka.runs_topic);
    for (int i = 0; i < 7; i++)
        assert_string_equal(c->kafka.properties[i].value, expected[i]);
    assert_int_equal(c->packing.max_tickets, 7);
    assert_int_equal(c->classification.escalate_below_ppm, CONFIG_OFF);
    assert_string_equal(c->admin.listen, "127.0.0.1:1");
    config_free(c);
}

static void relative_paths_are_relative_to_the_file(void **state)
{
    struct config *c =
        config_of_text("ledger: {path: ./books.db}\n"
                       "providers: {p: {endpoints: [{url: \"https://h\"}], key_file: k/p, "
                       "ca_file: /etc/ca.pem}}\n",
                       CONFIG_FOR_LEDGER);
    char expected[256];

    (void)state;
    snprintf(expected, sizeof(expected), "%s/books.db", config_folder);
    assert_string_equal(c->ledger.path, expected);
    snprintf(expected, sizeof(expected), "%s/k/p", config_folder);
    assert_string_equal(c->providers[0].key_file, expected);
    assert_string_equal(c->providers[0].ca_file, "/etc/ca.pem");
    config_free(c);
}

static void paths_are_absolute_whatever_the_file_is_called_by(void **state)
{
    static const char *const names[] = {"c.yaml", "./c.yaml", "sub/../c.yaml"};
    char here[4096];

    (void)state;
    assert_non_null(getcwd(here, sizeof(here)));
    config_file("c.yaml", "ledger: {path: books.db}\n", strlen("ledger: {path: books.db}\n"));
    char sub[256];
    snprintf(sub, sizeof(sub), "%s/sub", config_folder);
    assert_int_equal(mkdir(sub, 0700), 0);
    assert_int_equal(chdir(config_folder), 0);
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        struct config *c = config_of_file(names[i], CONFIG_FOR_LEDGER);
        assert_int_equal(c->ledger.path[0], '/');
        assert_string_equal(strrchr(c->ledger.path, '/'), "/books.db");
        assert_string_equal(c->path, names[i]);
        config_free(c);
    }
    assert_int_equal(chdir(here), 0);
    assert_int_equal(rmdir(sub), 0);
}

static void prompt_is_read_from_its_file(void **state)
{
    config_file("p.md", "Classify.\n{{categories}}\n{{summary}}\n{{example}}\n",
                strlen("Classify.\n{{categories}}\n{{summary}}\n{{example}}\n"));
    struct config *c = config_of_text("classification: {prompt: p.md}\n", CONFIG_FOR_LEDGER);

    (void)state;
    assert_string_equal(c->classification.prompt_text,
                        "Classify.\n{{categories}}\n{{summary}}\n{{example}}\n");
    config_free(c);
}

static void prompt_that_cannot_work_is_refused(void **state)
{
    static const struct {
        const char *text, *expected;
    } cases[] = {
        {"Classify.\n", "the prompt has no {{categories}} in it"},
        {"{{categories}} {{category}}", "unknown placeholder at byte 15"},
        {"{{ categories }}", "no {{categories}}"},
        {"{{categories}} \xff", "not valid UTF-8"},
    };
    char path[256];

    (void)state;
    config_file("c.yaml", "classification: {prompt: p.md}\n",
                strlen("classification: {prompt: p.md}\n"));
    snprintf(path, sizeof(path), "%s/c.yaml", config_folder);
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct config_errors errors;
        struct config *c;
        config_file("p.md", cases[i].text, strlen(cases[i].text));
        assert_int_equal(config_load(path, CONFIG_FOR_LEDGER, &c, &errors), ST_CONFIG);
        bool told = false;
        for (int k = 0; k < errors.count; k++) {
            assert_int_equal(errors.v[k].line, 1);
            assert_int_equal(errors.v[k].column, 26);
            told |= strstr(errors.v[k].text, cases[i].expected) != NULL;
        }
        assert_true(told);
        config_errors_deinit(&errors);
    }
}

static void file_that_cannot_be_read_is_one_mistake_of_the_whole_file(void **state)
{
    static const char *const paths[] = {"/nonexistent/ticketmill.yaml", "/", "/dev/null/x"};

    (void)state;
    for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
        struct config_errors errors;
        struct config *c;
        assert_int_equal(config_load(paths[i], CONFIG_FOR_RUN, &c, &errors), ST_CONFIG);
        assert_int_equal(errors.count, 1);
        assert_int_equal(errors.v[0].line, 0);
        assert_non_null(strstr(errors.v[0].text, "cannot be read"));
        config_errors_deinit(&errors);
    }
}

static void file_that_is_no_text_is_refused(void **state)
{
    static const struct {
        const char *bytes;
        size_t n;
        const char *expected;
        int line, column;
    } cases[] = {
        {"a: \xff\n", 5, "not valid UTF-8", 0, 0},
        {"kafka: {}\nrun:\0 {}\n", 20, "control character", 2, 5},
        {"a: \x1b[0m\n", 8, "control character", 1, 4},
    };
    char path[256];

    (void)state;
    snprintf(path, sizeof(path), "%s/c.yaml", config_folder);
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct config_errors errors;
        struct config *c;
        FILE *f = fopen(path, "w");
        assert_non_null(f);
        fwrite(cases[i].bytes, 1, cases[i].n, f);
        fclose(f);
        assert_int_equal(config_load(path, CONFIG_FOR_RUN, &c, &errors), ST_CONFIG);
        assert_int_equal(errors.count, 1);
        assert_int_equal(errors.v[0].line, cases[i].line);
        assert_int_equal(errors.v[0].column, cases[i].column);
        assert_non_null(strstr(errors.v[0].text, cases[i].expected));
        config_errors_deinit(&errors);
    }
}

static void file_that_is_too_large_is_refused(void **state)
{
    char *text = mem_alloc(2 << 20);
    struct config_errors errors;
    struct config *c;
    char path[256];

    (void)state;
    memset(text, '#', (2 << 20) - 1);
    text[(2 << 20) - 1] = '\0';
    config_file("c.yaml", text, strlen(text));
    mem_free(text);
    snprintf(path, sizeof(path), "%s/c.yaml", config_folder);
    assert_int_equal(config_load(path, CONFIG_FOR_RUN, &c, &errors), ST_CONFIG);
    assert_int_equal(errors.count, 1);
    assert_non_null(strstr(errors.v[0].text, "larger than 1 MiB"));
    config_errors_deinit(&errors);
}

static void byte_order_mark_and_crlf_are_taken(void **state)
{
    struct config *c = config_of_text("\xef\xbb\xbfkafka:\r\n  group: g\r\n", CONFIG_FOR_LEDGER);

    (void)state;
    assert_string_equal(c->kafka.group, "g");
    config_free(c);
}

static void variable_that_is_no_text_or_too_long_is_refused(void **state)
{
    static char longest[70000];
    char path[256];

    (void)state;
    memset(longest, 'x', sizeof(longest) - 1);
    config_file("c.yaml", "kafka: {group: \"${CONFIG_TEST_BAD}\"}\n", 37);
    snprintf(path, sizeof(path), "%s/c.yaml", config_folder);
    const char *const values[] = {"\xff", longest, "a\nb"};
    static const char *const expected[] = {"not valid UTF-8", "larger than 64 KiB", "line break"};
    for (size_t i = 0; i < 3; i++) {
        struct config_errors errors;
        struct config *c;
        setenv("CONFIG_TEST_BAD", values[i], 1);
        assert_int_equal(config_load(path, CONFIG_FOR_LEDGER, &c, &errors), ST_CONFIG);
        assert_int_equal(errors.count, 1);
        assert_non_null(strstr(errors.v[0].text, expected[i]));
        config_errors_deinit(&errors);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(variables_are_put_in_after_parsing),
        cmocka_unit_test(variable_that_is_no_text_or_too_long_is_refused),
        cmocka_unit_test(relative_paths_are_relative_to_the_file),
        cmocka_unit_test(paths_are_absolute_whatever_the_file_is_called_by),
        cmocka_unit_test(prompt_is_read_from_its_file),
        cmocka_unit_test(prompt_that_cannot_work_is_refused),
        cmocka_unit_test(file_that_cannot_be_read_is_one_mistake_of_the_whole_file),
        cmocka_unit_test(file_that_is_no_text_is_refused),
        cmocka_unit_test(file_that_is_too_large_is_refused),
        cmocka_unit_test(byte_order_mark_and_crlf_are_taken),
    };

    return cmocka_run_group_tests(tests, config_folder_make, config_folder_remove);
}
