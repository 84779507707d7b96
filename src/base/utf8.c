/* UTF-8 by RFC 3629. Validation skips plain ASCII eight bytes at a time, since nearly all that
 * passes through here is ASCII; everything else goes by the table of well-formed sequences
 * (Unicode, table 3-7), whose second byte is the only one with a range of its own.
 */
#include "base/utf8.h"

static bool is_tail(unsigned char c)
{
    return (c & 0xc0) == 0x80;
}

size_t utf8_sequence(const char *p, size_t n)
{
    const unsigned char *u = (const unsigned char *)p;
    if (n == 0)
        return 0;
    if (u[0] < 0x80)
        return 1;
    size_t len = u[0] < 0xe0 ? 2 : u[0] < 0xf0 ? 3 : 4;
    if (u[0] < 0xc2 || u[0] > 0xf4 || n < len)
        return 0;
    unsigned char low = 0x80, high = 0xbf;
    if (u[0] == 0xe0)
        low = 0xa0; /* shorter form exists */
    else if (u[0] == 0xed)
        high = 0x9f; /* surrogates */
    else if (u[0] == 0xf0)
        low = 0x90; /* shorter form exists */
    else if (u[0] == 0xf4)
        high = 0x8f; /* above U+10FFFF */
    if (u[1] < low || u[1] > high)
        return 0;
    for (size_t i = 2; i < len; i++)
        if (!is_tail(u[i]))
            return 0;
    return len;
}

bool utf8_valid(struct slice s)
{
    size_t at = 0;
    while (at < s.n) {
        uint64_t word;
        if (s.n - at >= sizeof word) {
            memcpy(&word, s.p + at, sizeof word);
            if (!(word & UINT64_C(0x8080808080808080))) {
                at += sizeof word;
                continue;
            }
        }
        size_t len = utf8_sequence(s.p + at, s.n - at);
        if (len == 0)
            return false;
        at += len;
    }
    return true;
}

/* Length of the sequence a lead byte of valid text announces. */
static size_t length_of(unsigned char lead)
{
    return lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

uint32_t utf8_next(struct slice s, size_t *at)
{
    static const unsigned char lead_bits[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    const unsigned char *u = (const unsigned char *)s.p + *at;
    size_t len = length_of(u[0]);
    uint32_t cp = u[0] & lead_bits[len];
    for (size_t i = 1; i < len; i++)
        cp = cp << 6 | (u[i] & 0x3f);
    *at += len;
    return cp;
}

size_t utf8_encode(uint32_t cp, char out[4])
{
    if (cp < 0x80) {
        out[0] = (char)cp;
        return 1;
    }
    if (cp > 0x10ffff || (cp >= 0xd800 && cp <= 0xdfff))
        return 0;
    size_t len = cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
    for (size_t i = len - 1; i > 0; i--) {
        out[i] = (char)(0x80 | (cp & 0x3f));
        cp >>= 6;
    }
    static const unsigned char marks[] = {0, 0, 0xc0, 0xe0, 0xf0};
    out[0] = (char)(marks[len] | cp);
    return len;
}

size_t utf8_length(struct slice s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += !is_tail((unsigned char)s.p[i]);
    return n;
}

size_t utf8_floor(struct slice s, size_t at)
{
    if (at >= s.n)
        return s.n;
    while (at > 0 && is_tail((unsigned char)s.p[at]))
        at--;
    return at;
}

size_t utf8_ceil(struct slice s, size_t at)
{
    if (at >= s.n)
        return s.n;
    while (at < s.n && is_tail((unsigned char)s.p[at]))
        at++;
    return at;
}

size_t utf8_prefix(struct slice s, size_t code_points)
{
    size_t at = 0;
    for (; at < s.n && code_points > 0; code_points--)
        at += length_of((unsigned char)s.p[at]);
    return at < s.n ? at : s.n;
}

size_t utf8_cut(struct slice s)
{
    for (size_t back = 1; back <= 3 && back <= s.n; back++) {
        unsigned char c = (unsigned char)s.p[s.n - back];
        if (is_tail(c))
            continue;
        return length_of(c) > back ? s.n - back : s.n;
    }
    return s.n;
}

int32_t utf8_hex4(const char *p, const char *end)
{
    if (end - p < 4)
        return -1;
    int32_t unit = 0;
    for (int i = 0; i < 4; i++) {
        char c = p[i];
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0)
            return -1;
        unit = unit << 4 | digit;
    }
    return unit;
}
