/* xoshiro256** seeded by splitmix64 (both Blackman and Vigna, public domain), the kernel's
 * random bytes, and time-sortable ids. The generator is not for secrets; ids only need to be
 * unlike each other.
 */
#include "base/random.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/types.h>

static uint64_t splitmix64(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static uint64_t rotate_left(uint64_t x, int bits)
{
    return (x << bits) | (x >> (64 - bits));
}

void random_seed(struct random *r, uint64_t seed)
{
    for (int i = 0; i < 4; i++)
        r->s[i] = splitmix64(&seed);
}

void random_seed_system(struct random *r)
{
    uint64_t seed;
    random_bytes(r->s, sizeof r->s);
    random_bytes(&seed, sizeof seed);
    r->s[0] ^= splitmix64(&seed); /* all zero would be the one state that never leaves itself */
}

uint64_t random_u64(struct random *r)
{
    uint64_t *s = r->s;
    uint64_t result = rotate_left(s[1] * 5, 7) * 9;
    uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate_left(s[3], 45);
    return result;
}

uint64_t random_below(struct random *r, uint64_t bound)
{
    assert(bound >= 1);
    uint64_t reject = (0 - bound) % bound; /* 2^64 mod bound: the first so many are one too many */
    uint64_t v;
    do
        v = random_u64(r);
    while (v < reject);
    return v % bound;
}

double random_unit(struct random *r)
{
    return (double)(random_u64(r) >> 11) * 0x1.0p-53;
}

void random_bytes(void *out, size_t n)
{
    unsigned char *p = out;
    while (n > 0) {
        ssize_t got = getrandom(p, n, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            abort(); /* only on kernels older than 3.17, where nothing else would work either */
        p += got;
        n -= (size_t)got;
    }
}

/* Crockford's alphabet: no I, L, O, U. Writes the low 5*digits bits of v. */
static void base32(char *out, uint64_t v, int digits)
{
    static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    for (int i = digits - 1; i >= 0; i--) {
        out[i] = alphabet[v & 31];
        v >>= 5;
    }
}

void random_id(struct random *r, int64_t unix_us, char out[ID_SIZE])
{
    uint64_t ms = unix_us > 0 ? (uint64_t)unix_us / 1000 : 0;
    base32(out, ms & ((UINT64_C(1) << 48) - 1), 10);
    base32(out + 10, random_u64(r), 8); /* 40 bits each */
    base32(out + 18, random_u64(r), 8);
    out[ID_SIZE - 1] = '\0';
}
