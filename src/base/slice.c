/* The few operations on borrowed bytes that are too long to be inline, among them the program's
 * one parser of 64-bit integers. Nothing here allocates or looks at locale.
 */
#include "base/slice.h"

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct slice slice_trim(struct slice s)
{
    while (s.n > 0 && is_blank(s.p[0])) {
        s.p++;
        s.n--;
    }
    while (s.n > 0 && is_blank(s.p[s.n - 1]))
        s.n--;
    return s;
}

static unsigned char lower(char c)
{
    unsigned char u = (unsigned char)c;
    return u >= 'A' && u <= 'Z' ? (unsigned char)(u + ('a' - 'A')) : u;
}

bool slice_eq_nocase(struct slice a, struct slice b)
{
    if (a.n != b.n)
        return false;
    for (size_t i = 0; i < a.n; i++)
        if (lower(a.p[i]) != lower(b.p[i]))
            return false;
    return true;
}

ptrdiff_t slice_find(struct slice hay, struct slice needle)
{
    if (needle.n == 0)
        return 0;
    if (hay.n < needle.n)
        return -1;
    const char *at = memmem(hay.p, hay.n, needle.p, needle.n);
    return at ? at - hay.p : -1;
}

enum status slice_to_i64(struct slice s, int64_t *out)
{
    bool negative = s.n > 0 && s.p[0] == '-';
    size_t start = negative ? 1 : 0;
    if (s.n == start)
        return ST_BAD_JSON;

    int64_t v = 0;
    bool overflow = false;
    for (size_t i = start; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return ST_BAD_JSON;
        int digit = s.p[i] - '0';
        overflow |= __builtin_mul_overflow(v, (int64_t)10, &v);
        overflow |= __builtin_add_overflow(v, (int64_t)(negative ? -digit : digit), &v);
    }
    if (overflow)
        return ST_OVERFLOW;
    *out = v;
    return ST_OK;
}
