/* Erasing a ticket: nothing of it is left in file or log, its figures are, and what cannot be
 * erased yet is refused. */
#include "ledger/care.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/mem.h"
#include "support/ledger_fixture.h"

/* How often the words stand in the file and its log. */
static int found_in_files(const struct ledger_fixture *f, const char *words)
{
    static const char *const suffixes[] = {"", "-wal"};
    int found = 0;
    for (size_t i = 0; i < 2; i++) {
        char path[128];
        snprintf(path, sizeof path, "%s%s", f->path, suffixes[i]);
        FILE *file = fopen(path, "rb");
        if (!file)
            continue;
        fseek(file, 0, SEEK_END);
        size_t n = (size_t)ftell(file);
        rewind(file);
        char *bytes = mem_alloc(n + 1);
        assert_int_equal(fread(bytes, 1, n, file), n);
        for (char *p = bytes; (p = memmem(p, n - (size_t)(p - bytes), words, strlen(words))); p++)
            found++;
        mem_free(bytes);
        fclose(file);
    }
    return found;
}

static void mark_all(struct ledger_fixture *f)
{
    struct ledger_info info;
    struct fail fail;
    assert_int_equal(ledger_info(f->ledger, &info, &fail), ST_OK);
    assert_int_equal(ledger_mark(f->ledger, info.last_seq, &fail), ST_OK);
}

static enum status forget(struct ledger_fixture *f, const char *id, struct ledger_forgotten *out)
{
    struct fail fail = {0};
    return ledger_forget(f->ledger, slice_str(id), out, &fail);
}

static void nothing_of_it_is_left_but_its_figures(void **state)
{
    struct ledger_fixture *f = *state;
    struct ledger_forgotten gone;
    admit(f, 0, "jane-doe-9911");
    admit(f, 1, "neighbour-77");
    settle(f, intent(f, 0, 2, 900), 0, 2, CALL_ANSWERED, 700);
    mark_all(f);
    struct ledger_audit before = audit_of(f);
    assert_true(found_in_files(f, "jane-doe-9911") > 0);
    assert_int_equal(forget(f, "T-jane-doe-9911", &gone), ST_OK);
    assert_int_equal(gone.tickets, 1);
    assert_int_equal(gone.records, 1);
    assert_int_equal(found_in_files(f, "jane-doe-9911"), 0);
    assert_true(found_in_files(f, "neighbour-77") > 0);
    struct ledger_audit after = audit_of(f);
    assert_int_equal(after.cost_pusd, before.cost_pusd);
    assert_int_equal(after.share_pusd, before.share_pusd);
    assert_int_equal(after.results, before.results);
    assert_string_equal(
        ask(f->path, "SELECT offset, summary, category, reuse_key FROM result WHERE offset = 0"),
        "0||billing|-");
    assert_string_equal(ask(f->path, "SELECT raw_answer, message FROM call"), "-|-");
    expect_straight(f->path);
    assert_int_equal(forget(f, "T-jane-doe-9911", &gone), ST_NOT_FOUND);
    ledger_fixture_reopen(f);
    assert_int_equal(found_in_files(f, "jane-doe-9911"), 0);
}

static void a_copy_is_asked_for_itself_afterwards(void **state)
{
    struct ledger_fixture *f = *state;
    struct ledger_forgotten gone;
    admit(f, 0, "same");
    settle(f, intent(f, 0, 1, 900), 0, 1, CALL_ANSWERED, 700);
    mark_all(f);
    assert_int_equal(forget(f, "T-same", &gone), ST_OK);
    admit(f, 1, "same"); /* new, not reused */
    ledger_fixture_reopen(f);
    admit(f, 2, "same");
}

static void what_is_not_over_is_refused(void **state)
{
    struct ledger_fixture *f = *state;
    struct ledger_forgotten gone;
    admit(f, 0, "open");
    assert_int_equal(forget(f, "T-open", &gone), ST_LOCKED);
    settle(f, intent(f, 0, 1, 900), 0, 1, CALL_ANSWERED, 700);
    assert_int_equal(forget(f, "T-open", &gone), ST_LOCKED); /* not published */
    assert_int_equal(forget(f, "T-nobody", &gone), ST_NOT_FOUND);
    assert_true(found_in_files(f, "T-open") > 0);
    mark_all(f);
    assert_int_equal(forget(f, "T-open", &gone), ST_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define ON_LEDGER(test) cmocka_unit_test_setup_teardown(test, ledger_setup, ledger_teardown)
        ON_LEDGER(nothing_of_it_is_left_but_its_figures),
        ON_LEDGER(a_copy_is_asked_for_itself_afterwards),
        ON_LEDGER(what_is_not_over_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
