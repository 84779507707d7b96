/* Growing byte buffer. Room for the NUL behind the content is always part of `cap`, so that the
 * content can be handed to a C function as it is. Growth doubles, up to the maximum.
 */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/mem.h"

#define FIRST_CAP 64 /* bytes */

void buf_init(struct buf *b, size_t max)
{
    /* One less than SIZE_MAX, so that the NUL never overflows the sum. */
    *b = (struct buf){.max = max < SIZE_MAX ? max : SIZE_MAX - 1};
}

void buf_deinit(struct buf *b)
{
    mem_free(b->p);
    *b = (struct buf){.max = b->max};
}

void buf_clear(struct buf *b)
{
    b->n = 0;
    b->failed = false;
    if (b->p)
        b->p[0] = '\0';
}

/* Makes room for n more bytes and the NUL. False (and failed) when that would pass max. */
static bool reserve(struct buf *b, size_t n)
{
    if (b->failed || n > b->max - b->n) {
        b->failed = true;
        return false;
    }
    size_t need = b->n + n + 1;
    if (need <= b->cap)
        return true;
    size_t cap = b->cap < FIRST_CAP / 2 ? FIRST_CAP : b->cap * 2;
    if (cap > b->max + 1 || cap < b->cap)
        cap = b->max + 1;
    if (cap < need)
        cap = need;
    b->p = mem_grow(b->p, cap, 1);
    b->cap = cap;
    return true;
}

void buf_add(struct buf *b, const void *p, size_t n)
{
    if (!reserve(b, n))
        return;
    if (n > 0)
        memcpy(b->p + b->n, p, n);
    b->n += n;
    b->p[b->n] = '\0';
}

void buf_slice(struct buf *b, struct slice s)
{
    buf_add(b, s.p, s.n);
}

void buf_str(struct buf *b, const char *s)
{
    buf_add(b, s, strlen(s));
}

void buf_char(struct buf *b, char c)
{
    buf_add(b, &c, 1);
}

void buf_i64(struct buf *b, int64_t v)
{
    char digits[20]; /* "-9223372036854775808" */
    size_t at = sizeof digits;
    uint64_t u = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
    do {
        digits[--at] = (char)('0' + u % 10);
        u /= 10;
    } while (u);
    if (v < 0)
        digits[--at] = '-';
    buf_add(b, digits + at, sizeof digits - at);
}

void buf_hex(struct buf *b, const void *p, size_t n)
{
    static const char digits[] = "0123456789abcdef";
    const unsigned char *in = p;
    if (n > SIZE_MAX / 2 || !reserve(b, n * 2)) {
        b->failed = true;
        return;
    }
    for (size_t i = 0; i < n; i++) {
        b->p[b->n++] = digits[in[i] >> 4];
        b->p[b->n++] = digits[in[i] & 15];
    }
    b->p[b->n] = '\0';
}

void buf_fmt(struct buf *b, const char *fmt, ...)
{
    if (!reserve(b, 0))
        return;
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(b->p + b->n, b->cap - b->n, fmt, ap);
    va_end(ap);
    if (n >= 0 && (size_t)n >= b->cap - b->n && reserve(b, (size_t)n)) {
        va_start(ap, fmt);
        n = vsnprintf(b->p + b->n, b->cap - b->n, fmt, ap);
        va_end(ap);
    }
    if (n < 0 || b->failed) {
        b->failed = true;
        b->p[b->n] = '\0';
        return;
    }
    b->n += (size_t)n;
}

struct slice buf_view(const struct buf *b)
{
    return b->p ? slice_of(b->p, b->n) : SLICE_LIT("");
}

char *buf_take(struct buf *b, size_t *n)
{
    char *p = b->p ? b->p : mem_zalloc(1);
    if (n)
        *n = b->n;
    *b = (struct buf){.max = b->max};
    return p;
}
