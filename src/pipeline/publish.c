/* The publisher thread.
 *
 * Between the ledger (what is durable) and Kafka (what is visible). A transaction carries up to
 * 2,000 rows and the frontier of every partition they touch; it is made when 500 rows wait, when
 * the oldest has waited 2 s, or when the run finishes. Whether rows are right is not its business,
 * and it never writes the ledger: the loop does that when a report comes in.
 */
#include "pipeline/publish.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

#include "base/mem.h"
#include "pipeline/frontier.h"

enum { ROWS_ENOUGH = 500, ROWS_MAX = 2000 };
#define WAIT_MAX_US   INT64_C(2000000)
#define RETRY_WAIT_MS 500

struct partition {
    int32_t source, number;
    char *topic;
    struct frontier frontier;
    bool dirty; /* its offset or done-set changed since it was last committed */
    struct buf metadata;
};

struct publisher {
    struct sink sink;
    const struct clock *clock;
    struct queue *inbox, *reports;
    pthread_t thread;
    atomic_bool stopping;
    char *metadata_head; /* "1;<ledger id>;<I/N>;<transactional id>;" */
    struct partition *partitions;
    size_t partition_count;
    struct list rows; /* waiting, in order of seq */
    size_t row_count;
    int64_t oldest_mono_us; /* when work first waited; 0 = nothing waits */
    int64_t published_seq, earlier_seq;
    bool finish;
    struct outrow *batch[ROWS_MAX];
    size_t batch_count;
};

struct publish_item *publish_item_new(size_t count)
{
    struct publish_item *item = mem_zalloc(sizeof *item + count * sizeof item->delivered[0]);
    list_init(&item->rows);
    item->count = count;
    return item;
}

static void fill_delivered(const struct admit_item *it, struct delivered *d)
{
    d->pos = it->pos;
    d->state = DELIVERED_OPEN;
    if (it->kind == ADMIT_EOF)
        d->state = DELIVERED_EOF;
    else if (it->kind == ADMIT_SKIP && it->outcome == ADMITTED_CLOSED)
        d->state = DELIVERED_DONE;
}

struct publish_item *publish_item_of(struct ledger_cmd *cmd)
{
    size_t count = cmd->op == LOP_ADMIT ? cmd->u.admit.count : 0;
    if (cmd->status != ST_OK || (count == 0 && list_empty(&cmd->rows)))
        return NULL;
    struct publish_item *item = publish_item_new(count);
    for (size_t i = 0; i < count; i++)
        fill_delivered(&cmd->u.admit.items[i], &item->delivered[i]);
    list_append(&item->rows, &cmd->rows);
    return item;
}

static struct partition *find_partition(struct publisher *p, struct pos pos)
{
    for (size_t i = 0; i < p->partition_count; i++) {
        struct partition *part = &p->partitions[i];
        if (part->number == pos.partition && part->source == pos.source)
            return part;
    }
    assert(!"row of a partition that is not ours");
    return NULL;
}

static void note_delivered(struct publisher *p, const struct delivered *d)
{
    struct partition *part = find_partition(p, d->pos);
    int64_t before = frontier_offset(&part->frontier);
    if (d->state == DELIVERED_EOF)
        frontier_eof(&part->frontier, d->pos.offset);
    else
        frontier_deliver(&part->frontier, d->pos.offset, d->state == DELIVERED_DONE);
    if (frontier_offset(&part->frontier) != before)
        part->dirty = true;
}

static void free_rows(struct list *rows)
{
    for (struct list *n; (n = list_pop(rows));)
        mem_free(LIST_ENTRY(n, struct outrow, node));
}

static void accept_item(struct publisher *p, struct publish_item *item)
{
    for (size_t i = 0; i < item->count; i++)
        note_delivered(p, &item->delivered[i]);
    LIST_EACH(n, &item->rows)
    p->row_count++;
    list_append(&p->rows, &item->rows);
    if (item->finish) {
        p->finish = true;
        for (size_t i = 0; i < p->partition_count; i++)
            p->partitions[i].dirty = true;
    }
    mem_free(item);
}

static bool any_dirty(const struct publisher *p)
{
    for (size_t i = 0; i < p->partition_count; i++) {
        if (p->partitions[i].dirty)
            return true;
    }
    return false;
}

static void accept_chain(struct publisher *p, struct queue_node *chain)
{
    while (chain) {
        struct queue_node *next = chain->next;
        accept_item(p, (struct publish_item *)(void *)chain);
        chain = next;
    }
    if (p->oldest_mono_us == 0 && (p->row_count > 0 || any_dirty(p)))
        p->oldest_mono_us = clock_mono_us(p->clock);
}

static int wait_ms(const struct publisher *p)
{
    if (p->row_count >= ROWS_ENOUGH || p->finish)
        return 0;
    if (p->oldest_mono_us == 0)
        return -1;
    int64_t left = p->oldest_mono_us + WAIT_MAX_US - clock_mono_us(p->clock);
    return left <= 0 ? 0 : (int)(left / 1000 + 1);
}

static void take_batch(struct publisher *p)
{
    p->batch_count = 0;
    for (struct list *n; p->batch_count < ROWS_MAX && (n = list_pop(&p->rows));) {
        struct outrow *row = LIST_ENTRY(n, struct outrow, node);
        struct partition *part = find_partition(p, row->pos);
        frontier_tentative(&part->frontier, row->pos.offset);
        part->dirty = true;
        p->batch[p->batch_count++] = row;
        p->row_count--;
    }
}

static const char *metadata_of(struct publisher *p, struct partition *part, int64_t seq)
{
    struct buf *m = &part->metadata;
    buf_clear(m);
    buf_str(m, p->metadata_head);
    buf_i64(m, seq);
    buf_char(m, ';');
    frontier_done_set(&part->frontier, KPRODUCER_METADATA_MAX - m->n, m);
    assert(!m->failed);
    return m->p;
}

static size_t gather_offsets(struct publisher *p, struct commit_offset *offs)
{
    int64_t seq = p->batch_count ? p->batch[p->batch_count - 1]->seq : p->published_seq;
    size_t m = 0;
    for (size_t i = 0; i < p->partition_count; i++) {
        struct partition *part = &p->partitions[i];
        if (!part->dirty)
            continue;
        offs[m++] = (struct commit_offset){
            .topic = part->topic,
            .partition = part->number,
            .offset = frontier_offset(&part->frontier),
            .metadata = metadata_of(p, part, seq),
        };
    }
    return m;
}

static struct publish_report *report_new(const struct publisher *p, enum status status,
                                         const struct fail *fail)
{
    struct publish_report *r = mem_zalloc(sizeof *r);
    r->status = status;
    if (status != ST_OK)
        r->fail = *fail;
    r->published_seq = p->published_seq;
    return r;
}

static void count_row(const struct publisher *p, const struct outrow *row, struct publish_report *r)
{
    if (row->seq <= p->earlier_seq)
        r->earlier++;
    else if (row->kind == OUTROW_DEAD)
        r->dead++;
    else
        r->results++;
}

static void batch_committed(struct publisher *p, int64_t latency_us)
{
    if (p->batch_count > 0)
        p->published_seq = p->batch[p->batch_count - 1]->seq;
    struct publish_report *r = report_new(p, ST_OK, NULL);
    r->latency_us = latency_us;
    for (size_t i = 0; i < p->batch_count; i++) {
        count_row(p, p->batch[i], r);
        mem_free(p->batch[i]);
    }
    p->batch_count = 0;
    for (size_t i = 0; i < p->partition_count; i++) {
        frontier_commit(&p->partitions[i].frontier);
        p->partitions[i].dirty = false;
    }
    p->oldest_mono_us = p->row_count ? clock_mono_us(p->clock) : 0;
    queue_push(p->reports, &r->node);
}

/* Back to the front of what waits: the next transaction carries them, perhaps with more. */
static void batch_aborted(struct publisher *p)
{
    struct list again;
    list_init(&again);
    for (size_t i = 0; i < p->batch_count; i++)
        list_push(&again, &p->batch[i]->node);
    p->row_count += p->batch_count;
    p->batch_count = 0;
    list_append(&again, &p->rows);
    list_append(&p->rows, &again);
    for (size_t i = 0; i < p->partition_count; i++)
        frontier_abort(&p->partitions[i].frontier);
}

/* One transaction to its end. An unknown outcome is asked for again with the same content. */
static enum status publish_batch(struct publisher *p)
{
    struct commit_offset *offs = mem_array(p->partition_count, sizeof *offs);
    struct fail fail = {0};
    enum status st;
    int64_t start = clock_mono_us(p->clock);
    take_batch(p);
    size_t m = gather_offsets(p, offs);
    for (;;) {
        st = p->sink.publish(p->sink.self, p->batch, p->batch_count, offs, m, &fail);
        if (st != ST_AGAIN || atomic_load(&p->stopping))
            break;
        queue_push(p->reports, &report_new(p, st, &fail)->node);
    }
    if (st == ST_OK) {
        batch_committed(p, clock_mono_us(p->clock) - start);
    } else {
        batch_aborted(p);
        queue_push(p->reports, &report_new(p, st, &fail)->node);
    }
    mem_free(offs);
    return st;
}

static void report_finished(struct publisher *p)
{
    struct publish_report *r = report_new(p, ST_OK, NULL);
    r->finished = true;
    queue_push(p->reports, &r->node);
}

/* True when the thread has nothing more to do. */
static bool publish_ready(struct publisher *p)
{
    if (p->row_count == 0 && !any_dirty(p)) {
        p->oldest_mono_us = 0;
        if (!p->finish)
            return false;
        report_finished(p);
        return true;
    }
    enum status st = publish_batch(p);
    if (st == ST_OK)
        return false;
    if (status_class(st) != CLASS_RETRY)
        return true;
    accept_chain(p, queue_wait(p->inbox, RETRY_WAIT_MS));
    return false;
}

static void *publisher_main(void *arg)
{
    struct publisher *p = arg;
    bool over = publish_ready(p);
    while (!over && !atomic_load(&p->stopping)) {
        int wait = wait_ms(p);
        accept_chain(p, wait == 0 ? queue_take(p->inbox) : queue_wait(p->inbox, wait));
        if (!atomic_load(&p->stopping) && wait_ms(p) == 0)
            over = publish_ready(p);
    }
    return NULL;
}

static void init_partition(struct partition *part, const struct publish_partition *from)
{
    part->source = from->source;
    part->number = from->partition;
    part->topic = mem_str(from->topic);
    frontier_init(&part->frontier, from->start_offset);
    for (size_t i = 0; i < from->published_count; i++)
        frontier_published(&part->frontier, from->published[i]);
    part->dirty = true;
    buf_init(&part->metadata, KPRODUCER_METADATA_MAX);
}

struct publisher *publisher_start(const struct publish_options *o)
{
    struct publisher *p = mem_zalloc(sizeof *p);
    char head[600];
    p->sink = o->sink;
    p->clock = o->clock;
    p->inbox = queue_new(NULL, NULL);
    p->reports = o->reports;
    snprintf(head, sizeof head, "1;%s;%d/%d;%s;", o->ledger_id, o->shard, o->shards,
             o->transactional_id);
    p->metadata_head = mem_str(head);
    p->published_seq = o->published_seq;
    p->earlier_seq = o->earlier_seq;
    list_init(&p->rows);
    p->partition_count = o->partition_count;
    p->partitions = mem_array(o->partition_count ? o->partition_count : 1, sizeof *p->partitions);
    for (size_t i = 0; i < o->partition_count; i++)
        init_partition(&p->partitions[i], &o->partitions[i]);
    int rc = pthread_create(&p->thread, NULL, publisher_main, p);
    assert(rc == 0);
    (void)rc;
    return p;
}

void publisher_post(struct publisher *p, struct publish_item *item)
{
    queue_push(p->inbox, &item->node);
}

void publisher_stop(struct publisher *p)
{
    if (!p)
        return;
    atomic_store(&p->stopping, true);
    queue_close(p->inbox);
    pthread_join(p->thread, NULL);
    accept_chain(p, queue_take(p->inbox));
    free_rows(&p->rows);
    queue_free(p->inbox);
    for (size_t i = 0; i < p->partition_count; i++) {
        frontier_deinit(&p->partitions[i].frontier);
        buf_deinit(&p->partitions[i].metadata);
        mem_free(p->partitions[i].topic);
    }
    mem_free(p->partitions);
    mem_free(p->metadata_head);
    mem_free(p);
}
