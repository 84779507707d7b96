/* SHA-256 (FIPS 180-4) by OpenSSL's libcrypto, the one place that includes it. */
#ifndef TICKETMILL_BASE_SHA256_H
#define TICKETMILL_BASE_SHA256_H

#include <stdint.h>

#include "base/slice.h"

#define SHA256_SIZE     32
#define SHA256_HEX_SIZE 65 /* with NUL */

void sha256(struct slice s, uint8_t out[SHA256_SIZE]);
/* Over several slices in order, each preceded by its length as 8 bytes big endian, so that
 * ("ab","c") and ("a","bc") differ; SLICE_NONE hashes as length 2^64-1. */
void sha256_parts(const struct slice *parts, size_t count, uint8_t out[SHA256_SIZE]);
void sha256_hex(const uint8_t hash[SHA256_SIZE], char out[SHA256_HEX_SIZE]);

/* HMAC-SHA-256 (RFC 2104). */
void sha256_hmac(struct slice key, struct slice text, uint8_t out[SHA256_SIZE]);

/* Streaming, for files. */
struct sha256_stream;
struct sha256_stream *sha256_begin(void);
void sha256_more(struct sha256_stream *s, const void *p, size_t n);
void sha256_end(struct sha256_stream *s, uint8_t out[SHA256_SIZE]); /* frees s */

#endif
