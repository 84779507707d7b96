/* An input file: the bytes that were hashed are the bytes that are read, or it is told. */
#include "support/file_fixture.h"

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

/* Reads to the end in steps of `step` bytes, at most `max` of them; NULL with *st on failure. */
static char *read_some(struct file_input *in, size_t step, size_t max, enum status *st)
{
    struct buf all;
    char chunk[64];
    size_t got = 1;
    struct fail fail;
    buf_init(&all, SIZE_MAX);
    buf_str(&all, "");
    *st = ST_OK;
    while (*st == ST_OK && got > 0 && all.n < max) {
        *st = file_input_read(in, chunk, step, &got, &fail);
        if (*st == ST_OK)
            buf_add(&all, chunk, got);
    }
    return all.p ? buf_take(&all, NULL) : mem_str("");
}

static void expect_read(struct file_input *in, const char *text)
{
    enum status st;
    file_input_rewind(in);
    char *got = read_some(in, 5, SIZE_MAX, &st);
    assert_int_equal(st, ST_OK);
    assert_string_equal(got, text);
    mem_free(got);
}

static void the_name_is_the_hash_of_the_content(void **state)
{
    struct file_fixture *f = *state;
    char hex[SHA256_HEX_SIZE];
    file_put(f->path, SLICE_LIT("abc"));
    struct file_input *in = file_opened(f);
    file_input_hash(in, hex);
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_int_equal(file_input_bytes(in), 3);
    expect_read(in, "abc");
    expect_read(in, "abc");
    file_input_free(in);
}

static void what_is_appended_or_replaced_later_is_not_read(void **state)
{
    struct file_fixture *f = *state;
    char other[100];
    file_put(f->path, SLICE_LIT("0123456789"));
    struct file_input *in = file_opened(f);
    FILE *more = fopen(f->path, "a");
    fputs("more", more);
    fclose(more);
    expect_read(in, "0123456789");
    snprintf(other, sizeof other, "%s/other", f->dir);
    file_put(other, SLICE_LIT("something else"));
    assert_int_equal(rename(other, f->path), 0);
    expect_read(in, "0123456789");
    file_input_free(in);
}

static void a_change_is_told_by_the_next_read(void **state)
{
    struct file_fixture *f = *state;
    static const char *const after[] = {"0123456788", "012", ""};
    for (size_t i = 0; i < sizeof after / sizeof *after; i++) {
        enum status st;
        file_put(f->path, SLICE_LIT("0123456789"));
        struct file_input *in = file_opened(f);
        mem_free(read_some(in, 1, 2, &st));
        assert_int_equal(st, ST_OK);
        file_put(f->path, slice_str(after[i]));
        mem_free(read_some(in, 1, 3, &st));
        assert_int_equal(st, ST_CHANGED);
        file_input_free(in);
    }
}

static void a_touch_is_no_change(void **state)
{
    struct file_fixture *f = *state;
    enum status st;
    file_put(f->path, SLICE_LIT("0123456789"));
    struct file_input *in = file_opened(f);
    mem_free(read_some(in, 5, 5, &st));
    assert_int_equal(st, ST_OK);
    file_input_rewind(in);
    file_put(f->path, SLICE_LIT("0123456789"));
    expect_read(in, "0123456789");
    file_input_free(in);
}

static void what_cannot_be_tickets_is_refused_with_a_way_out(void **state)
{
    struct file_fixture *f = *state;
    static const struct {
        struct slice head;
        const char *says;
    } cases[] = {
        {SLICE_LIT("\x1f\x8b\x08\0\0\0\0\0\0\0"), "zcat"},
        {SLICE_LIT("\x28\xb5\x2f\xfd...."), "zstdcat"},
        {SLICE_LIT("BZh91AY"), "bzcat"},
        {SLICE_LIT("PK\x03\x04...."), "CSV"},
        {SLICE_LIT("\xff\xfe{\0"), "UTF-8"},
        {SLICE_LIT("\xfe\xff\0{"), "UTF-8"},
    };
    struct file_input *in;
    struct fail fail;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        file_put(f->path, cases[i].head);
        assert_int_equal(file_input_open(f->path, f->dir, &in, &fail), ST_USAGE);
        assert_non_null(strstr(fail.text, cases[i].says));
    }
    assert_int_equal(file_input_open("/nowhere/at/all", f->dir, &in, &fail), ST_USAGE);
    assert_int_equal(file_input_open(f->dir, f->dir, &in, &fail), ST_USAGE);
}

static void a_pipe_is_spooled_and_leaves_no_file(void **state)
{
    struct file_fixture *f = *state;
    char spool[100], command[300];
    struct file_input *in;
    struct fail fail;
    snprintf(spool, sizeof spool, "%s/spool", f->dir);
    assert_int_equal(mkdir(spool, 0700), 0);
    assert_int_equal(mkfifo(f->path, 0600), 0);
    snprintf(command, sizeof command, "seq 1 20000 > '%s' &", f->path);
    assert_int_equal(system(command), 0);
    assert_int_equal(file_input_open(f->path, spool, &in, &fail), ST_OK);
    assert_int_equal(file_input_bytes(in), 108894);
    assert_int_equal(rmdir(spool), 0); /* nothing in it */
    enum status st;
    char *got = read_some(in, 60, 6, &st);
    assert_memory_equal(got, "1\n2\n3\n", 6);
    mem_free(got);
    file_input_free(in);
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, file_setup, file_teardown)
    const struct CMUnitTest tests[] = {
        T(the_name_is_the_hash_of_the_content),
        T(what_is_appended_or_replaced_later_is_not_read),
        T(a_change_is_told_by_the_next_read),
        T(a_touch_is_no_change),
        T(what_cannot_be_tickets_is_refused_with_a_way_out),
        T(a_pipe_is_spooled_and_leaves_no_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
