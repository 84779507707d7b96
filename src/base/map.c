/* Hash map: open addressing with linear probing, at most three quarters full, removal by
 * shifting back (no tombstones, so look-ups stay short however much comes and goes).
 */
#include "base/map.h"

#include <assert.h>
#include <pthread.h>

#include "base/mem.h"
#include "base/random.h"
#include "base/siphash.h"

#define FIRST_SLOTS 16 /* a power of two */

struct slot {
    char *key; /* NULL = free */
    size_t n;
    uint64_t hash;
    void *value;
};

struct map {
    struct slot *slots;
    size_t mask; /* number of slots − 1 */
    size_t count;
};

static pthread_once_t key_once = PTHREAD_ONCE_INIT;
static struct siphash_key process_key;

static void draw_key(void)
{
    random_bytes(&process_key, sizeof process_key);
}

struct map *map_new(void)
{
    pthread_once(&key_once, draw_key);
    struct map *m = mem_zalloc(sizeof *m);
    m->slots = mem_array(FIRST_SLOTS, sizeof *m->slots);
    m->mask = FIRST_SLOTS - 1;
    return m;
}

void map_free(struct map *m)
{
    if (!m)
        return;
    for (size_t i = 0; i <= m->mask; i++)
        mem_free(m->slots[i].key);
    mem_free(m->slots);
    mem_free(m);
}

/* The slot that holds key, or the free one where it would go. */
static size_t find(const struct map *m, struct slice key, uint64_t hash)
{
    size_t at = hash & m->mask;
    while (m->slots[at].key) {
        const struct slot *s = &m->slots[at];
        if (s->hash == hash && slice_eq(slice_of(s->key, s->n), key))
            break;
        at = (at + 1) & m->mask;
    }
    return at;
}

static void grow(struct map *m)
{
    struct slot *old = m->slots;
    size_t old_mask = m->mask;
    m->slots = mem_array((old_mask + 1) * 2, sizeof *m->slots);
    m->mask = old_mask * 2 + 1;
    for (size_t i = 0; i <= old_mask; i++) {
        if (!old[i].key)
            continue;
        size_t at = old[i].hash & m->mask;
        while (m->slots[at].key)
            at = (at + 1) & m->mask;
        m->slots[at] = old[i];
    }
    mem_free(old);
}

void *map_get(const struct map *m, struct slice key)
{
    return m->slots[find(m, key, siphash_1_3(process_key, key))].value;
}

void *map_put(struct map *m, struct slice key, void *value)
{
    assert(value); /* NULL would look like an absent entry */
    uint64_t hash = siphash_1_3(process_key, key);
    size_t at = find(m, key, hash);
    if (m->slots[at].key) {
        void *old = m->slots[at].value;
        m->slots[at].value = value;
        return old;
    }
    if ((m->count + 1) * 4 > (m->mask + 1) * 3) {
        grow(m);
        at = find(m, key, hash);
    }
    char *copy = mem_alloc(key.n);
    if (key.n > 0)
        memcpy(copy, key.p, key.n);
    m->slots[at] = (struct slot){copy, key.n, hash, value};
    m->count++;
    return NULL;
}

void *map_remove(struct map *m, struct slice key)
{
    size_t hole = find(m, key, siphash_1_3(process_key, key));
    if (!m->slots[hole].key)
        return NULL;
    void *value = m->slots[hole].value;
    mem_free(m->slots[hole].key);
    m->count--;

    /* Whoever probed past the hole on the way from home to its slot moves into it. */
    for (size_t at = (hole + 1) & m->mask; m->slots[at].key; at = (at + 1) & m->mask) {
        size_t home = m->slots[at].hash & m->mask;
        if (((at - home) & m->mask) < ((at - hole) & m->mask))
            continue;
        m->slots[hole] = m->slots[at];
        hole = at;
    }
    m->slots[hole] = (struct slot){.key = NULL};
    return value;
}

size_t map_count(const struct map *m)
{
    return m->count;
}

void map_each(const struct map *m, void (*fn)(void *self, struct slice key, void *value),
              void *self)
{
    for (size_t i = 0; i <= m->mask; i++)
        if (m->slots[i].key)
            fn(self, slice_of(m->slots[i].key, m->slots[i].n), m->slots[i].value);
}
