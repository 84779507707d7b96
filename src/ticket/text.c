/* Cleaning and cutting of ticket texts. Both write to memory of the caller and never grow a text.
 * Redaction is not here: what this makes is what content hashes are taken of.
 */
#include "ticket/text.h"

#include "base/utf8.h"

/* Bytes of the control character at p, 0 when there is none. n ≥ 1; C1 controls have two bytes. */
static size_t control_at(const char *p, size_t n)
{
    unsigned char c = (unsigned char)p[0];
    if (c < 0x20 || c == 0x7f)
        return c == '\t' || c == '\n' ? 0 : 1;
    return c == 0xc2 && n > 1 && (unsigned char)p[1] < 0xa0 ? 2 : 0;
}

size_t text_clean(struct slice s, char *out)
{
    size_t n = 0, plain = 0; /* start of the run not yet copied */
    for (size_t i = 0; i < s.n;) {
        size_t skip = control_at(s.p + i, s.n - i);
        if (skip == 0) {
            i++;
            continue;
        }
        memcpy(out + n, s.p + plain, i - plain);
        n += i - plain;
        if (s.p[i] == '\r' && (i + 1 == s.n || s.p[i + 1] != '\n'))
            out[n++] = '\n';
        i += skip;
        plain = i;
    }
    if (s.n > plain)
        memcpy(out + n, s.p + plain, s.n - plain);
    return n + (s.n - plain);
}

size_t text_cut(struct slice s, size_t max_bytes, char *out)
{
    static const struct slice elision = SLICE_LIT(TEXT_ELISION);
    if (s.n <= max_bytes) {
        if (s.n > 0)
            memcpy(out, s.p, s.n);
        return s.n;
    }
    if (max_bytes < 2 * elision.n) {
        size_t head = utf8_floor(s, max_bytes);
        memcpy(out, s.p, head);
        return head;
    }
    size_t room = max_bytes - elision.n;
    size_t head = utf8_floor(s, room - room / 3);
    size_t from = utf8_ceil(s, s.n - room / 3);
    memcpy(out, s.p, head);
    memcpy(out + head, elision.p, elision.n);
    memcpy(out + head + elision.n, s.p + from, s.n - from);
    return head + elision.n + (s.n - from);
}

static bool is_invisible(uint32_t cp)
{
    return cp <= 0x20 || (cp >= 0x7f && cp <= 0xa0) || cp == 0xad || cp == 0x1680 ||
           (cp >= 0x2000 && cp <= 0x200f) || (cp >= 0x2028 && cp <= 0x202f) ||
           (cp >= 0x205f && cp <= 0x206f) || cp == 0x3000 || cp == 0xfeff;
}

bool text_blank(struct slice s)
{
    for (size_t at = 0; at < s.n;)
        if (!is_invisible(utf8_next(s, &at)))
            return false;
    return true;
}
