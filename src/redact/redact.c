/* Redacting a text: scanners of all kinds, overlaps resolved by the order of kinds, placeholders
 * numbered by value.
 *
 * Everything is worked out on the folded text and cut out of the original. What to do with a text
 * that must not leave is the caller's matter.
 */
#include "redact/redact.h"

#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/regex.h"
#include "redact/scan.h"

#define CUT_REACH 64    /* bytes beside a cut that may be half a value */
#define OWN_MAX   10000 /* matches of an own pattern in one text */

struct own_pattern {
    char *name, *upper;
    struct regex *regex;
};

struct redactor {
    uint32_t kinds;
    struct own_pattern *own;
    int own_count;
};

/* Kinds in the order in which they win. Behind the built-in ones: what is withheld beside a cut. */
static const struct {
    enum redact_kind kind;
    const char *name, *placeholder;
    void (*scan)(const struct fold *f, struct spans *out);
} kinds[] = {
    {REDACT_KEY, "key", "KEY", scan_key},
    {REDACT_EMAIL, "email", "EMAIL", scan_email},
    {REDACT_IBAN, "iban", "IBAN", scan_iban},
    {REDACT_CARD, "card", "CARD", scan_card},
    {REDACT_NATIONAL_ID, "national_id", "NATIONAL_ID", scan_national_id},
    {REDACT_IP, "ip", "IP", scan_ip},
    {REDACT_PHONE, "phone", "PHONE", scan_phone},
};

const char *redact_kind_name(enum redact_kind k)
{
    size_t i = 0;
    while (kinds[i].kind != k)
        i++;
    return kinds[i].name;
}

/* ---- the redactor ------------------------------------------------------------------------- */

enum status redactor_new(const struct config *c, struct redactor **out, struct fail *fail)
{
    struct redactor *r = mem_zalloc(sizeof *r);
    enum status st = ST_OK;
    r->kinds = c->redaction.kinds;
    r->own = mem_array((size_t)c->redaction.pattern_count, sizeof *r->own);
    for (int i = 0; st == ST_OK && i < c->redaction.pattern_count; i++) {
        const struct config_pair *p = &c->redaction.patterns[i];
        struct own_pattern *own = &r->own[r->own_count++];
        own->name = mem_str(p->name);
        own->upper = mem_str(p->name);
        for (char *u = own->upper; *u; u++)
            *u = fold_upper(*u);
        st = regex_new(slice_str(p->value), &own->regex, fail);
        if (st != ST_OK)
            fail_context(fail, "redaction.patterns.%s", p->name);
    }
    if (st == ST_OK)
        *out = r;
    else
        redactor_free(r);
    return st;
}

void redactor_free(struct redactor *r)
{
    if (!r)
        return;
    for (int i = 0; i < r->own_count; i++) {
        mem_free(r->own[i].name);
        mem_free(r->own[i].upper);
        regex_free(r->own[i].regex);
    }
    mem_free(r->own);
    mem_free(r);
}

/* ---- what is found ------------------------------------------------------------------------ */

void spans_add(struct spans *s, size_t from, size_t to)
{
    if (s->count == s->cap) {
        s->cap = s->cap > 0 ? 2 * s->cap : 16;
        s->v = mem_grow(s->v, s->cap, sizeof *s->v);
    }
    s->v[s->count++] = (struct span){from, to};
}

/* A place to be replaced, in bytes of the original. */
struct place {
    size_t from, to;
    const char *name, *placeholder;
    bool counted;
};

struct finding {
    struct fold fold;
    unsigned char *taken; /* per byte of the text: belongs to a place */
    struct place *v;
    size_t count, cap;
};

static bool is_taken(const struct finding *g, size_t from, size_t to)
{
    return memchr(g->taken + from, 1, to - from) != NULL;
}

static void take(struct finding *g, const struct place *p)
{
    if (p->from >= p->to || is_taken(g, p->from, p->to))
        return;
    memset(g->taken + p->from, 1, p->to - p->from);
    if (g->count == g->cap) {
        g->cap = g->cap > 0 ? 2 * g->cap : 16;
        g->v = mem_grow(g->v, g->cap, sizeof *g->v);
    }
    g->v[g->count++] = *p;
}

static void find_built_in(const struct redactor *r, struct finding *g)
{
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        struct spans found = {NULL, 0, 0};
        if (!(r->kinds >> kinds[k].kind & 1))
            continue;
        kinds[k].scan(&g->fold, &found);
        for (size_t i = 0; i < found.count; i++)
            take(g, &(struct place){g->fold.at[found.v[i].from], g->fold.at[found.v[i].to - 1] + 1,
                                    kinds[k].name, kinds[k].placeholder, true});
        mem_free(found.v);
    }
}

/* False: the pattern came to its limits, or matches more often than a pattern for values does. */
static bool find_own(const struct own_pattern *own, struct slice text, struct finding *g)
{
    size_t from = 0, to;
    int matches = 0;
    for (size_t at = 0; at <= text.n;) {
        enum regex_result result = regex_find(own->regex, text, at, &from, &to);
        if (result != REGEX_YES)
            return result == REGEX_NO;
        if (++matches > OWN_MAX)
            return false;
        take(g, &(struct place){from, to, own->name, own->upper, true});
        at = to > from ? to : to + 1;
        while (at < text.n && ((unsigned char)text.p[at] & 0xc0) == 0x80)
            at++;
    }
    return true;
}

/* ---- beside a cut ------------------------------------------------------------------------- */

/* Does a word that may be half a value end (step -1) or begin (step 1) at i? */
static bool is_half(const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if ((p[i] >= '0' && p[i] <= '9') || p[i] == '@' || p[i] == '_' || p[i] == '=')
            return true;
    }
    return false;
}

/* Words next to the cut as long as they may be part of a value, at most CUT_REACH bytes. */
static size_t reach_back(struct slice text, size_t end)
{
    size_t start = end;
    while (start > 0) {
        size_t word = start;
        while (word > 0 && (text.p[word - 1] == ' ' || text.p[word - 1] == '\n'))
            word--;
        size_t stop = word;
        while (word > 0 && text.p[word - 1] != ' ' && text.p[word - 1] != '\n')
            word--;
        if (stop == word || !is_half(text.p + word, stop - word) || end - word > CUT_REACH)
            break;
        start = word;
    }
    return start;
}

static size_t reach_on(struct slice text, size_t start)
{
    size_t end = start;
    while (end < text.n) {
        size_t word = end;
        while (word < text.n && (text.p[word] == ' ' || text.p[word] == '\n'))
            word++;
        size_t stop = word;
        while (stop < text.n && text.p[stop] != ' ' && text.p[stop] != '\n')
            stop++;
        if (stop == word || !is_half(text.p + word, stop - word) || stop - start > CUT_REACH)
            break;
        end = stop;
    }
    return end;
}

static void withhold_halves(const struct redact_text *t, struct finding *g)
{
    struct slice text = t->text;
    if (!t->elision.p)
        return;
    for (size_t at = 0;;) {
        ptrdiff_t found = slice_find(slice_of(text.p + at, text.n - at), t->elision);
        size_t end = found < 0 ? text.n : at + (size_t)found;
        take(g, &(struct place){reach_back(text, end), end, NULL, "WITHHELD", false});
        if (found < 0)
            break;
        at = end + t->elision.n;
        take(g, &(struct place){at, reach_on(text, at), NULL, "WITHHELD", false});
    }
}

/* ---- placeholders ------------------------------------------------------------------------- */

/* A value as it is compared: letters and digits only, without regard to case; what has none of
 * them as it stands. */
static void normalise(const struct place *p, struct slice text, struct buf *out)
{
    struct fold f;
    fold_init(&f, slice_of(text.p + p->from, p->to - p->from));
    buf_clear(out);
    buf_str(out, p->placeholder);
    buf_char(out, ':');
    for (size_t i = 0; i < f.n; i++) {
        char c = fold_upper(f.c[i]);
        if (fold_digit(c) || fold_ascii_letter(c) || c == '@' || c == '.')
            buf_char(out, c);
        else if (c == FOLD_LATIN || c == FOLD_OTHER)
            buf_add(out, f.text.p + f.at[i], f.at[i + 1] - f.at[i]);
    }
    fold_deinit(&f);
}

struct numbering {
    struct map *values; /* normalised value or placeholder's name: its number */
    struct buf key, placeholder;
};

enum { QUOTED = 1, NOT_QUOTED };

/* Does the text itself have placeholders of that name? Looked for once. */
static bool is_quoted(struct numbering *n, const char *name, struct slice text)
{
    buf_clear(&n->placeholder);
    buf_fmt(&n->placeholder, "[%s_", name);
    intptr_t known = (intptr_t)map_get(n->values, buf_view(&n->placeholder));
    if (known == 0) {
        known = slice_find(text, buf_view(&n->placeholder)) >= 0 ? QUOTED : NOT_QUOTED;
        map_put(n->values, buf_view(&n->placeholder), (void *)known);
    }
    return known == QUOTED;
}

/* The next number of that name that stands nowhere in the text. */
static intptr_t next_number(struct numbering *n, const char *name, struct slice text)
{
    intptr_t number = (intptr_t)map_get(n->values, slice_str(name)) + 1;
    for (; is_quoted(n, name, text); number++) {
        buf_clear(&n->placeholder);
        buf_fmt(&n->placeholder, "[%s_%lld]", name, (long long)number);
        if (slice_find(text, buf_view(&n->placeholder)) < 0)
            break;
    }
    map_put(n->values, slice_str(name), (void *)number);
    return number;
}

static void write_placeholder(struct numbering *n, const struct place *p, struct slice text,
                              struct buf *out)
{
    normalise(p, text, &n->key);
    intptr_t number = (intptr_t)map_get(n->values, buf_view(&n->key));
    if (number == 0) {
        number = next_number(n, p->placeholder, text);
        map_put(n->values, buf_view(&n->key), (void *)number);
    }
    buf_fmt(out, "[%s_%lld]", p->placeholder, (long long)number);
}

static int by_start(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    return (x->from > y->from) - (x->from < y->from);
}

static void write_text(struct finding *g, struct slice text, struct buf *out)
{
    struct numbering n = {.values = map_new()};
    size_t done = 0;
    buf_init(&n.key, SIZE_MAX);
    buf_init(&n.placeholder, 256);
    qsort(g->v, g->count, sizeof *g->v, by_start);
    for (size_t i = 0; i < g->count; i++) {
        buf_add(out, text.p + done, g->v[i].from - done);
        write_placeholder(&n, &g->v[i], text, out);
        done = g->v[i].to;
    }
    buf_add(out, text.p + done, text.n - done);
    buf_deinit(&n.key);
    buf_deinit(&n.placeholder);
    map_free(n.values);
}

static void count(const struct finding *g, const char *name, struct buf *out)
{
    int64_t places = 0;
    for (size_t i = 0; i < g->count; i++)
        places += g->v[i].counted && strcmp(g->v[i].name, name) == 0;
    if (places > 0)
        buf_fmt(out, "%s\"%s\":%lld", out->n > 1 ? "," : "", name, (long long)places);
}

static void write_counts(const struct redactor *r, const struct finding *g, struct buf *out)
{
    buf_char(out, '{');
    for (int k = 0; k < REDACT_KINDS; k++)
        count(g, redact_kind_name((enum redact_kind)k), out);
    for (int i = 0; i < r->own_count; i++)
        count(g, r->own[i].name, out);
    buf_char(out, '}');
}

enum redact_result redactor_apply(const struct redactor *r, const struct redact_text *t,
                                  struct buf *out, struct buf *counts, const char **pattern)
{
    struct finding g = {.count = 0};
    enum redact_result result = REDACT_NOTHING;
    buf_clear(out);
    buf_clear(counts);
    fold_init(&g.fold, t->text);
    g.taken = mem_zalloc(t->text.n + 1);
    for (int i = 0; i < r->own_count && result != REDACT_GAVE_UP; i++) {
        if (!find_own(&r->own[i], t->text, &g)) {
            *pattern = r->own[i].name;
            result = REDACT_GAVE_UP;
        }
    }
    if (result != REDACT_GAVE_UP) {
        find_built_in(r, &g);
        withhold_halves(t, &g);
    }
    if (result != REDACT_GAVE_UP && g.count > 0) {
        result = REDACT_DONE;
        write_text(&g, t->text, out);
        write_counts(r, &g, counts);
    }
    fold_deinit(&g.fold);
    mem_free(g.taken);
    mem_free(g.v);
    return result;
}
