/* The fake Kafka. Transactions are all or nothing, as the real one's are; an outcome that is left
 * open is told, truly, the next time it is asked for.
 */
#include "support/fake_kafka.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"

void fake_kafka_init(struct fake_kafka *k, int partitions, struct virtual_time *time,
                     struct random *random)
{
    *k = (struct fake_kafka){.random = random, .time = time, .partition_count = partitions};
    k->partitions = mem_array((size_t)partitions, sizeof *k->partitions);
    for (int i = 0; i < partitions; i++)
        k->partitions[i].committed = -1;
}

void fake_kafka_deinit(struct fake_kafka *k)
{
    for (int p = 0; p < k->partition_count; p++) {
        struct fake_partition *part = &k->partitions[p];
        for (int64_t i = 0; i < part->count; i++) {
            mem_free(part->v[i].value);
            mem_free(part->v[i].key);
            mem_free(part->v[i].result);
        }
        mem_free(part->v);
        mem_free(part->metadata);
    }
    mem_free(k->partitions);
}

void fake_kafka_put(struct fake_kafka *k, int partition, const char *key, const char *value)
{
    struct fake_partition *part = &k->partitions[partition];
    part->v = mem_grow(part->v, (size_t)part->count + 1, sizeof *part->v);
    part->v[part->count++] = (struct fake_record){.value = mem_str(value), .key = mem_str(key)};
}

void fake_kafka_delete_below(struct fake_kafka *k, int partition, int64_t offset)
{
    k->partitions[partition].low = offset;
}

void fake_kafka_begin(struct fake_kafka *k, int partition, int64_t start)
{
    k->partitions[partition].next = start;
    k->partitions[partition].lost = false;
    k->partitions[partition].eof_told = false;
    k->unsure = false;
}

static bool strikes(struct fake_kafka *k, int percent)
{
    return (int)random_below(k->random, 100) < percent;
}

static void wake_later(void *arg)
{
    struct fake_kafka *k = arg;
    if (k->wake)
        k->wake(k->wake_arg);
}

static bool poll_partition(struct fake_kafka *k, int p, struct kevent *out)
{
    struct fake_partition *part = &k->partitions[p];
    memset(out, 0, sizeof *out);
    out->record.pos = (struct pos){1, p, part->next};
    if (part->lost)
        return false;
    if (part->next < part->low) {
        part->lost = true;
        out->kind = KEVENT_LOST;
        return true;
    }
    if (part->next < part->count) {
        const struct fake_record *r = &part->v[part->next++];
        out->kind = KEVENT_RECORD;
        out->record.timestamp_unix_ms = 1700000000000 + part->next;
        out->record.key = slice_str(r->key);
        out->record.value = slice_str(r->value);
        return true;
    }
    if (part->eof_told)
        return false;
    part->eof_told = true;
    out->kind = KEVENT_EOF;
    return true;
}

void fake_source_poll(void *self, struct kevent *out)
{
    struct fake_kafka *k = self;
    int first = (int)random_below(k->random, (uint64_t)k->partition_count);
    out->kind = KEVENT_NONE;
    if (strikes(k, k->slow_percent)) {
        virtual_after(k->time, (int64_t)random_below(k->random, 100000), wake_later, k);
        return;
    }
    for (int i = 0; i < k->partition_count; i++) {
        if (poll_partition(k, (first + i) % k->partition_count, out))
            return;
    }
    out->kind = KEVENT_NONE;
}

enum status fake_source_restart(void *self, struct pos pos, int64_t offset, struct fail *fail)
{
    struct fake_kafka *k = self;
    struct fake_partition *part = &k->partitions[pos.partition];
    (void)fail;
    part->next = offset < 0 ? part->low : offset;
    part->lost = part->eof_told = false;
    return ST_OK;
}

static void apply(struct fake_kafka *k, struct outrow *const *rows, size_t n,
                  const struct commit_offset *offs, size_t m)
{
    for (size_t i = 0; i < n; i++) {
        struct fake_record *r = &k->partitions[rows[i]->pos.partition].v[rows[i]->pos.offset];
        k->order_broken += rows[i]->seq <= k->highest_seq;
        k->highest_seq = rows[i]->seq;
        r->published += rows[i]->kind == OUTROW_RESULT;
        r->dead += rows[i]->kind == OUTROW_DEAD;
        mem_free(r->result);
        r->result = mem_slice(rows[i]->value);
    }
    for (size_t i = 0; i < m; i++) {
        struct fake_partition *part = &k->partitions[offs[i].partition];
        part->committed = offs[i].offset;
        mem_free(part->metadata);
        part->metadata = mem_str(offs[i].metadata);
    }
}

enum status fake_sink_publish(void *self, struct outrow *const *rows, size_t n,
                              const struct commit_offset *offs, size_t m, struct fail *fail)
{
    struct fake_kafka *k = self;
    if (k->unsure) {
        k->unsure = false;
        return k->unsure_applied ? ST_OK
                                 : fail_set(fail, ST_UNAVAILABLE, 0, "it was aborted after all");
    }
    if (strikes(k, k->fail_percent))
        return fail_set(fail, ST_UNAVAILABLE, 0, "aborted");
    k->unsure = strikes(k, k->unsure_percent);
    k->unsure_applied = !k->unsure || strikes(k, 50);
    if (k->unsure_applied)
        apply(k, rows, n, offs, m);
    return k->unsure ? fail_set(fail, ST_AGAIN, 0, "not known") : ST_OK;
}
