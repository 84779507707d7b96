/* One queue for each key, plus one for tickets that go alone. Queues are made when a key is first
 * seen and kept: there are as many as routes times languages, so they are looked through in a row.
 * Which model a pack goes to and what is done with it is not known here.
 */
#include "batch/pack.h"

#include <assert.h>

#include "base/mem.h"

struct queue_of_key {
    struct list link; /* in packer.queues */
    struct list items;
    int route, attempt_class;
    enum language language;
    int64_t count, tokens, bytes; /* of everything in it */
};

struct packer {
    struct pack_limits limits;
    struct list queues;
    struct queue_of_key solo;
    size_t count;
};

#define QUEUE_EACH(q, p) LIST_EACH(q, &(p)->queues)

static struct queue_of_key *queue_at(struct list *link)
{
    return LIST_ENTRY(link, struct queue_of_key, link);
}

static struct pack_item *item_at(struct list *node)
{
    return LIST_ENTRY(node, struct pack_item, node);
}

struct packer *packer_new(const struct pack_limits *limits)
{
    assert(limits->max_tickets >= 1 && limits->max_tickets <= PACK_TICKETS_LIMIT);
    struct packer *p = mem_zalloc(sizeof *p);
    p->limits = *limits;
    list_init(&p->queues);
    list_init(&p->solo.items);
    return p;
}

void packer_free(struct packer *p)
{
    if (!p)
        return;
    LIST_EACH_SAFE(link, &p->queues)
    mem_free(queue_at(link));
    mem_free(p);
}

static bool goes_alone(const struct pack_limits *l, const struct pack_item *i)
{
    return i->solo || l->max_tickets == 1 || i->est_tokens > l->solo_above_tokens ||
           i->est_tokens > l->max_tokens || (int64_t)i->bytes > l->max_bytes;
}

static struct queue_of_key *find_queue(const struct packer *p, const struct pack_item *i)
{
    QUEUE_EACH(link, p)
    {
        struct queue_of_key *q = queue_at(link);
        if (q->route == i->route && q->language == i->language &&
            q->attempt_class == i->attempt_class)
            return q;
    }
    return NULL;
}

static struct queue_of_key *queue_for(struct packer *p, const struct pack_item *i)
{
    if (goes_alone(&p->limits, i))
        return &p->solo;
    struct queue_of_key *q = find_queue(p, i);
    if (q)
        return q;
    q = mem_zalloc(sizeof *q);
    q->route = i->route;
    q->language = i->language;
    q->attempt_class = i->attempt_class;
    list_init(&q->items);
    list_push(&p->queues, &q->link);
    return q;
}

void packer_add(struct packer *p, struct pack_item *item, int64_t now_mono_us)
{
    struct queue_of_key *q = queue_for(p, item);
    item->added_mono_us = now_mono_us;
    list_push(&q->items, &item->node);
    q->count++;
    q->tokens += item->est_tokens;
    q->bytes += (int64_t)item->bytes;
    p->count++;
}

static void take_out(struct packer *p, struct queue_of_key *q, struct pack_item *item)
{
    list_remove(&item->node);
    q->count--;
    q->tokens -= item->est_tokens;
    q->bytes -= (int64_t)item->bytes;
    p->count--;
}

void packer_remove(struct packer *p, struct pack_item *item)
{
    struct queue_of_key *q = goes_alone(&p->limits, item) ? &p->solo : find_queue(p, item);
    assert(q);
    take_out(p, q, item);
}

/* Takes from the front what fits into one pack, at least one. */
static size_t take_pack(struct packer *p, struct queue_of_key *q, struct pack_item **out)
{
    const struct pack_limits *l = &p->limits;
    int64_t tokens = 0, bytes = 0, n = 0;
    while (!list_empty(&q->items) && n < l->max_tickets) {
        struct pack_item *item = item_at(q->items.next);
        tokens += item->est_tokens;
        bytes += (int64_t)item->bytes;
        if (n > 0 && (tokens > l->max_tokens || bytes > l->max_bytes))
            break;
        take_out(p, q, item);
        out[n++] = item;
    }
    return (size_t)n;
}

/* When the queue's next pack is ready; it may lie in the past. */
static int64_t ready_at(const struct pack_limits *l, const struct queue_of_key *q)
{
    int64_t oldest = item_at(q->items.next)->added_mono_us;
    bool full =
        q->count >= l->max_tickets || q->tokens >= l->max_tokens || q->bytes >= l->max_bytes;
    return full ? oldest : oldest + l->linger_us;
}

/* Of all queues with something in them the one that is ready first; of two the older one. */
static struct queue_of_key *next_queue(const struct packer *p, int64_t *at)
{
    struct queue_of_key *best = NULL;
    int64_t best_at = INT64_MAX;
    QUEUE_EACH(link, p)
    {
        struct queue_of_key *q = queue_at(link);
        if (list_empty(&q->items))
            continue;
        int64_t ready = ready_at(&p->limits, q);
        if (!best || ready < best_at) {
            best = q;
            best_at = ready;
        }
    }
    *at = best_at;
    return best;
}

size_t packer_next(struct packer *p, int64_t now_mono_us, bool flush, struct pack_item **out)
{
    if (!list_empty(&p->solo.items)) {
        out[0] = item_at(p->solo.items.next);
        take_out(p, &p->solo, out[0]);
        return 1;
    }
    int64_t at;
    struct queue_of_key *q = next_queue(p, &at);
    if (!q || (at > now_mono_us && !flush))
        return 0;
    return take_pack(p, q, out);
}

int64_t packer_deadline(const struct packer *p)
{
    if (!list_empty(&p->solo.items))
        return item_at(p->solo.items.next)->added_mono_us;
    int64_t at;
    next_queue(p, &at);
    return at;
}

size_t packer_count(const struct packer *p)
{
    return p->count;
}
