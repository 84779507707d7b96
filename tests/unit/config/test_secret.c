/* The provider's key from its variable or file, and the ledger's path. */
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

#define SECRET "sk-hunter2"

static void assert_key(const struct config_provider *p, const char *expected)
{
    struct fail fail = {0};
    char *key = NULL;

    assert_int_equal(config_key(p, &key, &fail), ST_OK);
    if (expected)
        assert_string_equal(key, expected);
    else
        assert_null(key);
    mem_free(key);
    assert_int_equal(config_key_check(p, NULL), ST_OK);
}

static void assert_refused(const struct config_provider *p, const char *expected)
{
    struct fail fail = {0};
    char *key = NULL;

    assert_int_equal(config_key(p, &key, &fail), ST_CONFIG);
    assert_int_equal(fail.code, ST_CONFIG);
    assert_null(key);
    assert_non_null(strstr(fail.text, expected));
    assert_non_null(strstr(fail.text, "provider far"));
    assert_null(strstr(fail.text, "hunter2"));
    assert_int_equal(config_key_check(p, &fail), ST_CONFIG);
    assert_non_null(strstr(fail.text, expected));
}

static void no_key_is_no_mistake(void **state)
{
    (void)state;
    assert_key(&(struct config_provider){.name = "far"}, NULL);
}

static void key_comes_from_the_environment_without_white_space_behind(void **state)
{
    const struct config_provider p = {.name = "far", .key_env = "CONFIG_TEST_KEY"};

    (void)state;
    setenv("CONFIG_TEST_KEY", SECRET " \r\n", 1);
    assert_key(&p, SECRET);
}

static void key_of_the_environment_that_cannot_be_one_is_refused(void **state)
{
    static char far_too_long[9000];
    const struct config_provider p = {.name = "far", .key_env = "CONFIG_TEST_KEY"};

    (void)state;
    unsetenv("CONFIG_TEST_KEY");
    assert_refused(&p, "CONFIG_TEST_KEY (key_env) is not set");
    setenv("CONFIG_TEST_KEY", " \n", 1);
    assert_refused(&p, "empty or not printable");
    setenv("CONFIG_TEST_KEY", SECRET "\r\nX-Evil: 1", 1);
    assert_refused(&p, "empty or not printable");
    setenv("CONFIG_TEST_KEY", SECRET "\xc3\xa9", 1);
    assert_refused(&p, "empty or not printable");
    memset(far_too_long, 'k', sizeof(far_too_long) - 1);
    setenv("CONFIG_TEST_KEY", far_too_long, 1);
    assert_refused(&p, "longer than 8 KiB");
}

static char *key_path(void)
{
    static char path[256];

    snprintf(path, sizeof(path), "%s/p.md", config_folder);
    return path;
}

static void key_comes_from_a_file_and_is_read_anew(void **state)
{
    const struct config_provider p = {.name = "far", .key_file = key_path()};

    (void)state;
    config_file("p.md", SECRET "\n", strlen(SECRET "\n"));
    assert_int_equal(chmod(key_path(), 0640), 0);
    assert_key(&p, SECRET);
    config_file("p.md", "rotated", strlen("rotated"));
    assert_key(&p, "rotated");
}

static void key_file_is_followed_through_links(void **state)
{
    char link[256];
    const struct config_provider p = {.name = "far", .key_file = link};

    (void)state;
    config_file("p.md", SECRET, strlen(SECRET));
    assert_int_equal(chmod(key_path(), 0600), 0);
    snprintf(link, sizeof(link), "%s/link", config_folder);
    assert_int_equal(symlink("p.md", link), 0);
    assert_key(&p, SECRET);
    unlink(link);
}

static void key_file_that_others_can_read_is_refused(void **state)
{
    const struct config_provider p = {.name = "far", .key_file = key_path()};

    (void)state;
    config_file("p.md", SECRET, strlen(SECRET));
    assert_int_equal(chmod(key_path(), 0644), 0);
    assert_refused(&p, "can be read by everybody");
}

static void key_file_that_is_none_is_refused(void **state)
{
    const struct config_provider missing = {.name = "far", .key_file = "/nonexistent/key"};
    const struct config_provider a_folder = {.name = "far", .key_file = config_folder};
    const struct config_provider empty = {.name = "far", .key_file = key_path()};

    (void)state;
    assert_refused(&missing, "cannot be opened: No such file");
    assert_refused(&a_folder, "no regular file");
    config_file("p.md", "", 0);
    assert_int_equal(chmod(key_path(), 0600), 0);
    assert_refused(&empty, "empty or not printable");
    config_file("p.md", SECRET "\0more", strlen(SECRET) + 5);
    assert_refused(&empty, "empty or not printable");
}

static void ledger_path_names_shard_and_campaign(void **state)
{
    static const struct {
        const char *path;
        int shard;
        const char *campaign, *expected;
    } cases[] = {
        {"/l/a.db", 3, NULL, "/l/a.db"},
        {"/l/a.db", 3, "c", "/l/a-c.db"},
        {"/l.d/a", 3, "c", "/l.d/a-c"},
        {"/l.d/.a", 3, "c", "/l.d/.a-c"},
        {"/l/{shard}.x.db", 3, "c", "/l/3.x-c.db"},
        {"/l/{shard}.db", 0, NULL, "/l/0.db"},
        {"/l/{shard}-{campaign}.db", 12, "spring", "/l/12-spring.db"},
        {"/l/{shard}{campaign}.db", 1, NULL, "/l/1.db"},
        {"/{campaign}/{campaign}{shard}{shard}", 7, "x", "/x/x77"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct config c = {.ledger.path = cases[i].path};
        char *path = config_ledger_path(&c, cases[i].shard, cases[i].campaign);
        assert_string_equal(path, cases[i].expected);
        mem_free(path);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_key_is_no_mistake),
        cmocka_unit_test(key_comes_from_the_environment_without_white_space_behind),
        cmocka_unit_test(key_of_the_environment_that_cannot_be_one_is_refused),
        cmocka_unit_test(key_comes_from_a_file_and_is_read_anew),
        cmocka_unit_test(key_file_is_followed_through_links),
        cmocka_unit_test(key_file_that_others_can_read_is_refused),
        cmocka_unit_test(key_file_that_is_none_is_refused),
        cmocka_unit_test(ledger_path_names_shard_and_campaign),
    };

    return cmocka_run_group_tests(tests, config_folder_make, config_folder_remove);
}
