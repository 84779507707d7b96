/* The hash map against a plain array as model, and SipHash against published values. */
#include "base/map.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "base/random.h"
#include "base/siphash.h"

static void siphash_gives_the_known_values(void **state)
{
    (void)state;
    char in[64];
    for (size_t i = 0; i < sizeof in; i++)
        in[i] = (char)i;
    struct siphash_key key = {UINT64_C(0x0706050403020100), UINT64_C(0x0f0e0d0c0b0a0908)};
    static const struct {
        size_t n;
        uint64_t hash;
    } counting[] = {{0, UINT64_C(0xabac0158050fc4dc)},
                    {1, UINT64_C(0xc9f49bf37d57ca93)},
                    {2, UINT64_C(0x82cb9b024dc7d44d)},
                    {15, UINT64_C(0xd320d86d2a519956)},
                    {63, UINT64_C(0x9d199062b7bbb3a8)}};
    for (size_t i = 0; i < sizeof counting / sizeof counting[0]; i++)
        assert_true(siphash_1_3(key, slice_of(in, counting[i].n)) == counting[i].hash);

    /* Python 3.11: PYTHONHASHSEED=0, hash(b"…") */
    struct siphash_key zero = {0, 0};
    assert_true(siphash_1_3(zero, SLICE_LIT("a")) == UINT64_C(0x407448d2b89b1813));
    assert_true(siphash_1_3(zero, SLICE_LIT("abcdefgh")) == UINT64_C(0x3f7b849c0b8e35ea));
}

static void keys_are_copied_and_compared_as_bytes(void **state)
{
    (void)state;
    struct map *m = map_new();
    int one, two, three;
    char key[] = "a\0b";
    assert_null(map_put(m, slice_of(key, 3), &one));
    memcpy(key, "zzz", 3);
    assert_ptr_equal(map_get(m, SLICE_LIT("a\0b")), &one);
    assert_null(map_get(m, SLICE_LIT("a")));
    assert_null(map_get(m, SLICE_LIT("zzz")));
    assert_null(map_put(m, SLICE_LIT(""), &two));
    assert_ptr_equal(map_get(m, SLICE_LIT("")), &two);
    assert_ptr_equal(map_put(m, SLICE_LIT(""), &three), &two);
    assert_int_equal(map_count(m), 2);
    assert_ptr_equal(map_remove(m, SLICE_LIT("")), &three);
    assert_null(map_remove(m, SLICE_LIT("")));
    assert_null(map_get(m, SLICE_LIT("")));
    assert_int_equal(map_count(m), 1);
    map_free(m);
    map_free(NULL);
}

enum { KEYS = 500 };

struct tally {
    const char (*names)[16];
    const int *values;
    int seen[KEYS];
};

static void count_entry(void *self, struct slice key, void *value)
{
    struct tally *t = self;
    ptrdiff_t i = (const int *)value - t->values;
    assert_true(slice_eq(key, slice_str(t->names[i])));
    t->seen[i]++;
}

static void it_agrees_with_a_plain_array_through_random_changes(void **state)
{
    (void)state;
    static char names[KEYS][16];
    static int values[KEYS];
    bool present[KEYS] = {false};
    size_t count = 0;
    struct random r;
    random_seed(&r, 42);
    struct map *m = map_new();
    for (int i = 0; i < KEYS; i++)
        snprintf(names[i], sizeof names[i], "key-%d", i);

    for (int round = 0; round < 50000; round++) {
        size_t i = random_below(&r, KEYS);
        struct slice key = slice_str(names[i]);
        void *expected = present[i] ? &values[i] : NULL;
        switch (random_below(&r, 3)) {
        case 0:
            assert_ptr_equal(map_put(m, key, &values[i]), expected);
            count += !present[i];
            present[i] = true;
            break;
        case 1:
            assert_ptr_equal(map_remove(m, key), expected);
            count -= present[i];
            present[i] = false;
            break;
        default:
            assert_ptr_equal(map_get(m, key), expected);
        }
        assert_int_equal(map_count(m), count);
    }

    struct tally t = {.names = (const char(*)[16])names, .values = values};
    map_each(m, count_entry, &t);
    for (int i = 0; i < KEYS; i++)
        assert_int_equal(t.seen[i], present[i]);
    map_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(siphash_gives_the_known_values),
        cmocka_unit_test(keys_are_copied_and_compared_as_bytes),
        cmocka_unit_test(it_agrees_with_a_plain_array_through_random_changes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
