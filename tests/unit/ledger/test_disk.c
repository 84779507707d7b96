/* A disk that is full or fails, by SQLite's own hook for system calls; and the ledger thread. */
#include "ledger/writer.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "base/mem.h"
#include "support/ledger_fixture.h"

static int fail_after = -1; /* so many writes still work; -1 = all */
static int fail_with;
static int failures_left; /* so many fail, then the disk has room again */

static ssize_t failing_pwrite(int fd, const void *p, size_t n, off_t at_offset)
{
    if (fail_after == 0 && failures_left > 0) {
        failures_left--;
        errno = fail_with;
        return -1;
    }
    if (fail_after > 0)
        fail_after--;
    return pwrite(fd, p, n, at_offset);
}

static void hook(const char *name)
{
    sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);

    (void)vfs->xSetSystemCall(vfs, name, (sqlite3_syscall_ptr)failing_pwrite);
}

static void let_writes_fail(int after, int error, int times)
{
    fail_after = after;
    fail_with = error;
    failures_left = times;
}

static int setup(void **state)
{
    struct ledger_fixture *f = mem_zalloc(sizeof(*f));

    let_writes_fail(-1, 0, 0);
    ledger_fixture_init(f);
    hook("pwrite");
    hook("pwrite64");
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    let_writes_fail(-1, 0, 0);
    ledger_fixture_deinit(*state);
    mem_free(*state);
    return 0;
}

static bool reserve_exists(const struct ledger_fixture *f)
{
    char path[120];

    snprintf(path, sizeof(path), "%s.reserve", f->path);
    return access(path, F_OK) == 0;
}

static void a_full_disk_still_takes_what_is_paid_for_but_no_new_work(void **state)
{
    struct ledger_fixture *f = *state;

    admit(f, 1, "a");
    int64_t call = intent(f, 1, 1, 100);
    assert_true(reserve_exists(f));
    let_writes_fail(0, ENOSPC, 1);
    struct ledger_cmd *cmd = admit_cmd(f, 2, "b");
    assert_int_equal(ledger_fixture_apply(f, cmd), ST_LEDGER_IO);
    assert_true(*cmd->fail.text);
    ledger_cmd_free(cmd);
    assert_false(reserve_exists(f));
    cmd = intent_cmd(f, 1, 1, 100);
    assert_int_equal(ledger_fixture_apply(f, cmd), ST_LEDGER_IO);
    ledger_cmd_free(cmd);
    settle(f, call, 1, 1, CALL_ANSWERED, 70);
    cmd = mark_cmd(1);
    assert_int_equal(ledger_fixture_apply(f, cmd), ST_OK);
    ledger_cmd_free(cmd);
    cmd = ledger_cmd_new(LOP_END);
    cmd->u.end = (struct ledger_end){73, SLICE_LIT("disk"), f->now_unix_us};
    assert_int_equal(ledger_fixture_apply(f, cmd), ST_OK);
    ledger_cmd_free(cmd);
    let_writes_fail(-1, 0, 0);
    ledger_fixture_reopen(f);
    assert_true(reserve_exists(f));
    assert_int_equal(audit_of(f).results, 1);
    assert_int_equal(audit_of(f).tickets, 1);
}

static void an_answer_that_met_the_full_disk_is_written_on_the_reserve(void **state)
{
    struct ledger_fixture *f = *state;

    admit(f, 1, "a");
    int64_t call = intent(f, 1, 1, 100);
    let_writes_fail(0, ENOSPC, 1);
    settle(f, call, 1, 1, CALL_ANSWERED, 70);
    assert_false(reserve_exists(f));
    assert_int_equal(audit_of(f).results, 1);
}

static void a_failed_write_is_final_and_later_commands_are_refused(void **state)
{
    static const int errors[] = {EIO, ENOSPC};
    struct ledger_fixture *f = *state;

    for (size_t i = 0; i < sizeof(errors) / sizeof(*errors); i++) {
        admit(f, (int64_t)i, i ? "a" : "b");
        int64_t call = intent(f, (int64_t)i, 1, 100);
        let_writes_fail(0, errors[i], 1000);
        struct ledger_cmd *cmd = settle_cmd(f, call, (int64_t)i, 1, CALL_ANSWERED, 70);
        assert_int_equal(ledger_fixture_apply(f, cmd), ST_LEDGER_IO);
        ledger_cmd_free(cmd);
        let_writes_fail(-1, 0, 0);
        cmd = mark_cmd(0); /* the disk is well again, the ledger is not */
        assert_int_equal(ledger_fixture_apply(f, cmd), ST_LEDGER_IO);
        ledger_cmd_free(cmd);
        ledger_fixture_reopen(f);
        assert_int_equal(audit_of(f).tickets, (int64_t)i + 1);
        assert_int_equal(audit_of(f).results, 0);
    }
}

/* Whichever write fails, a command is either whole after the next start or not there at all. */
static void a_write_failing_anywhere_leaves_whole_commands(void **state)
{
    struct ledger_fixture *f = *state;

    for (int after = 0; after < 40; after++) {
        struct ledger_audit before = audit_of(f);
        int64_t offset = after * 10;
        char text[24];
        snprintf(text, sizeof(text), "%d", after);
        admit(f, offset, text);
        int64_t call = intent(f, offset, 1, 100);
        let_writes_fail(after, EIO, 1000);
        struct ledger_cmd *cmd = settle_cmd(f, call, offset, 1, CALL_ANSWERED, 70);
        bool good = ledger_fixture_apply(f, cmd) == ST_OK;
        assert_int_equal(rows_in(cmd), good ? 1 : 0);
        ledger_cmd_free(cmd);
        let_writes_fail(-1, 0, 0);
        ledger_fixture_reopen(f);
        struct ledger_audit a = audit_of(f);
        int64_t made = a.results - before.results;
        assert_true(made == 1 || (made == 0 && !good));
        assert_int_equal(a.cost_pusd - before.cost_pusd, made * 70);
        assert_int_equal(a.share_pusd, a.cost_pusd + a.unknown_pusd);
        struct fail fail;
        int64_t count = 0;
        assert_int_equal(ledger_recover_calls(f->ledger, &count, &fail), ST_OK);
    }
}

/* --- the thread ------------------------------------------------------------------------------ */

struct handed {
    int64_t next; /* offset expected next */
    int failed;
};

static void note(void *self, struct ledger_cmd *cmd)
{
    struct handed *h = self;

    if (cmd->status != ST_OK || cmd->u.admit.items->pos.offset != h->next)
        h->failed++;
    h->next++;
    ledger_cmd_free(cmd);
}

static void the_thread_hands_every_command_on_in_order(void **state)
{
    struct ledger_fixture *f = *state;
    struct handed h = {0};
    struct ledger_writer *w = ledger_writer_start(f->ledger, note, &h);

    for (int64_t i = 0; i < 300; i++) {
        char text[24];
        snprintf(text, sizeof(text), "%lld", (long long)i);
        ledger_writer_submit(w, admit_cmd(f, i, text));
    }
    ledger_writer_stop(w);
    assert_int_equal(h.next, 300);
    assert_int_equal(h.failed, 0);
    assert_int_equal(audit_of(f).tickets, 300);
    ledger_writer_stop(NULL);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_full_disk_still_takes_what_is_paid_for_but_no_new_work),
        T(an_answer_that_met_the_full_disk_is_written_on_the_reserve),
        T(a_failed_write_is_final_and_later_commands_are_refused),
        T(a_write_failing_anywhere_leaves_whole_commands),
        T(the_thread_hands_every_command_on_in_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
