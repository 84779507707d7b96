/* Publishing without a thread: what one transaction holds, and what a failure leaves behind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
/* cmocka needs the above */
#include <cmocka.h>

#include "base/mem.h"
#include "pipeline/publish.h"

/* A sink that remembers the last transaction. */
struct last {
    size_t rows, offsets;
    int64_t first_seq, offset;
};

static enum status take(void *self, struct outrow *const *rows, size_t n,
                        const struct commit_offset *offs, size_t m, struct fail *fail)
{
    struct last *l = self;
    (void)fail;
    *l = (struct last){n, m, n ? rows[0]->seq : 0, m ? offs[0].offset : -1};
    return ST_OK;
}

static int64_t still(void *self)
{
    (void)self;
    return 1;
}

static const struct clock clock_still = {.self = NULL, .mono_us = still, .unix_us = still};

static void post_row(struct publish *p, struct pos pos, int64_t seq)
{
    struct publish_item *item = publish_item_new(0);
    struct outrow row = {.seq = seq, .pos = pos, .timestamp_unix_ms = -1};
    list_push(&item->rows, &outrow_new(&row)->node);
    publish_accept(p, item);
}

static void drop_reports(struct queue *q)
{
    struct queue_node *next;
    for (struct queue_node *n = queue_take(q); n; n = next) {
        next = n->next;
        mem_free(n);
    }
    queue_free(q);
}

static void a_row_of_a_topic_that_is_read_no_more_is_published(void **state)
{
    struct last last;
    struct queue *reports = queue_new(NULL, NULL);
    const struct publish_partition part = {.source = 1, .topic = "tickets", .start_offset = 7};
    struct publish *p = publish_new(&(struct publish_options){.sink = {&last, take},
                                                              .clock = &clock_still,
                                                              .ledger_id = "L",
                                                              .transactional_id = "g-0",
                                                              .shards = 1,
                                                              .earlier_seq = 5,
                                                              .partitions = &part,
                                                              .partition_count = 1,
                                                              .reports = reports});
    (void)state;
    post_row(p, (struct pos){2, 0, 90}, 5);
    assert_int_equal(publish_step(p), PUBLISH_GO_ON);
    assert_int_equal(last.rows, 1);
    assert_int_equal(last.first_seq, 5);
    assert_int_equal(last.offsets, 1);
    assert_int_equal(last.offset, 7);
    publish_free(p);
    drop_reports(reports);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_of_a_topic_that_is_read_no_more_is_published),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
