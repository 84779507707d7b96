/* Keys of answers that copies may take: gathered in memory, stored sorted.
 *
 * Measured at 200,000 tickets: an index kept up to date per ticket was two thirds of all pages
 * written. Nothing is lost with the memory, because the results themselves carry their keys.
 * Whether a copy may use an answer is decided by the pipeline; taking it is admit.c.
 */
#include "ledger/reuse.h"

#include <stdlib.h>

#include "base/map.h"
#include "base/mem.h"
#include "ledger/db.h"

void reuse_init(struct reuse *r)
{
    *r = (struct reuse){.newest = map_new()};
}

void reuse_deinit(struct reuse *r)
{
    map_free(r->newest);
    mem_free(r->v);
}

static struct slice key_of(const struct reuse_entry *e)
{
    return slice_of(e->key, LEDGER_HASH_SIZE);
}

void reuse_note(struct reuse *r, struct slice key, struct pos pos, int64_t classified_unix_us)
{
    if (key.n != LEDGER_HASH_SIZE)
        return;
    if (r->n == r->cap) {
        r->cap = r->cap ? 2 * r->cap : 1024;
        r->v = mem_grow(r->v, r->cap, sizeof(*r->v));
    }
    struct reuse_entry *e = &r->v[r->n++];
    memcpy(e->key, key.p, LEDGER_HASH_SIZE);
    e->pos = pos;
    e->classified_unix_us = classified_unix_us;
    (void)map_put(r->newest, key, (void *)(uintptr_t)r->n);
}

void reuse_take_back(struct reuse *r, size_t n)
{
    if (r->n == n)
        return;
    r->n = n;
    map_free(r->newest);
    r->newest = map_new();
    for (size_t i = 0; i < n; i++)
        (void)map_put(r->newest, key_of(&r->v[i]), (void *)(uintptr_t)(i + 1));
}

enum status reuse_find(struct ledger *l, const uint8_t key[LEDGER_HASH_SIZE], int64_t since_unix_us,
                       struct pos *pos, bool *found, struct fail *fail)
{
    struct slice k = slice_of(key, LEDGER_HASH_SIZE);
    size_t recent = (size_t)(uintptr_t)map_get(l->reuse.newest, k);

    if (recent) {
        *pos = l->reuse.v[recent - 1].pos;
        *found = l->reuse.v[recent - 1].classified_unix_us >= since_unix_us;
        return ST_OK;
    }
    struct use u = db_use(l, Q_REUSE_FIND);
    bind_blob(&u, k);
    bind_i64(&u, since_unix_us);
    enum status st = db_row(l, &u, found, fail);
    if (st != ST_OK || !*found)
        return st;
    *pos = (struct pos){(int32_t)col_i64(&u, 0), (int32_t)col_i64(&u, 1), col_i64(&u, 2)};
    db_end(&u);
    return ST_OK;
}

static int by_key(const void *a, const void *b)
{
    return memcmp(((const struct reuse_entry *)a)->key, ((const struct reuse_entry *)b)->key,
                  LEDGER_HASH_SIZE);
}

static enum status store_one(struct ledger *l, const struct reuse_entry *e, struct fail *fail)
{
    struct use u = db_use(l, Q_REUSE_ADD);

    bind_blob(&u, key_of(e));
    bind_pos(&u, e->pos);
    bind_i64(&u, e->classified_unix_us);
    return db_run(l, &u, fail);
}

enum status reuse_store(struct ledger *l, struct fail *fail)
{
    const size_t n = l->reuse.n;
    struct reuse_entry *sorted = mem_array(n, sizeof(*sorted));
    enum status st = ST_OK;

    if (n) {
        memcpy(sorted, l->reuse.v, n * sizeof(*sorted));
        qsort(sorted, n, sizeof(*sorted), by_key);
    }
    for (size_t i = 0; st == ST_OK && i < n; i++)
        st = store_one(l, &sorted[i], fail);
    mem_free(sorted);
    return st == ST_OK ? meta_set_i64(l, "reuse_seq", l->last_seq, fail) : st;
}

enum status reuse_load(struct ledger *l, struct fail *fail)
{
    int64_t stored = 0;
    enum status st = meta_i64(l, "reuse_seq", 0, &stored, fail);

    if (st != ST_OK)
        return st;
    struct use u = db_use(l, Q_REUSE_PENDING);
    bind_i64(&u, stored);
    for (;;) {
        bool row = false;
        st = db_row(l, &u, &row, fail);
        if (st != ST_OK || !row)
            return st;
        struct pos pos = {(int32_t)col_i64(&u, 1), (int32_t)col_i64(&u, 2), col_i64(&u, 3)};
        reuse_note(&l->reuse, col_blob(&u, 0), pos, col_i64(&u, 4));
    }
}
