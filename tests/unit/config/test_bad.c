/* Wrong files: each case of tests/data/config/bad.txt is a file and every mistake that is to be
 * listed for it, in order, with its place and its whole text. Cases named "run: …" are loaded for
 * a run, all others for looking at a ledger, where nothing is required.
 */
#include "config/config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#define CASES     "tests/data/config/bad.txt"
#define MARK      "=== "
#define EXPECTED  "--- expected\n"
#define CASES_MAX 1000

static char folder[] = "/tmp/ticketmill-bad-XXXXXX";

/* None of these may ever come out, wherever a case puts them. */
static const char *const secrets[] = {"hunter2", "sk-live", "s3cr3t", "T0KEN", "secret-text"};

struct one {
    const char *name, *body, *expected;
};

static void write_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, strlen(text), f), strlen(text));
    assert_int_equal(fclose(f), 0);
}

static void assert_no_secret(const char *text)
{
    for (size_t i = 0; i < sizeof(secrets) / sizeof(*secrets); i++)
        assert_null(strstr(text, secrets[i]));
}

static void every_mistake_is_listed(void **state)
{
    const struct one *one = *state;
    bool for_run = strncmp(one->name, "run: ", 5) == 0;
    struct config_errors errors;
    struct config *c = NULL;
    struct buf found;
    char path[64];

    snprintf(path, sizeof(path), "%s/c.yaml", folder);
    write_file(path, one->body);
    assert_int_equal(config_load(path, for_run ? CONFIG_FOR_RUN : CONFIG_FOR_LEDGER, &c, &errors),
                     ST_CONFIG);
    assert_null(c);
    buf_init(&found, 1 << 20);
    for (int i = 0; i < errors.count; i++) {
        assert_no_secret(errors.v[i].text);
        buf_fmt(&found, "%d:%d: %s\n", errors.v[i].line, errors.v[i].column, errors.v[i].text);
    }
    assert_string_equal(found.p, one->expected);
    buf_deinit(&found);
    config_errors_deinit(&errors);
    unlink(path);
}

/* Cuts the text of all cases into pieces, in place. A case ends with an empty line. */
static size_t read_cases(char *text, struct one *cases)
{
    size_t n = 0;

    while (text && n < CASES_MAX) {
        char *name = text + strlen(MARK), *end = strstr(text, "\n\n" MARK);
        char *body = strchr(name, '\n') + 1, *expected = strstr(body, EXPECTED);
        if (!expected || (end && expected > end)) {
            fprintf(stderr, "%s: no expectation behind \"%s\"\n", CASES, name);
            exit(1);
        }
        body[-1] = expected[0] = '\0';
        expected += strlen(EXPECTED);
        if (end)
            end[1] = '\0';
        cases[n++] = (struct one){name, body, expected};
        text = end ? end + 2 : NULL;
    }
    return n;
}

int main(void)
{
    static struct one cases[CASES_MAX];
    static struct CMUnitTest tests[CASES_MAX];
    static char text[1 << 20];
    FILE *f = fopen(CASES, "r");

    if (!f || !mkdtemp(folder)) {
        perror(CASES);
        return 1;
    }
    text[fread(text, 1, sizeof(text) - 2, f)] = '\0';
    fclose(f);
    setenv("CONFIG_TEST_SECRET", "hunter2-secret", 1);
    unsetenv("NOT_SET_ANYWHERE");
    size_t n = read_cases(text, cases);
    for (size_t i = 0; i < n; i++)
        tests[i] = (struct CMUnitTest){.name = cases[i].name,
                                       .test_func = every_mistake_is_listed,
                                       .initial_state = &cases[i]};
    int failed = _cmocka_run_group_tests("wrong files", tests, n, NULL, NULL);
    rmdir(folder);
    return failed;
}
