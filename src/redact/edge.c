/* Edges of a cut. Half an address or number must not pass for ordinary text; half a word is no
 * loss. Runs after the scanners, on what they read.
 */
#include "redact/edge.h"

#define GROUPS_MAX 12 /* of a number, as an IBAN has */

static bool is_gap(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == FOLD_SCRIPT;
}

/* Groups of a number stand on one line, or on two when a mail program wrapped it. */
static bool may_go_on(char c)
{
    return c == ' ' || c == '\n';
}

/* No letters: digits and signs between them. */
static bool is_group(const struct finder *f, size_t from, size_t to)
{
    bool digit = false, sign = true;
    for (size_t i = from; i < to; i++) {
        digit |= is_digit(f->s[i]);
        sign &= !is_alpha(f->s[i]) && f->s[i] != FOLD_LETTER;
    }
    return to > from && (digit || sign);
}

static size_t word_start(const struct finder *f, size_t i)
{
    while (i > 0 && !is_gap(f->s[i - 1]))
        i--;
    return i;
}

static size_t word_end(const struct finder *f, size_t i)
{
    while (i < f->n && !is_gap(f->s[i]))
        i++;
    return i;
}

static size_t left_edge(const struct finder *f, size_t i)
{
    i = word_start(f, i);
    for (int k = 0; k < GROUPS_MAX && i > 0 && may_go_on(f->s[i - 1]); k++) {
        size_t start = word_start(f, i - 1);
        if (!is_group(f, start, i - 1))
            break;
        i = start;
    }
    return i;
}

static size_t right_edge(const struct finder *f, size_t i)
{
    i = word_end(f, i);
    for (int k = 0; k < GROUPS_MAX && may_go_on(at(f, i)); k++) {
        size_t end = word_end(f, i + 1);
        if (!is_group(f, i + 1, end))
            break;
        i = end;
    }
    return i;
}

static void take(struct finder *f, size_t from, size_t to)
{
    if (from < to)
        find_add_raw(f, EDGE_KIND, fold_place(&f->folded, from), fold_place(&f->folded, to));
}

void edge_find(struct finder *f, struct slice elision)
{
    struct folded mark; /* the elision as the scanners see it */
    struct slice rest = slice_of(f->s, f->n);
    ptrdiff_t found;
    size_t base = 0;
    fold(elision, &mark);
    while ((found = slice_find(rest, slice_of(mark.s, mark.n))) >= 0) {
        size_t i = base + (size_t)found;
        take(f, left_edge(f, i), i);
        base = i + mark.n;
        take(f, base, right_edge(f, base));
        rest = slice_of(f->s + base, f->n - base);
    }
    if (base == 0)
        take(f, left_edge(f, f->n), f->n);
    fold_deinit(&mark);
}
