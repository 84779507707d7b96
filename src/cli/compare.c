/* The comparison behind `ledger verify`: two passes over numbers.
 *
 * Topics first: for every sequence number, where its record is from and what its bytes are, as
 * hashes. Then the ledger says what should be there. A record that retention deleted is not
 * missing: in a partition whose beginning is gone, everything older than its first remaining record
 * of this ledger may have been deleted; a record's partition cannot be told from the ledger, so the
 * latest of these bounds holds for all.
 */
#include "cli/compare.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"

struct seen {
    uint64_t place, bytes; /* 0 = not seen */
    uint8_t kind;
    bool told; /* in the ledger too */
};

struct end { /* a terminal record of any ledger */
    uint64_t place;
    int64_t partition, offset;
    uint8_t kind;
    bool foreign;
};

struct first { /* oldest own record of a partition */
    enum outrow_kind kind;
    int32_t partition;
    int64_t seq;
    bool trimmed;
};

enum kind_of_finding { TWICE, TWO_ENDS, MISSING, ELSEWHERE, CHANGED, UNKNOWN_TO_LEDGER, FINDINGS };

struct compare {
    char ledger_id[ID_SIZE], campaign[128];
    int64_t pruned_seq, last_seq, published_seq;
    bool rebuilt;
    struct seen *seen; /* [seq] */
    struct end *ends;
    size_t end_count, end_cap;
    bool sorted; /* the ends, by place: all records are in */
    struct first *firsts;
    size_t first_count;
    int64_t told[FINDINGS];
    struct compared sums;
    void (*found)(void *self, const char *line);
    void *self;
};

static void tell(struct compare *c, enum kind_of_finding kind, const char *fmt, ...)
    PRINTF_LIKE(3, 4);

static void tell(struct compare *c, enum kind_of_finding kind, const char *fmt, ...)
{
    char line[256];
    va_list ap;

    c->sums.findings++;
    if (c->told[kind]++ >= COMPARE_SHOWN)
        return;
    va_start(ap, fmt);
    vsnprintf(line, sizeof line, fmt, ap);
    va_end(ap);
    c->found(c->self, line);
}

struct compare *compare_new(const struct compare_ledger *ledger,
                            void (*found)(void *self, const char *line), void *self)
{
    struct compare *c = mem_zalloc(sizeof *c);
    snprintf(c->ledger_id, sizeof c->ledger_id, "%s", ledger->id);
    snprintf(c->campaign, sizeof c->campaign, "%s", ledger->campaign);
    c->last_seq = ledger->last_seq;
    c->pruned_seq = ledger->pruned_seq;
    c->published_seq = ledger->published_seq;
    c->rebuilt = ledger->rebuilt;
    c->seen = mem_array((size_t)ledger->last_seq + 1, sizeof *c->seen);
    c->found = found;
    c->self = self;
    return c;
}

void compare_free(struct compare *c)
{
    if (c == NULL)
        return;
    mem_free(c->seen);
    mem_free(c->ends);
    mem_free(c->firsts);
    mem_free(c);
}

static const char *kind_name(enum outrow_kind kind)
{
    return kind == OUTROW_RESULT ? "result" : "dead letter";
}

static struct first *first_of(struct compare *c, enum outrow_kind kind, int32_t partition)
{
    for (size_t i = 0; i < c->first_count; i++) {
        if (c->firsts[i].kind == kind && c->firsts[i].partition == partition)
            return &c->firsts[i];
    }
    c->firsts = mem_grow(c->firsts, c->first_count + 1, sizeof *c->firsts);
    c->firsts[c->first_count] =
        (struct first){.kind = kind, .partition = partition, .seq = INT64_MAX};
    return &c->firsts[c->first_count++];
}

static void note_end(struct compare *c, enum outrow_kind kind, const struct terminal *t,
                     bool foreign)
{
    if (c->end_count == c->end_cap) {
        c->end_cap = c->end_cap > 0 ? c->end_cap * 2 : 1024;
        c->ends = mem_grow(c->ends, c->end_cap, sizeof *c->ends);
    }
    c->ends[c->end_count++] = (struct end){.place = t->place,
                                           .partition = t->partition,
                                           .offset = t->offset,
                                           .kind = (uint8_t)kind,
                                           .foreign = foreign};
}

static void note_own(struct compare *c, enum outrow_kind kind, const struct terminal *t,
                     const struct record *r)
{
    struct first *first = first_of(c, kind, r->pos.partition);
    struct seen *s;

    c->sums.own++;
    if (t->seq < first->seq)
        first->seq = t->seq;
    if (t->seq > c->last_seq) {
        c->sums.newer++;
        return;
    }
    s = &c->seen[t->seq];
    if (s->place != 0) {
        tell(c, TWICE, "seq %lld is in the topics twice: again as a %s for %lld/%lld",
             (long long)t->seq, kind_name(kind), (long long)t->partition, (long long)t->offset);
        return;
    }
    *s = (struct seen){.place = t->place,
                       .bytes = terminal_bytes(r->key, r->value, r->headers),
                       .kind = (uint8_t)kind};
}

void compare_record(struct compare *c, enum outrow_kind kind, const struct record *r)
{
    struct terminal t;

    c->sums.records++;
    struct slice campaign = headers_find(r->headers, "ticketmill-campaign");
    bool same = slice_eq(campaign.p ? campaign : SLICE_LIT(""), slice_str(c->campaign));
    if (!same || !terminal_read(kind, r->value, r->headers, &t)) {
        c->sums.strangers++;
        return;
    }
    bool foreign = strcmp(t.ledger_id, c->ledger_id) != 0;
    note_end(c, kind, &t, foreign);
    if (foreign)
        c->sums.foreign++;
    else
        note_own(c, kind, &t, r);
}

void compare_trimmed(struct compare *c, enum outrow_kind kind, int32_t partition)
{
    first_of(c, kind, partition)->trimmed = true;
}

/* Records with a lower number may have been deleted by retention. */
static int64_t aged_below(const struct compare *c, enum outrow_kind kind)
{
    int64_t bound = 0;
    for (size_t i = 0; i < c->first_count; i++) {
        const struct first *f = &c->firsts[i];
        if (f->trimmed && f->kind == kind && f->seq > bound)
            bound = f->seq;
    }
    return bound;
}

static int by_place(const void *a, const void *b)
{
    const struct end *x = a, *y = b;
    return (x->place > y->place) - (x->place < y->place);
}

static void sort_ends(struct compare *c)
{
    if (!c->sorted && c->end_count > 1)
        qsort(c->ends, c->end_count, sizeof *c->ends, by_place);
    c->sorted = true;
}

/* Did an earlier ledger publish the ticket's record? */
static bool is_inherited(struct compare *c, enum outrow_kind kind, uint64_t place)
{
    const struct end wanted = {.place = place};
    const struct end *found;

    if (!c->rebuilt || c->end_count == 0)
        return false;
    sort_ends(c);
    found = bsearch(&wanted, c->ends, c->end_count, sizeof *c->ends, by_place);
    return found != NULL && found->foreign && found->kind == (uint8_t)kind;
}

void compare_ticket(struct compare *c, int64_t seq, enum outrow_kind kind, uint64_t place)
{
    struct seen *s;

    if (seq < 1 || seq > c->last_seq)
        return; /* the books' own check finds that */
    s = &c->seen[seq];
    s->told = true;
    if (s->place == 0) {
        if (seq > c->published_seq)
            c->sums.waiting++;
        else if (is_inherited(c, kind, place))
            c->sums.inherited++;
        else if (seq < aged_below(c, kind))
            c->sums.aged++;
        else
            tell(c, MISSING, "seq %lld, a %s, was published but is not in its topic",
                 (long long)seq, kind_name(kind));
    } else if (s->place != place || s->kind != (uint8_t)kind) {
        tell(c, ELSEWHERE, "seq %lld belongs to another ticket or topic than the ledger says",
             (long long)seq);
    }
}

void compare_row(struct compare *c, int64_t seq, uint64_t bytes)
{
    if (seq < 1 || seq > c->last_seq || c->seen[seq].place == 0)
        return;
    c->sums.rows++;
    if (c->seen[seq].bytes != bytes)
        tell(c, CHANGED, "seq %lld is in its topic with other bytes than the ledger sent",
             (long long)seq);
}

struct compared compare_finish(struct compare *c)
{
    sort_ends(c);
    for (size_t i = 1; i < c->end_count; i++) {
        if (c->ends[i].place == c->ends[i - 1].place)
            tell(c, TWO_ENDS, "the ticket at partition %lld, offset %lld has two terminal records",
                 (long long)c->ends[i].partition, (long long)c->ends[i].offset);
    }
    for (int64_t seq = 1; seq <= c->last_seq; seq++) {
        if (c->seen[seq].place != 0 && !c->seen[seq].told && seq > c->pruned_seq)
            tell(c, UNKNOWN_TO_LEDGER, "seq %lld is in a topic, but the ledger has no such ticket",
                 (long long)seq);
    }
    return c->sums;
}
