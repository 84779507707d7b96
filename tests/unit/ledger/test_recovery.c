/* What a start finds and repairs after any end of the process before. */
#include "ledger/ledger.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "ledger/crumb.h"
#include "support/ledger_fixture.h"

static void fill(struct ledger_fixture *f, int64_t from, int64_t count)
{
    for (int64_t i = from; i < from + count; i++) {
        char text[24];
        snprintf(text, sizeof(text), "%lld", (long long)i);
        admit(f, i, text);
        settle(f, intent(f, i, 1, 100), i, 1, CALL_ANSWERED, 70);
    }
}

static void calls_in_flight_become_unknown_at_their_reservation(void **state)
{
    struct ledger_fixture *f = *state;
    struct fail fail;
    int64_t count = 0;

    for (int64_t i = 0; i < 4; i++)
        admit(f, i, (char[]){(char)('a' + i), '\0'});
    (void)intent(f, 0, 3, 1000); /* does not divide by three */
    (void)intent(f, 3, 1, PUSD_UNPRICED);
    ledger_fixture_reopen(f);
    assert_int_equal(ledger_recover_calls(f->ledger, &count, &fail), ST_OK);
    assert_int_equal(count, 2);
    struct ledger_audit a = audit_of(f);
    assert_int_equal(a.calls_sent, 0);
    assert_int_equal(a.calls_unknown, 2);
    assert_int_equal(a.unknown_pusd, 1000);
    assert_int_equal(a.share_pusd, 1000);
    assert_int_equal(a.pending, 4);
    assert_int_equal(ledger_recover_calls(f->ledger, &count, &fail), ST_OK);
    assert_int_equal(count, 0);
    struct ledger_cmd *cmd = admit_cmd(f, 3, "d");
    assert_int_equal(ledger_fixture_apply(f, cmd), ST_OK);
    assert_int_equal(cmd->u.admit.items->unknowns, 1);
    assert_int_equal(cmd->u.admit.items->attempts, 0);
    ledger_cmd_free(cmd);
}

struct seen {
    int64_t seqs[16];
    size_t count;
};

static void note_row(void *self, const struct outrow *row)
{
    struct seen *s = self;

    assert_true(row->value.n > 100);
    assert_true(row->key.n > 0);
    s->seqs[s->count++] = row->seq;
}

static void rows_above_the_mark_are_given_again_in_order(void **state)
{
    struct ledger_fixture *f = *state;
    struct seen seen = {0};
    struct fail fail;

    fill(f, 0, 5);
    assert_int_equal(ledger_mark(f->ledger, 2, &fail), ST_OK);
    assert_int_equal(ledger_mark(f->ledger, 1, &fail), ST_OK); /* never back */
    ledger_fixture_reopen(f);
    assert_int_equal(ledger_unpublished(f->ledger, note_row, &seen, &fail), ST_OK);
    assert_int_equal(seen.count, 3);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(seen.seqs[i], 3 + (int64_t)i);
    assert_int_equal(audit_of(f).outbox_unpublished, 3);
}

static void a_mark_above_what_was_made_tells_an_older_copy(void **state)
{
    struct ledger_fixture *f = *state;
    struct fail fail;

    fill(f, 0, 2);
    assert_int_equal(ledger_mark(f->ledger, 3, &fail), ST_LEDGER_STATE);
    assert_non_null(strstr(fail.text, "rebuild"));
}

static void resume_offset(struct ledger_fixture *f, int64_t want)
{
    struct fail fail;
    int64_t offset = -7;

    assert_int_equal(ledger_resume_offset(f->ledger, f->source, 0, &offset, &fail), ST_OK);
    assert_int_equal(offset, want);
}

static void a_partition_resumes_at_its_first_unfinished_record(void **state)
{
    struct ledger_fixture *f = *state;
    struct fail fail;

    resume_offset(f, -1);
    fill(f, 10, 1);
    fill(f, 12, 1);
    admit(f, 14, "open");
    resume_offset(f, 10); /* nothing is published yet */
    assert_int_equal(ledger_mark(f->ledger, 1, &fail), ST_OK);
    resume_offset(f, 12);
    assert_int_equal(ledger_mark(f->ledger, 2, &fail), ST_OK);
    resume_offset(f, 14);
    settle(f, intent(f, 14, 1, 9), 14, 1, CALL_ANSWERED, 9);
    assert_int_equal(ledger_mark(f->ledger, 3, &fail), ST_OK);
    resume_offset(f, 15);
}

static void note_offset(void *self, int64_t offset)
{
    struct seen *s = self;

    s->seqs[s->count++] = offset;
}

static void published_offsets_are_those_that_need_nothing_more(void **state)
{
    struct ledger_fixture *f = *state;
    static const int64_t adopted[] = {1, 3};
    struct ledger_info info;
    struct seen seen = {0};
    struct fail fail;

    assert_int_equal(ledger_adopt(f->ledger, f->source, 0, adopted, 2, &fail), ST_OK);
    assert_int_equal(ledger_info(f->ledger, &info, &fail), ST_OK);
    assert_true(info.empty); /* the same takeover may be asked for once more */
    fill(f, 4, 2);
    admit(f, 6, "open");
    struct ledger_cmd *cmd = admit_cmd(f, 7, "tombstone");
    cmd->u.admit.items->kind = ADMIT_SKIP;
    assert_int_equal(ledger_fixture_apply(f, cmd), ST_OK);
    ledger_cmd_free(cmd);
    assert_int_equal(ledger_mark(f->ledger, 1, &fail), ST_OK);
    assert_int_equal(ledger_published(f->ledger, at(f, 2), note_offset, &seen, &fail), ST_OK);
    assert_int_equal(seen.count, 3);
    assert_int_equal(seen.seqs[0], 3);
    assert_int_equal(seen.seqs[1], 4);
    assert_int_equal(seen.seqs[2], 7);
    cmd = admit_cmd(f, 3, "anything");
    assert_int_equal(ledger_fixture_apply(f, cmd), ST_OK);
    assert_int_equal(cmd->u.admit.items->outcome, ADMITTED_DONE);
    ledger_cmd_free(cmd);
    assert_string_equal(ask(f->path, "SELECT offset FROM ticket WHERE state = 4"), "1; 3");
}

static void samples_are_the_ends_and_some_between_without_repeats(void **state)
{
    static const struct {
        int64_t from;
        size_t max, want;
        int64_t first, last;
    } cases[] = {{0, 4, 4, 10, 40},  {0, 10, 5, 10, 40}, {0, 1, 1, 40, 40},
                 {15, 4, 3, 20, 40}, {40, 4, 1, 40, 40}, {41, 4, 0, 0, 0}};
    static const int64_t offsets[] = {10, 11, 20, 30, 31, 40};
    struct ledger_fixture *f = *state;

    for (size_t i = 0; i < sizeof(offsets) / sizeof(*offsets); i++)
        admit(f, offsets[i], (char[]){(char)('a' + i), '\0'});
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct ledger_sample out[10];
        struct fail fail;
        size_t count = 99;
        assert_int_equal(
            ledger_samples(f->ledger, at(f, cases[i].from), out, cases[i].max, &count, &fail),
            ST_OK);
        assert_int_equal(count, cases[i].want);
        if (!count)
            continue;
        assert_int_equal(out[0].offset, cases[i].first);
        assert_int_equal(out[count - 1].offset, cases[i].last);
        assert_int_equal(out[0].record_unix_ms, f->now_unix_us / 1000);
        for (size_t k = 1; k < count; k++)
            assert_true(out[k].offset > out[k - 1].offset);
    }
}

struct suspects {
    struct pos pos[4];
    int32_t crashes[4];
    size_t count;
};

static void note_suspect(void *self, struct pos pos, int32_t crashes)
{
    struct suspects *s = self;

    s->pos[s->count] = pos;
    s->crashes[s->count++] = crashes;
}

static void suspects_are_counted_until_their_ticket_has_an_end(void **state)
{
    struct ledger_fixture *f = *state;
    struct suspects found = {0};
    struct fail fail;
    int32_t crashes = 0;

    assert_int_equal(ledger_suspect(f->ledger, at(f, 1), &crashes, &fail), ST_OK);
    assert_int_equal(crashes, 1);
    assert_int_equal(ledger_suspect(f->ledger, at(f, 1), &crashes, &fail), ST_OK);
    assert_int_equal(crashes, 2);
    assert_int_equal(ledger_suspect(f->ledger, at(f, 2), &crashes, &fail), ST_OK);
    fill(f, 2, 1);
    ledger_fixture_reopen(f);
    assert_int_equal(ledger_suspects(f->ledger, note_suspect, &found, &fail), ST_OK);
    assert_int_equal(found.count, 1);
    assert_true(pos_eq(found.pos[0], at(f, 1)));
    assert_int_equal(found.crashes[0], 2);
}

static void a_breadcrumb_is_found_by_the_next_process_once(void **state)
{
    struct ledger_fixture *f = *state;
    struct pos out[CRUMB_MAX], many[CRUMB_MAX + 5];
    struct crumb *c = NULL, *next = NULL;
    struct fail fail;

    assert_int_equal(crumb_open(f->path, &c, &fail), ST_OK);
    assert_int_equal(crumb_take(c, out), 0);
    crumb_set(c, (struct pos[]){at(f, 8), at(f, 9)}, 2);
    assert_int_equal(crumb_open(f->path, &next, &fail), ST_OK); /* as if c's process had died */
    assert_int_equal(crumb_take(next, out), 2);
    assert_true(pos_eq(out[1], at(f, 9)));
    assert_int_equal(crumb_take(next, out), 0);
    for (size_t i = 0; i < CRUMB_MAX + 5; i++)
        many[i] = at(f, (int64_t)i);
    crumb_set(next, many, CRUMB_MAX + 5);
    assert_int_equal(crumb_take(next, out), CRUMB_MAX);
    crumb_set(next, many, 1);
    crumb_clear(next);
    assert_int_equal(crumb_take(next, out), 0);
    crumb_close(c);
    crumb_close(next);
    crumb_close(NULL);
}

static void a_breadcrumb_file_of_garbage_reads_as_empty(void **state)
{
    struct ledger_fixture *f = *state;
    struct pos out[CRUMB_MAX];
    struct crumb *c = NULL;
    struct fail fail;
    char path[120];

    snprintf(path, sizeof(path), "%s.crumb", f->path);
    for (int fill_byte = 0; fill_byte < 256; fill_byte += 51) {
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        for (int i = 0; i < 3000; i++)
            fputc(fill_byte, file);
        fclose(file);
        assert_int_equal(crumb_open(f->path, &c, &fail), ST_OK);
        assert_int_equal(crumb_take(c, out), 0);
        crumb_close(c);
    }
}

#define T(name) cmocka_unit_test_setup_teardown(name, ledger_setup, ledger_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(calls_in_flight_become_unknown_at_their_reservation),
        T(rows_above_the_mark_are_given_again_in_order),
        T(a_mark_above_what_was_made_tells_an_older_copy),
        T(a_partition_resumes_at_its_first_unfinished_record),
        T(published_offsets_are_those_that_need_nothing_more),
        T(samples_are_the_ends_and_some_between_without_repeats),
        T(suspects_are_counted_until_their_ticket_has_an_end),
        T(a_breadcrumb_is_found_by_the_next_process_once),
        T(a_breadcrumb_file_of_garbage_reads_as_empty),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
