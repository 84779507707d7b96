/* The ends of a source read back: byte for byte what was published, in the order of the input. */
#include "ledger/terminals.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "ledger/care.h"
#include "model/money.h"
#include "support/ledger_fixture.h"

static void add_record(void *self, struct slice record)
{
    buf_slice(self, record);
    buf_char(self, '\n');
}

static void add_dead(void *self, const struct ledger_dead *d)
{
    buf_fmt(self, "%lld %s %lld %lld %lld [%.*s] [%.*s]\n", (long long)d->pos.offset,
            reason_name(d->reason), (long long)d->attempts, (long long)d->cost_pusd,
            (long long)d->value_bytes, (int)d->message.n, d->message.p ? d->message.p : "",
            (int)d->value.n, d->value.p ? d->value.p : "");
}

static char *results(struct ledger_fixture *f)
{
    struct buf b;
    struct fail fail;
    buf_init(&b, SIZE_MAX);
    buf_str(&b, "");
    assert_int_equal(ledger_results(f->ledger, f->source, add_record, &b, &fail), ST_OK);
    return b.p ? buf_take(&b, NULL) : mem_str("");
}

static char *dead(struct ledger_fixture *f)
{
    struct buf b;
    struct fail fail;
    buf_init(&b, SIZE_MAX);
    assert_int_equal(ledger_dead_letters(f->ledger, f->source, add_dead, &b, &fail), ST_OK);
    return b.p ? buf_take(&b, NULL) : mem_str("");
}

/* What the outbox holds of results, in the order of the input. */
static char *published(struct ledger_fixture *f)
{
    return mem_str(ask(f->path, "SELECT group_concat(CAST(value AS TEXT), char(10)) || char(10) "
                                "FROM (SELECT value FROM outbox WHERE kind = 0 ORDER BY offset)"));
}

static void a_result_is_the_record_that_was_published(void **state)
{
    struct ledger_fixture *f = *state;
    for (int64_t i = 0; i < 3; i++) {
        char text[20];
        snprintf(text, sizeof text, "text %d", (int)i);
        admit(f, i, text);
    }
    /* Answered against the order of the input, one priced, one not, one in a pack of one. */
    settle(f, intent(f, 2, 1, PUSD_UNPRICED), 2, 1, CALL_ANSWERED, PUSD_UNPRICED);
    settle(f, intent(f, 0, 2, 1000), 0, 2, CALL_UNKNOWN, 1000);
    settle(f, intent(f, 0, 2, 1000), 0, 2, CALL_ANSWERED, 777);
    char *now = results(f), *then = published(f);
    assert_string_equal(now, then);
    assert_non_null(strstr(now, "\"cost_pusd\":null"));
    assert_non_null(strstr(now, "\"cost_unknown_pusd\":500"));
    struct fail fail;
    assert_int_equal(ledger_mark(f->ledger, 3, &fail), ST_OK);
    assert_int_equal(
        ledger_prune(f->ledger, f->now_unix_us + 1, f->now_unix_us + 1, 1000000, &fail), ST_OK);
    char *later = results(f);
    assert_string_equal(later, then); /* whatever is forgotten since */
    mem_free(now);
    mem_free(then);
    mem_free(later);
}

static void a_copy_s_answer_comes_out_as_it_went_in(void **state)
{
    struct ledger_fixture *f = *state;
    admit(f, 0, "the same");
    settle(f, intent(f, 0, 1, 1000), 0, 1, CALL_ANSWERED, 500);
    struct ledger_cmd *cmd = admit_cmd(f, 1, "the same");
    assert_int_equal(ledger_fixture_apply(f, cmd), ST_OK);
    ledger_cmd_free(cmd);
    char *now = results(f), *then = published(f);
    assert_string_equal(now, then);
    assert_non_null(strstr(now, "\"reused\":true"));
    mem_free(now);
    mem_free(then);
}

static struct ledger_cmd *dead_cmd(struct ledger_fixture *f, int64_t offset, struct record *r)
{
    struct ledger_cmd *cmd = ledger_cmd_new(LOP_DEAD);
    cmd->u.dead.items = arena_zalloc(&cmd->arena, sizeof *cmd->u.dead.items);
    cmd->u.dead.count = 1;
    *r = (struct record){
        .pos = at(f, offset), .timestamp_unix_ms = -1, .value = SLICE_LIT("{\"body\":\"x: y\"}")};
    cmd->u.dead.items[0] = (struct dead_item){
        .pos = r->pos, .reason = REASON_REFUSED, .detail = SLICE_LIT("no: never"), .record = r};
    return cmd;
}

static void a_dead_letter_tells_all_while_it_is_kept_and_the_figures_ever_after(void **state)
{
    struct ledger_fixture *f = *state;
    struct record r;
    struct fail fail;
    admit(f, 4, "x");
    struct ledger_cmd *cmd = dead_cmd(f, 4, &r);
    assert_int_equal(ledger_fixture_apply(f, cmd), ST_OK);
    ledger_cmd_free(cmd);
    char *text = dead(f);
    assert_string_equal(text, "4 refused 0 0 -1 [no: never] [{\"body\":\"x: y\"}]\n");
    mem_free(text);
    assert_int_equal(ledger_mark(f->ledger, 1, &fail), ST_OK);
    assert_int_equal(
        ledger_prune(f->ledger, f->now_unix_us + 1, f->now_unix_us + 1, 1000000, &fail), ST_OK);
    text = dead(f);
    assert_non_null(strstr(text, "4 refused 0 0 -1 ["));
    mem_free(text);
}

static void ends_are_counted_by_source(void **state)
{
    struct ledger_fixture *f = *state;
    struct ledger_ends ends;
    struct fail fail;
    int32_t other;
    struct record r;
    ledger_fill(f, 3);
    admit(f, 7, "open");
    admit(f, 8, "to die");
    struct ledger_cmd *cmd = dead_cmd(f, 8, &r);
    assert_int_equal(ledger_fixture_apply(f, cmd), ST_OK);
    ledger_cmd_free(cmd);
    assert_int_equal(ledger_source_ends(f->ledger, f->source, &ends, &fail), ST_OK);
    assert_int_equal(ends.results, 3);
    assert_int_equal(ends.dead, 1);
    assert_int_equal(ends.pending, 1);
    assert_int_equal(ends.skipped, 0);
    assert_int_equal(ledger_source(f->ledger, "file:x", &other, &fail), ST_OK);
    assert_int_equal(ledger_source_ends(f->ledger, other, &ends, &fail), ST_OK);
    assert_int_equal(ends.results + ends.dead + ends.pending, 0);
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, ledger_setup, ledger_teardown)
    const struct CMUnitTest tests[] = {
        T(a_result_is_the_record_that_was_published),
        T(a_copy_s_answer_comes_out_as_it_went_in),
        T(a_dead_letter_tells_all_while_it_is_kept_and_the_figures_ever_after),
        T(ends_are_counted_by_source),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
