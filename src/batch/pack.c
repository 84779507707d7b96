/* One queue for each key, and one a route for tickets that go alone. Queues are made when a key is
 * first seen and kept: there are as many as routes times languages, so they are looked through in a
 * row.
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
    bool solo; /* its tickets go alone: of the rest of the key only the route counts */
    int64_t count, tokens, bytes; /* of everything in it */
};

struct packer {
    struct pack_limits limits;
    struct list queues;
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

static bool is_key_of(const struct queue_of_key *q, const struct pack_item *i, bool solo)
{
    if (q->route != i->route || q->solo != solo)
        return false;
    return solo || (q->language == i->language && q->attempt_class == i->attempt_class);
}

static struct queue_of_key *find_queue(const struct packer *p, const struct pack_item *i)
{
    bool solo = goes_alone(&p->limits, i);
    QUEUE_EACH(link, p)
    {
        if (is_key_of(queue_at(link), i, solo))
            return queue_at(link);
    }
    return NULL;
}

static struct queue_of_key *queue_for(struct packer *p, const struct pack_item *i)
{
    struct queue_of_key *q = find_queue(p, i);
    if (q)
        return q;
    q = mem_zalloc(sizeof *q);
    q->route = i->route;
    q->language = i->language;
    q->attempt_class = i->attempt_class;
    q->solo = goes_alone(&p->limits, i);
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
    struct queue_of_key *q = find_queue(p, item);
    assert(q);
    take_out(p, q, item);
}

/* Takes from the front what fits into one pack, at least one. */
static size_t take_pack(struct packer *p, struct queue_of_key *q, struct pack_item **out)
{
    const struct pack_limits *l = &p->limits;
    int64_t tokens = 0, bytes = 0, n = 0, most = q->solo ? 1 : l->max_tickets;
    while (!list_empty(&q->items) && n < most) {
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
    bool full = q->solo || q->count >= l->max_tickets || q->tokens >= l->max_tokens ||
                q->bytes >= l->max_bytes;
    return full ? oldest : oldest + l->linger_us;
}

/* Of the route's queues with something in them the one for tickets that go alone, else the one
 * that is ready first; of two the older one. */
static struct queue_of_key *next_queue(const struct packer *p, int route, int64_t *at)
{
    struct queue_of_key *best = NULL;
    *at = INT64_MAX;
    QUEUE_EACH(link, p)
    {
        struct queue_of_key *q = queue_at(link);
        if (q->route != route || list_empty(&q->items) || (best && best->solo))
            continue;
        int64_t ready = ready_at(&p->limits, q);
        if (!best || ready < *at || q->solo) {
            best = q;
            *at = ready;
        }
    }
    return best;
}

size_t packer_next(struct packer *p, int route, int64_t now_mono_us, bool flush,
                   struct pack_item **out)
{
    int64_t at;
    struct queue_of_key *q = next_queue(p, route, &at);
    if (!q || (at > now_mono_us && !flush))
        return 0;
    return take_pack(p, q, out);
}

int64_t packer_deadline(const struct packer *p, int route)
{
    int64_t at;
    next_queue(p, route, &at);
    return at;
}

size_t packer_count(const struct packer *p)
{
    return p->count;
}
