/* The start-up table: every combination of committed offset, metadata and ledger that matters. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
/* cmocka needs the above */
#include <cmocka.h>

#include "pipeline/recovery.h"

#define OURS  "01OURSOURSOURSOURSOURSOURS"
#define OTHER "01OTHEROTHEROTHEROTHEROTHE"

struct row {
    const char *name;
    struct recovery_context context;
    struct recovery_partition partition;
    const char *note;
    /* expected */
    const char *refused; /* a part of the message; NULL = accepted */
    struct recovery_plan plan;
};

#define LEDGER(...) .context.ledger = {.ledger_id = OURS, .rebuilt_from = "", __VA_ARGS__}
#define PART(...)   .partition = {.topic = "tickets", .from = -1, .ledger_resume = -1, __VA_ARGS__}
#define SHARD(i, n) .context.shard = i, .context.shards = n

/* clang-format off */
static const struct row rows[] = {
    {"first run begins at the low watermark", SHARD(0, 1), LEDGER(.empty = true),
     PART(.low = 5, .high = 50, .committed = -1), NULL, NULL, {.start = 5}},
    {"first run begins at --from", SHARD(0, 1), LEDGER(.empty = true),
     .partition = {.topic = "t", .low = 5, .high = 50, .committed = -1, .ledger_resume = -1,
                   .from = 20},
     NULL, NULL, {.start = 20}},
    {"--from below the log's start begins at the log's start", SHARD(0, 1), LEDGER(.empty = true),
     .partition = {.topic = "t", .low = 5, .high = 50, .committed = -1, .ledger_resume = -1,
                   .from = 2},
     NULL, NULL, {.start = 5}},
    {"--from beyond the log's end begins at the log's end", SHARD(0, 1), LEDGER(.empty = true),
     .partition = {.topic = "t", .low = 5, .high = 50, .committed = -1, .ledger_resume = -1,
                   .from = 60},
     NULL, NULL, {.start = 50}},
    {"our own metadata is resumed", SHARD(0, 1), LEDGER(.last_seq = 90),
     PART(.low = 0, .high = 50, .committed = 30), "1;" OURS ";0/1;g-0;77;", NULL,
     {.start = 30, .published_seq = 77}},
    {"a committed sequence above the ledger's is an older copy", SHARD(0, 1),
     LEDGER(.last_seq = 76), PART(.low = 0, .high = 50, .committed = 30),
     "1;" OURS ";0/1;g-0;77;", "older copy", {0}},
    {"another ledger is refused with both ways out", SHARD(0, 1), LEDGER(.empty = true),
     PART(.low = 0, .high = 50, .committed = 30), "1;" OTHER ";0/1;g-0;77;", "ledger rebuild",
     {0}},
    {"another ledger is refused and names --new-ledger", SHARD(0, 1), LEDGER(.empty = true),
     PART(.low = 0, .high = 50, .committed = 30), "1;" OTHER ";0/1;g-0;77;", "--new-ledger", {0}},
    {"offsets without metadata are another's too", SHARD(0, 1), LEDGER(.empty = true),
     PART(.low = 0, .high = 50, .committed = 30), "", "--new-ledger", {0}},
    {"--new-ledger adopts the done-set", SHARD(0, 1), .context.new_ledger = true,
     LEDGER(.empty = true), PART(.low = 0, .high = 50, .committed = 30),
     "1;" OTHER ";0/1;g-0;77;1.2", NULL, {.start = 30, .adopt = true, .fence = true}},
    {"--new-ledger takes offsets without metadata as they are", SHARD(0, 1),
     .context.new_ledger = true, LEDGER(.empty = true),
     PART(.low = 0, .high = 50, .committed = 30), "", NULL, {.start = 30, .adopt = true}},
    {"--new-ledger is refused when the done-set did not fit", SHARD(0, 1),
     .context.new_ledger = true, LEDGER(.empty = true),
     PART(.low = 0, .high = 50, .committed = 30), "1;" OTHER ";0/1;g-0;77;~", "ledger rebuild",
     {0}},
    {"--new-ledger is refused with a ledger in use", SHARD(0, 1), .context.new_ledger = true,
     LEDGER(.empty = false), PART(.low = 0, .high = 50, .committed = 30),
     "1;" OTHER ";0/1;g-0;77;", "empty ledger", {0}},
    {"a rebuilt ledger takes over", SHARD(0, 1),
     .context.ledger = {.ledger_id = OURS, .rebuilt_from = OTHER, .rebuilt_seq = 77},
     PART(.low = 0, .high = 50, .committed = 30), "1;" OTHER ";0/1;g-0;77;", NULL, {.start = 30}},
    {"a rebuilt ledger that lacks the last transactions does not", SHARD(0, 1),
     .context.ledger = {.ledger_id = OURS, .rebuilt_from = OTHER, .rebuilt_seq = 76},
     PART(.low = 0, .high = 50, .committed = 30), "1;" OTHER ";0/1;g-0;77;", "ledger rebuild",
     {0}},
    {"another number of shards is refused while work is left", SHARD(0, 2), LEDGER(.empty = true),
     PART(.low = 0, .high = 50, .committed = 30), "1;" OTHER ";0/1;g-0;77;", "shard 0/1", {0}},
    {"another number of shards takes over once all is worked off", SHARD(1, 2),
     .context.drained = true, LEDGER(.empty = true),
     PART(.low = 0, .high = 50, .committed = 50), "1;" OTHER ";0/1;g-0;77;", NULL,
     {.start = 50, .fence = true}},
    {"our ledger under another shard is refused while work is left", SHARD(0, 2),
     LEDGER(.last_seq = 90), PART(.low = 0, .high = 50, .committed = 30),
     "1;" OURS ";0/1;g-0;77;", "another shard", {0}},
    {"our ledger under another shard goes on once all is worked off", SHARD(0, 2),
     .context.drained = true, LEDGER(.last_seq = 90), PART(.low = 0, .high = 50, .committed = 50),
     "1;" OURS ";0/1;g-0;77;", NULL, {.start = 50, .published_seq = 77}},
    {"committed beyond the end is a recreated topic", SHARD(0, 1), LEDGER(.last_seq = 90),
     PART(.low = 0, .high = 20, .committed = 30), "1;" OURS ";0/1;g-0;77;", "recreated", {0}},
    {"committed below the log's start is a loss", SHARD(0, 1), LEDGER(.last_seq = 90),
     PART(.low = 40, .high = 50, .committed = 30), "1;" OURS ";0/1;g-0;77;", NULL,
     {.start = 40, .lost_from = 30, .lost_to = 40, .published_seq = 77}},
    {"expired offsets resume from the ledger", SHARD(0, 1), LEDGER(.last_seq = 90),
     .partition = {.topic = "t", .low = 0, .high = 50, .committed = -1, .ledger_resume = 33,
                   .compare = COMPARE_EQUAL, .from = -1},
     NULL, NULL, {.start = 33}},
    {"no offset and other records is a recreated topic", SHARD(0, 1), LEDGER(.last_seq = 90),
     .partition = {.topic = "t", .low = 0, .high = 50, .committed = -1, .ledger_resume = 33,
                   .compare = COMPARE_DIFFERENT, .from = -1},
     NULL, "recreated", {0}},
    {"no offset and a shorter topic is a recreated topic", SHARD(0, 1), LEDGER(.last_seq = 90),
     .partition = {.topic = "t", .low = 0, .high = 10, .committed = -1, .ledger_resume = 33,
                   .compare = COMPARE_NOTHING, .from = -1},
     NULL, "recreated", {0}},
    {"no offset and records gone since is a loss", SHARD(0, 1), LEDGER(.last_seq = 90),
     .partition = {.topic = "t", .low = 40, .high = 50, .committed = -1, .ledger_resume = 33,
                   .compare = COMPARE_NOTHING, .from = -1},
     NULL, NULL, {.start = 40, .lost_from = 33, .lost_to = 40}},
};
/* clang-format on */

static bool same_plan(const struct recovery_plan *a, const struct recovery_plan *b)
{
    return a->start == b->start && a->lost_from == b->lost_from && a->lost_to == b->lost_to &&
           a->adopt == b->adopt && a->fence == b->fence && a->published_seq == b->published_seq;
}

static void start_up_table_holds(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct recovery_partition p = rows[i].partition;
        struct recovery_plan plan = {0};
        struct fail fail = {0};
        if (rows[i].note)
            commit_note_parse(slice_str(rows[i].note), &p.note);
        enum status st = recovery_decide(&rows[i].context, &p, &plan, &fail);
        if (rows[i].refused) {
            if (st != ST_LEDGER_STATE || !strstr(fail.text, rows[i].refused))
                fail_msg("%s: status %d, \"%s\"", rows[i].name, (int)st, fail.text);
            continue;
        }
        if (st != ST_OK || !same_plan(&plan, &rows[i].plan))
            fail_msg("%s: status %d \"%s\" start %lld lost %lld-%lld adopt %d fence %d seq %lld",
                     rows[i].name, (int)st, fail.text, (long long)plan.start,
                     (long long)plan.lost_from, (long long)plan.lost_to, plan.adopt, plan.fence,
                     (long long)plan.published_seq);
    }
}

static void metadata_is_read_back(void **state)
{
    struct commit_note n;
    (void)state;
    assert_true(commit_note_parse(SLICE_LIT("1;" OURS ";3/8;night-3;12345;a.b,c"), &n));
    assert_true(n.present);
    assert_string_equal(n.ledger_id, OURS);
    assert_int_equal(n.shard, 3);
    assert_int_equal(n.shards, 8);
    assert_string_equal(n.transactional_id, "night-3");
    assert_int_equal(n.seq, 12345);
    assert_true(slice_eq(n.done_set, SLICE_LIT("a.b,c")));
}

static void foreign_metadata_is_not_taken_for_ours(void **state)
{
    static const char *const bad[] = {
        "",
        "hello",
        "2;" OURS ";0/1;g-0;77;",
        "1;" OURS ";0/1;g-0;77",
        "1;" OURS ";1/1;g-0;77;",
        "1;" OURS ";-1/1;g-0;77;",
        "1;" OURS ";0;g-0;77;",
        "1;" OURS ";0/1;;77;",
        "1;" OURS ";0/1;g-0;x;",
        "1;" OURS ";0/1;g-0;-4;",
        "1;;0/1;g-0;77;",
        "1;" OURS OURS ";0/1;g-0;77;",
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct commit_note n;
        assert_false(commit_note_parse(slice_str(bad[i]), &n));
        assert_false(n.present);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(start_up_table_holds),
        cmocka_unit_test(metadata_is_read_back),
        cmocka_unit_test(foreign_metadata_is_not_taken_for_ours),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
