/* Records on their way in and out, each in one block, and the blob their headers travel in.
 *
 * Used by the Kafka edge, the decoder, the ledger and the publisher. Knows nothing of topics,
 * of what is inside a value or of which headers mean something.
 */
#include "model/record.h"

#include "base/mem.h"

#define LENGTH_BYTES 4
#define LENGTH_NULL  UINT32_MAX

/* Copies s to *at and moves *at behind it; absent stays absent. */
static struct slice place(char **at, struct slice s)
{
    struct slice copy = slice_of(s.p ? *at : NULL, s.n);

    if (s.n > 0)
        memcpy(*at, s.p, s.n);
    *at += s.n;
    return copy;
}

struct record *record_new(struct pos pos, int64_t timestamp_unix_ms, struct slice key,
                          struct slice value, struct slice headers)
{
    struct record *r = mem_alloc(sizeof(*r) + key.n + value.n + headers.n + 1);
    char *at = (char *)(r + 1);

    r->pos = pos;
    r->timestamp_unix_ms = timestamp_unix_ms;
    r->key = place(&at, key);
    r->value = place(&at, value);
    r->headers = place(&at, headers);
    return r;
}

struct outrow *outrow_new(const struct outrow *from)
{
    struct outrow *o = mem_alloc(sizeof(*o) + from->key.n + from->value.n + from->headers.n + 1);
    char *at = (char *)(o + 1);

    *o = *from;
    list_init(&o->node);
    o->key = place(&at, from->key);
    o->value = place(&at, from->value);
    o->headers = place(&at, from->headers);
    return o;
}

static void add_length(struct buf *b, uint32_t n)
{
    unsigned char raw[LENGTH_BYTES];

    for (int i = 0; i < LENGTH_BYTES; i++)
        raw[i] = (unsigned char)(n >> 8 * i);
    buf_add(b, raw, sizeof(raw));
}

void headers_add(struct buf *b, struct slice name, struct slice value)
{
    add_length(b, (uint32_t)name.n);
    buf_slice(b, name);
    add_length(b, value.p ? (uint32_t)value.n : LENGTH_NULL);
    if (value.p)
        buf_slice(b, value);
}

static bool read_length(struct slice blob, size_t *at, uint32_t *n)
{
    const unsigned char *p = (const unsigned char *)blob.p + *at;

    if (blob.n - *at < LENGTH_BYTES)
        return false;
    *n = p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
    *at += LENGTH_BYTES;
    return true;
}

static bool read_bytes(struct slice blob, size_t *at, uint32_t n, struct slice *out)
{
    if (blob.n - *at < n)
        return false;
    *out = slice_of(blob.p + *at, n);
    *at += n;
    return true;
}

bool headers_next(struct slice blob, size_t *at, struct slice *name, struct slice *value)
{
    size_t next = *at;
    uint32_t n;
    struct slice found_name, found_value = SLICE_NONE;

    if (next >= blob.n || !read_length(blob, &next, &n) ||
        !read_bytes(blob, &next, n, &found_name) || !read_length(blob, &next, &n))
        return false;
    if (n != LENGTH_NULL && !read_bytes(blob, &next, n, &found_value))
        return false;
    *at = next;
    *name = found_name;
    *value = found_value;
    return true;
}

struct slice headers_find(struct slice blob, const char *name)
{
    struct slice found = SLICE_NONE, this_name, value;
    size_t at = 0;

    while (headers_next(blob, &at, &this_name, &value)) {
        if (slice_eq(this_name, slice_str(name)))
            found = value;
    }
    return found;
}
