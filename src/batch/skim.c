/* A recursive walk over JSON that only tells where things end. Recursion is bounded by the depth
 * that base/json.h allows documents anyway.
 */
#include "batch/skim.h"

#include "base/json.h"

struct skim {
    const char *p, *end;
};

static void skip_blank(struct skim *s)
{
    while (s->p < s->end && (*s->p == ' ' || *s->p == '\n' || *s->p == '\r' || *s->p == '\t'))
        s->p++;
}

static bool accept(struct skim *s, char c)
{
    if (s->p == s->end || *s->p != c)
        return false;
    s->p++;
    return true;
}

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* Behind a backslash. */
static bool escape(struct skim *s)
{
    if (s->p == s->end)
        return false;
    char c = *s->p++;
    if (c != 'u')
        return memchr("\"\\/bfnrt", c, 8) != NULL;
    for (int i = 0; i < 4; i++, s->p++)
        if (s->p == s->end || !is_hex(*s->p))
            return false;
    return true;
}

static bool string(struct skim *s)
{
    if (!accept(s, '"'))
        return false;
    while (s->p < s->end) {
        unsigned char c = (unsigned char)*s->p++;
        if (c == '"')
            return true;
        if (c < 0x20 || (c == '\\' && !escape(s)))
            return false;
    }
    return false;
}

static bool digits(struct skim *s)
{
    const char *start = s->p;
    while (s->p < s->end && *s->p >= '0' && *s->p <= '9')
        s->p++;
    return s->p > start;
}

static bool number(struct skim *s)
{
    accept(s, '-');
    if (!accept(s, '0') && !digits(s))
        return false;
    if (accept(s, '.') && !digits(s))
        return false;
    if (accept(s, 'e') || accept(s, 'E')) {
        if (!accept(s, '+'))
            accept(s, '-');
        return digits(s);
    }
    return true;
}

static bool word(struct skim *s, struct slice w)
{
    if ((size_t)(s->end - s->p) < w.n || memcmp(s->p, w.p, w.n) != 0)
        return false;
    s->p += w.n;
    return true;
}

static bool value(struct skim *s, int depth);

static bool member_key(struct skim *s)
{
    skip_blank(s);
    if (!string(s))
        return false;
    skip_blank(s);
    return accept(s, ':');
}

/* At the opening bracket. */
static bool container(struct skim *s, int depth)
{
    bool object = *s->p++ == '{';
    char close = object ? '}' : ']';
    if (depth == 0)
        return false;
    skip_blank(s);
    if (accept(s, close))
        return true;
    for (;;) {
        if ((object && !member_key(s)) || !value(s, depth - 1))
            return false;
        skip_blank(s);
        if (accept(s, close))
            return true;
        if (!accept(s, ','))
            return false;
    }
}

/* Blanks, then one value; `depth` more levels may open. */
static bool value(struct skim *s, int depth)
{
    skip_blank(s);
    if (s->p == s->end)
        return false;
    switch (*s->p) {
    case '{':
    case '[':
        return container(s, depth);
    case '"':
        return string(s);
    case 't':
        return word(s, SLICE_LIT("true"));
    case 'f':
        return word(s, SLICE_LIT("false"));
    case 'n':
        return word(s, SLICE_LIT("null"));
    default:
        return number(s);
    }
}

static struct skim skim_at(struct slice text, size_t at)
{
    return (struct skim){text.p + at, text.p + text.n};
}

bool skim_value(struct slice text, size_t *at, struct slice *out)
{
    struct skim s = skim_at(text, *at);
    skip_blank(&s);
    const char *start = s.p;
    bool complete = value(&s, JSON_MAX_DEPTH);
    *at = (size_t)(s.p - text.p);
    if (complete)
        *out = slice_of(start, (size_t)(s.p - start));
    return complete;
}

bool skim_next(struct slice text, size_t *at, struct slice *key, struct slice *out)
{
    bool object = text.p[0] == '{';
    struct skim s = skim_at(text, *at == 0 ? 1 : *at);
    skip_blank(&s);
    accept(&s, ',');
    skip_blank(&s);
    const char *start = s.p;
    *key = SLICE_NONE;
    if (object) {
        if (!string(&s))
            return false;
        *key = slice_of(start, (size_t)(s.p - start));
        skip_blank(&s);
        accept(&s, ':');
    }
    *at = (size_t)(s.p - text.p);
    return skim_value(text, at, out);
}
