/* Folding of texts for the scanners. First step of redaction; an ASCII text passes as it is, which
 * is most of them. Nothing is decided here: what a character looks like is all that counts.
 */
#include "redact/fold.h"

#include <stdbool.h>

#include "base/mem.h"
#include "base/utf8.h"

#define DROPPED '\0'

static bool is_ascii(struct slice s)
{
    for (size_t i = 0; i < s.n; i++) {
        if ((unsigned char)s.p[i] >= 0x80)
            return false;
    }
    return true;
}

/* Zero of the decimal digits that a code point belongs to; 0 = none. */
static uint32_t zero_of(uint32_t cp)
{
    static const uint32_t zeros[] = {0x0660, 0x06f0, 0x0966, 0x09e6, 0x0e50, 0xff10};
    for (size_t i = 0; i < sizeof zeros / sizeof *zeros; i++) {
        if (cp >= zeros[i] && cp < zeros[i] + 10)
            return zeros[i];
    }
    return 0;
}

static bool is_dropped(uint32_t cp)
{
    return cp == 0xad || cp == 0x34f || cp == 0x61c || (cp >= 0x200b && cp <= 0x200f) ||
           (cp >= 0x202a && cp <= 0x202e) || (cp >= 0x2060 && cp <= 0x2069) ||
           (cp >= 0xfe00 && cp <= 0xfe0f) || cp == 0xfeff;
}

static bool is_space(uint32_t cp)
{
    return cp == 0xa0 || cp == 0x1680 || (cp >= 0x2000 && cp <= 0x200a) || cp == 0x202f ||
           cp == 0x205f || cp == 0x3000;
}

static bool is_dash(uint32_t cp)
{
    return (cp >= 0x2010 && cp <= 0x2015) || cp == 0x2212 || cp == 0xfe58 || cp == 0xfe63 ||
           cp == 0x30fc;
}

/* Thai, Lao, Khmer, Myanmar; Han, kana, Hangul with its particles, and their punctuation. */
static bool is_unspaced(uint32_t cp)
{
    return (cp >= 0x0e00 && cp <= 0x0eff) || (cp >= 0x1000 && cp <= 0x109f) ||
           (cp >= 0x1780 && cp <= 0x17ff) || (cp >= 0x2e80 && cp <= 0xd7ff) ||
           (cp >= 0xf900 && cp <= 0xfaff) || (cp >= 0xff5f && cp <= 0xffef) || cp >= 0x20000;
}

static char fold_one(uint32_t cp, char previous)
{
    uint32_t zero;
    if (cp < 0x80)
        return cp ? (char)cp : ' ';
    if (is_dropped(cp))
        return DROPPED;
    if (is_space(cp))
        return ' ';
    if (is_dash(cp) && (cp != 0x30fc || (previous >= '0' && previous <= '9')))
        return '-'; /* the kana's long mark is typed as one between digits */
    if ((zero = zero_of(cp)) != 0)
        return (char)('0' + (cp - zero));
    if (cp >= 0xff01 && cp <= 0xff5e)
        return (char)(cp - 0xff01 + '!');
    if (cp == 0xfe6b)
        return '@';
    if (cp == 0x2024 || cp == 0x3002 || cp == 0xff61)
        return cp == 0x2024 ? '.' : FOLD_SCRIPT;
    if (is_unspaced(cp))
        return FOLD_SCRIPT;
    if (cp < 0xc0 || (cp >= 0x2010 && cp <= 0x2bff))
        return FOLD_SIGN; /* punctuation and symbols: no part of any word */
    return FOLD_LETTER;
}

void fold(struct slice text, struct folded *out)
{
    *out = (struct folded){.s = text.p, .n = text.n};
    if (is_ascii(text))
        return;
    char *s = out->block = mem_alloc(text.n);
    out->place = mem_alloc((text.n + 1) * sizeof *out->place);
    out->s = s;
    out->n = 0;
    for (size_t i = 0; i < text.n;) {
        size_t from = i;
        char c = fold_one(utf8_next(text, &i), out->n > 0 ? s[out->n - 1] : ' ');
        if (c == DROPPED)
            continue;
        s[out->n] = c;
        out->place[out->n++] = (uint32_t)from;
    }
    out->place[out->n] = (uint32_t)text.n;
}

void fold_deinit(struct folded *f)
{
    mem_free(f->block);
    mem_free(f->place);
}
