/* The commit frontier of one partition.
 *
 * Owned by the publisher thread: nothing that is answered but not in a committed transaction
 * ever moves an offset. A ring of slots grows with what is delivered and shrinks from the front
 * as work finishes; the rare offsets published before they are delivered again wait in `early`.
 */
#include "pipeline/frontier.h"

#include <string.h>

#include "base/mem.h"

enum slot_state { SLOT_OPEN, SLOT_TENTATIVE, SLOT_DONE };

struct frontier_slot {
    int64_t offset;
    enum slot_state state;
};

void frontier_init(struct frontier *f, int64_t start_offset)
{
    *f = (struct frontier){.position = start_offset};
}

void frontier_deinit(struct frontier *f)
{
    mem_free(f->slots);
    mem_free(f->early);
}

static struct frontier_slot *slot_at(const struct frontier *f, size_t i)
{
    return &f->slots[(f->head + i) % f->cap];
}

static void grow(struct frontier *f)
{
    size_t cap = f->cap ? f->cap * 2 : 64;
    struct frontier_slot *slots = mem_array(cap, sizeof *slots);
    for (size_t i = 0; i < f->count; i++)
        slots[i] = *slot_at(f, i);
    mem_free(f->slots);
    f->slots = slots;
    f->head = 0;
    f->cap = cap;
}

/* Index of the first slot with an offset ≥ the given one. */
static size_t lower_bound(const struct frontier *f, int64_t offset)
{
    size_t lo = 0, hi = f->count;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (slot_at(f, mid)->offset < offset)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

static void drop_done_front(struct frontier *f)
{
    while (f->count > 0 && slot_at(f, 0)->state == SLOT_DONE) {
        f->position = slot_at(f, 0)->offset + 1;
        f->head = (f->head + 1) % f->cap;
        f->count--;
    }
}

/* Index of the first early offset ≥ the given one. */
static size_t early_bound(const struct frontier *f, int64_t offset)
{
    size_t lo = f->early_head, hi = f->early_count;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (f->early[mid].offset < offset)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

/* Delivery ascends, so what lies below it will never be asked for again. */
static enum slot_state take_early(struct frontier *f, int64_t offset)
{
    size_t i = early_bound(f, offset);
    bool found = i < f->early_count && f->early[i].offset == offset;
    f->early_head = found ? i + 1 : i;
    return found ? f->early[i].state : SLOT_OPEN;
}

static int64_t last_delivered(const struct frontier *f)
{
    return f->count ? slot_at(f, f->count - 1)->offset : f->position - 1;
}

void frontier_deliver(struct frontier *f, int64_t offset, bool done)
{
    if (offset <= last_delivered(f))
        return;
    enum slot_state state = take_early(f, offset);
    if (f->count == f->cap)
        grow(f);
    f->count++;
    *slot_at(f, f->count - 1) =
        (struct frontier_slot){.offset = offset, .state = done ? SLOT_DONE : state};
    drop_done_front(f);
}

void frontier_eof(struct frontier *f, int64_t offset)
{
    if (offset - 1 > last_delivered(f))
        frontier_deliver(f, offset - 1, true);
}

static void add_early(struct frontier *f, int64_t offset, enum slot_state state)
{
    size_t i = early_bound(f, offset);
    if (i < f->early_count && f->early[i].offset == offset)
        return;
    if (f->early_count == f->early_cap) {
        f->early_cap = f->early_cap ? f->early_cap * 2 : 16;
        f->early = mem_grow(f->early, f->early_cap, sizeof *f->early);
    }
    memmove(&f->early[i + 1], &f->early[i], (f->early_count - i) * sizeof *f->early);
    f->early[i] = (struct frontier_slot){.offset = offset, .state = state};
    f->early_count++;
}

void frontier_published(struct frontier *f, int64_t offset)
{
    if (offset > last_delivered(f))
        add_early(f, offset, SLOT_DONE);
}

void frontier_tentative(struct frontier *f, int64_t offset)
{
    size_t i = lower_bound(f, offset);
    if (i < f->count && slot_at(f, i)->offset == offset) {
        if (slot_at(f, i)->state == SLOT_OPEN)
            slot_at(f, i)->state = SLOT_TENTATIVE;
    } else if (offset > last_delivered(f)) {
        add_early(f, offset, SLOT_TENTATIVE);
    }
}

static void resolve(struct frontier *f, enum slot_state to)
{
    for (size_t i = 0; i < f->count; i++) {
        if (slot_at(f, i)->state == SLOT_TENTATIVE)
            slot_at(f, i)->state = to;
    }
    size_t kept = f->early_head;
    for (size_t i = f->early_head; i < f->early_count; i++) {
        if (f->early[i].state == SLOT_TENTATIVE && to == SLOT_OPEN)
            continue;
        f->early[kept] = f->early[i];
        f->early[kept++].state = SLOT_DONE;
    }
    f->early_count = kept;
}

void frontier_commit(struct frontier *f)
{
    resolve(f, SLOT_DONE);
    drop_done_front(f);
}

void frontier_abort(struct frontier *f)
{
    resolve(f, SLOT_OPEN);
}

int64_t frontier_offset(const struct frontier *f)
{
    int64_t at = f->position;
    for (size_t i = 0; i < f->count; i++) {
        if (slot_at(f, i)->state == SLOT_OPEN)
            return slot_at(f, i)->offset;
        at = slot_at(f, i)->offset + 1;
    }
    return at;
}

size_t frontier_open(const struct frontier *f)
{
    size_t open = 0;
    for (size_t i = 0; i < f->count; i++)
        open += slot_at(f, i)->state != SLOT_DONE;
    return open;
}

static void add_base36(struct buf *b, uint64_t v)
{
    char text[16];
    size_t at = sizeof text;
    do {
        text[--at] = "0123456789abcdefghijklmnopqrstuvwxyz"[v % 36];
        v /= 36;
    } while (v > 0);
    buf_add(b, text + at, sizeof text - at);
}

static void add_run(struct buf *b, int64_t gap, int64_t length)
{
    if (b->n > 0)
        buf_char(b, ',');
    add_base36(b, (uint64_t)gap);
    if (length > 1) {
        buf_char(b, '.');
        add_base36(b, (uint64_t)length);
    }
}

struct run_writer {
    struct buf text;
    int64_t base, start, end; /* of the run at hand; end = start: none */
};

static void run_flush(struct run_writer *w)
{
    if (w->end == w->start)
        return;
    add_run(&w->text, w->start - w->base, w->end - w->start);
    w->base = w->end;
}

static void run_add(struct run_writer *w, int64_t offset)
{
    if (w->end == w->start || offset != w->end) {
        run_flush(w);
        w->start = offset;
    }
    w->end = offset + 1;
}

void frontier_done_set(const struct frontier *f, size_t max, struct buf *out)
{
    struct run_writer w = {.base = frontier_offset(f)};
    buf_init(&w.text, max);
    for (size_t i = lower_bound(f, w.base); i < f->count; i++) {
        if (slot_at(f, i)->state != SLOT_OPEN)
            run_add(&w, slot_at(f, i)->offset);
    }
    for (size_t i = early_bound(f, w.base); i < f->early_count; i++)
        run_add(&w, f->early[i].offset);
    run_flush(&w);
    if (w.text.failed)
        buf_char(out, '~');
    else
        buf_slice(out, buf_view(&w.text));
    buf_deinit(&w.text);
}

static bool read_base36(struct slice text, size_t *at, int64_t *out)
{
    int64_t v = 0;
    size_t start = *at;
    for (; *at < text.n; (*at)++) {
        char c = text.p[*at];
        int digit;
        if (c >= '0' && c <= '9')
            digit = c - '0';
        else if (c >= 'a' && c <= 'z')
            digit = c - 'a' + 10;
        else
            break;
        if (__builtin_mul_overflow(v, 36, &v) || __builtin_add_overflow(v, digit, &v))
            return false;
    }
    *out = v;
    return *at > start;
}

#define DONE_SET_MAX_RUN 100000000 /* more than any window; stops a forged text from looping */

bool frontier_parse_done_set(struct slice text, int64_t base,
                             void (*fn)(void *self, int64_t offset), void *self)
{
    size_t at = 0;
    while (at < text.n) {
        int64_t gap, length = 1, start;
        if (!read_base36(text, &at, &gap))
            return false;
        if (at < text.n && text.p[at] == '.') {
            at++;
            if (!read_base36(text, &at, &length) || length > DONE_SET_MAX_RUN)
                return false;
        }
        if (__builtin_add_overflow(base, gap, &start) ||
            __builtin_add_overflow(start, length, &base))
            return false;
        for (int64_t i = 0; i < length; i++)
            fn(self, start + i);
        if (at < text.n && text.p[at++] != ',')
            return false;
    }
    return true;
}
