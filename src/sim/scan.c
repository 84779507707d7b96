/* Walking JSON in place.
 *
 * Used for the requests the simulator receives. Containers are checked for commas and brackets,
 * strings for their end; values that nobody looks at are skipped by counting brackets, so this is
 * no validator. Numbers and escapes are only judged when somebody reads them.
 */
#include "sim/scan.h"

#include "base/utf8.h"

void scan_init(struct scan *s, struct slice text)
{
    *s = (struct scan){.p = text.p, .end = text.p + text.n};
}

static bool fail(struct scan *s)
{
    s->bad = true;
    return false;
}

static bool at(struct scan *s)
{
    while (s->p < s->end && (*s->p == ' ' || *s->p == '\n' || *s->p == '\t' || *s->p == '\r'))
        s->p++;
    return s->p < s->end && !s->bad;
}

bool scan_open(struct scan *s, char bracket)
{
    if (!at(s) || *s->p != bracket)
        return fail(s);
    s->p++;
    s->more = false;
    return true;
}

/* Moves to the next value of a container, or past its end. */
static bool next(struct scan *s, char close)
{
    if (!at(s))
        return fail(s);
    if (*s->p == close) {
        s->p++;
        s->more = true;
        return false;
    }
    if (s->more) {
        if (*s->p != ',')
            return fail(s);
        s->p++;
        if (!at(s) || *s->p == close)
            return fail(s);
    }
    s->more = true;
    return true;
}

bool scan_member(struct scan *s, struct slice *raw_key)
{
    if (!next(s, '}') || !scan_string(s, raw_key))
        return false;
    if (!at(s) || *s->p != ':')
        return fail(s);
    s->p++;
    return true;
}

bool scan_element(struct scan *s)
{
    return next(s, ']');
}

/* The quote that ends the string whose first byte is at p; NULL when there is none. */
static const char *string_end(const char *p, const char *end)
{
    const char *from = p;
    while (from < end) {
        const char *quote = memchr(from, '"', (size_t)(end - from));
        if (quote == NULL)
            return NULL;
        const char *slash = quote;
        while (slash > p && slash[-1] == '\\')
            slash--;
        if ((quote - slash) % 2 == 0)
            return quote;
        from = quote + 1;
    }
    return NULL;
}

bool scan_string(struct scan *s, struct slice *raw)
{
    if (!at(s) || *s->p != '"')
        return fail(s);
    const char *quote = string_end(s->p + 1, s->end);
    if (quote == NULL)
        return fail(s);
    *raw = slice_of(s->p + 1, (size_t)(quote - s->p - 1));
    s->p = quote + 1;
    s->more = true;
    return true;
}

static bool skip_container(struct scan *s)
{
    int depth = 0;
    while (s->p < s->end) {
        char c = *s->p;
        if (c == '"') {
            struct slice ignored;
            if (!scan_string(s, &ignored))
                return false;
            continue;
        }
        s->p++;
        if (c == '{' || c == '[')
            depth++;
        else if ((c == '}' || c == ']') && --depth == 0)
            return true;
    }
    return fail(s);
}

static bool skip_scalar(struct scan *s)
{
    const char *from = s->p;
    while (s->p < s->end && strchr(",]} \t\r\n", *s->p) == NULL)
        s->p++;
    return s->p > from || fail(s);
}

bool scan_value(struct scan *s, struct slice *raw)
{
    if (!at(s))
        return fail(s);
    const char *from = s->p;
    struct slice ignored;
    bool good = *from == '"'                   ? scan_string(s, &ignored)
                : *from == '{' || *from == '[' ? skip_container(s)
                                               : skip_scalar(s);
    *raw = slice_of(from, (size_t)(s->p - from));
    s->more = true;
    return good;
}

bool scan_end(struct scan *s)
{
    return !at(s) && !s->bad;
}

/* *p is behind "\u". */
static bool unescape_unicode(const char **p, const char *end, struct buf *out)
{
    int unit = utf8_hex4(*p, end);
    if (unit < 0)
        return false;
    *p += 4;
    uint32_t cp = (uint32_t)unit;
    if (unit >= 0xd800 && unit < 0xdc00) {
        int low = end - *p >= 6 && (*p)[0] == '\\' && (*p)[1] == 'u' ? utf8_hex4(*p + 2, end) : -1;
        if (low < 0xdc00 || low > 0xdfff)
            return false;
        *p += 6;
        cp = 0x10000 + ((uint32_t)(unit - 0xd800) << 10) + (uint32_t)(low - 0xdc00);
    }
    char bytes[4];
    size_t n = utf8_encode(cp, bytes);
    buf_add(out, bytes, n);
    return n > 0;
}

bool scan_unescape(struct slice raw, struct buf *out)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    const char *p = raw.p, *end = raw.p + raw.n;
    while (p < end) {
        const char *slash = memchr(p, '\\', (size_t)(end - p));
        if (slash == NULL)
            break;
        buf_add(out, p, (size_t)(slash - p));
        p = slash + 2;
        if (p > end)
            return false;
        const char *known = slash[1] != '\0' ? strchr(from, slash[1]) : NULL;
        if (known != NULL)
            buf_char(out, to[known - from]);
        else if (slash[1] != 'u' || !unescape_unicode(&p, end, out))
            return false;
    }
    buf_add(out, p, (size_t)(end - p));
    return true;
}
