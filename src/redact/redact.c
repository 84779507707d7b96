/* Redaction of one text: find everything, settle what overlaps, write the text anew.
 *
 * The scanners (email.c, address.c, numbers.c, codes.c, keys.c) and the configuration's patterns
 * say where something is; finds that overlap become one, of the most telling kind, so that no part
 * of any stays. Who gets the redacted text, and what becomes of a text that is withheld, is the
 * pipeline's business.
 */
#include "redact/redact.h"

#include <stdlib.h>

#include "base/json.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/regex.h"
#include "redact/edge.h"
#include "redact/find.h"
#include "redact/label.h"

struct redactor {
    uint32_t kinds;
    int patterns;
    struct regex **regex;
    struct labels labels;
};

enum status redactor_new(const struct config *c, struct redactor **out, struct fail *fail)
{
    struct redactor *r = mem_zalloc(sizeof *r);
    r->kinds = c->redaction.kinds;
    labels_init(&r->labels, c->redaction.patterns, c->redaction.pattern_count);
    r->regex = mem_array((size_t)c->redaction.pattern_count, sizeof(struct regex *));
    for (; r->patterns < c->redaction.pattern_count; r->patterns++) {
        const struct config_pair *p = &c->redaction.patterns[r->patterns];
        enum status st = regex_new_counted(slice_str(p->value), &r->regex[r->patterns], fail);
        if (st != ST_OK) {
            fail_context(fail, "redaction.patterns.%s", p->name);
            redactor_free(r);
            return st;
        }
    }
    *out = r;
    return ST_OK;
}

void redactor_free(struct redactor *r)
{
    if (!r)
        return;
    for (int i = 0; i < r->patterns; i++)
        regex_free(r->regex[i]);
    mem_free(r->regex);
    labels_deinit(&r->labels);
    mem_free(r);
}

/* ---- finding -------------------------------------------------------------------------------- */

struct taker {
    struct finder *f;
    int kind;
};

static void take_match(void *self, size_t from, size_t to)
{
    struct taker *t = self;
    find_add_raw(t->f, t->kind, from, to);
}

/* False: a pattern gave up. */
static bool find_all(const struct redactor *r, struct finder *f, const char **gave_up)
{
    find_emails(f);
    find_addresses(f);
    find_keys(f);
    find_codes(f);
    find_numbers(f);
    for (int i = 0; i < r->patterns; i++) {
        struct taker t = {f, REDACT_KINDS + i};
        if (regex_each(r->regex[i], f->text, take_match, &t) == REGEX_GAVE_UP) {
            *gave_up = r->labels.v[t.kind].name;
            return false;
        }
    }
    return true;
}

/* ---- overlaps ------------------------------------------------------------------------------- */

static int by_place(const void *a, const void *b)
{
    const struct find *x = a, *y = b;
    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    return (x->to < y->to) - (x->to > y->to);
}

/* The lower, the more it tells: own patterns, then the kinds by how sure their scanners are. */
static int rank(int kind)
{
    static const int ranks[REDACT_KINDS] = {
        [REDACT_KEY] = 1,   [REDACT_IBAN] = 2, [REDACT_CARD] = 3, [REDACT_NATIONAL_ID] = 4,
        [REDACT_EMAIL] = 5, [REDACT_IP] = 6,   [REDACT_PHONE] = 7};
    return kind == EDGE_KIND ? 8 : kind >= REDACT_KINDS ? 0 : ranks[kind];
}

/* Finds become disjoint and sorted; those that are placeholders of the text's own go. */
static void settle(struct finder *f, const struct label_uses *uses)
{
    size_t n = 0, use = 0;
    if (f->count > 1)
        qsort(f->v, f->count, sizeof *f->v, by_place);
    for (size_t i = 0; i < f->count; i++) {
        struct find *found = &f->v[i], *last = n > 0 ? &f->v[n - 1] : NULL;
        while (use < uses->count && uses->v[use].to <= found->from)
            use++;
        if (use < uses->count && uses->v[use].from <= found->from && found->to <= uses->v[use].to &&
            found->kind != EDGE_KIND)
            continue;
        if (!last || found->from >= last->to) {
            f->v[n++] = *found;
            continue;
        }
        if (found->to > last->to)
            last->to = found->to;
        if (rank(found->kind) < rank(last->kind))
            last->kind = found->kind;
    }
    f->count = n;
}

/* ---- writing -------------------------------------------------------------------------------- */

struct writer {
    const struct redactor *r;
    const struct finder *f;
    const struct label_uses *uses;
    struct map *numbers; /* of a kind and value */
    int *next;           /* number per kind */
    int *counts;
    struct buf key;
};

static bool is_number(int kind)
{
    return kind == REDACT_PHONE || kind == REDACT_CARD || kind == REDACT_NATIONAL_ID ||
           kind == REDACT_IBAN;
}

/* What makes two values the same, with their kind before it. */
static void value_key(struct buf *key, int kind, struct slice value)
{
    struct folded folded;
    buf_clear(key);
    buf_fmt(key, "%d:", kind);
    fold(value, &folded);
    for (size_t i = 0; i < folded.n; i++) {
        char c = folded.s[i];
        if (c == FOLD_LETTER || c == FOLD_SCRIPT || c == FOLD_SIGN) { /* what folding makes alike */
            size_t from = fold_place(&folded, i), to = fold_place(&folded, i + 1);
            buf_add(key, value.p + from, to - from);
        } else if (!is_number(kind) || is_alnum(c)) {
            buf_char(key, kind < REDACT_KEY ? upper(c) : c);
        }
    }
    fold_deinit(&folded);
}

/* One that the text itself does not use. */
static int next_number(struct writer *w, const struct label *label)
{
    int *next = &w->next[label->first];
    do
        ++*next;
    while (label_is_used(w->uses, label, *next));
    return *next;
}

static void write_find(struct writer *w, const struct find *found, struct buf *out)
{
    struct slice value = slice_of(w->f->text.p + found->from, found->to - found->from);
    if (found->kind == EDGE_KIND)
        return;
    const struct label *label = &w->r->labels.v[found->kind];
    value_key(&w->key, label->first, value);
    intptr_t number = (intptr_t)map_get(w->numbers, buf_view(&w->key));
    if (number == 0) {
        number = next_number(w, label);
        map_put(w->numbers, buf_view(&w->key), (void *)number);
    }
    w->counts[label->first]++;
    label_write(label, (int)number, out);
}

static void write_counts(const struct writer *w, struct buf *out)
{
    for (int i = 0; i < w->r->labels.count; i++) {
        if (w->counts[i] == 0)
            continue;
        buf_char(out, out->n > 0 ? ',' : '{');
        json_quote(out, slice_str(w->r->labels.v[i].name));
        buf_fmt(out, ":%d", w->counts[i]);
    }
    if (out->n > 0)
        buf_char(out, '}');
}

/* False: it became too long. */
static bool write_text(const struct redactor *r, const struct finder *f,
                       const struct label_uses *uses, struct buf *out, struct buf *counts)
{
    size_t kinds = (size_t)r->labels.count, done = 0;
    struct writer w = {.r = r, .f = f, .uses = uses, .numbers = map_new()};
    w.next = mem_array(kinds, sizeof *w.next);
    w.counts = mem_array(kinds, sizeof *w.counts);
    memcpy(w.next, uses->highest, kinds * sizeof *w.next);
    buf_init(&w.key, SIZE_MAX);
    for (size_t i = 0; i < f->count; i++) {
        buf_add(out, f->text.p + done, f->v[i].from - done);
        write_find(&w, &f->v[i], out);
        done = f->v[i].to;
    }
    buf_add(out, f->text.p + done, f->text.n - done);
    write_counts(&w, counts);
    buf_deinit(&w.key);
    map_free(w.numbers);
    mem_free(w.next);
    mem_free(w.counts);
    return !out->failed && out->n <= REDACT_GROWTH * f->text.n + REDACT_EXTRA;
}

/* Something was found. */
static enum redact_result apply(const struct redactor *r, struct finder *f, struct buf *out,
                                struct buf *counts, const char **pattern)
{
    struct label_uses uses;
    enum redact_result result = REDACT_NOTHING;
    labels_used(&r->labels, f->text, &uses);
    settle(f, &uses);
    if (f->count > 0 && write_text(r, f, &uses, out, counts)) {
        result = REDACT_DONE;
    } else if (f->count > 0) { /* no built-in kind's placeholders are that much longer */
        *pattern = r->patterns > 0 ? r->labels.v[REDACT_KINDS].name : "";
        result = REDACT_GAVE_UP;
    }
    label_uses_deinit(&uses);
    return result;
}

enum redact_result redactor_apply(const struct redactor *r, const struct redact_text *t,
                                  struct buf *out, struct buf *counts, const char **pattern)
{
    struct finder f = {.text = t->text, .kinds = r->kinds};
    enum redact_result result = REDACT_NOTHING;
    buf_clear(out);
    buf_clear(counts);
    fold(t->text, &f.folded);
    f.s = f.folded.s;
    f.n = f.folded.n;
    if (!find_all(r, &f, pattern)) {
        result = REDACT_GAVE_UP;
    } else {
        if (t->elision.p)
            edge_find(&f, t->elision);
        if (f.count > 0)
            result = apply(r, &f, out, counts, pattern);
    }
    mem_free(f.v);
    fold_deinit(&f.folded);
    return result;
}
