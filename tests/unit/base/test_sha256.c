/* SHA-256: known values, the same by stream, and the unambiguous hash over parts. */
#include "base/sha256.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void known_hashes_come_out(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t hash[SHA256_SIZE];
        char hex[SHA256_HEX_SIZE];
        sha256(slice_str(cases[i][0]), hash);
        sha256_hex(hash, hex);
        assert_string_equal(hex, cases[i][1]);
    }
    uint8_t none[SHA256_SIZE], empty[SHA256_SIZE];
    sha256(SLICE_NONE, none);
    sha256(SLICE_LIT(""), empty);
    assert_memory_equal(none, empty, SHA256_SIZE);
}

static void a_stream_gives_the_same_hash_as_the_whole(void **state)
{
    (void)state;
    char text[1000];
    memset(text, 'a', sizeof text);
    uint8_t whole[SHA256_SIZE], streamed[SHA256_SIZE];
    sha256(slice_of(text, sizeof text), whole);
    struct sha256_stream *s = sha256_begin();
    for (size_t at = 0; at < sizeof text; at += 125)
        sha256_more(s, text + at, 125);
    sha256_more(s, NULL, 0);
    sha256_end(s, streamed);
    assert_memory_equal(whole, streamed, SHA256_SIZE);
}

/* RFC 4231, test cases 2 and 6. */
static void known_signatures_come_out(void **state)
{
    char long_key[131];
    const struct {
        struct slice key, text;
        const char *hex;
    } cases[] = {
        {SLICE_LIT("Jefe"), SLICE_LIT("what do ya want for nothing?"),
         "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
        {slice_of(long_key, sizeof long_key),
         SLICE_LIT("Test Using Larger Than Block-Size Key - Hash Key First"),
         "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
    };
    (void)state;
    memset(long_key, 0xaa, sizeof long_key);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint8_t mac[SHA256_SIZE];
        char hex[SHA256_HEX_SIZE];
        sha256_hmac(cases[i].key, cases[i].text, mac);
        sha256_hex(mac, hex);
        assert_string_equal(hex, cases[i].hex);
    }
}

static void hash_of(struct slice a, struct slice b, uint8_t out[SHA256_SIZE])
{
    sha256_parts((struct slice[]){a, b}, 2, out);
}

static void parts_cannot_be_shifted_into_each_other(void **state)
{
    (void)state;
    uint8_t a[SHA256_SIZE], b[SHA256_SIZE];
    hash_of(SLICE_LIT("ab"), SLICE_LIT("c"), a);
    hash_of(SLICE_LIT("a"), SLICE_LIT("bc"), b);
    assert_memory_not_equal(a, b, SHA256_SIZE);
    hash_of(SLICE_LIT("a"), SLICE_LIT(""), a);
    hash_of(SLICE_LIT("a"), SLICE_NONE, b);
    assert_memory_not_equal(a, b, SHA256_SIZE);

    /* The framing itself, since stored hashes depend on it. */
    hash_of(SLICE_LIT("ab"), SLICE_NONE, a);
    sha256(SLICE_LIT("\0\0\0\0\0\0\0\2"
                     "ab"
                     "\xff\xff\xff\xff\xff\xff\xff\xff"),
           b);
    assert_memory_equal(a, b, SHA256_SIZE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_hashes_come_out),
        cmocka_unit_test(known_signatures_come_out),
        cmocka_unit_test(a_stream_gives_the_same_hash_as_the_whole),
        cmocka_unit_test(parts_cannot_be_shifted_into_each_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
