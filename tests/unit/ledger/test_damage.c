/* Files that were damaged, swapped or left behind by a killed process. */
#include "ledger/ledger.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "support/ledger_fixture.h"

static void expect_refused(struct ledger_fixture *f, enum status want, const char *part)
{
    struct fail fail;
    enum status st = ledger_fixture_try_open(f, &fail);

    if (st == ST_OK || st != want || !strstr(fail.text, part))
        fail_msg("got %s (%s), wanted %s with \"%s\"", status_name(st), st ? fail.text : "",
                 status_name(want), part);
}

static void a_log_left_by_a_deleted_ledger_is_not_played_into_the_new_one(void **state)
{
    struct ledger_fixture *f = *state;
    char wal[120];

    ledger_fill(f, 3);
    ledger_fixture_close(f);
    assert_int_equal(unlink(f->path), 0);
    snprintf(wal, sizeof(wal), "%s-wal", f->path);
    FILE *file = fopen(wal, "w");
    assert_non_null(file);
    fputs("left over", file);
    fclose(file);
    ledger_fixture_open(f);
    assert_int_equal(audit_of(f).tickets, 0);
}

static void an_empty_or_foreign_file_is_refused_and_left_as_it_is(void **state)
{
    static const struct {
        const char *content;
        const char *part;
    } cases[] = {{"", "is empty"},
                 {"x", ""},
                 {"This is a text file, longer than a database header is, and then some more of "
                  "it so that it has a hundred bytes.",
                  "not a database"}};
    struct ledger_fixture *f = *state;

    ledger_fixture_close(f);
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        FILE *file = fopen(f->path, "w");
        struct stat s;
        assert_non_null(file);
        fputs(cases[i].content, file);
        fclose(file);
        expect_refused(f, ST_LEDGER_STATE, cases[i].part);
        assert_int_equal(stat(f->path, &s), 0);
        assert_int_equal(s.st_size, strlen(cases[i].content));
    }
}

static void flipped_bytes_never_lose_a_ticket_silently(void **state)
{
    struct ledger_fixture *f = *state;
    struct stat s;
    int refused = 0;

    ledger_fill(f, 200);
    ledger_fixture_close(f);
    assert_int_equal(stat(f->path, &s), 0);
    char *good = mem_alloc((size_t)s.st_size);
    FILE *file = fopen(f->path, "r+");
    assert_non_null(file);
    assert_int_equal(fread(good, 1, (size_t)s.st_size, file), s.st_size);
    fclose(file);
    for (int64_t i = 0; i < 200; i++) {
        int64_t offset = i < 100 ? i : s.st_size * (i - 100) / 100;
        struct fail fail;
        file = fopen(f->path, "w");
        assert_non_null(file);
        assert_int_equal(fwrite(good, 1, (size_t)s.st_size, file), s.st_size);
        fseek(file, (long)offset, SEEK_SET);
        fputc(good[offset] ^ 0x40, file);
        fclose(file);
        enum status st = ledger_fixture_try_open(f, &fail);
        if (st == ST_OK) {
            struct ledger_info info;
            if (ledger_info(f->ledger, &info, &fail) == ST_OK)
                assert_false(info.empty);
            ledger_fixture_close(f);
        } else if (st == ST_LEDGER_STATE || st == ST_LEDGER_IO) {
            refused++;
        } else {
            fail_msg("offset %lld: %s", (long long)offset, fail.text);
        }
    }
    mem_free(good);
    assert_true(refused > 20);
}

static void a_killed_run_is_found_with_all_that_was_committed(void **state)
{
    struct ledger_fixture *f = *state;
    int status;

    ledger_fixture_close(f);
    pid_t child = fork();
    if (child == 0) {
        ledger_fixture_open(f);
        ledger_fill(f, 5);
        admit(f, 5, "open");
        (void)intent(f, 5, 1, 1000);
        _exit(9);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(WEXITSTATUS(status), 9);
    f->runs++; /* the child's */
    ledger_fixture_open(f);
    struct ledger_audit a = audit_of(f);
    assert_int_equal(a.results, 5);
    assert_int_equal(a.pending, 1);
    assert_int_equal(a.calls_sent, 1);
}

static void copies_find_the_answers_of_a_killed_run(void **state)
{
    struct ledger_fixture *f = *state;
    int status;

    ledger_fixture_close(f);
    pid_t child = fork();
    if (child == 0) {
        ledger_fixture_open(f);
        ledger_fill(f, 3);
        _exit(9);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(WEXITSTATUS(status), 9);
    f->runs++;                        /* the child's */
    for (int64_t i = 0; i < 3; i++) { /* from the outbox, then from where closing stored them */
        char text[24];
        snprintf(text, sizeof(text), "%lld", (long long)i);
        if (i == 0)
            ledger_fixture_open(f);
        else
            ledger_fixture_reopen(f);
        struct ledger_cmd *cmd = admit_cmd(f, 100 + i, text);
        assert_int_equal(ledger_fixture_apply(f, cmd), ST_OK);
        assert_int_equal(cmd->u.admit.items->outcome, ADMITTED_REUSED);
        ledger_cmd_free(cmd);
    }
}

static void an_older_copy_beside_a_newer_log_is_refused(void **state)
{
    struct ledger_fixture *f = *state;
    char command[600];
    int status;

    ledger_fill(f, 3);
    ledger_fixture_close(f);
    snprintf(command, sizeof(command), "cp '%s' '%s.old'", f->path, f->path);
    assert_int_equal(system(command), 0);
    pid_t child = fork();
    if (child == 0) {
        ledger_fixture_open(f);
        admit(f, 50, "newer");
        _exit(9);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(WEXITSTATUS(status), 9);
    f->runs++; /* the child's */
    snprintf(command, sizeof(command), "cp '%s' '%s.new' && cp '%s.old' '%s'", f->path, f->path,
             f->path, f->path);
    assert_int_equal(system(command), 0);
    expect_refused(f, ST_LEDGER_STATE, "-wal");
    snprintf(command, sizeof(command), "cp '%s.new' '%s'", f->path, f->path);
    assert_int_equal(system(command), 0);
    ledger_fixture_open(f); /* its own log again */
    assert_int_equal(audit_of(f).tickets, 4);
    ledger_fixture_close(f);
    snprintf(command, sizeof(command), "cp '%s.old' '%s'", f->path, f->path);
    assert_int_equal(system(command), 0);
    ledger_fixture_open(f); /* an older copy alone: whether it may be used is Kafka's to say */
    assert_int_equal(audit_of(f).tickets, 3);
}

#define T(name) cmocka_unit_test_setup_teardown(name, ledger_setup, ledger_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_log_left_by_a_deleted_ledger_is_not_played_into_the_new_one),
        T(an_empty_or_foreign_file_is_refused_and_left_as_it_is),
        T(flipped_bytes_never_lose_a_ticket_silently),
        T(a_killed_run_is_found_with_all_that_was_committed),
        T(copies_find_the_answers_of_a_killed_run),
        T(an_older_copy_beside_a_newer_log_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
