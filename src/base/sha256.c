/* SHA-256 through libcrypto's EVP interface, which picks the processor's own instructions where
 * there are any. The algorithm is fetched once per process: a fetch per hash costs more than
 * hashing a short ticket. Errors can only be lack of memory or a broken library, so they abort.
 */
#include "base/sha256.h"

#include <limits.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <pthread.h>
#include <stdlib.h>

static pthread_once_t fetch_once = PTHREAD_ONCE_INIT;
static EVP_MD *algorithm;

static void must(int ok)
{
    if (!ok)
        abort();
}

static void fetch(void)
{
    algorithm = EVP_MD_fetch(NULL, "SHA256", NULL);
    must(algorithm != NULL);
}

/* Opaque outside: a stream is libcrypto's context under our name. */
static EVP_MD_CTX *context(struct sha256_stream *s)
{
    return (EVP_MD_CTX *)(void *)s;
}

struct sha256_stream *sha256_begin(void)
{
    pthread_once(&fetch_once, fetch);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    must(ctx != NULL);
    must(EVP_DigestInit_ex2(ctx, algorithm, NULL));
    return (struct sha256_stream *)(void *)ctx;
}

void sha256_more(struct sha256_stream *s, const void *p, size_t n)
{
    must(EVP_DigestUpdate(context(s), p, n));
}

void sha256_end(struct sha256_stream *s, uint8_t out[SHA256_SIZE])
{
    must(EVP_DigestFinal_ex(context(s), out, NULL));
    EVP_MD_CTX_free(context(s));
}

void sha256(struct slice s, uint8_t out[SHA256_SIZE])
{
    pthread_once(&fetch_once, fetch);
    must(EVP_Digest(s.p, s.n, out, NULL, algorithm, NULL));
}

void sha256_parts(const struct slice *parts, size_t count, uint8_t out[SHA256_SIZE])
{
    struct sha256_stream *s = sha256_begin();
    for (size_t i = 0; i < count; i++) {
        uint64_t n = parts[i].p ? parts[i].n : UINT64_MAX;
        uint8_t prefix[8];
        for (int b = 0; b < 8; b++)
            prefix[b] = (uint8_t)(n >> (56 - 8 * b));
        sha256_more(s, prefix, sizeof prefix);
        sha256_more(s, parts[i].p, parts[i].n);
    }
    sha256_end(s, out);
}

void sha256_hmac(struct slice key, struct slice text, uint8_t out[SHA256_SIZE])
{
    pthread_once(&fetch_once, fetch);
    must(key.n <= INT_MAX);
    must(HMAC(algorithm, key.p ? key.p : "", (int)key.n, (const unsigned char *)text.p, text.n, out,
              NULL) != NULL);
}

void sha256_hex(const uint8_t hash[SHA256_SIZE], char out[SHA256_HEX_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    for (int i = 0; i < SHA256_SIZE; i++) {
        out[2 * i] = digits[hash[i] >> 4];
        out[2 * i + 1] = digits[hash[i] & 15];
    }
    out[2 * SHA256_SIZE] = '\0';
}
