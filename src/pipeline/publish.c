/* Publishing, transaction by transaction.
 *
 * Between the ledger (what is durable) and Kafka (what is visible). A transaction carries up to
 * 2,000 rows and the frontier of every partition they touch; it is made when 500 rows wait, when
 * the oldest has waited 2 s, or when the run finishes. Whether rows are right is not its business,
 * and it never writes the ledger: the loop does that when a report comes in.
 */
#include "pipeline/publish.h"

#include <assert.h>
#include <stdio.h>

#include "base/mem.h"
#include "pipeline/frontier.h"

enum { ROWS_ENOUGH = 500, ROWS_MAX = 2000 };
#define WAIT_MAX_US INT64_C(2000000)

struct partition {
    int32_t source, number;
    char *topic;
    struct frontier frontier;
    bool dirty; /* its offset or done-set changed since it was last committed */
    struct buf metadata;
};

struct publish {
    struct sink sink;
    const struct clock *clock;
    struct queue *reports;
    char *metadata_head; /* "1;<ledger id>;<I/N>;<transactional id>;" */
    struct partition *partitions;
    size_t partition_count;
    struct list rows; /* waiting, in order of seq */
    size_t row_count;
    size_t rows_enough;     /* a transaction is made at once when so many wait */
    int64_t oldest_mono_us; /* when work first waited; 0 = nothing waits */
    int64_t published_seq, earlier_seq;
    bool finish;

    /* the transaction at hand */
    struct outrow *batch[ROWS_MAX];
    size_t batch_count;
    struct commit_offset *offs; /* room for one per partition */
    size_t off_count;
    bool unsure; /* it was sent and its outcome is not known */
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

static struct partition *find_partition(struct publish *p, struct pos pos)
{
    for (size_t i = 0; i < p->partition_count; i++) {
        struct partition *part = &p->partitions[i];
        if (part->number == pos.partition && part->source == pos.source)
            return part;
    }
    return NULL;
}

static void note_delivered(struct publish *p, const struct delivered *d)
{
    struct partition *part = find_partition(p, d->pos);
    assert(part);
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

static bool any_dirty(const struct publish *p)
{
    for (size_t i = 0; i < p->partition_count; i++) {
        if (p->partitions[i].dirty)
            return true;
    }
    return false;
}

void publish_accept(struct publish *p, struct publish_item *item)
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
    if (p->oldest_mono_us == 0 && (p->row_count > 0 || any_dirty(p)))
        p->oldest_mono_us = clock_mono_us(p->clock);
}

int publish_wait_ms(const struct publish *p)
{
    if (p->row_count >= p->rows_enough || p->finish || p->unsure)
        return 0;
    if (p->oldest_mono_us == 0)
        return -1;
    int64_t left = p->oldest_mono_us + WAIT_MAX_US - clock_mono_us(p->clock);
    return left <= 0 ? 0 : (int)(left / 1000 + 1);
}

static void take_batch(struct publish *p)
{
    p->batch_count = 0;
    for (struct list *n; p->batch_count < ROWS_MAX && (n = list_pop(&p->rows));) {
        struct outrow *row = LIST_ENTRY(n, struct outrow, node);
        struct partition *part = find_partition(p, row->pos);
        if (part) { /* else left by a run that read a topic which this one does not */
            frontier_tentative(&part->frontier, row->pos.offset);
            part->dirty = true;
        }
        p->batch[p->batch_count++] = row;
        p->row_count--;
    }
}

static const char *metadata_of(struct publish *p, struct partition *part, int64_t seq)
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

static void gather_offsets(struct publish *p)
{
    int64_t seq = p->batch_count ? p->batch[p->batch_count - 1]->seq : p->published_seq;
    p->off_count = 0;
    for (size_t i = 0; i < p->partition_count; i++) {
        struct partition *part = &p->partitions[i];
        if (!part->dirty)
            continue;
        p->offs[p->off_count++] = (struct commit_offset){
            .topic = part->topic,
            .partition = part->number,
            .offset = frontier_offset(&part->frontier),
            .metadata = metadata_of(p, part, seq),
        };
    }
}

static struct publish_report *report_new(const struct publish *p, enum status status,
                                         const struct fail *fail)
{
    struct publish_report *r = mem_zalloc(sizeof *r);
    r->status = status;
    if (status != ST_OK)
        r->fail = *fail;
    r->published_seq = p->published_seq;
    return r;
}

static void count_row(const struct publish *p, const struct outrow *row, struct publish_report *r)
{
    if (row->seq <= p->earlier_seq)
        r->earlier++;
    else if (row->kind == OUTROW_DEAD)
        r->dead++;
    else
        r->results++;
}

static void batch_committed(struct publish *p, int64_t latency_us)
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
static void batch_aborted(struct publish *p)
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

static enum publish_next publish_batch(struct publish *p)
{
    struct fail fail = {0};
    int64_t start = clock_mono_us(p->clock);
    if (!p->unsure) {
        take_batch(p);
        gather_offsets(p);
    }
    enum status st =
        p->sink.publish(p->sink.self, p->batch, p->batch_count, p->offs, p->off_count, &fail);
    p->unsure = st == ST_AGAIN;
    if (st == ST_OK) {
        batch_committed(p, clock_mono_us(p->clock) - start);
        return PUBLISH_GO_ON;
    }
    if (!p->unsure)
        batch_aborted(p);
    queue_push(p->reports, &report_new(p, st, &fail)->node);
    return status_class(st) == CLASS_RETRY ? PUBLISH_RETRY : PUBLISH_OVER;
}

static void report_finished(struct publish *p)
{
    struct publish_report *r = report_new(p, ST_OK, NULL);
    r->finished = true;
    queue_push(p->reports, &r->node);
}

enum publish_next publish_step(struct publish *p)
{
    if (p->unsure || p->row_count > 0 || any_dirty(p))
        return publish_batch(p);
    p->oldest_mono_us = 0;
    if (!p->finish)
        return PUBLISH_GO_ON;
    report_finished(p);
    return PUBLISH_OVER;
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

struct publish *publish_new(const struct publish_options *o)
{
    struct publish *p = mem_zalloc(sizeof *p);
    char head[600];
    p->sink = o->sink;
    p->clock = o->clock;
    p->reports = o->reports;
    snprintf(head, sizeof head, "1;%s;%d/%d;%s;", o->ledger_id, o->shard, o->shards,
             o->transactional_id);
    p->metadata_head = mem_str(head);
    p->rows_enough = ROWS_ENOUGH;
    if (o->window_tickets > 0 && o->window_tickets < 2 * ROWS_ENOUGH)
        p->rows_enough = (size_t)(o->window_tickets + 1) / 2;
    p->published_seq = o->published_seq;
    p->earlier_seq = o->earlier_seq;
    list_init(&p->rows);
    size_t room = o->partition_count ? o->partition_count : 1;
    p->partition_count = o->partition_count;
    p->partitions = mem_array(room, sizeof *p->partitions);
    p->offs = mem_array(room, sizeof *p->offs);
    for (size_t i = 0; i < o->partition_count; i++)
        init_partition(&p->partitions[i], &o->partitions[i]);
    return p;
}

void publish_free(struct publish *p)
{
    if (!p)
        return;
    for (size_t i = 0; i < p->batch_count; i++)
        mem_free(p->batch[i]);
    free_rows(&p->rows);
    for (size_t i = 0; i < p->partition_count; i++) {
        frontier_deinit(&p->partitions[i].frontier);
        buf_deinit(&p->partitions[i].metadata);
        mem_free(p->partitions[i].topic);
    }
    mem_free(p->partitions);
    mem_free(p->offs);
    mem_free(p->metadata_head);
    mem_free(p);
}
