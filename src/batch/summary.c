/* Folding, cutting, and the search for URLs the model made up (or was made to write): a summary
 * goes to people who may click.
 */
#include "batch/summary.h"

#include "base/utf8.h"

static bool is_blank(uint32_t cp)
{
    return cp <= 0x20 || (cp >= 0x7f && cp <= 0xa0) || cp == 0x1680 ||
           (cp >= 0x2000 && cp <= 0x200a) || cp == 0x2028 || cp == 0x2029 || cp == 0x202f ||
           cp == 0x205f || cp == 0x3000;
}

/* Zero width: kept, since some scripts and emoji need them, but nothing to see. */
static bool is_invisible(uint32_t cp)
{
    return cp == 0xad || (cp >= 0x200b && cp <= 0x200f) || (cp >= 0x202a && cp <= 0x202e) ||
           (cp >= 0x2060 && cp <= 0x206f) || cp == 0xfeff;
}

struct slice summary_fold(struct arena *a, struct slice s)
{
    char *out = arena_alloc(a, s.n);
    size_t n = 0;
    bool gap = false, visible = false;
    for (size_t at = 0; at < s.n;) {
        size_t start = at;
        uint32_t cp = utf8_next(s, &at);
        if (is_blank(cp)) {
            gap = n > 0;
            continue;
        }
        if (gap)
            out[n++] = ' ';
        gap = false;
        memcpy(out + n, s.p + start, at - start);
        n += at - start;
        visible |= !is_invisible(cp);
    }
    return slice_of(out, visible ? n : 0);
}

bool summary_cut(struct slice *s, size_t chars)
{
    size_t n = utf8_prefix(*s, chars);
    if (n == s->n)
        return false;
    while (n > 0 && s->p[n - 1] == ' ')
        n--;
    s->n = n;
    return true;
}

static bool is_alnum(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* ASCII that may stand in a URL; anything else, letters of other scripts too, ends it. */
static bool is_url_char(char c)
{
    return c > 0x20 && c < 0x7f && !strchr("\"'<>()[]{}|\\^`", c);
}

/* Where a URL begins whose mark ("://" or "www.") stands at `mark`; s.n when it is none. */
static size_t url_start(struct slice s, size_t mark)
{
    size_t at = mark;
    if (s.p[mark] == ':')
        while (at > 0 && (is_alnum(s.p[at - 1]) || strchr("+.-", s.p[at - 1])))
            at--;
    else if (at > 0 && is_alnum(s.p[at - 1]))
        return s.n;
    return at < mark || s.p[mark] != ':' ? at : s.n;
}

static bool starts(struct slice s, size_t at, struct slice word)
{
    return s.n - at >= word.n && slice_eq_nocase(slice_of(s.p + at, word.n), word);
}

/* The next URL at or after *at, without punctuation at its end; NONE when there is none. */
static struct slice next_url(struct slice s, size_t *at)
{
    static const struct slice scheme = SLICE_LIT("://"), www = SLICE_LIT("www.");
    for (size_t i = *at; i < s.n; i++) {
        bool is_scheme = starts(s, i, scheme);
        if (!is_scheme && !starts(s, i, www))
            continue;
        size_t start = url_start(s, i);
        size_t after = i + (is_scheme ? scheme.n : www.n);
        size_t end = after;
        while (end < s.n && is_url_char(s.p[end]))
            end++;
        *at = end;
        while (end > after && strchr(".,;:!?*_~", s.p[end - 1]))
            end--;
        if (start < s.n && end > after)
            return slice_of(s.p + start, end - start);
        i = *at - 1;
    }
    return SLICE_NONE;
}

/* May a URL end before text.p[at]? Not inside a word or a host name. */
static bool is_url_end(struct slice text, size_t at)
{
    if (at == text.n)
        return true;
    if (text.p[at] == '.')
        return at + 1 == text.n || !is_alnum(text.p[at + 1]);
    return !is_alnum(text.p[at]) && text.p[at] != '-';
}

static bool holds(struct slice text, struct slice url)
{
    for (size_t i = 0; i + url.n <= text.n; i++)
        if (starts(text, i, url) && is_url_end(text, i + url.n))
            return true;
    return false;
}

bool summary_foreign_url(struct slice summary, struct slice text)
{
    size_t at = 0;
    for (;;) {
        struct slice url = next_url(summary, &at);
        if (!url.p)
            return false;
        if (!holds(text, url))
            return true;
    }
}
