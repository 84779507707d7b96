/* Output files: whole or as they were, and never two writers. */
#include "file/output.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "support/file_fixture.h"

static struct file_output *opened(const char *path)
{
    struct file_output *o;
    struct fail fail;
    if (file_output_open(path, &o, &fail) != ST_OK)
        fail_msg("%s", fail.text);
    return o;
}

static void expect_file(const char *path, const char *text)
{
    char *got = file_get(path);
    if (!text)
        assert_null(got);
    else
        assert_string_equal(got, text);
    mem_free(got);
}

static int entries(const struct file_fixture *f)
{
    char command[120];
    int n = -1;
    snprintf(command, sizeof command, "ls -A '%s' | wc -l", f->dir);
    FILE *p = popen(command, "r");
    assert_int_equal(fscanf(p, "%d", &n), 1);
    pclose(p);
    return n;
}

static void the_file_appears_whole_with_the_commit(void **state)
{
    struct file_fixture *f = *state;
    struct fail fail;
    struct buf big;
    buf_init(&big, SIZE_MAX);
    for (int i = 0; i < 30000; i++)
        buf_fmt(&big, "line %d\n", i);
    struct file_output *o = opened(f->path);
    file_output_add(o, buf_view(&big));
    expect_file(f->path, NULL);
    file_output_add(o, SLICE_LIT("end"));
    buf_str(&big, "end");
    assert_int_equal(file_output_commit(o, &fail), ST_OK);
    expect_file(f->path, big.p);
    file_output_free(o);
    expect_file(f->path, big.p);
    assert_int_equal(entries(f), 1);
    buf_deinit(&big);
}

static void without_a_commit_the_place_holds_what_it_held(void **state)
{
    struct file_fixture *f = *state;
    file_put(f->path, SLICE_LIT("before"));
    struct file_output *o = opened(f->path);
    file_output_add(o, SLICE_LIT("half"));
    expect_file(f->path, "before");
    file_output_free(o);
    expect_file(f->path, "before");
    assert_int_equal(entries(f), 1);
}

static void what_a_killed_run_left_is_taken_over(void **state)
{
    struct file_fixture *f = *state;
    char part[100];
    struct fail fail;
    snprintf(part, sizeof part, "%s/.in.part", f->dir);
    file_put(part, SLICE_LIT("a longer text than what comes now"));
    struct file_output *o = opened(f->path);
    file_output_add(o, SLICE_LIT("new"));
    assert_int_equal(file_output_commit(o, &fail), ST_OK);
    file_output_free(o);
    expect_file(f->path, "new");
    assert_int_equal(entries(f), 1);
}

static void a_file_with_another_name_is_not_written_through(void **state)
{
    struct file_fixture *f = *state;
    char part[100], other[100];
    struct file_output *o;
    struct fail fail;
    snprintf(part, sizeof part, "%s/.in.part", f->dir);
    snprintf(other, sizeof other, "%s/other", f->dir);
    file_put(other, SLICE_LIT("precious"));
    assert_int_equal(link(other, part), 0);
    assert_int_equal(file_output_open(f->path, &o, &fail), ST_OUTPUT);
    expect_file(other, "precious");
    assert_int_equal(symlink(other, part), 0); /* the link is gone by then */
    assert_int_equal(file_output_open(f->path, &o, &fail), ST_OUTPUT);
    expect_file(other, "precious");
}

static void two_writers_of_one_file_are_told_apart(void **state)
{
    struct file_fixture *f = *state;
    struct file_output *other;
    struct fail fail;
    struct file_output *o = opened(f->path);
    assert_int_equal(file_output_open(f->path, &other, &fail), ST_LOCKED);
    file_output_add(o, SLICE_LIT("first"));
    assert_int_equal(file_output_commit(o, &fail), ST_OK);
    file_output_free(o);
    expect_file(f->path, "first");
}

static void a_link_is_followed_and_the_mode_is_kept(void **state)
{
    struct file_fixture *f = *state;
    char link[100];
    struct stat s;
    struct fail fail;
    snprintf(link, sizeof link, "%s/link", f->dir);
    file_put(f->path, SLICE_LIT("before"));
    assert_int_equal(chmod(f->path, 0640), 0);
    assert_int_equal(symlink("in", link), 0);
    struct file_output *o = opened(link);
    assert_true(file_output_is(o, f->path));
    assert_false(file_output_is(o, f->dir));
    file_output_add(o, SLICE_LIT("after"));
    assert_int_equal(file_output_commit(o, &fail), ST_OK);
    file_output_free(o);
    expect_file(f->path, "after");
    assert_int_equal(lstat(link, &s), 0);
    assert_true(S_ISLNK(s.st_mode));
    assert_int_equal(stat(f->path, &s), 0);
    assert_int_equal(s.st_mode & 0777, 0640);
}

static void the_input_is_known_under_every_name(void **state)
{
    struct file_fixture *f = *state;
    char link[100];
    file_put(f->path, SLICE_LIT("tickets"));
    snprintf(link, sizeof link, "%s/link", f->dir);
    assert_int_equal(symlink(f->path, link), 0);
    struct file_input *in = file_opened(f);
    struct file_output *o = opened(link);
    assert_true(file_output_is_input(o, in));
    file_output_free(o);
    expect_file(f->path, "tickets");
    file_input_free(in);
}

static void what_cannot_be_written_is_told(void **state)
{
    struct file_fixture *f = *state;
    char path[100];
    struct file_output *o;
    struct fail fail;
    snprintf(path, sizeof path, "%s/nowhere/out", f->dir);
    assert_int_equal(file_output_open(path, &o, &fail), ST_OUTPUT);
    assert_int_equal(file_output_open(f->dir, &o, &fail), ST_OUTPUT);
    o = opened("/dev/full");
    file_output_add(o, SLICE_LIT("x"));
    assert_int_equal(file_output_commit(o, &fail), ST_OUTPUT);
    assert_non_null(strstr(fail.text, "No space left"));
    file_output_free(o);
    o = opened("/dev/null");
    file_output_add(o, SLICE_LIT("x"));
    assert_int_equal(file_output_commit(o, &fail), ST_OK);
    file_output_free(o);
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, file_setup, file_teardown)
    const struct CMUnitTest tests[] = {
        T(the_file_appears_whole_with_the_commit),
        T(without_a_commit_the_place_holds_what_it_held),
        T(what_a_killed_run_left_is_taken_over),
        T(a_file_with_another_name_is_not_written_through),
        T(two_writers_of_one_file_are_told_apart),
        T(a_link_is_followed_and_the_mode_is_kept),
        T(the_input_is_known_under_every_name),
        T(what_cannot_be_written_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
