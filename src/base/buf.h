/* A growing byte buffer with a maximum and a sticky failed flag: append freely, check once.
 *
 * After the first append that would pass `max`, `failed` is set, nothing further is stored and
 * the content up to then stays. A NUL always stands behind the content (not counted).
 * Not thread-safe.
 */
#ifndef TICKETMILL_BASE_BUF_H
#define TICKETMILL_BASE_BUF_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

struct buf {
    char *p;
    size_t n, cap, max; /* bytes */
    bool failed;
};

void buf_init(struct buf *b, size_t max); /* no allocation yet */
void buf_deinit(struct buf *b);           /* frees; the buf may be initialised again */
void buf_clear(struct buf *b);            /* empties, keeps the memory, clears `failed` */
void buf_add(struct buf *b, const void *p, size_t n);
void buf_slice(struct buf *b, struct slice s);
void buf_str(struct buf *b, const char *s);
void buf_char(struct buf *b, char c);
void buf_i64(struct buf *b, int64_t v);
void buf_hex(struct buf *b, const void *p, size_t n); /* lower case */
void buf_fmt(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);
struct slice buf_view(const struct buf *b); /* borrowed until the next append */
char *buf_take(struct buf *b, size_t *n);   /* gives the memory away (mem_free), empties b */

#endif
