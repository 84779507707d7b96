/* Folding: code points to the bytes that scanners compare. */
#include "redact/fold.h"

#include "base/mem.h"
#include "base/utf8.h"

#define LEFT_OUT '\0'

static bool between(uint32_t cp, uint32_t first, uint32_t last)
{
    return cp >= first && cp <= last;
}

static char digit_of(uint32_t cp)
{
    static const uint32_t zeros[] = {0x660, 0x6f0, 0x966, 0x9e6, 0xe50, 0xff10};
    for (size_t i = 0; i < sizeof zeros / sizeof *zeros; i++) {
        if (between(cp, zeros[i], zeros[i] + 9))
            return (char)('0' + (cp - zeros[i]));
    }
    return FOLD_OTHER;
}

static char folded(uint32_t cp)
{
    if (cp == 0xad || between(cp, 0x200b, 0x200f) || between(cp, 0x2060, 0x2064) || cp == 0xfeff)
        return LEFT_OUT;
    if (cp == 0xa0 || between(cp, 0x2000, 0x200a) || cp == 0x202f || cp == 0x205f || cp == 0x3000)
        return ' ';
    if (between(cp, 0x2010, 0x2015) || cp == 0x2212)
        return '-';
    if (between(cp, 0xff01, 0xff5e))
        return (char)(cp - 0xff01 + '!');
    if (between(cp, 0xc0, 0x24f) && cp != 0xd7 && cp != 0xf7)
        return FOLD_LATIN;
    return digit_of(cp);
}

void fold_init(struct fold *f, struct slice text)
{
    *f = (struct fold){.text = text, .c = mem_alloc(text.n + 1)};
    f->at = mem_array(text.n + 1, sizeof *f->at);
    for (size_t i = 0; i < text.n;) {
        size_t start = i;
        char c = text.p[i];
        if ((unsigned char)c < 0x80)
            i++;
        else
            c = folded(utf8_next(text, &i));
        if (c == LEFT_OUT)
            continue;
        f->c[f->n] = c;
        f->at[f->n++] = (uint32_t)start;
    }
    f->c[f->n] = '\0';
    f->at[f->n] = (uint32_t)text.n;
}

void fold_deinit(struct fold *f)
{
    mem_free(f->c);
    mem_free(f->at);
}

bool fold_is(const struct fold *f, size_t i, const char *word)
{
    for (; *word; word++, i++) {
        if (i >= f->n || (f->c[i] != *word && f->c[i] != fold_upper(*word)))
            return false;
    }
    return true;
}
