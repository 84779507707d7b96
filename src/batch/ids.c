/* Draws ids without looking at the texts more than once: every triple of id characters that stands
 * in a text is marked in a bitmap of all ids, and so is everything closer than two characters to an
 * id already drawn. What is left unmarked may be drawn.
 */
#include "batch/ids.h"

#include <assert.h>

static const char alphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";
#define LETTERS_FROM 10 /* the first character is one of these */
#define BASE         32
#define ALL_IDS      (BASE * BASE * BASE)

struct taken {
    uint8_t bits[ALL_IDS / 8];
};

static bool is_taken(const struct taken *t, unsigned id)
{
    return t->bits[id / 8] >> (id % 8) & 1;
}

static void take(struct taken *t, unsigned id)
{
    t->bits[id / 8] = (uint8_t)(t->bits[id / 8] | 1u << (id % 8));
}

/* Values of characters in the alphabet, whatever their case; -1 = not in it. */
static void fill_values(int8_t values[256])
{
    memset(values, -1, 256);
    for (int v = 0; v < BASE; v++) {
        unsigned char c = (unsigned char)alphabet[v];
        values[c] = (int8_t)v;
        if (v >= LETTERS_FROM)
            values[c - 'a' + 'A'] = (int8_t)v;
    }
}

static void take_triples(struct taken *t, const int8_t values[256], struct slice text)
{
    unsigned id = 0, run = 0; /* the last three characters; how many of them are in the alphabet */
    for (size_t i = 0; i < text.n; i++) {
        int v = values[(unsigned char)text.p[i]];
        run = v < 0 ? 0 : run + 1;
        id = (id * BASE + (unsigned)(v < 0 ? 0 : v)) % ALL_IDS;
        if (run >= 3)
            take(t, id);
    }
}

/* The id and all that differ from it in one character. */
static void take_neighbours(struct taken *t, unsigned id)
{
    for (unsigned unit = 1; unit < ALL_IDS; unit *= BASE) {
        unsigned without = id - id / unit % BASE * unit;
        for (unsigned v = 0; v < BASE; v++)
            take(t, without + v * unit);
    }
}

static unsigned draw(struct random *r)
{
    unsigned first = LETTERS_FROM + (unsigned)random_below(r, BASE - LETTERS_FROM);
    return first * BASE * BASE + (unsigned)random_below(r, BASE * BASE);
}

/* A random id that is not taken: by chance, and when few are left the next one in order. */
static bool draw_free(struct random *r, const struct taken *t, unsigned *id)
{
    for (int tries = 0; tries < 64; tries++) {
        *id = draw(r);
        if (!is_taken(t, *id))
            return true;
    }
    const unsigned low = LETTERS_FROM * BASE * BASE, count = ALL_IDS - low;
    unsigned start = *id - low;
    for (unsigned i = 0; i < count; i++) {
        *id = low + (start + i) % count;
        if (!is_taken(t, *id))
            return true;
    }
    return false;
}

static void spell(unsigned id, char out[SHORT_ID_SIZE])
{
    out[0] = alphabet[id / BASE / BASE];
    out[1] = alphabet[id / BASE % BASE];
    out[2] = alphabet[id % BASE];
    out[3] = '\0';
}

bool ids_draw(struct random *r, const struct slice *texts, size_t n, char ids[][SHORT_ID_SIZE])
{
    assert(n >= 1 && n <= PACK_TICKETS_LIMIT);
    int8_t values[256];
    struct taken taken = {{0}};
    fill_values(values);
    for (size_t i = 0; i < n; i++)
        take_triples(&taken, values, texts[i]);
    for (size_t i = 0; i < n; i++) {
        unsigned id;
        if (!draw_free(r, &taken, &id) && n > 1)
            return false;
        take_neighbours(&taken, id);
        spell(id, ids[i]);
    }
    return true;
}
