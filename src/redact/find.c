/* The list of finds, words before a place, and reading digits in groups: what all scanners need.
 * Which finds count when they overlap is redact.c's.
 */
#include "redact/find.h"

#include "base/mem.h"

#define CONTEXT_BYTES 48

#define DIGIT (IS_DIGIT | IS_WORD | IS_HEX)
#define HEX   (IS_ALPHA | IS_WORD | IS_HEX)
#define ALPHA (IS_ALPHA | IS_WORD)

const uint8_t find_classes[256] = {
    ['\0'] = IS_BEFORE,         [' '] = IS_BEFORE,   ['\n'] = IS_BEFORE,    ['\t'] = IS_BEFORE,
    ['"'] = IS_BEFORE,          ['\''] = IS_BEFORE,  ['`'] = IS_BEFORE,     ['('] = IS_BEFORE,
    [':'] = IS_BEFORE | IS_HEX, ['='] = IS_BEFORE,   ['0' ... '9'] = DIGIT, ['A' ... 'F'] = HEX,
    ['G' ... 'Z'] = ALPHA,      ['a' ... 'f'] = HEX, ['g' ... 'z'] = ALPHA, ['_'] = IS_WORD,
    [0x80] = IS_WORD,           [0x81] = IS_BEFORE,
};

void find_add_raw(struct finder *f, int kind, size_t from, size_t to)
{
    if (f->count == f->cap) {
        f->cap = f->cap ? 2 * f->cap : 16;
        f->v = mem_grow(f->v, f->cap, sizeof *f->v);
    }
    f->v[f->count++] = (struct find){from, to, kind};
}

/* Ends behind its last character, before what was left out of the folded text there. */
void find_add(struct finder *f, enum redact_kind kind, size_t from, size_t to)
{
    size_t start = fold_place(&f->folded, from), end = fold_place(&f->folded, to);
    if (find_wants(f, kind))
        find_add_raw(f, kind, start, end);
}

static bool is_short(const char *word, size_t n)
{
    return n < 5 && (unsigned char)word[0] < 0x80;
}

static bool contains(struct slice hay, const char *word)
{
    size_t n = strlen(word);
    for (size_t i = 0; i + n <= hay.n; i++) {
        if (hay.p[i] != word[0] || memcmp(hay.p + i, word, n) != 0)
            continue;
        bool begins = i == 0 || !is_alpha(hay.p[i - 1]);
        bool ends = i + n == hay.n || !is_alpha(hay.p[i + n]);
        if (!is_short(word, n) || (begins && ends))
            return true;
    }
    return false;
}

bool find_context(const struct finder *f, size_t place, const char *const *words, size_t reach)
{
    char window[CONTEXT_BYTES];
    size_t end = fold_place(&f->folded, place);
    size_t n = end < reach ? end : reach;
    for (size_t i = 1; i < n; i++) { /* what stands before a placeholder is about that */
        if (f->text.p[end - i] == ']' && is_digit(f->text.p[end - i - 1]))
            n = i - 1;
    }
    for (size_t i = 0; i < n; i++) {
        char c = f->text.p[end - n + i];
        window[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    for (; *words; words++) {
        if (contains(slice_of(window, n), *words))
            return true;
    }
    return false;
}

static bool is_separator(char c)
{
    return c == ' ' || c == '-' || c == '.' || c == '/' || c == '(' || c == ')';
}

size_t find_line_break(const struct finder *f, size_t i)
{
    size_t n = at(f, i) == ' ';
    if (at(f, i + n++) != '\n')
        return 0;
    if (at(f, i + n) == '\n')
        return n + 1;
    if (at(f, i + n) == '>')
        n += at(f, i + n + 1) == ' ' ? 2 : 1;
    return n;
}

/* Bytes of the separator at i between two digits; *as what it counts as. 0 = there is none. */
static size_t separator(const struct finder *f, size_t i, char *as)
{
    size_t n = 0;
    bool parentheses = false;
    size_t wrapped = find_line_break(f, i);
    if (wrapped > 0) {
        *as = is_digit(at(f, i + wrapped)) ? '\n' : '\0';
        return *as ? wrapped : 0;
    }
    while (n < 4 && is_separator(at(f, i + n))) {
        char c = at(f, i + n);
        parentheses |= c == '(' || c == ')';
        n++;
    }
    if (n == 0 || !is_digit(at(f, i + n)))
        return 0;
    *as = parentheses ? 'P' : n == 1 ? at(f, i) : '\0';
    if (n == 3 && at(f, i) == ' ' && at(f, i + 2) == ' ' && at(f, i + 1) != ' ')
        *as = at(f, i + 1); /* "030 / 123" */
    return *as ? n : 0;
}

void chain_read(const struct finder *f, size_t start, struct chain *c)
{
    size_t i = start;
    char as = '\0';
    c->start = start;
    c->n = 0;
    while (c->n < CHAIN_MAX && is_digit(at(f, i))) {
        c->d[c->n] = (uint8_t)(at(f, i) - '0');
        c->sep[c->n] = as;
        c->end[c->n++] = ++i;
        as = '\0';
        if (!is_digit(at(f, i)))
            i += separator(f, i, &as);
    }
    c->inside = start >= 2 && is_separator(f->s[start - 1]) && is_digit(f->s[start - 2]);
}

int chain_line(const struct chain *c)
{
    int n = 1;
    while (n < c->n && c->sep[n] != '\n')
        n++;
    return n;
}

bool chain_ends(const struct finder *f, const struct chain *c, int k)
{
    if (k > c->n)
        return false;
    if (k < c->n)
        return c->sep[k] != '\0';
    return !is_word(at(f, c->end[k - 1]));
}

int chain_groups(const struct chain *c, int k, int *sizes, int max)
{
    int n = 0;
    for (int i = 0; i < k; i++) {
        if (i == 0 || c->sep[i]) {
            if (n == max)
                return max + 1;
            sizes[n++] = 0;
        }
        sizes[n - 1]++;
    }
    return n;
}

bool chain_separated_by(const struct chain *c, int k, const char *separators)
{
    for (int i = 1; i < k; i++) {
        if (c->sep[i] && !strchr(separators, c->sep[i]))
            return false;
    }
    return true;
}

bool chain_is_bare(const struct chain *c, int k)
{
    return chain_separated_by(c, k, "");
}
