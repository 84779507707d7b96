/* Base64 through libcrypto, strict in reading: keys are compared by others to the byte, so
 * nothing is guessed.
 */
#include "base/base64.h"

#include <limits.h>
#include <openssl/evp.h>
#include <string.h>

#include "base/mem.h"

#define ALPHABET "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
#define MOST     ((size_t)INT_MAX / 2) /* bytes; the library counts in int */

bool base64_encode(struct buf *out, struct slice bytes)
{
    if (bytes.n > MOST)
        return false;
    unsigned char *text = mem_alloc(bytes.n / 3 * 4 + 5);
    int n = EVP_EncodeBlock(text, (const unsigned char *)bytes.p, (int)bytes.n);
    buf_add(out, text, (size_t)n);
    mem_free(text);
    return true;
}

/* How many '=' stand at its end; more than two when it is no Base64. */
static size_t padding(struct slice text)
{
    size_t n = text.n;
    while (n > 0 && text.p[n - 1] == '=')
        n--;
    for (size_t i = 0; i < n; i++) {
        if (text.p[i] == '\0' || !strchr(ALPHABET, text.p[i]))
            return SIZE_MAX;
    }
    return text.n - n;
}

bool base64_decode(struct buf *out, struct slice text)
{
    size_t equals = padding(text);
    if (text.n % 4 != 0 || text.n > MOST || equals > 2 || equals == text.n)
        return text.n == 0;
    unsigned char *bytes = mem_alloc(text.n / 4 * 3 + 1);
    int n = EVP_DecodeBlock(bytes, (const unsigned char *)text.p, (int)text.n);
    if (n > 0)
        buf_add(out, bytes, (size_t)n - equals);
    mem_free(bytes);
    return n > 0;
}
